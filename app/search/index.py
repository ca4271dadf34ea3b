"""Writing the Whoosh index: one writer, sealed commits, documents by post and language."""

import os
import weakref
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, NUMERIC, TEXT, Schema
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.query import Or, Term
from whoosh.reading import SegmentReader
from whoosh.util.filelock import FileLock, try_for
from whoosh.writing import SegmentWriter

from app.search import generations
from app.search.analysis import FIELDS, field_of, words
from app.search.generations import (
    INDEX_NAME,
    Seal,
    check,
    file_crc,
    remove_older_seals,
    sync_folder,
    toc_name,
    write_durably,
    write_seal,
)

# Of postings kept in memory before they are sorted on disk, as Whoosh counts.
POOL_MB = 32
WRITE_LOCK_SECONDS = 120


class Document(NamedTuple):
    """A post in one language; `texts` are (language, words) to find it by."""

    post_id: int
    change_no: int
    audience: str
    lang: str
    texts: list[tuple[str, str]]


class _Token:
    """What Whoosh's formats read of a word."""

    __slots__ = ("boost", "pos", "stopped", "text")

    def __init__(self, text: str, pos: int) -> None:
        self.text, self.pos, self.boost, self.stopped = text, pos, 1.0, False


class FieldAnalyzer:
    """Hands Whoosh the words of a text as `analysis` cuts them."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __call__(self, text: str, **_wanted: object) -> Iterator[_Token]:
        for word in words(text, self.field):
            for term in word.terms:
                yield _Token(term, word.place)


def text_field(field: str) -> str:
    return f"text_{field}"


def schema() -> Schema:
    texts = {text_field(field): TEXT(analyzer=FieldAnalyzer(field)) for field in FIELDS}
    return Schema(
        post=NUMERIC(bits=64, shift_step=0, sortable=True),
        change_no=COLUMN(NumericColumn("q")),
        audience=ID(),
        lang=ID(),
        **texts,
    )


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
        self.opened.append(file)
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
    return FileIndex(ClosingStorage(folder), schema=schema(), indexname=INDEX_NAME)


class SealingWriter(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """A writer whose commit is one rename, with a seal for all it holds."""

    change_no = 0
    # Whether the words of what is deleted must leave the files now, not one day.
    forgets = False
    sealed: dict[str, tuple[int, int]]
    seal: Seal

    def _commit_toc(self, segments: list[Any]) -> None:
        folder = Path(self.storage.folder)
        memory = RamStorage()
        TOC(self.schema, segments, self.generation).write(memory, INDEX_NAME)
        toc = memory.files[toc_name(self.generation)]
        files = {
            name: self.sealed.get(name) or _seal_file(folder / name)
            for name in _files_of(folder, segments)
        }
        files[toc_name(self.generation)] = (len(toc), zlib.crc32(toc))
        sync_folder(folder)
        self.seal = Seal(
            commit_no=self.generation,
            change_no=self.change_no,
            texts=sum(segment.doc_count() for segment in segments),
            version=generations.VERSION,
            files=files,
        )
        write_seal(folder, self.seal)
        write_durably(folder / toc_name(self.generation), toc)
        clean_files(self.storage, INDEX_NAME, self.generation, segments)
        remove_older_seals(folder, self.generation)


def _files_of(folder: Path, segments: list[Any]) -> list[str]:
    ids = {segment.segment_id() for segment in segments}
    return [path.name for path in folder.iterdir() if path.name.split(".")[0] in ids]


def _seal_file(path: Path) -> tuple[int, int]:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return path.stat().st_size, file_crc(path)


def _without_deleted(writer: SealingWriter, segments: list[Any]) -> list[Any]:
    """Write anew every file that holds deleted texts; Whoosh only marks them so."""
    kept = []
    for segment in segments:
        if not segment.has_deletions():
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


def create(folder: Path) -> None:
    """Begin an empty index; it counts from its first commit on."""
    folder.mkdir(parents=True)
    FileIndex.create(ClosingStorage(folder), schema(), INDEX_NAME)


@contextmanager
def writing(
    folder: Path, change_no: int, sealed: Seal | None
) -> Iterator[SealingWriter]:
    """Write in one commit; nothing is written when the block raises.

    `sealed` is what `check` found, None for an index without a commit. The
    caller holds the write lock.
    """
    index = open_index(folder)
    writer = SealingWriter(index, limitmb=POOL_MB)
    writer.sealed = sealed.files if sealed else {}
    writer.change_no = max(change_no, sealed.change_no if sealed else 0)
    try:
        yield writer
        writer.commit(mergetype=_without_deleted if writer.forgets else None)
    finally:
        if not writer.is_closed:
            writer.cancel()
        index.storage.close_files()


def put(writer: SealingWriter, documents: Iterable[Document]) -> None:
    for document in documents:
        fields: dict[str, str] = {}
        for lang, text in document.texts:
            field = text_field(field_of(lang))
            fields[field] = f"{fields[field]}\n{text}" if field in fields else text
        writer.add_document(
            post=document.post_id,
            change_no=document.change_no,
            audience=document.audience,
            lang=document.lang,
            **fields,
        )


def remove(writer: SealingWriter, post_ids: Iterable[int]) -> None:
    """Delete all documents of these posts; once a commit, for it opens a reader."""
    writer.delete_by_query(Or([Term("post", post_id) for post_id in post_ids]))


def update(
    folder: Path,
    post_ids: Iterable[int],
    documents: Iterable[Document],
    change_no: int,
    *,
    forget: bool = False,
) -> Seal:
    """Put these documents in the place of all that these posts had.

    With `forget` no file holds a word of what was deleted afterwards: about 1 s of
    CPU for 1,000 texts that stand in the same files. Raises `Damaged` before
    anything is written; the caller holds the write lock.
    """
    with writing(folder, change_no, check(folder)) as writer:
        writer.forgets = forget
        remove(writer, post_ids)
        put(writer, documents)
    return writer.seal


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
