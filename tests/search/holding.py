"""What an index holds, term by term, so that two of them can be compared."""

from pathlib import Path

from app.search import generations
from app.search.index import ClosingStorage, segments_of
from app.search.segments import OpenSegment

# The key of a term -> (post, document of the post, place within it), in order.
Held = dict[bytes, list[tuple[int, int, int]]]


def held_in(folder: Path) -> Held:
    storage = ClosingStorage(folder)
    held: Held = {}
    try:
        for found in segments_of(storage, generations.check(folder)):
            _collect(OpenSegment(storage, found), held)
    finally:
        storage.close_files()
    return {key: sorted(places) for key, places in held.items()}


def _collect(segment: OpenSegment, held: Held) -> None:
    posts, nths = segment.columns["post"], segment.columns["nth"]
    for key, term in segment.files.from_key(b""):
        places = segment.files.places(term)
        documents = segment.files.documents(term)
        assert term.documents == len(documents)
        for n in documents:
            if n in segment.deleted:
                continue
            first, end = segment.starts[n], segment.starts[n + 1]
            here = [place - first for place in places if first <= place < end]
            assert here
            held.setdefault(key, []).extend((posts[n], nths[n], p) for p in here)
