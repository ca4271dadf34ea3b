"""Posts that have most of what was asked, for a page that few with all of it would fill."""

from collections.abc import Sequence
from heapq import nlargest
from math import log

from app.search.asking import NEWEST, Asked, Clause
from app.search.limiting import Limits
from app.search.matching import (
    Deadline,
    LookedUp,
    Match,
    Matches,
    OutOfTimeError,
    allowed_among,
)
from app.search.segments import OpenSegment

# With so many posts that have all, nobody needs others.
ENOUGH = 10
# Of what all words say together, each by its rarity: of two words as rare one will do,
# and not the commoner one of two.
MOST_OF_IT = 0.4
# More than a page shows, since not all that are found may still be read.
MOST_POSTS = 3 * ENOUGH


def match_partly(
    segments: Sequence[OpenSegment],
    asked: Asked,
    limits: Limits,
    matches: Matches,
    *,
    order: str,
    deadline: Deadline,
) -> list[Match]:
    """Find posts beside these matches, the ones with the rarest words first.

    None where enough have all, or time is up: never raises for want of it.
    """
    if order == NEWEST or matches.more or len(matches.found) >= ENOUGH:
        return []
    if len(asked.required) < 2:
        return []
    known = {match.post_id for match in matches.found}
    try:
        found = _found(segments, asked, limits, deadline)
    except OutOfTimeError:
        return []
    return nlargest(MOST_POSTS, (one for one in found if one.post_id not in known))


def _found(
    segments: Sequence[OpenSegment], asked: Asked, limits: Limits, deadline: Deadline
) -> list[Match]:
    everywhere = [
        [_hers(segment, clause, limits, deadline) for segment in segments]
        for clause in asked.required
    ]
    weighed = sorted(
        zip(_rarities(segments, everywhere), everywhere, strict=True),
        key=lambda pair: -pair[0],
    )
    left = sum(weight for weight, _posts in weighed)
    least = MOST_OF_IT * left
    matches: list[Match] = []
    for n, segment in enumerate(segments):
        weights: dict[int, float] = {}
        rest = left
        for weight, posts in weighed:
            deadline.check()
            # What has only this and commoner words may still have enough.
            fresh = posts[n] if rest >= least else posts[n].intersection(weights)
            for post in fresh:
                weights[post] = weights.get(post, 0.0) + weight
            rest -= weight
        columns = segment.columns
        matches += [
            Match(weight, columns["published"][post], columns["post"][post])
            for post, weight in weights.items()
            if weight >= least
        ]
    return matches


def _hers(
    segment: OpenSegment, clause: Clause, limits: Limits, deadline: Deadline
) -> set[int]:
    """Find the posts with a clause that she may find.

    Were all counted, she would learn from what is shown which words others use.
    """
    posts = LookedUp(segment, clause.ways_in(segment.fields), deadline).posts()
    deadline.check()
    return set(allowed_among(segment, posts, limits))


def _rarities(
    segments: Sequence[OpenSegment], everywhere: Sequence[Sequence[set[int]]]
) -> list[float]:
    """Say how much each word tells; one that is nowhere as much as the rarest."""
    documents = sum(segment.count for segment in segments)
    counts = [sum(map(len, posts)) for posts in everywhere]
    rarest = min((count for count in counts if count), default=1)
    return [log(1 + documents / (count or rarest)) for count in counts]
