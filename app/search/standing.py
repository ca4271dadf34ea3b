"""How the index stands, in plain facts for the health page."""

from dataclasses import dataclass

from app.search import generations, indexing


@dataclass(frozen=True)
class IndexFacts:
    """`texts` counts originals and translations, `waiting` the posts still to do."""

    texts: int
    waiting: int
    size_bytes: int
    # Why it is, or must be, made anew; the worker does so by itself.
    problem: str | None


def describe_index() -> IndexFacts:
    """Say how the index stands, for the health page; one query."""
    home = generations.home()
    known = indexing.known()
    folder = generations.current(home)
    seal, problem = None, "there is no index yet" if folder is None else None
    if folder is not None:
        try:
            seal = generations.check(folder)
            problem = indexing.behind(folder.name, seal, known)
        except generations.Damaged as damage:
            problem = str(damage)
    return IndexFacts(
        texts=seal.texts if seal else 0,
        waiting=known.waiting,
        size_bytes=generations.folder_bytes(home),
        problem=problem,
    )
