"""The segments a process keeps open, always those of the newest sound commit."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from flask import current_app

from app.search import generations
from app.search.asking import Asked
from app.search.generations import Damaged, Seal
from app.search.index import ClosingStorage, segments_of
from app.search.limiting import Limits
from app.search.matching import Deadline, Match, Matches, match
from app.search.partly import match_partly
from app.search.segments import OpenSegment

T = TypeVar("T")

# Posts taken from the index, in the order asked for.
MOST_POSTS = 1_000


class Found(NamedTuple):
    """What the index has, and the commit that said so."""

    generation: str
    seal: Seal
    matches: Matches
    # Posts that have most of it, where few have all.
    partly: list[Match]


def find(asked: Asked, limits: Limits, order: str) -> Found:
    """Look in the index; `Damaged` if it cannot be read."""

    def look(segments: Sequence[OpenSegment]) -> tuple[Matches, list[Match]]:
        deadline = Deadline()
        matches = match(
            segments, asked, limits, order=order, most=MOST_POSTS, deadline=deadline
        )
        return matches, match_partly(
            segments, asked, limits, matches, order=order, deadline=deadline
        )

    folder, seal, found = _kept().read(generations.home(), look)
    return Found(folder.name, seal, *found)


def read(look: Callable[[Sequence[OpenSegment]], T]) -> T:
    """Look into the open segments, the newest first; `Damaged` if that cannot be.

    Other readers wait meanwhile.
    """
    return _kept().read(generations.home(), look)[2]


def _kept() -> "Searcher":
    kept: Searcher = current_app.extensions.setdefault("search", Searcher())
    return kept


class Searcher:
    """Opens a segment once, however many commits it lives through.

    Readers share a place in each file: one thread at a time.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.commit: tuple[Path, int] | None = None
        self.storage: ClosingStorage | None = None
        self.segments: list[OpenSegment] = []

    def read(
        self, home: Path, look: Callable[[Sequence[OpenSegment]], T]
    ) -> tuple[Path, Seal, T]:
        with self.lock:
            for tries_left in reversed(range(generations.TRIES)):
                folder = generations.current(home)
                if folder is None:
                    self._close()
                    raise Damaged("there is no index yet")
                commit_no = generations.newest_commit(folder)
                try:
                    seal = generations.check(folder)
                    self._refresh(folder, seal)
                    return folder, seal, look(self.segments)
                except Exception as error:  # whatever broken files make of it
                    self._close()
                    # A commit or another generation may have taken files away.
                    if tries_left and _moved_on(home, folder, commit_no):
                        continue
                    if not isinstance(error, Damaged):
                        generations.check_afresh(folder)
                    raise
        raise AssertionError("unreachable")

    def _refresh(self, folder: Path, seal: Seal) -> None:
        """Open the segments that are new, and close those that are gone."""
        if self.commit == (folder, seal.commit_no):
            return
        if self.storage is None or self.commit is None or self.commit[0] != folder:
            self._close()
            self.storage = ClosingStorage(folder)
        known = {segment.name: segment for segment in self.segments}
        self.segments = []
        for found in reversed(segments_of(self.storage, seal)):
            segment = known.pop(found.segment_id(), None)
            if segment is None:
                segment = OpenSegment(self.storage, found)
            segment.deleted = frozenset(found.deleted_docs())
            self.segments.append(segment)
        for gone in known.values():
            gone.close()
        self.commit = (folder, seal.commit_no)

    def _close(self) -> None:
        if self.storage is not None:
            self.storage.close_files()
        self.storage = self.commit = None
        self.segments = []


def _moved_on(home: Path, folder: Path, commit_no: int) -> bool:
    there = generations.current(home)
    return there != folder or generations.newest_commit(folder) != commit_no
