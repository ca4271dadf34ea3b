"""Changing the Whoosh index: one writer, sealed commits, segments kept few."""

import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.util.filelock import FileLock

from app.search.codec import read_column
from app.search.generations import (
    INDEX_NAME,
    Damaged,
    Seal,
    check,
    check_files,
    newest_commit,
)
from app.search.writing import Document, SealingWriter

LOCK_SECONDS = 120
LOCK_POLL_SECONDS = 0.02
# Small segments at most while posts come in; each costs a search some 0.1 ms a word.
MOST_SEGMENTS = 16
# One with more texts is written anew in quiet minutes alone, never in a commit.
SMALL_TEXTS = 5_000

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
    """Read which segments a commit consists of; `Damaged` where that is beyond us."""
    with _legible():
        toc = TOC.read(storage, INDEX_NAME, gen=seal.commit_no, schema=SCHEMA)
    return list(toc.segments)


@contextmanager
def _legible() -> Iterator[None]:
    try:
        yield
    except (AttributeError, ImportError) as error:
        # It is a pickle, and names the classes of the program that wrote it.
        raise Damaged("another version of Paravion wrote it") from error


def create(folder: Path) -> None:
    """Begin an empty index; it counts from its first commit on."""
    folder.mkdir(parents=True)
    FileIndex.create(ClosingStorage(folder), SCHEMA, INDEX_NAME)


@contextmanager
def writing(
    folder: Path, change_no: int, sealed: Seal | None, *, known_no: int = 0
) -> Iterator[SealingWriter]:
    """Write in one commit; nothing is written when the block raises.

    `sealed` is what `check` found, None for an index without a commit, and
    `known_no` the commit that the database knows. The caller holds the write lock.
    """
    index = open_index(folder)
    with _legible():
        writer = SealingWriter(index)
    if sealed:
        writer.sealed = sealed.files
        change_no = max(change_no, sealed.change_no)
        known_no = max(known_no, sealed.known_no)
    writer.change_no, writer.known_no = change_no, known_no
    try:
        yield writer
        writer.commit(mergetype=_absorb_chosen)
    finally:
        if not writer.is_closed:
            _give_up(writer, folder)
        index.storage.close_files()


def _give_up(writer: SealingWriter, folder: Path) -> None:
    """Leave nothing of a commit that failed, least of all on a full disk."""
    with suppress(OSError):  # closing files writes their last bytes
        writer.cancel()
    if writer.writelock.fd is not None:
        writer.writelock.release()
    # From its rename on it is a commit, whatever failed afterwards.
    if newest_commit(folder) < writer.generation:
        for path in folder.glob(f"{writer.newsegment.segment_id()}.*"):
            path.unlink(missing_ok=True)


def update(
    folder: Path,
    post_ids: Iterable[int],
    documents: Iterable[Document],
    change_no: int,
    *,
    known_no: int = 0,
) -> Seal:
    """Put these documents in the place of all that these posts had.

    Words of what was there before stay in the files until their segment is written
    anew. Raises `Damaged` before anything is written; the caller holds the write
    lock.
    """
    with writing(folder, change_no, check(folder), known_no=known_no) as writer:
        remove(writer, post_ids)
        for document in documents:
            writer.put(document)
        writer.chosen = _crowded(writer.segments)
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
    folder = Path(writer.storage.folder)
    for segment in segments:
        name = segment.segment_id()
        if name not in writer.chosen:
            stay.append(segment)
            continue
        # What is written now gets a seal of its own: no flipped bit may go into it.
        files = {f: at for f, at in writer.sealed.items() if f.split(".")[0] == name}
        check_files(folder, files)
        writer.absorb(segment)
    return [segment for segment in stay if segment.doc_count()]


def _crowded(segments: list[Any]) -> set[str]:
    """Choose the smallest segments, so that their number stays bounded."""
    small = [segment for segment in segments if segment.doc_count() < SMALL_TEXTS]
    by_size = sorted(small, key=lambda segment: segment.doc_count())
    too_many = len(small) + 1 - MOST_SEGMENTS
    return {s.segment_id() for s in by_size[: 2 * too_many]} if too_many > 0 else set()


@contextmanager
def rebuild_lock(home: Path) -> Iterator[bool]:
    """Hold it alone for a whole rebuild; yields whether it could be had."""
    with _locked(home / "rebuild.lock", wait_seconds=0) as held:
        yield held


@contextmanager
def write_lock(home: Path) -> Iterator[None]:
    """Hold it alone while writing to what answers; waits for its turn."""
    with _waited_for(home / "write.lock"):
        yield


@contextmanager
def merge_lock(home: Path) -> Iterator[None]:
    """Hold it alone while segments are written anew; take it before the write lock."""
    with _waited_for(home / "merge.lock"):
        yield


@contextmanager
def _waited_for(path: Path) -> Iterator[None]:
    with _locked(path, wait_seconds=LOCK_SECONDS) as held:
        if not held:
            raise TimeoutError("another process writes to the index for too long")
        yield


@contextmanager
def _locked(path: Path, *, wait_seconds: float) -> Iterator[bool]:
    # The lock ends with its process, however that ends.
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(path))
    deadline = time.monotonic() + wait_seconds
    held: bool = lock.acquire()
    while not held and time.monotonic() < deadline:
        time.sleep(LOCK_POLL_SECONDS)
        held = lock.acquire()
    try:
        yield held
    finally:
        if held:
            lock.release()
