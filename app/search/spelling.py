"""Terms that are spelt almost like another: how far two are apart, and which are near."""

from collections.abc import Collection, Iterator

from app.search.codec import Term
from app.search.segments import OpenSegment

# What two letters begin a word is seldom wrong, and so is looked through whole.
WHOLE_LETTERS = 2
# Put in the place of what may be wrong there; folded, as terms are.
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשתםןךףץ",
)


def distance(one: str, other: str, most: int) -> int:
    """Count the letters changed, left out, added or swapped with the next.

    More than `most` gives `most + 1`: then the rest does not matter.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    start, ends = 0, (len(one), len(other))
    while start < min(ends) and one[start] == other[start]:
        start += 1
    while min(ends) > start and one[ends[0] - 1] == other[ends[1] - 1]:
        ends = ends[0] - 1, ends[1] - 1
    return min(most + 1, _aligned(one[start : ends[0]], other[start : ends[1]], most))


def _aligned(one: str, other: str, most: int) -> int:
    if not one or not other:
        return len(one) + len(other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        last, before, row = before, row, [n]
        for m, beside in enumerate(other, 1):
            least = min(before[m] + 1, row[-1] + 1, before[m - 1] + (letter != beside))
            swapped = (
                n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == beside
            )
            row.append(min(least, last[m - 2] + 1) if swapped else least)
        if min(row) > most:
            return most + 1
    return row[-1]


def near(
    segment: OpenSegment,
    field: int,
    forms: Collection[str],
    most: int,
    *,
    first_letters: bool,
) -> Iterator[tuple[str, Term]]:
    """Find the terms at most so far from one of these forms; one may come twice.

    4 us for each term of the field that begins with the same two letters; with
    `first_letters` also those that differ there, once: 1 ms more.
    """
    for start in sorted({form[:WHOLE_LETTERS] for form in forms}):
        begin_so = [form for form in forms if form.startswith(start)]
        for term, listed in segment.beginning_with(field, start):
            if any(_is_near(form, term, most) for form in begin_so):
                yield term, listed
    if first_letters:
        for other in sorted(set().union(*map(_beginning_otherwise, forms))):
            if found := segment.find(field, other):
                yield other, found


def _is_near(one: str, other: str, most: int) -> bool:
    if abs(len(one) - len(other)) > most:
        return False
    # Each mistake takes a letter away and brings one, at most.
    if len(set(one).symmetric_difference(other)) > 2 * most:
        return False
    return distance(one, other, most) <= most


def _beginning_otherwise(term: str) -> set[str]:
    """Spell it with one mistake before its third letter."""
    alphabet = next((letters for letters in _ALPHABETS if term[0] in letters), "")
    spelt = {term[1:], term[:1] + term[2:], term[1::-1] + term[2:]}
    spelt.add(term[:1] + term[2:3] + term[1:2] + term[3:])
    for n in range(WHOLE_LETTERS):
        before, letter, after = term[:n], term[n : n + 1], term[n + 1 :]
        for other in alphabet:
            spelt.update((before + other + letter + after, before + other + after))
    return {one for one in spelt if one and one[:WHOLE_LETTERS] != term[:WHOLE_LETTERS]}
