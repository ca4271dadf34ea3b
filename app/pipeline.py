"""What follows a change of a post, as one short list of jobs."""

from collections.abc import Iterable

from app.jobs import enqueue

# Job kinds that take post ids; each brings one kind of copy in line.
_after_change: list[str] = []
_after_rendition: list[str] = []


def follow(kind: str, *, renditions: bool = False) -> None:
    """Run this kind of job after every change of what readers see of a post.

    With `renditions`, also when only a translation of it has changed.
    """
    if kind not in _after_change:
        _after_change.append(kind)
    if renditions and kind not in _after_rendition:
        _after_rendition.append(kind)


def posts_changed(post_ids: Iterable[int]) -> None:
    """Queue all that follows, in the transaction of the change."""
    ids = list(post_ids)
    for kind in _after_change:
        enqueue(kind, ids)


def renditions_changed(post_ids: Iterable[int]) -> None:
    """Queue what depends on translations, in the transaction that stored them."""
    ids = list(post_ids)
    for kind in _after_rendition:
        enqueue(kind, ids)
