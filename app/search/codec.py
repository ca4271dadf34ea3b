"""How a segment of the Whoosh index lies on the disk: its documents, terms and lists."""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from whoosh.codec.base import Codec
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filetables import OrderedHashReader, OrderedHashWriter

from app.search.postings import pack, unpack

DOCUMENTS, TERMS, LISTS = ".doc", ".trm", ".pst"
# Numbers of each document, each column in one piece: a whole one is read at once.
COLUMNS = {
    "post": "I",
    # Which document of its post it is, from 0; those of a post are neighbours.
    "nth": "B",
    # Above 0 the id of a space, below that of a thread of letters.
    "audience": "i",
    "author": "I",
    # 0 for letters.
    "forum": "I",
    # The language its author wrote in.
    "lang": "I",
    # Seconds since 1970.
    "published": "I",
    # How many places its words have in the segment.
    "room": "I",
}
# In how many documents a term stands, where its lists begin, and their bytes.
_TERM = struct.Struct("<IIII")
_FIELD = struct.Struct(">H")


class Term(NamedTuple):
    """A term of one field as a segment knows it."""

    documents: int
    at: int
    documents_bytes: int
    places_bytes: int


class PlacesCodec(Codec):  # type: ignore[misc]  # Whoosh has no types
    """Keeps two lists a term, of documents and of places, each read in one go.

    Whoosh's own codec reads a posting at a time, which costs 2 us for each.
    """

    def per_document_writer(self, storage: Any, segment: Any) -> "DocumentsWriter":
        return DocumentsWriter(segment.create_file(storage, DOCUMENTS))

    def field_writer(self, storage: Any, segment: Any) -> "TermsWriter":
        return TermsWriter(
            segment.create_file(storage, TERMS), segment.create_file(storage, LISTS)
        )

    def new_segment(self, storage: Any, indexname: str) -> W3Segment:
        return W3Segment(self, indexname)


class DocumentsWriter:
    """Collects the numbers of documents, and writes them when closed."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.columns = {name: array(code) for name, code in COLUMNS.items()}
        self.is_closed = False

    def add(self, **numbers: int) -> None:
        for name, number in numbers.items():
            self.columns[name].append(number)

    def close(self) -> None:
        for column in self.columns.values():
            self.file.write(_little_endian(column).tobytes())
        self.file.close()
        self.is_closed = True


class TermsWriter:
    """Writes the terms of all fields, which come in the order of their keys."""

    def __init__(self, terms_file: Any, lists_file: Any) -> None:
        self.terms = OrderedHashWriter(terms_file)
        self.lists = lists_file
        self.at = 0
        self.fields: set[int] = set()
        self.is_closed = False

    def add(self, key: bytes, documents: Sequence[int], places: Sequence[int]) -> None:
        """Add what stands at these places, in these documents; neither is empty."""
        packed, also = pack(documents), pack(places)
        value = _TERM.pack(len(documents), self.at, len(packed), len(also))
        self.terms.add(key, value)
        self.lists.write(packed + also)
        self.at += len(packed) + len(also)
        self.fields.add(_FIELD.unpack_from(key)[0])

    def close(self) -> None:
        self.terms.extras["fields"] = sorted(self.fields)
        self.terms.close()
        self.lists.close()
        self.is_closed = True


def read_column(storage: Any, segment: Any, name: str) -> "array[int]":
    """Read the numbers that all documents of a segment have in one column."""
    count, at = segment.doc_count_all(), 0
    for before, code in COLUMNS.items():
        if before == name:
            break
        at += count * array(code).itemsize
    with closing(storage.open_file(segment.make_filename(DOCUMENTS))) as file:
        file.seek(at)
        column = array(COLUMNS[name])
        column.frombytes(file.read(count * column.itemsize))
    return _little_endian(column)


class SegmentFiles:
    """Reads what the writers above wrote; one thread at a time."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self.columns = {name: read_column(storage, segment, name) for name in COLUMNS}
        terms, self._lists = (
            storage.open_file(segment.make_filename(ext)) for ext in (TERMS, LISTS)
        )
        self._terms = OrderedHashReader(
            terms, storage.file_length(segment.make_filename(TERMS))
        )
        self.fields = frozenset(self._terms.extras["fields"])

    def find(self, key: bytes) -> Term | None:
        """Look one term up, in about 10 us."""
        value = self._terms.get(key)
        return None if value is None else Term(*_TERM.unpack(value))

    def from_key(self, key: bytes) -> Iterator[tuple[bytes, Term]]:
        """Go through the terms in order, from this one or the next."""
        for found, value in self._terms.items_from(key):
            yield found, Term(*_TERM.unpack(value))

    def documents(self, term: Term) -> list[int]:
        return unpack(self._lists.get(term.at, term.documents_bytes))

    def places(self, term: Term) -> list[int]:
        return unpack(
            self._lists.get(term.at + term.documents_bytes, term.places_bytes)
        )

    def close(self) -> None:
        self._terms.close()
        self._lists.close()


def key_of(field: int, term: str) -> bytes:
    """Name a term of a field; keys sort as the fields do, then as the terms."""
    return _FIELD.pack(field) + term.encode(errors="surrogatepass")


def lang_number(code: str) -> int:
    """Name a language by a number: the letters of its code, four at most."""
    return int.from_bytes(code.encode(errors="replace")[:4], "big")


def _little_endian(column: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column
