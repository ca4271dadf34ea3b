"""What a reader expects first: how well a post fits what was asked for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import product
from math import log
from typing import TYPE_CHECKING

from app.search.analysis import FIELDS, field_of

if TYPE_CHECKING:
    from app.search.asking import Clause
    from app.search.matching import LookedUp
    from app.search.segments import OpenSegment

# What a title adds to what its text says: more than any number of mentions.
TITLE_WEIGHT = 2.0
# As in BM25: how soon another mention adds no more, and how much a long text takes.
SATURATION, LENGTH_SHARE = 1.2, 0.45
# What a word counts in a language that is not the reader's, where it may mean
# something else.
OTHER_LANGUAGE = 0.7
# Words so many places from each other are about the same; neighbours add this much.
NEAR_PLACES, NEAR_WEIGHT = 8, 0.5
# So many of the best are looked at for it, in each segment.
NEAR_POSTS = 300
# Mentions of a word in one post that others are looked for beside.
MOST_MENTIONS = 8
# Posts that differ by less, of what all words say together, fit alike: then the newer
# one comes first.
STEP = 0.1

# The first place of each post, and that after its last.
Bounds = Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Scale:
    """By what the posts of all segments are weighed alike."""

    rarities: Mapping["Clause", float]
    # Places of a post.
    average: float
    # The field of the reader's language; None if it is not known.
    hers: int | None


def scale(segment: "OpenSegment", counts: Mapping["Clause", int], lang: str) -> Scale:
    """Tell how rare words are by the posts of a large segment that she may find.

    Beside the commonest of them, and nothing else: or the order would tell what
    others write.
    """
    most = 2 * max([1, *counts.values()])
    return Scale(
        {one: log(1 + most / max(1, count)) for one, count in counts.items()},
        max(1.0, segment.starts[-1] / max(1, segment.count)),
        FIELDS.index(field_of(lang)) if lang else None,
    )


def weigh(
    segment: "OpenSegment",
    required: Sequence[tuple[float, "LookedUp"]],
    welcome: Sequence[tuple[float, "LookedUp"]],
    posts: Iterable[int],
    scale: Scale,
) -> dict[int, float]:
    """Say how well each post fits; `OutOfTimeError` may come.

    Rare words say more than common ones, several mentions more than one, short
    texts more than long ones, titles more than texts, the reader's language more
    than others, and words beside each other more than words far apart.
    """
    starts = segment.starts
    bounds = {n: (starts[n], starts[segment.end_of_post(n)]) for n in posts}
    weights = dict.fromkeys(bounds, 0.0)
    weighed = [
        _Weighed(rarity, one, bounds, scale) for rarity, one in (*required, *welcome)
    ]
    for one in weighed:
        rarity = one.rarity
        for n, weight in one.best.items():
            weights[n] += rarity * weight
    if len(required) > 1:
        for n in nlargest(NEAR_POSTS, weights, key=weights.__getitem__):
            for other in weighed[1 : len(required)]:
                weights[n] += _nearness(weighed[0], other, bounds[n])
    step = STEP * sum(rarity for rarity, _ in required)
    return {n: weight // step for n, weight in weights.items()}


class _Weighed:
    """A clause in one segment: how much each post has of it, and where."""

    def __init__(
        self, rarity: float, one: "LookedUp", bounds: Bounds, scale: Scale
    ) -> None:
        self.rarity = rarity
        self.best: dict[int, float] = {}
        # By the field, its places.
        self.places: dict[int, list[list[int]]] = defaultdict(list)
        for way, terms, posts in one.found():
            here = posts.intersection(bounds)
            if not here:
                continue
            share = 1.0 if way.field % len(FIELDS) == scale.hers else OTHER_LANGUAGE
            base = TITLE_WEIGHT if way.in_title else 0.0
            places = one.segment.files.places(min(terms))
            self._add(places, here, bounds, share, base, scale.average)
            if not way.beginning:
                self.places[way.field].append(places)

    def _add(
        self,
        places: list[int],
        here: Iterable[int],
        bounds: Bounds,
        share: float,
        base: float,
        average: float,
    ) -> None:
        best = self.best
        fixed = SATURATION * (1 - LENGTH_SHARE)
        grows = SATURATION * LENGTH_SHARE / average
        for n in here:
            low, high = bounds[n]
            first = bisect_left(places, low)
            times = bisect_left(places, high, first) - first
            weight = share * (base + times / (times + fixed + grows * (high - low)))
            if weight > best.get(n, 0.0):
                best[n] = weight


def _nearness(one: _Weighed, other: _Weighed, within: tuple[int, int]) -> float:
    """Say what a post gains by two clauses that stand close together in it."""
    gaps = [
        _gap(places, others, within)
        for field in one.places.keys() & other.places.keys()
        for places, others in product(one.places[field], other.places[field])
    ]
    gap = min(gaps, default=0)
    near = 0 < gap <= NEAR_PLACES
    return NEAR_WEIGHT * min(one.rarity, other.rarity) / gap if near else 0.0


def _gap(places: list[int], others: list[int], within: tuple[int, int]) -> int:
    """Say how many places the nearest two of a post are apart."""
    low, high = within
    first, least = bisect_left(places, low), NEAR_PLACES + 1
    for place in places[first : first + MOST_MENTIONS]:
        if place >= high:
            break
        at = bisect_left(others, place)
        for beside in others[max(0, at - 1) : at + 1]:
            if low <= beside < high:
                least = min(least, abs(beside - place))
    return least
