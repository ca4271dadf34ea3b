"""Writing segments: words collected in memory, segments merged, one sealed commit."""

import os
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.filedb.filestore import RamStorage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.writing import SegmentWriter

from app.search import generations
from app.search.analysis import field_of, indexed
from app.search.asking import TEXT_FIELDS, TITLE_FIELDS
from app.search.codec import PlacesCodec, key_of, lang_number
from app.search.generations import (
    INDEX_NAME,
    Seal,
    file_crc,
    remove_older_seals,
    sync_folder,
    toc_name,
    write_durably,
    write_seal,
)
from app.search.segments import OpenSegment

# A phrase does not go on from one text of a document to the next.
BETWEEN_TEXTS = 1

# A term's key, its documents and its places, both rising.
Listed = tuple[bytes, Sequence[int], Sequence[int]]
_key = itemgetter(0)


class Document(NamedTuple):
    """A post in one language; texts and titles are (language, words) to find it by.

    Those of a post come one after the other, `nth` counts them from 0.
    """

    post_id: int
    nth: int
    # Above 0 the id of a space, below that of a thread of letters.
    audience: int
    author_id: int
    # 0 for letters.
    forum_id: int
    # What its author wrote in, whichever language this document is in.
    written_in: str
    # Seconds since 1970.
    published: int
    texts: list[tuple[str, str]]
    titles: list[tuple[str, str]]


class SealingWriter(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """A writer whose commit is one rename, with a seal for all it holds."""

    change_no = 0
    known_no = 0
    # The segments that a commit writes anew, by their ids.
    chosen: set[str]
    sealed: dict[str, tuple[int, int]]
    seal: Seal

    def __init__(self, index: FileIndex) -> None:
        super().__init__(index, codec=PlacesCodec(), compound=False)
        self.pool.cleanup()
        self.pool: Pool = Pool()
        self.chosen = set()
        self.sealed = {}
        self.absorbed: list[Absorbed] = []
        self.next_place = 0

    def put(self, document: Document) -> None:
        """Add a document: 0.1 ms for 100 words."""
        start = self.next_place
        for fields, texts in (
            (TEXT_FIELDS, document.texts),
            (TITLE_FIELDS, document.titles),
        ):
            for lang, text in texts:
                field = field_of(lang)
                terms, places, length = indexed(text, field)
                self.pool.add(
                    fields[field], terms, places, self.next_place, self.docnum
                )
                self.next_place += length + BETWEEN_TEXTS
        self._add_numbers(
            post=document.post_id,
            nth=document.nth,
            audience=document.audience,
            author=document.author_id,
            forum=document.forum_id,
            lang=lang_number(document.written_in),
            published=document.published,
            room=self.next_place - start,
        )

    def absorb(self, segment: Any, storage: Any = None) -> None:
        """Take in what a segment holds, without what is deleted; after all else."""
        old = OpenSegment(storage or self.storage, segment)
        one = Absorbed(old, self.docnum, self.next_place)
        self.absorbed.append(one)
        ends = [*one.kept[1:], old.count]
        for n, end in zip(one.kept, ends, strict=False):
            numbers = {name: column[n] for name, column in old.columns.items()}
            # What was deleted leaves its room to who stands before it.
            numbers["room"] = old.starts[end] - old.starts[n]
            self.next_place += numbers["room"]
            self._add_numbers(**numbers)

    def _add_numbers(self, **numbers: int) -> None:
        self.perdocwriter.add(**numbers)
        self.docnum += 1
        self._added = True

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        streams = [self.pool.in_order(), *(one.in_order() for one in self.absorbed)]
        for key, same in groupby(merge(*streams, key=_key), key=_key):
            documents: list[int] = []
            places: list[int] = []
            for _, some_documents, some_places in same:
                documents += some_documents
                places += some_places
            self.fieldwriter.add(key, documents, places)
        self.fieldwriter.close()

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
            known_no=self.known_no,
            texts=sum(segment.doc_count() for segment in segments),
            version=generations.VERSION,
            files=files,
        )
        write_seal(folder, self.seal)
        write_durably(folder / toc_name(self.generation), toc)
        clean_files(self.storage, INDEX_NAME, self.generation, segments)
        remove_older_seals(folder, self.generation)


class Pool:
    """The terms of a segment to be, with their documents and places, in memory."""

    def __init__(self) -> None:
        self.fields: dict[int, dict[str, tuple[array[int], array[int]]]] = {}

    def add(
        self,
        field: int,
        terms: Sequence[str],
        places: Sequence[int],
        start: int,
        document: int,
    ) -> None:
        """Add the terms of a text whose first place is `start`."""
        held = self.fields.setdefault(field, {})
        for term, place in zip(terms, places, strict=True):
            entry = held.get(term)
            if entry is None:
                held[term] = array("I", (document,)), array("I", (start + place,))
                continue
            documents, all_places = entry
            all_places.append(start + place)
            if documents[-1] != document:
                documents.append(document)

    def in_order(self) -> Iterator[Listed]:
        for field, held in sorted(self.fields.items()):
            for term in sorted(held):
                yield key_of(field, term), *held[term]

    def cleanup(self) -> None:
        """Forget everything; Whoosh calls it so."""
        self.fields = {}


class Absorbed:
    """A segment that goes into a new one: what its documents and places become."""

    def __init__(self, old: OpenSegment, first: int, first_place: int) -> None:
        self.old = old
        self.kept = [n for n in range(old.count) if n not in old.deleted]
        self.number_of = {n: first + place for place, n in enumerate(self.kept)}
        self.move = first_place - (old.starts[self.kept[0]] if self.kept else 0)

    def in_order(self) -> Iterator[Listed]:
        old, number_of, move = self.old, self.number_of, self.move
        for key, term in old.files.from_key(b""):
            documents, places = old.files.documents(term), old.files.places(term)
            gone = old.deleted.intersection(documents)
            if gone:
                self._leave_out(places, gone)
                documents = [n for n in documents if n not in gone]
            if documents:
                yield key, [number_of[n] for n in documents], [p + move for p in places]

    def _leave_out(self, places: list[int], gone: frozenset[int]) -> None:
        starts = self.old.starts
        for n in gone:
            first = bisect_left(places, starts[n])
            del places[first : bisect_left(places, starts[n + 1], first)]


def _files_of(folder: Path, segments: list[Any]) -> list[str]:
    ids = {segment.segment_id() for segment in segments}
    return [path.name for path in folder.iterdir() if path.name.split(".")[0] in ids]


def _seal_file(path: Path) -> tuple[int, int]:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return path.stat().st_size, file_crc(path)
