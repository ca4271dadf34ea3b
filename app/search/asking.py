"""What a person typed, and what is looked for in each language's field."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from app.search.analysis import FIELDS, PLAIN, Word, stop_words, words

MAX_CHARACTERS = 200
MAX_WORDS = 12

_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d'
_CLAUSE = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|([^\s{_QUOTES}]+)")


@dataclass(frozen=True)
class Clause:
    """A word, or what must stand together; nothing in it is a command."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Asked:
    """What to look for; `cut` when more was typed than is looked for."""

    clauses: list[Clause]
    cut: bool


def read(typed: str) -> Asked:
    """Read words and "phrases"; signs mean nothing, so that no query is wrong."""
    room = MAX_WORDS
    cut = len(typed) > MAX_CHARACTERS
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
        clauses.append(Clause(text, quoted))
        room -= min(room, len(ends))
    return Asked(clauses, cut)


def looked_for(asked: Asked, field: str) -> list[list[Word]]:
    """Give what all must be found in a field, each as the words of one clause.

    Words that say little are left out as long as others say more.
    """
    cut = [(clause, _covering(clause.text, field)) for clause in asked.clauses]
    cut = [(clause, found) for clause, found in cut if found]
    telling = [
        found for clause, found in cut if clause.quoted or not _is_stop(found, field)
    ]
    return telling or [found for _clause, found in cut]


def terms_in(asked: Asked, field: str) -> set[str]:
    """Collect the terms by which words in a text of this field are marked."""
    return {
        term
        for clause in looked_for(asked, field)
        for word in clause
        for term in word.terms
    }


def build_query(asked: Asked, present: Container[tuple[str, str]]) -> Any:
    """Build the Whoosh query, or None when no field has all that is asked for.

    `present` knows which (field, term) the index has. A post's text stands in
    one language's field, so what is asked for must be found in one of them.
    """
    from whoosh.query import And, Or

    found = []
    for field in FIELDS:
        clauses = looked_for(asked, field)
        parts = [_clause_query(clause, f"text_{field}", present) for clause in clauses]
        if parts and all(part is not None for part in parts):
            found.append(And(parts) if len(parts) > 1 else parts[0])
    if not found:
        return None
    return Or(found) if len(found) > 1 else found[0]


def _clause_query(
    clause: list[Word], field: str, present: Container[tuple[str, str]]
) -> Any:
    from whoosh.query import Or, Phrase, Term

    # A word has a stem as it was written and one as if it had no accents.
    written = [word.terms[0] for word in clause]
    unaccented = [word.terms[-1] for word in clause]
    ways = [
        Term(field, way[0]) if len(way) == 1 else Phrase(field, way)
        for way in ([written] if written == unaccented else [written, unaccented])
        if all((field, term) in present for term in way)
    ]
    if not ways:
        return None
    return Or(ways) if len(ways) > 1 else ways[0]


def _covering(text: str, field: str) -> list[Word]:
    """Leave out the single characters that a pair of neighbours covers."""
    found: list[Word] = []
    for word in words(text, field):
        if not found or word.end > found[-1].end:
            found.append(word)
    return found


def _is_stop(clause: Iterable[Word], field: str) -> bool:
    stops = stop_words(field)
    return all(word.bare in stops for word in clause)
