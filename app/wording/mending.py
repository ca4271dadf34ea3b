"""Sentences that persons say anew: teachers at once, pupils when their teacher agrees."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, and_, delete, select
from sqlalchemy.orm import joinedload

from app.accounts.models import ANYONE, Account
from app.classrooms.models import TEACHES, pupils_of, space_ids
from app.db import db, now
from app.jobs import hurry
from app.markup import legible
from app.posts.models import STUMBLED, Post, Rendition, Revision, Thread
from app.posts.publishing import is_held
from app.translate import memory
from app.translate.memory import digest
from app.translate.models import Mend
from app.translate.translating import KIND, make_again
from app.web.errors import Refused
from app.wording.side_by_side import Line, SideBySide, placed
from app.wording.wrong_readings import settle

TARGET_MAX = 1000
LISTED = 10
# Of the digest of a pupil's words: no others are found that have the same.
KEY_LETTERS = 16

# What became of a mend: nothing was new in it, all read it, or it waits.
NOTHING, AT_ONCE, WAITS = "", "mended", "waits"
# At the beginning of a line these would make a list or a quote of it.
_MARKS = re.compile(r"(?:>\s*|-\s+)+")


class Waiting(NamedTuple):
    """A pupil's words, and how the sentence is said now where that is known."""

    mend: Mend
    post_id: int
    from_lang: str
    n: int | None
    now: str

    @property
    def words(self) -> str:
        return f"{self.mend.source}{self.now}{self.mend.target}"

    @property
    def name(self) -> str:
        return f"{self.mend.id} {key_of(self.mend)}"


def mend(side: SideBySide, line: Line, typed: str, viewer: Account) -> str:
    """Say a sentence anew as the viewer says it; flushes.

    What is said now already changes nothing. A pupil's words wait for her teacher.
    """
    target = checked(typed)
    if target == line.target and line.how != STUMBLED:
        _drop_waiting(side, line, viewer)
        return NOTHING
    if is_held(side.post.thread, viewer):
        _wait(side, line, target, viewer)
        return WAITS
    _drop_waiting(side, line)
    _say(side.revision, side.lang, line.source, target, viewer.person_id)
    hurry(KIND, side.post.id)
    return AT_ONCE


def take_back(side: SideBySide, line: Line, viewer: Account) -> None:
    """Drop the viewer's words that wait, or have the machine say it again; flushes."""
    if is_held(side.post.thread, viewer):
        _drop_waiting(side, line, viewer)
        return
    ids = _where_it_stands(side.lang, side.revision, line.source)
    if memory.unsay(side.pair, line.source):
        make_again(ids, side.lang)
        hurry(KIND, side.post.id)


def checked(typed: str) -> str:
    """Write a sentence as a translation has it: one line, no mark of a list or quote."""
    text = " ".join(legible(unicodedata.normalize("NFC", typed)).split())
    text = text[found.end() :] if (found := _MARKS.match(text)) else text
    if not any(unicodedata.category(ch)[0] in "LNS" for ch in text):
        raise Refused(
            _("There are no words yet. Write how the sentence reads."), "target"
        )
    if len(text) > TARGET_MAX:
        raise Refused(
            _(
                "Your words are longer than %(most)s letters. Shorten them.",
                most=TARGET_MAX,
            ),
            "target",
        )
    return text


def release(found: Mend) -> None:
    """Let a pupil's words be read from now on, in old posts too; flushes."""
    _say(found.revision, found.lang, found.source, found.target, found.person_id)
    db.session.delete(found)
    db.session.flush()


def drop(found: Mend) -> None:
    db.session.delete(found)
    db.session.flush()


def waiting_mends() -> Select[tuple[int]]:
    """Select the mends that wait for a teacher, `ANYONE`: of her pupils' posts.

    Only in spaces where she teaches, as their posts do.
    """
    return (
        select(Mend.id)
        .join(Post, Post.current_id == Mend.revision_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Post.is_published(),
            Mend.person_id.in_(pupils_of(ANYONE, roles=TEACHES)),
            Thread.space_id.in_(space_ids(ANYONE, as_teacher=True)),
        )
    )


def listed(viewer: Account) -> tuple[Sequence[Waiting], bool]:
    """List the mends that wait for her, oldest first, and whether there is more."""
    rows = db.session.execute(_listed(), ANYONE.as_viewer(viewer)).all()
    return [_with_now(*row) for row in rows[:LISTED]], len(rows) > LISTED


def key_of(found: Mend) -> str:
    """Name a pupil's words: she may write others while her teacher reads these."""
    return digest(found.target)[:KEY_LETTERS]


def one_of_hers(viewer: Account, mend_id: int, key: str) -> Mend | None:
    """Find a mend that waits for her, unless it says something else by now."""
    query = _hers().where(Mend.id == mend_id)
    found = db.session.scalars(query, ANYONE.as_viewer(viewer)).one_or_none()
    return found if found is not None and key_of(found) == key else None


def waiting_at(side: SideBySide, line: Line, viewer: Account) -> Mend | None:
    """Find what a pupil of hers would have a sentence say, for her to decide."""
    query = _hers().filter_by(**_place(side, line))
    return db.session.scalars(query, ANYONE.as_viewer(viewer)).one_or_none()


def _where_it_stands(lang: str, revision: Revision, source: str) -> set[int]:
    found = memory.versions_with(revision.lang, lang, {digest(source)})
    return found | {revision.id}


def _say(
    revision: Revision, lang: str, source: str, target: str, person_id: int
) -> None:
    ids = _where_it_stands(lang, revision, source)
    memory.say(f"{revision.lang}-{lang}", source, target, person_id, ids)
    make_again(ids, lang)
    settle(digest(source), lang)


def _wait(side: SideBySide, line: Line, target: str, viewer: Account) -> None:
    place = _place(side, line)
    row = db.session.scalars(select(Mend).filter_by(**place)).one_or_none()
    if row is None:
        row = Mend(**place, source=line.source)
        db.session.add(row)
    row.target, row.person_id, row.made_at = target, viewer.person_id, now()
    db.session.flush()


def _drop_waiting(side: SideBySide, line: Line, viewer: Account | None = None) -> None:
    """Drop what waits at a sentence; with `viewer` only if it is hers."""
    only = () if viewer is None else (Mend.person_id == viewer.person_id,)
    db.session.execute(
        delete(Mend)
        .filter_by(**_place(side, line))
        .where(*only)
        .execution_options(synchronize_session=False)
    )


def _place(side: SideBySide, line: Line) -> dict[str, Any]:
    return {
        "revision_id": side.revision.id,
        "lang": side.lang,
        "sha256": digest(line.source),
    }


def _with_now(
    found: Mend, post_id: int, from_lang: str, pairs: list[Any] | None
) -> Waiting:
    n, sentence = placed(pairs, found.sha256)
    return Waiting(found, post_id, from_lang, n, sentence.target if sentence else "")


@cache
def _listed() -> Select[Any]:
    copy = and_(Rendition.revision_id == Mend.revision_id, Rendition.lang == Mend.lang)
    return (
        select(Mend, Post.id, Revision.lang, Rendition.pairs)
        .join(Post, Post.current_id == Mend.revision_id)
        .join(Revision, Revision.id == Mend.revision_id)
        .outerjoin(Rendition, copy)
        .where(Mend.id.in_(waiting_mends()))
        .order_by(Mend.id)
        .limit(LISTED + 1)
    )


@cache
def _hers() -> Select[tuple[Mend]]:
    return (
        select(Mend)
        .where(Mend.id.in_(waiting_mends()))
        .options(joinedload(Mend.revision))
    )
