"""Posts that have most of what was asked, for a page that few with all of it would fill."""

from collections.abc import Sequence
from heapq import nlargest
from math import log

from app.search.asking import NEWEST, Asked
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
    looked_up = [
        [LookedUp(segment, clause.ways, deadline) for segment in segments]
        for clause in asked.required
    ]
    weighed = sorted(
        zip(_rarities(segments, looked_up), looked_up, strict=True),
        key=lambda pair: -pair[0],
    )
    left = sum(weight for weight, _everywhere in weighed)
    least = MOST_OF_IT * left
    matches: list[Match] = []
    for n, segment in enumerate(segments):
        weights: dict[int, float] = {}
        rest = left
        for weight, everywhere in weighed:
            deadline.check()
            posts = everywhere[n].posts()
            # What has only this and commoner words may still have enough.
            fresh = posts if rest >= least else posts.intersection(weights)
            for post in fresh:
                weights[post] = weights.get(post, 0.0) + weight
            rest -= weight
        enough = {post for post, weight in weights.items() if weight >= least}
        columns = segment.columns
        matches += [
            Match(weights[post], columns["published"][post], columns["post"][post])
            for post in allowed_among(segment, enough, limits)
        ]
    return matches


def _rarities(
    segments: Sequence[OpenSegment], looked_up: Sequence[Sequence[LookedUp]]
) -> list[float]:
    """Say how much each word tells; one that is nowhere as much as the rarest."""
    documents = sum(segment.count for segment in segments)
    counts = [sum(one.count for one in everywhere) for everywhere in looked_up]
    rarest = min((count for count in counts if count), default=1)
    return [log(1 + documents / (count or rarest)) for count in counts]
