"""Sentences that readers say read wrong, until a teacher has looked at them."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    select,
    update,
)

from app.accounts.models import ANYONE, Account
from app.classrooms.models import space_ids
from app.db import db, now
from app.posts.models import Post, Rendition, Revision, Sentence, Thread
from app.translate.memory import digest
from app.translate.models import WrongReading
from app.wording.side_by_side import placed

LISTED = 10


class Wrong(NamedTuple):
    """A sentence, how it is said now, and how many readers say that it reads wrong.

    `id` is that of the first one's row. `n` counts the post's sentences; without one
    the post is cut into others since.
    """

    id: int
    post_id: int
    lang: str
    from_lang: str
    readers: int
    n: int | None
    sentence: Sentence | None

    @property
    def words(self) -> str:
        return f"{self.sentence.source}{self.sentence.target}" if self.sentence else ""


def say_wrong(revision_id: int, lang: str, sentence: str, reader: Account) -> None:
    """Tell the teachers that a sentence reads wrong; flushes. Twice is once."""
    named = {
        "revision_id": revision_id,
        "lang": lang,
        "sha256": digest(sentence),
        "person_id": reader.person_id,
    }
    row = db.session.scalars(select(WrongReading).filter_by(**named)).one_or_none()
    if row is None:
        db.session.add(WrongReading(**named))
    else:
        row.settled_at = None  # it was looked at, and reads wrong still or again
    db.session.flush()


def settle(sha256: str, lang: str, *, revision_id: int | None = None) -> None:
    """Close what readers said about a sentence, in one version or wherever; flushes."""
    only = () if revision_id is None else (WrongReading.revision_id == revision_id,)
    db.session.execute(
        update(WrongReading)
        .where(
            WrongReading.sha256 == sha256,
            WrongReading.lang == lang,
            WrongReading.settled_at.is_(None),
            *only,
        )
        .values(settled_at=now())
        .execution_options(synchronize_session=False)
    )


def open_readings() -> Select[tuple[int]]:
    """Select one row for each sentence that a teacher, `ANYONE`, has to look at."""
    return (
        select(func.min(WrongReading.id))
        .join(Post, Post.current_id == WrongReading.revision_id)
        .where(WrongReading.settled_at.is_(None), Post.is_published(), in_her_threads())
        .group_by(WrongReading.revision_id, WrongReading.lang, WrongReading.sha256)
    )


def in_her_threads() -> ColumnElement[bool]:
    """Hold for posts in threads that `ANYONE` can open, in spaces where she teaches."""
    threads = (
        Thread.visible_to(ANYONE)
        .where(Thread.space_id.in_(space_ids(ANYONE, as_teacher=True)))
        .order_by(None)
        .with_only_columns(Thread.id)
    )
    return Post.thread_id.in_(threads)


def listed(viewer: Account) -> tuple[Sequence[Wrong], bool]:
    """List what most readers stumble at, and whether there is more; one query."""
    rows = db.session.execute(_listed(), ANYONE.as_viewer(viewer)).all()
    found = [_with_sentence(*row) for row in rows[:LISTED]]
    return found, len(rows) > LISTED


def one_of_hers(viewer: Account, reading_id: int) -> WrongReading | None:
    given = ANYONE.as_viewer(viewer) | {"reading_id": reading_id}
    return db.session.scalars(_one(), given).one_or_none()


def _with_sentence(
    reading_id: int,
    sha256: str,
    lang: str,
    post_id: int,
    from_lang: str,
    pairs: list[Any] | None,
    readers: int,
) -> Wrong:
    n, sentence = placed(pairs, sha256)
    return Wrong(reading_id, post_id, lang, from_lang, readers, n, sentence)


@cache
def _listed() -> Select[Any]:
    alike = (
        open_readings()
        .add_columns(func.count().label("readers"))
        .order_by(None)
        .subquery()
    )
    first = alike.c[0]
    copy = and_(
        Rendition.revision_id == WrongReading.revision_id,
        Rendition.lang == WrongReading.lang,
    )
    return (
        select(
            WrongReading.id,
            WrongReading.sha256,
            WrongReading.lang,
            Post.id,
            Revision.lang,
            Rendition.pairs,
            alike.c.readers,
        )
        .join(alike, first == WrongReading.id)
        .join(Post, Post.current_id == WrongReading.revision_id)
        .join(Revision, Revision.id == WrongReading.revision_id)
        .outerjoin(Rendition, copy)
        .order_by(alike.c.readers.desc(), WrongReading.id)
        .limit(LISTED + 1)
    )


@cache
def _one() -> Select[tuple[WrongReading]]:
    return (
        select(WrongReading)
        .join(Post, Post.current_id == WrongReading.revision_id)
        .where(
            WrongReading.id == bindparam("reading_id", type_=Integer),
            Post.is_published(),
            in_her_threads(),
        )
    )
