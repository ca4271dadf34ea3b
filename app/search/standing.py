"""How the index stands, in plain facts for the health page."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.search import generations, indexing

# Below this no commit is sure to fit.
LEAST_ROOM_BYTES = 10_000_000


@dataclass(frozen=True)
class IndexFacts:
    """`texts` counts originals and translations, `waiting` the posts still to do."""

    texts: int
    waiting: int
    size_bytes: int
    # Why it must be made anew; the worker does so by itself.
    problem: str | None
    # Posts of how many that have been read for the new one.
    progress: tuple[int, int] | None
    # What keeps the worker from writing: no room, or a folder closed to it.
    full: bool
    closed: Path | None


def describe_index() -> IndexFacts:
    """Say how the index stands, for the health page; one query."""
    home = generations.home()
    known = indexing.known()
    folder = generations.current(home)
    seal, problem = None, "there is no index yet" if folder is None else None
    if folder is not None:
        try:
            seal = generations.check(folder)
            problem = indexing.seems_behind(folder.name, seal, known)
        except generations.Damaged as damage:
            problem = str(damage)
    size_bytes = generations.folder_bytes(home)
    # Another one is as large as this one.
    needed_bytes = LEAST_ROOM_BYTES + (size_bytes if problem else 0)
    return IndexFacts(
        texts=seal.texts if seal else 0,
        waiting=known.waiting,
        size_bytes=size_bytes,
        problem=problem,
        progress=generations.progress(home),
        full=shutil.disk_usage(home.parent).free < needed_bytes,
        closed=_closed(home, folder),
    )


def _closed(home: Path, folder: Path | None) -> Path | None:
    there = [path for path in (home, folder) if path is not None and path.exists()]
    for path in there or [home.parent]:
        if not os.access(path, os.W_OK):
            return path
    return None
