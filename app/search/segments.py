"""One segment of the index, open for reading: its terms, and what stands around them."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, takewhile
from operator import sub
from typing import Any

from app.search.codec import SegmentFiles, Term, key_of


class OpenSegment:
    """A segment whose files stay open, with the numbers of its documents in memory.

    37 bytes a document. Which of them are deleted is told with each commit.
    """

    def __init__(self, storage: Any, segment: Any) -> None:
        self.name: str = segment.segment_id()
        self.count: int = segment.doc_count_all()
        self.deleted: frozenset[int] = frozenset(segment.deleted_docs())
        self.files = SegmentFiles(storage, segment)
        self.columns = self.files.columns
        self.fields = self.files.fields
        # Where the places of each document begin; one more for the end of the last.
        self.starts = array("I", accumulate(self.columns["room"], initial=0))
        # The first document of the post that each belongs to.
        self.first_of = array("I", map(sub, range(self.count), self.columns["nth"]))

    def find(self, field: int, term: str) -> Term | None:
        return self.files.find(key_of(field, term)) if field in self.fields else None

    def beginning_with(self, field: int, start: str) -> Iterator[tuple[str, Term]]:
        """Go through the terms of a field that begin so, in order."""
        if field not in self.fields:
            return
        key = key_of(field, start)
        for found, term in takewhile(
            lambda item: item[0].startswith(key), self.files.from_key(key)
        ):
            yield found[2:].decode(errors="surrogatepass"), term

    def posts_with(self, term: Term) -> set[int]:
        """Give the first documents of the posts that have a term."""
        first_of = self.first_of
        return {first_of[n] for n in self.files.documents(term)}

    def posts_at(self, places: Iterable[int]) -> set[int]:
        """Give the first documents of the posts that these places belong to."""
        starts, first_of = self.starts, self.first_of
        return {first_of[bisect_right(starts, place) - 1] for place in places}

    def end_of_post(self, first: int) -> int:
        """Give the number after the last document of the post that begins here."""
        nth, n = self.columns["nth"], first + 1
        while n < self.count and nth[n]:
            n += 1
        return n

    def close(self) -> None:
        self.files.close()
