"""Words as they are looked for: cut, stemmed and folded by each language's own rules."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from functools import cache, lru_cache
from itertools import chain, count, repeat
from operator import add
from typing import NamedTuple

from app.search.folding import APOSTROPHES, fold
from app.search.stemming import STEMMED, terms_of

# Raise when the same text gives other terms: older indexes are then rebuilt.
ANALYSIS_VERSION = 3

# All languages whose words are not stemmed share one field.
PLAIN = "plain"
FIELDS = (*sorted(STEMMED), PLAIN)
# Codes of one language under several names, Argos' own among them.
_ALIASES = {"nb": "no", "nn": "no", "pb": "pt"}

# A longer term is an address or a cat on the keyboard.
MAX_TERM = 40
# Of words whose terms are kept, over all fields: about 25 MB; in a rebuild, 80.
MOST_KNOWN, MOST_KNOWN_REBUILDING = 100_000, 300_000

# Scripts written without spaces, and Korean, whose particles cling to the word.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]+"
)
_SUPPLEMENTARY = re.compile("[\U00010000-\U0010ffff]")


class Word(NamedTuple):
    """A word of a text: where it stands, and what it is found by."""

    start: int
    end: int
    # Its place in the text; several words at one place are parts of each other.
    place: int
    # Without case and accents, not stemmed.
    bare: str
    terms: tuple[str, ...]


def field_of(lang: str) -> str:
    """Say in which field of the index texts of this language are found."""
    code = re.split("[-_]", lang.lower())[0]
    code = _ALIASES.get(code, code)
    return code if code in STEMMED else PLAIN


def words(text: str, field: str) -> Iterator[Word]:
    """Cut a text into words as this field's languages have them.

    A script without spaces gives each character and each pair of neighbours.
    `text` is untrusted; takes time in proportion to its length.
    """
    place = 0
    for found in _pattern(text).finditer(text.replace("_", " ")):
        start = found.start()
        for part, spaceless in _parts(found.group()):
            end = start + len(part)
            if spaceless:
                for word in _pairs(part, start, place):
                    yield word
                    place = word.place + 1
            else:
                bare, terms = _terms(part[: MAX_TERM * 2], field)
                if terms:
                    yield Word(start, end, place, bare, terms)
                    place += 1
            start = end


def indexed(text: str, field: str) -> tuple[list[str], list[int], int]:
    """Give the terms of `words` in order, the place of each, and how many places.

    At the speed of C for words that were met before: 0.4 us a word, where
    `words` takes 4; 15 us for a new one.
    """
    found = _pattern(text).findall(text.replace("_", " "))
    known = _known[field]
    if _SPACELESS.search(text):
        there = list(_with_pairs(found, known))
    else:
        there = list(filter(None, map(known.__getitem__, found)))
    terms = list(chain.from_iterable(there))
    if len(terms) == len(there):
        return terms, list(range(len(there))), len(there)
    places = chain.from_iterable(map(repeat, count(), map(len, there)))
    return terms, list(places), len(there)


def forms(text: str) -> set[str]:
    """Give the different words of a text as they are written: 0.2 us each."""
    return set(_pattern(text).findall(text.replace("_", " ")))


def occurrences(
    text: str, field: str, wanted: Set[str], beginnings: tuple[str, ...] = ()
) -> Iterator[tuple[int, int, str]]:
    """Give where words stand that have a wanted term or begin so: start, end, term.

    One by one, so that a caller may stop early: 0.6 us a word that was met before.
    """
    known = _known[field]
    spaceless = _SPACELESS.search(text)
    for found in _pattern(text).finditer(text.replace("_", " ")):
        if spaceless and _SPACELESS.search(found.group()):
            for word in words(found.group(), field):
                if term := _first(word.terms, word.bare, wanted, beginnings):
                    yield found.start() + word.start, found.start() + word.end, term
            continue
        terms = known[found.group()]
        if beginnings:
            term = _first(terms, _folded(found.group()), wanted, beginnings)
            if term:
                yield found.start(), found.end(), term
        elif not wanted.isdisjoint(terms):
            yield found.start(), found.end(), _first(terms, "", wanted, ())


def _first(
    terms: tuple[str, ...], bare: str, wanted: Set[str], beginnings: tuple[str, ...]
) -> str:
    for term in terms:
        if term in wanted or term.startswith(beginnings):
            return term
    return bare if bare.startswith(beginnings) else ""


class _Known(dict[str, tuple[str, ...]]):
    """The terms of each word of a field, worked out when it is first met."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field
        # What was met before the last time that there were too many.
        self.older: dict[str, tuple[str, ...]] = {}

    def __missing__(self, word: str) -> tuple[str, ...]:
        terms = self.older.get(word)
        if terms is None:
            terms = _analysed(word[: MAX_TERM * 2], self.field)[1]
        if len(word) <= MAX_TERM:
            if sum(map(len, _known.values())) >= _most_known[-1] // 2:
                for known in _known.values():
                    known.older = dict(known)
                    known.clear()
            self[word] = terms
        return terms


_known = {field: _Known(field) for field in FIELDS}
_most_known = [MOST_KNOWN]


def know_more() -> None:
    """Keep more words in this process: it indexes all there is, and ends."""
    _most_known[:] = [MOST_KNOWN_REBUILDING]


def _with_pairs(found: Iterable[str], known: _Known) -> Iterator[tuple[str, ...]]:
    for one in found:
        for part, spaceless in _parts(one):
            if spaceless:
                chars = [_folded(char) for char in _clusters().findall(part)]
                yield from zip(map(add, chars, chars[1:]), chars, strict=False)
                yield (chars[-1],)
            elif terms := known[part]:
                yield terms


@cache
def _marks(most: int = 0x1F000) -> str:
    r"""Give the combining marks of all scripts as ranges for a regular expression.

    `\w` leaves them out, and would cut Hindi, Thai and marked Arabic to pieces.
    """
    ranges: list[list[int]] = []
    for code in range(0x300, most):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


def _pattern(text: str) -> re.Pattern[str]:
    # Python tries marks above U+FFFF one by one, which takes three times as long.
    return _words_with(_marks() if _SUPPLEMENTARY.search(text) else _marks(0x10000))


@cache
def _words_with(marks: str) -> re.Pattern[str]:
    letters = rf"[\w{marks}\u200c\u200d]+"
    return re.compile(rf"{letters}(?:[{APOSTROPHES}]{letters})*")


@cache
def _clusters() -> re.Pattern[str]:
    marks = _marks(0x10000) + "\uff9e\uff9f"  # the half-width dots of Japanese
    # The parts of a Korean syllable may come apart.
    hangul = "[\u1100-\u115f][\u1160-\u11a7]+[\u11a8-\u11ff]*"
    return re.compile(rf"{hangul}|[^{marks}][{marks}]*|[{marks}]+")


def _parts(found: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for run in _SPACELESS.finditer(found):
        if run.start() > at:
            yield found[at : run.start()], False
        yield run.group(), True
        at = run.end()
    if at < len(found):
        yield found[at:], False


def _pairs(run: str, start: int, place: int) -> Iterator[Word]:
    found = [
        (start + one.start(), start + one.end(), _folded(one.group()))
        for one in _clusters().finditer(run)
    ]
    for n, (begin, end, char) in enumerate(found):
        if n + 1 < len(found):
            pair = char + found[n + 1][2]
            yield Word(begin, found[n + 1][1], place + n, pair, (pair,))
        yield Word(begin, end, place + n, char, (char,))


@lru_cache(maxsize=10_000)
def _folded(word: str) -> str:
    # Marks without end can stand on one character.
    return fold(word[:MAX_TERM])[:MAX_TERM]


def _analysed(word: str, field: str) -> tuple[str, tuple[str, ...]]:
    """Give a word folded, and the terms it is found by."""
    lower = unicodedata.normalize("NFKC", word).casefold()[: MAX_TERM * 2]
    for apostrophe in APOSTROPHES[1:]:
        lower = lower.replace(apostrophe, "'")
    bare = fold(lower)
    terms = terms_of(lower, field) if field in STEMMED else [bare]
    return bare, tuple(term[:MAX_TERM] for term in terms if term)


_terms = lru_cache(maxsize=5_000)(_analysed)
