"""The one searcher a process keeps open, always on the newest sound commit."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from whoosh.index import FileIndex
from whoosh.query import Or, Term
from whoosh.scoring import TF_IDF
from whoosh.searching import Searcher

from app.search import generations
from app.search.asking import Asked, build_query
from app.search.generations import Damaged, Seal
from app.search.index import open_index

# Texts taken from the index, best first; several may belong to one post.
MOST_TEXTS = 1_000


class Found(NamedTuple):
    """Ids of posts, best first, and whether there may be more of them."""

    generation: str
    seal: Seal
    post_ids: list[int]
    more: bool


def find(asked: Asked, audiences: Iterable[str]) -> Found:
    """Look in the index for posts of these audiences; `Damaged` if it cannot be read."""
    kept: _Kept = current_app.extensions.setdefault("search", _Kept())
    return kept.find(generations.home(), asked, list(audiences))


class _Kept:
    """Opening costs 100 ms at 100,000 posts, so it is done once a commit.

    Whoosh's readers share a place in the file: one thread at a time.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened: tuple[Path, int] | None = None
        self.index: FileIndex | None = None
        self.searcher: Searcher | None = None

    def find(self, home: Path, asked: Asked, audiences: list[str]) -> Found:
        with self.lock:
            folder = generations.current(home)
            if folder is None:
                self._close()
                raise Damaged("there is no index yet")
            try:
                seal = generations.check(folder)
                searcher = self._at(folder, seal)
                post_ids, more = _search(searcher, asked, audiences)
            except Damaged:
                self._close()
                raise
            except Exception as error:  # on broken files Whoosh raises this very class
                self._close()
                if generations.current(home) != folder:
                    raise Damaged("another generation took its place") from error
                generations.check_afresh(folder)
                raise
            return Found(folder.name, seal, post_ids, more)

    def _at(self, folder: Path, seal: Seal) -> Searcher:
        wanted = (folder, seal.commit_no)
        if self.searcher is None or self.opened != wanted:
            self._close()
            self.index = index = open_index(folder)
            # BM25F would take 245 ms for a very common word; this takes 13.
            self.searcher = index.searcher(weighting=TF_IDF())
            self.opened = wanted
        return self.searcher

    def _close(self) -> None:
        if self.searcher is not None:
            self.searcher.close()
        if self.index is not None:
            self.index.storage.close_files()
        self.index = self.searcher = self.opened = None


def _search(
    searcher: Searcher, asked: Asked, audiences: list[str]
) -> tuple[list[int], bool]:
    reader = searcher.reader()
    query = build_query(asked, reader)
    if query is None or not audiences:
        return [], False
    among = Or([Term("audience", audience) for audience in audiences])
    results = searcher.search(query, limit=MOST_TEXTS, filter=among)
    post_of: Any = reader.column_reader("post")
    found = [docnum for docnum, _score in results.items()]
    ids = dict.fromkeys(int(post_of[docnum]) for docnum in found)
    return list(ids), len(found) >= MOST_TEXTS
