"""What is there for a teacher, and for who reads along: what waits, and the forums."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, select, union
from sqlalchemy.orm import aliased

from app.accounts.models import ANYONE, Account
from app.classrooms.models import SpaceClassroom, space_ids
from app.classrooms.partnering import asked_of
from app.db import db
from app.home.news import has_unread
from app.moderation.hiding import open_reports
from app.moderation.models import Report
from app.posts.models import (
    FORUM_THREAD,
    ReadMark,
    Revision,
    Thread,
    waiting_for,
)
from app.wording.mending import waiting_mends
from app.wording.wrong_readings import open_readings

THREADS_LISTED = 10

_candidate = aliased(Thread)


@dataclass(frozen=True)
class Waiting:
    """What a teacher finds in the morning."""

    posts: int
    reports: int
    asked: bool
    # Sentences that pupils mended, or that readers say read wrong.
    translations: int


class Latest(NamedTuple):
    """A forum thread; `is_new` where she follows it and others wrote since she read."""

    id: int
    title: str
    lang: str
    is_new: bool


def what_waits(viewer: Account) -> Waiting:
    """Count what waits for her, and tell whether a class asks hers; one query."""
    held = waiting_for(viewer).with_only_columns(Revision.id)
    reports = open_reports(viewer).with_only_columns(Report.id)
    asked = asked_of(viewer).with_only_columns(SpaceClassroom.id)
    row = db.session.execute(
        select(_count(held), _count(reports), exists(asked), _translations()),
        ANYONE.as_viewer(viewer),
    ).one()
    return Waiting(*row)


def _count(ids: Select[tuple[int]]) -> ScalarSelect[int]:
    found = ids.order_by(None).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


@cache
def _translations() -> ColumnElement[int]:
    return _count(waiting_mends()) + _count(open_readings())


def latest_threads(viewer: Account) -> Sequence[Latest]:
    """List what is new in threads she follows, then those with the newest posts."""
    given = ANYONE.as_viewer(viewer)
    rows = db.session.connection().execute(_latest(), given).all()
    return [Latest(*row) for row in rows]


@cache
def _latest() -> Select[Any]:
    is_new = func.coalesce(ReadMark.follows & has_unread(), False)
    return (
        Thread.visible_to(ANYONE)
        .outerjoin(ReadMark, ReadMark.of(ANYONE))
        .where(Thread.id.in_(union(_newest(), _followed())), Thread.post_count > 0)
        .with_only_columns(Thread.id, Thread.title, Thread.lang, is_new)
        .order_by(None)
        .order_by(is_new.desc(), Thread.last_key.desc())
        .limit(THREADS_LISTED)
    )


def _newest() -> Select[tuple[int]]:
    """Select a list's length of threads before it is asked who may read each.

    In her own spaces she may: what has a post out there is open to all.
    """
    found = (
        select(_candidate.id)
        .where(
            _candidate.space_id.in_(space_ids(ANYONE)),
            _candidate.kind == FORUM_THREAD,
            _candidate.post_count > 0,
        )
        .order_by(_candidate.last_key.desc())
        .limit(THREADS_LISTED)
        .subquery()
    )
    return select(found.c.id)


def _followed() -> Select[tuple[int]]:
    return (
        select(_candidate.id)
        .join(ReadMark, ReadMark.thread_id == _candidate.id)
        .where(
            ReadMark.person_id == ANYONE.person_id,
            ReadMark.follows,
            _candidate.kind == FORUM_THREAD,
            _candidate.last_no > ReadMark.change_no,
        )
    )
