"""What a question may have meant: terms near its words, and the posts that have them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import nlargest
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from app.search.analysis import FIELDS, words
from app.search.asking import TEXT_FIELDS, TITLE_FIELDS, Asked, Clause, Way
from app.search.limiting import Limits
from app.search.matching import Deadline, LookedUp, OutOfTimeError, allowed_among
from app.search.segments import OpenSegment
from app.search.spelling import Spot, distance, ending_of, near

# CPU of looking for what was meant, and of that for near terms. What was found
# until then is suggested.
MOST_SECONDS, NEAR_SECONDS = 0.3, 0.2
# More wrong words are no mistakes of spelling.
MOST_WRONG = 2
# Terms that come into question for the only wrong word, and for each of two.
MOST_FOR_ONE, MOST_FOR_EACH = 24, 6
# The newest posts with a term, read to see how it is written there.
POSTS_READ = 4
# Letters of each half of what may be two words.
FEWEST_IN_HALF = 3


@dataclass(eq=False)
class Nearby:
    """A term that may have been meant, and the posts of each segment that have it."""

    field_name: str
    term: str
    apart: int
    posts: dict[int, set[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.posts.values()))


class Meant(NamedTuple):
    """What finds something in the place of what was typed, and some posts that have it.

    Either terms for words, or by the number of a clause what it becomes, and how
    many mistakes that would be.
    """

    post_ids: list[int]
    terms: Sequence[tuple[Spot, Nearby]] = ()
    clauses: Mapping[int, str] = MappingProxyType({})
    apart: int = 0


@dataclass
class Looked:
    """Posts that have a word as it was typed, and what else was meant."""

    known: dict[Spot, list[int]] = field(default_factory=dict)
    meant: list[Meant] = field(default_factory=list)


class Look:
    """One look into the open segments, within what the reader may find."""

    def __init__(
        self,
        segments: Sequence[OpenSegment],
        asked: Asked,
        limits: Limits,
        hers: str,
        deadline: Deadline,
    ) -> None:
        """`hers` is the field of her language: time may run out for the others."""
        self.segments = segments
        self.asked, self.limits = asked, limits
        self.hers, self.deadline = hers, deadline

    def around(self, spots: Sequence[Spot], unread: set[Spot]) -> Looked:
        """Find which words are wrong, and what was meant by them.

        Those `unread` stand only in posts that are hidden by now.
        """
        looked = Looked()
        with suppress(OutOfTimeError):
            wrong = []
            for spot in spots:
                post_ids = [] if spot in unread else self._known(spot)
                if post_ids:
                    looked.known[spot] = post_ids
                else:
                    wrong.append(spot)
            if 0 < len(wrong) <= MOST_WRONG:
                looked.meant += self._terms_meant(wrong)
                looked.meant += self._words_meant({spot.clause for spot in wrong})
        return looked

    def _known(self, spot: Spot) -> list[int]:
        """Give some posts that have a word as it was typed; none when it is wrong."""
        clause = self.asked.clauses[spot.clause]
        alone = Clause(clause.text[spot.start : spot.end], beginning=clause.beginning)
        anywhere = Limits(self.limits.audiences)
        for n, segment in enumerate(self.segments):
            ways = alone.ways_in(segment.fields)
            if found := self._having(segment, ways, anywhere):
                return self._newest({n: found})
        return []

    def _terms_meant(self, wrong: Sequence[Spot]) -> Iterator[Meant]:
        """Put near terms in the place of wrong ones, wherever all is found together."""
        rest = [self._rest(n, {one.clause for one in wrong}) for n in self._numbers()]
        most = MOST_FOR_ONE if len(wrong) == 1 else MOST_FOR_EACH
        choices = []
        for spot in wrong:
            found = sorted(self._nearby(spot, rest), key=self._order)
            choices.append([(spot, one) for one in found[:most]])
        for terms in product(*choices):
            posts = {
                n: set.intersection(*(one.posts.get(n, set()) for _, one in terms))
                for n in self._numbers()
            }
            if post_ids := self._newest(posts):
                yield Meant(post_ids, terms=terms)

    def _words_meant(self, wrong: set[int]) -> Iterator[Meant]:
        """Write two words as one, or one as two, where that is all that is wrong."""
        for clauses in self._joined_or_parted(wrong):
            (said,) = filter(None, clauses.values())
            phrase = Clause(said, quoted=True)
            posts = {
                n: self._having(
                    segment,
                    phrase.ways_in(segment.fields),
                    self.limits,
                    self._rest(n, {*clauses}),
                )
                for n, segment in enumerate(self.segments)
            }
            if post_ids := self._newest(posts):
                # Two short words are found by chance more often than one long.
                yield Meant(post_ids, clauses=clauses, apart=3 - len(clauses))

    def _joined_or_parted(self, wrong: set[int]) -> Iterator[dict[int, str]]:
        single = {
            n: one.text
            for n, one in enumerate(self.asked.clauses)
            if one.text.isalpha() and not one.quoted
        }
        for n in single:
            if n + 1 in single and wrong <= {n, n + 1}:
                yield {n: single[n] + single[n + 1], n + 1: ""}
        for n in wrong.intersection(single) if len(wrong) == 1 else ():
            text = single[n]
            for at in range(FEWEST_IN_HALF, len(text) - FEWEST_IN_HALF + 1):
                yield {n: f"{text[:at]} {text[at:]}"}

    def _nearby(self, spot: Spot, rest: Sequence[set[int] | None]) -> list[Nearby]:
        """Find terms near a word, each with a post that has it and the rest."""
        found: dict[tuple[str, str], Nearby] = {}
        deadline = Deadline(NEAR_SECONDS)
        there = set[int]().union(*(segment.fields for segment in self.segments))
        others = sorted(
            name
            for name in FIELDS
            if name != self.hers and there & {TEXT_FIELDS[name], TITLE_FIELDS[name]}
        )
        with suppress(OutOfTimeError):
            for name in (self.hers, *others):
                self._collect(spot, name, rest, found, deadline)
            # Two letters that begin a word are wrong less often.
            for name in others if not found else ():
                self._collect(spot, name, rest, found, deadline, first_letters=True)
        return list(found.values())

    def _collect(
        self,
        spot: Spot,
        name: str,
        rest: Sequence[set[int] | None],
        found: dict[tuple[str, str], Nearby],
        deadline: Deadline,
        *,
        first_letters: bool = False,
    ) -> None:
        stems = {term for word in words(spot.bare, name) for term in word.terms}
        for n, segment in enumerate(self.segments):
            for number in (TEXT_FIELDS[name], TITLE_FIELDS[name]):
                deadline.check()
                for term, _ in near(
                    segment,
                    number,
                    spot.bare,
                    stems,
                    spot.most_apart,
                    # Titles are few, and their words stand in texts as well.
                    first_letters=number == TEXT_FIELDS[name]
                    and (first_letters or name == self.hers),
                ):
                    ways = self._with_term(spot, name, number, term)
                    posts = self._having(segment, ways, self.limits, rest[n])
                    if posts:
                        one = Nearby(name, term, _apart(spot, stems, term))
                        one = found.setdefault((name, term), one)
                        one.posts.setdefault(n, set()).update(posts)

    def _with_term(self, spot: Spot, name: str, number: int, term: str) -> list[Way]:
        """Put a term in the place of a word, wherever that stands in its clause."""
        clause = self.asked.clauses[spot.clause]
        ways = (one for one in clause.ways_in({number}) if not one.beginning)
        # A pair of neighbours in a script without spaces is one term of two places.
        return list(
            dict.fromkeys(
                replace(
                    way,
                    terms=tuple(
                        term if place == spot.place else other
                        for other, place in zip(way.terms, way.distances, strict=True)
                    ),
                )
                for way in ways
                if spot.place in way.distances
            )
        )

    def _rest(self, number: int, without: set[int]) -> set[int] | None:
        """Give the posts of a segment that have all other words; None for no words."""
        required = self.asked.required
        segment = self.segments[number]
        found = [
            LookedUp(segment, clause.ways_in(segment.fields), self.deadline).posts()
            for n, clause in enumerate(self.asked.clauses)
            if n not in without and clause in required
        ]
        return set.intersection(*found) if found else None

    def _having(
        self,
        segment: OpenSegment,
        ways: Sequence[Way],
        limits: Limits,
        rest: set[int] | None = None,
    ) -> set[int]:
        posts = LookedUp(segment, ways, self.deadline).posts()
        if rest is not None:
            posts &= rest
        return set(allowed_among(segment, posts, limits))

    def _newest(self, posts: Mapping[int, set[int]]) -> list[int]:
        columns = [segment.columns for segment in self.segments]
        found = (
            (columns[n]["published"][one], columns[n]["post"][one])
            for n, some in posts.items()
            for one in some
        )
        return [post_id for _, post_id in nlargest(POSTS_READ, found)]

    def _numbers(self) -> range:
        return range(len(self.segments))

    def _order(self, one: Nearby) -> tuple[int, bool, int, str, str]:
        return (
            one.apart,
            one.field_name != self.hers,
            -one.count,
            one.field_name,
            one.term,
        )


def _apart(spot: Spot, stems: set[str], term: str) -> int:
    """Guess how far a word is from one with this term.

    As if it had the same ending; one that was misspelt too is a mistake more.
    """
    bare, most = spot.bare, spot.most_apart
    endings = {bare[len(stem) :] for stem in stems if bare.startswith(stem)}
    apart = [distance(bare, term + ending, most) for ending in {"", *endings}]
    if not endings:
        apart += [distance(stem, term, most) for stem in stems]
    return min(*apart, 1 + distance(bare, term, most, ending=ending_of(bare)))
