"""Spelling: words that may be wrong, how far two are apart, and which terms are near."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from app.search.analysis import PLAIN, words
from app.search.asking import Asked, Clause
from app.search.codec import Term
from app.search.segments import OpenSegment

# Shorter words have too many neighbours; longer ones may have two mistakes.
FEWEST_LETTERS, LETTERS_FOR_TWO = 4, 7
# The first letters of a word are seldom wrong: all that begins with them is looked at.
WHOLE_LETTERS = 2
# What a stem leaves out of a word, and how short it becomes at most.
LONGEST_ENDING, SHORTEST_STEM = 3, 3
# Put in the place of what may be wrong there; folded, as terms are.
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשתםןךףץ",
)


class Spot(NamedTuple):
    """A word of the question that may be misspelt, and where it stands."""

    clause: int
    place: int
    start: int
    end: int
    bare: str

    @property
    def most_apart(self) -> int:
        """Say how many mistakes there may be; another ending is none."""
        return 2 if len(self.bare) >= LETTERS_FOR_TWO else 1


def spots_of(asked: Asked) -> list[Spot]:
    """List the words of a question that can be misspelt."""
    return [
        Spot(n, word.place, word.start, word.end, word.bare)
        for n, clause in enumerate(asked.clauses)
        if not clause.says_little
        for word in words(clause.text, PLAIN)
        if _can_be_wrong(word.bare)
    ]


def _can_be_wrong(bare: str) -> bool:
    # Of a script without spaces there are two letters, at most.
    letters = sum(map(str.isalpha, bare))
    is_number = any(map(str.isdigit, bare))
    return letters >= FEWEST_LETTERS and not is_number and not Clause(bare).says_little


def distance(one: str, other: str, most: int, *, ending: int = 0) -> int:
    """Count the letters changed, left out, added or swapped with the next.

    The last letters of the first, so many at most, need not be in the other. More
    than `most` gives `most + 1`: then the rest does not matter.
    """
    if not -most <= len(one) - len(other) <= most + ending:
        return most + 1
    # Each mistake brings one new letter at most.
    if len(set(other).difference(one)) > most:
        return most + 1
    if len(set(one).difference(other)) > most + ending:
        return most + 1
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    last_row = _aligned(other[start:], one[start:], most)
    return min(most + 1, *last_row[-1 - ending :])


def _aligned(down: str, across: str, most: int) -> list[int]:
    """Say how far the first is from all beginnings of the second, by their length."""
    before: list[int] = []
    row = list(range(len(across) + 1))
    for n, letter in enumerate(down, 1):
        last, before, row = before, row, [n]
        for m, beside in enumerate(across, 1):
            least = min(before[m] + 1, row[-1] + 1, before[m - 1] + (letter != beside))
            swapped = (
                n > 1 and m > 1 and letter == across[m - 2] and down[n - 2] == beside
            )
            row.append(min(least, last[m - 2] + 1) if swapped else least)
        if min(row) > most:
            return [most + 1]
    return row


def near(
    segment: OpenSegment,
    field: int,
    word: str,
    stems: Collection[str],
    most: int,
    *,
    first_letters: bool,
) -> Iterator[tuple[str, Term]]:
    """Find the terms at most so far from a word without its ending; one may come twice.

    3 us for each term of the field that begins with the same two letters; with
    `first_letters` also those that differ there, once: 2 ms more.
    """
    forms = {word, *stems}
    ending = ending_of(word)
    for start in sorted({form[:WHOLE_LETTERS] for form in forms}):
        begin_so = [
            (form, ending if form == word else 0)
            for form in forms
            if form.startswith(start)
        ]
        for term, listed in segment.beginning_with(field, start):
            if any(
                distance(form, term, most, ending=left_out) <= most
                for form, left_out in begin_so
            ):
                yield term, listed
    if first_letters:
        whole = {word[: len(word) - n] for n in range(ending + 1)}.union(stems)
        for other in sorted(set().union(*map(_beginning_otherwise, whole))):
            if found := segment.find(field, other):
                yield other, found


def ending_of(word: str) -> int:
    """Say how many letters of a word may be an ending, and no part of its stem."""
    return min(LONGEST_ENDING, max(0, len(word) - SHORTEST_STEM))


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
