"""Pairings: two pupils of different classrooms, and the letters between them."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.sql.elements import SQLCoreOperations

from app.accounts.models import Account, Person
from app.classrooms.models import (
    PARTNERSHIP,
    PUPIL,
    TEACHES,
    Member,
    Space,
    SpaceClassroom,
    pupils_of,
)
from app.db import db
from app.posts.models import LETTERS, Thread, ThreadReader
from app.posts.threads import start_letters
from app.web.errors import Refused


def letters_visible_to(viewer: Account) -> Select[tuple[Thread]]:
    """Select the letter threads the viewer may open."""
    return Thread.visible_to(viewer).where(Thread.kind == LETTERS)


def partnerships_taught(viewer: Account) -> Sequence[Space]:
    """List the partnerships in which the viewer teaches a class."""
    return db.session.scalars(
        Space.open_to(viewer, as_teacher=True).where(Space.kind == PARTNERSHIP)
    ).all()


def pupils_in(space: Space) -> list[tuple[str, Sequence[Person]]]:
    """List the joined classrooms of a space with their pupils by shown name."""
    return [
        (
            f"{joined.classroom.title} · {joined.classroom.school.name}",
            db.session.scalars(_pupils(joined.classroom_id)).all(),
        )
        for joined in space.classrooms
        if joined.joined_at is not None
    ]


def pair(space: Space, teacher: Account, one_id: int, other_id: int) -> Thread:
    """Let two pupils of different classrooms write to each other; flushes.

    The teacher brings one of her own; the same two are paired once.
    """
    chosen = db.session.execute(
        select(Member.person_id, Member.classroom_id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(
            SpaceClassroom.space_id == space.id,
            SpaceClassroom.joined_at.is_not(None),
            Member.person_id.in_([one_id, other_id]),
            Member.role == PUPIL,
            Member.left_at.is_(None),
            _writes_now(Member.person_id),
        )
    )
    rooms = {row.person_id: row.classroom_id for row in chosen}
    if len(rooms) != 2 or len(set(rooms.values())) != 2:
        raise Refused(_("Choose two pupils, one from each class."))
    own = set(db.session.scalars(pupils_of(teacher, roles=TEACHES)))
    if not own & {one_id, other_id}:
        raise Refused(_("One of the two must be a pupil of yours."))
    known = _thread_between(space, one_id, other_id)
    return known or start_letters(space.id, teacher, sorted((one_id, other_id)))


def _thread_between(space: Space, one_id: int, other_id: int) -> Thread | None:
    both = (
        select(ThreadReader.thread_id)
        .where(ThreadReader.person_id.in_([one_id, other_id]))
        .group_by(ThreadReader.thread_id)
        .having(func.count() == 2)
    )
    return db.session.scalars(
        select(Thread).where(
            Thread.kind == LETTERS, Thread.space_id == space.id, Thread.id.in_(both)
        )
    ).first()


def _pupils(classroom_id: int) -> Select[tuple[Person]]:
    return (
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(
            Member.classroom_id == classroom_id,
            Member.role == PUPIL,
            Member.left_at.is_(None),
            _writes_now(Person.id),
        )
        .order_by(Person.shown_name)
    )


def _writes_now(person_id: SQLCoreOperations[int]) -> ColumnElement[bool]:
    """Hold for who is not suspended: a letter to her would wait unanswered."""
    return ~exists().where(
        Account.person_id == person_id, Account.suspended_at.is_not(None)
    )
