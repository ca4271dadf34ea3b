"""What a person typed, and the ways in which each of its words may stand in the index."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from app.search.analysis import FIELDS, PLAIN, Word, words
from app.search.folding import fold
from app.search.stop_words import names_of_things, stop_words

MAX_CHARACTERS = 200
MAX_WORDS = 12
# A shorter beginning stands for thousands of words.
SHORTEST_BEGINNING = 4

# What comes first: what fits best, or what was written last.
BEST, NEWEST = "best", "newest"

_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d'
_CLAUSE = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|([^\s{_QUOTES}]+)")

# Fields of the index: the words of texts, then those of titles, in each language's own.
TEXT_FIELDS = {name: number for number, name in enumerate(FIELDS)}
TITLE_FIELDS = {name: len(FIELDS) + number for number, name in enumerate(FIELDS)}


@dataclass(frozen=True)
class Question:
    """What a search page is asked for, as it was typed and chosen.

    `who` is part of a name, `where` a forum's number or "letters"; the days are
    the reader's own and both included. Empty asks for nothing.
    """

    typed: str = ""
    who: str = ""
    where: str = ""
    since: date | None = None
    until: date | None = None
    # The language it was written in.
    lang: str = ""
    order: str = BEST


@dataclass(frozen=True)
class Way:
    """Terms of one field, each so many places behind the first; or how one begins."""

    field: int
    terms: tuple[str, ...]
    distances: tuple[int, ...]
    beginning: bool = False

    @property
    def in_title(self) -> bool:
        return self.field >= len(FIELDS)


@dataclass(frozen=True)
class Clause:
    """A word, the beginning of one, or what must stand together."""

    text: str
    quoted: bool = False
    beginning: bool = False
    # The language of who asks; none if it is not known.
    lang: str = ""

    @property
    def ways(self) -> list[Way]:
        """List how it may stand in the index: by any language's rules."""
        return self.ways_in(range(2 * len(FIELDS)))

    def ways_in(self, fields: Container[int]) -> list[Way]:
        """List how it may stand in these fields of the index."""
        return [
            way
            for name in FIELDS
            if TEXT_FIELDS[name] in fields or TITLE_FIELDS[name] in fields
            for way in _ways(self, name)
            if way.field in fields
        ]

    @cached_property
    def says_little(self) -> bool:
        """Whether it is a word like "the", in any language.

        Save where it names a thing in the asker's own: to die, a mine, *once* for eleven.
        """
        if self.quoted or self._names_a_thing:
            return False
        return any(
            _is_stop(_covering(self.text, name), name)
            for name in FIELDS
            if stop_words(name)
        )

    @property
    def _names_a_thing(self) -> bool:
        named = (
            self.text[word.start : word.end] for word in _covering(self.text, PLAIN)
        )
        return " ".join(named).casefold() in names_of_things(self.lang)


@dataclass(frozen=True)
class Asked:
    """What to look for; `cut` when more was typed than is looked for."""

    clauses: list[Clause] = field(default_factory=list)
    cut: bool = False
    # A beginning of a word was too short, and is looked for as a word.
    short: bool = False
    # The language of who asks; none if it is not known.
    lang: str = ""

    @property
    def required(self) -> list[Clause]:
        """Give what all must be found: words that say little only when alone."""
        return [one for one in self.clauses if not one.says_little] or self.clauses

    @property
    def welcome(self) -> list[Clause]:
        """Give what counts for a post that has it, and against none."""
        required = self.required
        return [one for one in self.clauses if one not in required]


def read(typed: str, lang: str = "") -> Asked:
    """Read words, "phrases" and beginnings*; other signs mean nothing.

    So that no query is wrong. `lang` is that of who asks.
    """
    room = MAX_WORDS
    cut = len(typed) > MAX_CHARACTERS
    short = False
    clauses: list[Clause] = []
    for found in _CLAUSE.finditer(typed[:MAX_CHARACTERS]):
        quoted = found[1] is not None
        text = found[1] if quoted else found[2]
        ends = {word.place: word.end for word in words(text, PLAIN)}
        if not ends:
            continue
        if len(ends) > room:
            cut = True
            text = text[: list(ends.values())[room - 1]] if room else ""
        if not room:
            break
        starred = not quoted and text.endswith("*") and len(ends) == 1
        beginning = starred and len(fold(text.strip("*"))) >= SHORTEST_BEGINNING
        short |= starred and not beginning
        clause = Clause(text, quoted, beginning, lang)
        if clause not in clauses:
            clauses.append(clause)
        room -= min(room, len(ends))
    return Asked(clauses, cut, short, lang)


def looked_for(asked: Asked, field: str) -> list[list[Word]]:
    """Give what must be found, each as the words of one clause by a field's rules."""
    cut = [_covering(clause.text, field) for clause in asked.required]
    return [found for found in cut if found]


@lru_cache(maxsize=3_000)  # as many as the people that a reader's names are sought in
def bare_words(name: str) -> tuple[str, ...]:
    """Cut a name into its words, folded, whatever its language."""
    return tuple(word.bare for word in _covering(name, PLAIN))


def beginnings_in(asked: Asked) -> tuple[str, ...]:
    """Collect how the words begin that are marked besides."""
    return tuple(_bare(clause) for clause in asked.required if clause.beginning)


@lru_cache(maxsize=1_000)
def _ways(clause: Clause, name: str) -> list[Way]:
    found = _covering(clause.text, name)
    if not found:
        return []
    distances = tuple(word.place - found[0].place for word in found)
    # A word has a stem as it was written, one as if it had no accents, and more.
    stems = {tuple(word.terms[n] for word in found) for n in (0, -1)}
    if len(found) == 1:
        stems = {(term,) for term in found[0].terms}
    ways = []
    for number in (TEXT_FIELDS[name], TITLE_FIELDS[name]):
        ways += [Way(number, terms, distances) for terms in stems]
        if clause.beginning:
            ways.append(Way(number, (_bare(clause),), (0,), beginning=True))
    return ways


def _bare(clause: Clause) -> str:
    return fold(clause.text.strip("*"))


@lru_cache(maxsize=2_000)
def _covering(text: str, field: str) -> list[Word]:
    """Leave out the single characters that a pair of neighbours covers."""
    found: list[Word] = []
    for word in words(text, field):
        if not found or word.end > found[-1].end:
            found.append(word)
    return found


def _is_stop(clause: list[Word], field: str) -> bool:
    stops = stop_words(field)
    return bool(clause) and all(word.bare in stops for word in clause)
