"""Changing the Whoosh index: one writer, sealed commits, segments kept few."""

import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.util.filelock import FileLock, try_for

from app.search.codec import read_column
from app.search.generations import INDEX_NAME, Seal, check
from app.search.writing import Document, SealingWriter

WRITE_LOCK_SECONDS = 120
# Segments at most while posts come in; each costs a search some 0.1 ms a word.
MOST_SEGMENTS = 16
# No segment grows beyond these texts: writing one anew takes 3 s of CPU.
LARGEST_SEGMENT = 40_000
# Of all the texts in a segment, when it is written anew without them.
DELETED_SHARE = 0.2

# Fields and lists belong to the codec; Whoosh keeps an empty schema with its segments.
SCHEMA = Schema()


class ClosingStorage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """Knows what it opened, for Whoosh itself leaves the closing to chance."""

    def __init__(self, folder: Path) -> None:
        # With mmap Whoosh copies every segment into memory: 58 MB for 10,000
        # posts instead of 0.4, and no search is faster.
        super().__init__(str(folder), supports_mmap=False)
        self.opened: list[Any] = []
        weakref.finalize(self, _close_all, self.opened)

    def open_file(self, name: str, **more: Any) -> Any:
        file = super().open_file(name, **more)
        self.opened[:] = [one for one in self.opened if not one.is_closed] + [file]
        return file

    def close_files(self) -> None:
        _close_all(self.opened)


def _close_all(files: list[Any]) -> None:
    while files:
        file = files.pop()
        if not file.is_closed:
            file.close()


def open_index(folder: Path) -> FileIndex:
    """Open it; when done with it, close its readers, then `storage.close_files()`."""
    # The schema is ours: the copy inside the index is a pickle and stays unread.
    return FileIndex(ClosingStorage(folder), schema=SCHEMA, indexname=INDEX_NAME)


def segments_of(storage: ClosingStorage, seal: Seal) -> list[Any]:
    """Read which segments a commit consists of."""
    toc = TOC.read(storage, INDEX_NAME, gen=seal.commit_no, schema=SCHEMA)
    return list(toc.segments)


def create(folder: Path) -> None:
    """Begin an empty index; it counts from its first commit on."""
    folder.mkdir(parents=True)
    FileIndex.create(ClosingStorage(folder), SCHEMA, INDEX_NAME)


@contextmanager
def writing(
    folder: Path, change_no: int, sealed: Seal | None
) -> Iterator[SealingWriter]:
    """Write in one commit; nothing is written when the block raises.

    `sealed` is what `check` found, None for an index without a commit. The
    caller holds the write lock.
    """
    index = open_index(folder)
    writer = SealingWriter(index)
    writer.sealed = sealed.files if sealed else {}
    writer.change_no = max(change_no, sealed.change_no if sealed else 0)
    try:
        yield writer
        writer.commit(mergetype=_absorb_chosen)
    finally:
        if not writer.is_closed:
            writer.cancel()
        index.storage.close_files()


def update(
    folder: Path,
    post_ids: Iterable[int],
    documents: Iterable[Document],
    change_no: int,
    *,
    forget: bool = False,
) -> Seal:
    """Put these documents in the place of all that these posts had.

    With `forget` no file holds a word of what was deleted afterwards: 3 s of CPU
    for each full segment that held some of it. Raises `Damaged` before anything
    is written; the caller holds the write lock.
    """
    with writing(folder, change_no, check(folder)) as writer:
        remove(writer, post_ids)
        for document in documents:
            writer.put(document)
        writer.chosen = _crowded(writer.segments)
        if forget:
            writer.chosen |= {
                s.segment_id() for s in writer.segments if s.has_deletions()
            }
    return writer.seal


def tidy(folder: Path) -> Seal | None:
    """Merge small segments, leave deleted texts out; None where all is tidy.

    One step of it, 3 s of CPU at most. Raises `Damaged`; the caller holds the
    write lock.
    """
    seal = check(folder)
    storage = ClosingStorage(folder)
    try:
        chosen = _untidy(segments_of(storage, seal))
    finally:
        storage.close_files()
    if not chosen:
        return None
    with writing(folder, seal.change_no, seal) as writer:
        writer.chosen = chosen
    return writer.seal


def remove(writer: SealingWriter, post_ids: Iterable[int]) -> None:
    """Delete all documents of these posts: 40 ns for each text in the index."""
    wanted = set(post_ids)
    for segment in writer.segments:
        posts = read_column(writer.storage, segment, "post")
        for n, post in enumerate(posts):
            if post in wanted:
                segment.delete_document(n)


def _absorb_chosen(writer: SealingWriter, segments: list[Any]) -> list[Any]:
    """Say which segments stay as they are; Whoosh asks for it at a commit."""
    stay = []
    for segment in segments:
        if segment.segment_id() in writer.chosen or not segment.doc_count():
            writer.absorb(segment)
        else:
            stay.append(segment)
    return stay


def _crowded(segments: list[Any]) -> set[str]:
    """Choose the smallest segments, so that their number stays bounded."""
    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    too_many = len(segments) + 1 - MOST_SEGMENTS
    return {s.segment_id() for s in by_size[: 2 * too_many]} if too_many > 0 else set()


def _untidy(segments: list[Any]) -> set[str]:
    """Choose segments that belong together: each at most half as large again as the rest.

    So that a text is written anew a few times in its life, not with every merge.
    """
    for segment in segments:
        if segment.deleted_count() > DELETED_SHARE * segment.doc_count_all():
            return {segment.segment_id()}
    chosen: list[Any] = []
    texts = 0
    for segment in sorted(segments, key=lambda segment: segment.doc_count()):
        count = segment.doc_count()
        if texts + count > LARGEST_SEGMENT or (chosen and count > 2 * texts):
            break
        chosen.append(segment)
        texts += count
    return {s.segment_id() for s in chosen} if len(chosen) > 1 else set()


@contextmanager
def rebuild_lock(home: Path) -> Iterator[bool]:
    """Hold it alone for a whole rebuild; yields whether it could be had."""
    with _locked(home / "rebuild.lock", wait_seconds=0) as held:
        yield held


@contextmanager
def write_lock(home: Path) -> Iterator[None]:
    """Hold it alone while writing to what answers; waits for its turn."""
    with _locked(home / "write.lock", wait_seconds=WRITE_LOCK_SECONDS) as held:
        if not held:
            raise TimeoutError("another process writes to the index for too long")
        yield


@contextmanager
def _locked(path: Path, *, wait_seconds: float) -> Iterator[bool]:
    # The lock ends with its process, however that ends.
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(path))
    held: bool = try_for(lock.acquire, timeout=wait_seconds, delay=0.05)
    try:
        yield held
    finally:
        if held:
            lock.release()
