"""Which posts have what was asked for: sets of documents, segment by segment, in time."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import islice
from math import log
from typing import NamedTuple

from app.search.asking import NEWEST, Asked, Way
from app.search.codec import Term, lang_number
from app.search.limiting import Limits
from app.search.segments import OpenSegment

# CPU of one search in the index. What was found until then is shown.
MOST_SECONDS = 0.4
# Terms that a beginning stands for, in each field of each segment.
MOST_EXPANSIONS = 64
# Posts that are weighed; beyond these the newest are.
MOST_WEIGHED = 2_000

_TITLE_WEIGHT = 2.0
# As in BM25: how soon another mention adds no more, and how much a long text takes.
_SATURATION, _LENGTH_SHARE = 1.2, 0.6


class Match(NamedTuple):
    """A post that was found, with what it is ordered by."""

    weight: float
    published: int
    post_id: int
    # All that was looked for stands in its thread's title.
    titled: bool = False


@dataclass
class Matches:
    """Posts in the order asked for; `more` when not all were looked at or kept."""

    found: list[Match] = field(default_factory=list)
    more: bool = False


class OutOfTimeError(Exception):
    """The search has used the CPU that is its share."""


class Deadline:
    """The CPU time a search may use, in its own thread."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self.end = time.thread_time() + seconds

    def check(self) -> None:
        if time.thread_time() > self.end:
            raise OutOfTimeError


def match(
    segments: Iterable[OpenSegment],
    asked: Asked,
    limits: Limits,
    *,
    order: str,
    most: int,
    deadline: Deadline,
) -> Matches:
    """Find at most so many posts that have what is asked, the best or newest first.

    Never raises for want of time: what the segments looked at by then have is
    given, and `more` is set.
    """
    result = Matches()
    # Posts that come in later stand in segments that were written later.
    for segment in segments:
        try:
            matches, more = _in_segment(segment, asked, limits, order, deadline)
        except OutOfTimeError:
            result.more = True
            break
        result.found += matches
        result.more |= more
    if order == NEWEST:
        ordered = nlargest(most + 1, result.found, key=_by_time)
    else:
        ordered = nlargest(most + 1, result.found)
    result.more |= len(ordered) > most
    result.found = ordered[:most]
    return result


def _by_time(match: Match) -> tuple[int, int]:
    return match.published, match.post_id


def _in_segment(
    segment: OpenSegment,
    asked: Asked,
    limits: Limits,
    order: str,
    deadline: Deadline,
) -> tuple[list[Match], bool]:
    looked_up = [LookedUp(segment, one.ways, deadline) for one in asked.required]
    if not all(one.ways for one in looked_up):
        return [], False
    # The rarest first: what it leaves is soon nothing.
    looked_up.sort(key=lambda one: one.count)
    posts: set[int] | None = None
    for one in looked_up:
        deadline.check()
        posts = one.posts() if posts is None else posts & one.posts()
        if not posts:
            return [], False
    deadline.check()
    allowed = list(allowed_among(segment, posts, limits))
    cut = any(one.cut for one in looked_up)
    published, ids = segment.columns["published"], segment.columns["post"]
    titled = _titled(looked_up)
    if order == NEWEST or not looked_up:
        return [Match(0.0, published[n], ids[n], n in titled) for n in allowed], cut
    if len(allowed) > MOST_WEIGHED:
        newest = nlargest(MOST_WEIGHED, allowed, key=published.__getitem__)
        allowed = [*newest, *titled.intersection(allowed).difference(newest)]
        cut = True
    weights = dict.fromkeys(allowed, 0.0)
    with suppress(OutOfTimeError):
        looked_up += [LookedUp(segment, one.ways, deadline) for one in asked.welcome]
        for one in looked_up:
            one.weigh(weights)
    matches = [Match(weights[n], published[n], ids[n], n in titled) for n in allowed]
    return matches, cut


def _titled(looked_up: Sequence["LookedUp"]) -> set[int]:
    """Give the posts that have all of it in the title of the thread they begin."""
    found = [one.titled() for one in looked_up]
    return set.intersection(*found) if found else set()


def allowed_among(
    segment: OpenSegment, posts: set[int] | None, limits: Limits
) -> Iterable[int]:
    columns = segment.columns
    found: Iterable[int]
    if posts is None:
        found = (n for n, nth in enumerate(columns["nth"]) if not nth)
    else:
        found = posts
    if segment.deleted:
        found = [n for n in found if n not in segment.deleted]
    for name, wanted in (
        ("audience", limits.audiences),
        ("author", limits.authors),
        ("forum", limits.forums),
    ):
        if wanted is not None:
            column = columns[name]
            found = [n for n in found if column[n] in wanted]
    if limits.written_in is not None:
        lang, wanted_lang = columns["lang"], lang_number(limits.written_in)
        found = [n for n in found if lang[n] == wanted_lang]
    published = columns["published"]
    if limits.since is not None:
        found = [n for n in found if published[n] >= limits.since]
    if limits.until is not None:
        found = [n for n in found if published[n] < limits.until]
    return found


class LookedUp:
    """A clause in one segment: the ways in which it is found there."""

    def __init__(
        self, segment: OpenSegment, ways: Iterable[Way], deadline: Deadline
    ) -> None:
        self.segment, self.deadline = segment, deadline
        # More terms begin so than are looked at.
        self.cut = False
        self.ways: list[tuple[Way, list[Term]]] = []
        for way in ways:
            deadline.check()
            self.ways += self._found(way)
        self.count = sum(min(t.documents for t in terms) for _, terms in self.ways)
        self._posts: list[set[int]] = []

    def _found(self, way: Way) -> Iterator[tuple[Way, list[Term]]]:
        if way.beginning:
            expanded = self.segment.beginning_with(way.field, way.terms[0])
            terms = [term for _, term in islice(expanded, MOST_EXPANSIONS + 1)]
            self.cut |= len(terms) > MOST_EXPANSIONS
            for term in terms[:MOST_EXPANSIONS]:
                yield way, [term]
            return
        found = [self.segment.find(way.field, term) for term in way.terms]
        if all(found):
            yield way, [term for term in found if term]

    def posts(self) -> set[int]:
        """Give the first documents of all posts that have the clause."""
        return set().union(*self._by_way())

    def titled(self) -> set[int]:
        """Give those that have it in their title."""
        ways = zip(self.ways, self._by_way(), strict=True)
        return set().union(*(posts for (way, _), posts in ways if way.in_title))

    def _by_way(self) -> list[set[int]]:
        if not self._posts:
            for way, terms in self.ways:
                self.deadline.check()
                self._posts.append(self._posts_of(way, terms))
        return self._posts

    def _posts_of(self, way: Way, terms: list[Term]) -> set[int]:
        if len(terms) == 1:
            return self.segment.posts_with(terms[0])
        return self.segment.posts_at(self._together(way, terms))

    def _together(self, way: Way, terms: list[Term]) -> set[int]:
        """Find the places where a phrase begins: all its words, each at its distance."""
        rarest_first = sorted(
            zip(terms, way.distances, strict=True), key=lambda one: one[0].documents
        )
        places: set[int] | None = None
        for term, distance in rarest_first:
            self.deadline.check()
            listed = self.segment.files.places(term)
            begins = (place - distance for place in listed) if distance else listed
            places = set(begins) if places is None else places.intersection(begins)
            if not places:
                break
        return places or set()

    def weigh(self, weights: dict[int, float]) -> None:
        """Add to the weight of each post what this clause says for it.

        Rare words more than common ones, several mentions more than one, short
        texts more than long ones, titles more than texts.
        """
        segment = self.segment
        rarity = log(1 + segment.count / max(1, len(self.posts())))
        average = max(1.0, segment.starts[-1] / max(1, segment.count))
        best = dict.fromkeys(weights, 0.0)
        for (way, terms), posts in zip(self.ways, self._by_way(), strict=True):
            self.deadline.check()
            here = posts.intersection(weights)
            if not here:
                continue
            places = segment.files.places(min(terms))
            for n in here:
                times, length = segment.times_in(places, n)
                slow = 1 - _LENGTH_SHARE + _LENGTH_SHARE * length / average
                weight = times / (times + _SATURATION * slow)
                best[n] = max(best[n], weight + _TITLE_WEIGHT * way.in_title)
        for n, weight in best.items():
            weights[n] += rarity * weight
