"""How a class wants its words said: adding, changing and taking away, in old posts too."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Result, select

from app.classrooms.models import SpaceClassroom
from app.db import db, now
from app.posts.models import Post, Revision, Thread
from app.translate.glossary import (
    TERMS_MAX,
    Line,
    by_place,
    stays_everywhere,
    terms_in,
    terms_of_class,
)
from app.translate.models import GlossaryTerm
from app.translate.translating import make_again
from app.translate.words import folded
from app.web.errors import Refused

# Texts held in memory while they are looked through: 2 MB at the most.
TEXTS_AT_ONCE = 100


class Taken(NamedTuple):
    """What became of lines: `differ` say otherwise than what is here, and it stays."""

    new: int = 0
    changed: int = 0
    same: int = 0
    differ: int = 0

    def plus(self, other: "Taken") -> "Taken":
        return Taken(*map(sum, zip(self, other, strict=True)))


def take(
    classroom_id: int,
    lines: Sequence[Line],
    person_id: int | None,
    *,
    replace: bool = True,
) -> Taken:
    """Add lines to a class's glossary, or change those that are there; flushes.

    With `replace` the lines win over what is there. Refused when they are too many.
    """
    there = by_place(terms_of_class(classroom_id))
    wanted = {line.place: line for line in lines}
    same = [place for place in wanted if place in there and _is(there[place], wanted)]
    differ = [place for place in wanted if place in there and place not in same]
    new = [place for place in wanted if place not in there]
    if len(there) + len(new) > TERMS_MAX:
        raise Refused(
            _(
                "With these the class would have %(count)s words; %(most)s fit. Take "
                "some away first.",
                count=len(there) + len(new),
                most=TERMS_MAX,
            )
        )
    changed = differ if replace else []
    for place in changed:
        _set(there[place], wanted[place], person_id)
    db.session.add_all(
        _set(GlossaryTerm(classroom_id=classroom_id), wanted[place], person_id)
        for place in new
    )
    db.session.flush()
    _say_anew(classroom_id, [wanted[place] for place in (*new, *changed)])
    kept = len(differ) - len(changed)
    return Taken(len(new), len(changed), len(same), kept)


def change(row: GlossaryTerm, line: Line, person_id: int) -> None:
    """Put a line in the place of another; flushes. Refused where it stands already."""
    other = by_place(terms_of_class(row.classroom_id)).get(line.place)
    if other is not None and other is not row:
        raise Refused(_("This word is there already. Change that line."), "term")
    before = _line(row)
    if before == line:
        return
    _set(row, line, person_id)
    db.session.flush()
    _say_anew(row.classroom_id, [before, line])


def remove(row: GlossaryTerm) -> None:
    """Take a term away; flushes."""
    line, classroom_id = _line(row), row.classroom_id
    db.session.delete(row)
    db.session.flush()
    _say_anew(classroom_id, [line])


def _line(row: GlossaryTerm) -> Line:
    return Line(row.lang, row.term, row.to_lang, row.said)


def _is(row: GlossaryTerm, wanted: dict[tuple[str, str, str], Line]) -> bool:
    return _line(row) == wanted[row.lang, row.term_folded, row.to_lang]


def _set(row: GlossaryTerm, line: Line, person_id: int | None) -> GlossaryTerm:
    row.lang, row.term, row.to_lang, row.said = line
    row.term_folded = folded(line.term)
    row.made_by_id, row.made_at = person_id, now()
    return row


def _say_anew(classroom_id: int, lines: Sequence[Line]) -> None:
    """Have old posts that hold one of these terms translated again; flushes."""
    for to_lang in sorted({line.to_lang for line in lines}):
        wanted = [line for line in lines if line.to_lang == to_lang]
        make_again(_holding(classroom_id, wanted), to_lang or None)


def _holding(classroom_id: int, lines: Sequence[Line]) -> list[int]:
    """List the versions that readers of the class see and that hold a term."""
    terms: dict[str, dict[str, str]] = {}
    for line in lines:
        terms.setdefault(line.lang, {})[line.term] = line.term
    names = {line.term: line.term for line in lines if stays_everywhere(line)}
    return [
        revision_id
        for revision_id, lang, source in _texts(
            classroom_id, None if names else set(terms)
        )
        if terms_in(_bare(source), names | terms.get(lang, {}))
    ]


def _bare(source: str) -> str:
    """Leave out what stands between the words of a post without being read."""
    return " ".join(source.replace("*", "").split())


def _texts(
    classroom_id: int, langs: Collection[str] | None
) -> Result[tuple[int, str, str]]:
    """Give the posts of a class's spaces in some or all languages, some at a time."""
    spaces = select(SpaceClassroom.space_id).where(
        SpaceClassroom.classroom_id == classroom_id,
        SpaceClassroom.joined_at.is_not(None),
    )
    query = (
        select(Revision.id, Revision.lang, Revision.source)
        .join(Post, Post.current_id == Revision.id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Post.is_published(),
            Thread.space_id.in_(spaces),
        )
        .execution_options(yield_per=TEXTS_AT_ONCE)
    )
    if langs is not None:
        query = query.where(Revision.lang.in_(langs))
    return db.session.execute(query)
