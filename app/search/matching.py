"""Which posts have what was asked for: sets of documents, segment by segment, in time."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from app.search.asking import NEWEST, Asked, Clause, Way
from app.search.codec import Term, lang_number
from app.search.limiting import Limits
from app.search.ranking import Scale, scale, weigh
from app.search.segments import OpenSegment

# CPU of one search in the index. What was found until then is shown.
MOST_SECONDS = 0.4
# Terms that a beginning stands for, in each field of each segment.
MOST_EXPANSIONS = 64
# Posts of a segment that are weighed; beyond these the newest are.
MOST_WEIGHED = 600

# To say how rare a word is so many posts with it are counted; of more each so-manieth.
MOST_COUNTED, SAMPLE_STEP = 2_000, 7


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
    look = _Look(list(segments), asked, limits, order, deadline)
    # Posts that come in later stand in segments that were written later.
    for segment in look.segments:
        try:
            matches, more = look.at(segment)
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


class _Look:
    """One question to the segments, and what all of them are weighed by."""

    def __init__(
        self,
        segments: Sequence[OpenSegment],
        asked: Asked,
        limits: Limits,
        order: str,
        deadline: Deadline,
    ) -> None:
        self.segments, self.asked, self.limits = segments, asked, limits
        self.by_time = order == NEWEST or not asked.required
        self.deadline = deadline
        self._in_largest: dict[Clause, LookedUp] = {}

    def at(self, segment: OpenSegment) -> tuple[list[Match], bool]:
        """Find the posts of one segment; whether more were not looked at."""
        looked_up = self._looked_up(segment, self.asked.required)
        if not all(one.ways for _, one in looked_up):
            return [], False
        # The rarest first: what it leaves is soon nothing.
        looked_up.sort(key=lambda pair: pair[1].count)
        posts: set[int] | None = None
        for _, one in looked_up:
            self.deadline.check()
            posts = one.posts() if posts is None else posts & one.posts()
            if not posts:
                return [], False
        self.deadline.check()
        allowed = list(allowed_among(segment, posts, self.limits))
        cut = any(one.cut for _, one in looked_up)
        titled = _titled(one for _, one in looked_up)
        published, ids = segment.columns["published"], segment.columns["post"]
        if not self.by_time and len(allowed) > MOST_WEIGHED:
            newest = nlargest(MOST_WEIGHED, allowed, key=published.__getitem__)
            allowed = [*newest, *titled.intersection(allowed).difference(newest)]
            cut = True
        weights: dict[int, float] = {}
        if allowed and not self.by_time:
            with suppress(OutOfTimeError):
                weights = self._weights(segment, looked_up, allowed)
        self._forget(segment)
        found = [
            Match(weights.get(n, 0.0), published[n], ids[n], n in titled)
            for n in allowed
        ]
        return found, cut

    def _weights(
        self,
        segment: OpenSegment,
        required: Sequence[tuple[Clause, "LookedUp"]],
        posts: Sequence[int],
    ) -> dict[int, float]:
        rarities = self._scale.rarities
        welcome = self._looked_up(segment, self.asked.welcome)
        return weigh(
            segment,
            [(rarities[clause], one) for clause, one in required],
            [(rarities[clause], one) for clause, one in welcome],
            posts,
            self._scale,
        )

    @cached_property
    def _scale(self) -> Scale:
        clauses = [*self.asked.required, *self.asked.welcome]
        counts = dict.fromkeys(clauses, 0)
        # Of an only word it does not matter how rare it is.
        several = clauses if len(clauses) > 1 else []
        for clause, one in self._looked_up(self._largest, several):
            self.deadline.check()
            counts[clause] = self._count_hers(one.posts())
        return scale(self._largest, counts, self.asked.lang)

    def _count_hers(self, posts: set[int]) -> int:
        """Count those of the largest segment that she may find; of many a sample."""
        step = SAMPLE_STEP if len(posts) > MOST_COUNTED else 1
        if step > 1:
            posts = posts.intersection(range(0, self._largest.count, step))
        audience = Limits(self.limits.audiences)
        return step * sum(1 for _ in allowed_among(self._largest, posts, audience))

    @cached_property
    def _largest(self) -> OpenSegment:
        return max(self.segments, key=lambda segment: segment.count)

    def _looked_up(
        self, segment: OpenSegment, clauses: Sequence[Clause]
    ) -> list[tuple[Clause, "LookedUp"]]:
        # What is looked up to weigh by is looked for there too.
        known = self._in_largest if segment is self._largest else {}
        for clause in clauses:
            if clause not in known:
                ways = clause.ways_in(segment.fields)
                known[clause] = LookedUp(segment, ways, self.deadline)
        return [(clause, known[clause]) for clause in clauses]

    def _forget(self, segment: OpenSegment) -> None:
        # Large sets, which Python's garbage collector goes through again and again.
        if segment is self._largest:
            self._in_largest.clear()


def _titled(looked_up: Iterable["LookedUp"]) -> set[int]:
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

    def found(self) -> Iterator[tuple[Way, list[Term], set[int]]]:
        """Give each way with its terms and the posts that have it so."""
        for (way, terms), posts in zip(self.ways, self._by_way(), strict=True):
            self.deadline.check()
            yield way, terms, posts

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
