"""chrF: how much of the reference's character sequences a translation has, in points.

Popović 2015: sequences of one to six characters without spaces, over the whole set;
recall counts twice as much as precision.
"""

from collections import Counter
from collections.abc import Iterable

LONGEST, BETA = 6, 2.0


def chrf(pairs: Iterable[tuple[str, str]]) -> float:
    """Compare translations with their references; 100 is the same words throughout."""
    said, wanted, shared = ([0] * LONGEST for _n in range(3))
    for translation, reference in pairs:
        for n in range(LONGEST):
            ours, theirs = _grams(translation, n + 1), _grams(reference, n + 1)
            said[n] += ours.total()
            wanted[n] += theirs.total()
            shared[n] += (ours & theirs).total()
    precision = _mean(shared, said)
    recall = _mean(shared, wanted)
    if not precision or not recall:
        return 0.0
    weight = BETA**2
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall)


def _grams(text: str, length: int) -> Counter[str]:
    bare = "".join(text.split())
    return Counter(bare[at : at + length] for at in range(len(bare) - length + 1))


def _mean(shared: list[int], of: list[int]) -> float:
    return sum(s / n if n else 0.0 for s, n in zip(shared, of, strict=True)) / LONGEST
