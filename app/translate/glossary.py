"""Terms of the classes in a space, as they must come out of a translation."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from app.accounts.names import tidy
from app.classrooms.models import SpaceClassroom
from app.db import db
from app.translate.checks import names_in
from app.translate.interpreting import Asked
from app.translate.models import TERM_MAX, GlossaryTerm
from app.translate.words import folded, however_typed, says
from app.web.errors import Refused
from app.web.langs import OWN_NAMES

# Of one class: what a teacher still looks through.
TERMS_MAX = 500
# In posts these have a meaning, or stay by themselves; a term with one is never found.
_SIGNS = re.compile(r"[*_<>=|\\~^`{}\[\]+@#]|://")
# Emoji and other pictures: all that is more than Latin-1 and no letter, mark or stop.
_PICTURES = re.compile("[\u2190-\u2bff\u3030\U0001f000-\U000e007f]")


class Line(NamedTuple):
    """A term as it was checked; `to_lang` "" is all languages, `said` "" is that it stays."""

    lang: str
    term: str
    to_lang: str = ""
    said: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What a class has one line for."""
        return self.lang, folded(self.term), self.to_lang


def terms_of(space_id: int, from_lang: str, to_lang: str) -> dict[str, str]:
    """Collect how terms are said from one language to another in a space.

    Each class of the space has its own; where two differ the younger one counts. A
    name that stays in all languages stays, whichever language a post is in.
    """
    found = db.session.scalars(
        select(GlossaryTerm)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == GlossaryTerm.classroom_id)
        .where(
            SpaceClassroom.space_id == space_id,
            SpaceClassroom.joined_at.is_not(None),
            or_(
                and_(
                    GlossaryTerm.lang == from_lang,
                    GlossaryTerm.to_lang.in_(("", to_lang)),
                ),
                and_(GlossaryTerm.to_lang == "", GlossaryTerm.said == ""),
            ),
        )
        # One for this very language goes before one for all.
        .order_by(GlossaryTerm.lang == from_lang, GlossaryTerm.to_lang, GlossaryTerm.id)
    )
    chosen = {
        row.term_folded: row
        for row in found
        if row.lang == from_lang or stays_everywhere(row)
    }
    return {row.term: row.said or row.term for row in chosen.values()}


def stays_everywhere(line: Line | GlossaryTerm) -> bool:
    """Whether it stays in posts of other languages too: a name, not a word like "mole"."""
    return not line.to_lang and not line.said and not line.term[:1].islower()


def ask(sentence: str, names: Collection[str], terms: Mapping[str, str]) -> Asked:
    """Ask for a sentence with the names and terms in it; what a term says is no name."""
    found = terms_in(sentence, terms)
    told = {
        name
        for term, said in found
        for name in names_in(term, names)
        if not says(said, name)
    }
    return Asked(sentence, frozenset(names_in(sentence, names)) - told, found)


def terms_in(sentence: str, terms: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """List the terms in a sentence, just as they stand there, each with how it is said.

    Whole words, the longest first; where two overlap the longer one counts.
    """
    plain = folded(sentence)
    here = sorted(
        (term for term in terms if _folded_term(term) in plain),
        key=lambda term: (-len(term), term),
    )
    found: dict[str, str] = {}
    for term, match in _standing(sentence, here):
        begins = not any(ch.isalnum() for ch in sentence[: match.start()])
        said = _in_shape_of(match[0], term, terms[term], begins=begins)
        found.setdefault(match[0], said)
    return tuple(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _standing(
    sentence: str, terms: Sequence[str]
) -> Iterator[tuple[str, re.Match[str]]]:
    """Find terms from the left; of those that begin together the first one given."""
    places = sorted(
        (match.start(), n, match)
        for n, term in enumerate(terms)
        for match in _pattern(term).finditer(sentence)
    )
    end = 0
    for start, n, match in places:
        if start >= end:
            yield terms[n], match
            end = match.end()


# One takes up to 100 ms to compile, and each sentence has its own few of them.
@lru_cache(maxsize=4000)
def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(however_typed(term), re.IGNORECASE)


@lru_cache(maxsize=4000)
def _folded_term(term: str) -> str:
    return folded(term)


def _in_shape_of(found: str, term: str, said: str, *, begins: bool) -> str:
    """Say a term in capitals where it stands so, but for a sentence's first letter."""
    if found.isupper() and not term.isupper() and len(found) > 1:
        return found if said == term else said.upper()
    if begins or not found[:1].isupper() or not term[:1].islower():
        return said
    return found if said == term else said[:1].upper() + said[1:]


def checked(lang: str, term: str, to_lang: str = "", said: str = "") -> Line:
    """Tidy a line that a person typed or a file holds; Refused says what is wrong."""
    if lang not in OWN_NAMES:
        raise Refused(_("Choose the language of the word."), "lang")
    if to_lang and to_lang not in OWN_NAMES:
        raise Refused(_("Choose in which language it is said so."), "to_lang")
    if to_lang == lang:
        raise Refused(
            _("A word is said in another language than its own. Choose that one."),
            "to_lang",
        )
    term = _checked_words(term, "term")
    if not term:
        raise Refused(_("Write the word or name."), "term")
    said = _checked_words(said, "said")
    # Said like the term itself it stays.
    return Line(lang, term, to_lang, "" if said == term else said)


def _checked_words(words: str, field: str) -> str:
    kept = tidy(words)
    if len(kept) > TERM_MAX:
        raise Refused(
            _(
                "“%(begins)s…” has %(count)s characters; %(most)s fit.",
                begins=kept[:20],
                count=len(words),
                most=TERM_MAX,
            ),
            field,
        )
    if sign := _SIGNS.search(kept) or _PICTURES.search(kept):
        raise Refused(
            _(
                "“%(words)s” has the sign %(sign)s, which has a meaning of its own or "
                "stays by itself. Leave it out.",
                words=kept,
                sign=sign[0],
            ),
            field,
        )
    if kept and not any(ch.isalpha() for ch in kept):
        raise Refused(
            _("“%(words)s” has no letter. Numbers stay by themselves.", words=kept),
            field,
        )
    return kept


def terms_of_class(classroom_id: int) -> Sequence[GlossaryTerm]:
    """List all terms of a class, by how they are written."""
    return db.session.scalars(
        select(GlossaryTerm)
        .where(GlossaryTerm.classroom_id == classroom_id)
        .order_by(GlossaryTerm.term_folded, GlossaryTerm.to_lang, GlossaryTerm.id)
    ).all()


def by_place(rows: Iterable[GlossaryTerm]) -> dict[tuple[str, str, str], GlossaryTerm]:
    return {(row.lang, row.term_folded, row.to_lang): row for row in rows}
