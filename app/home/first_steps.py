"""A school's first steps: what is done, and what comes next, until a letter is out."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, exists, func, select

from app.accounts.models import Account
from app.classrooms.models import (
    PARTNERSHIP,
    TEACHES,
    Member,
    School,
    Space,
    SpaceClassroom,
    pupils_of,
    space_ids,
)
from app.db import db
from app.posts.models import LETTERS, Post, Thread
from app.posts.permissions import second_adult


@dataclass(frozen=True)
class Step:
    """One step with the page where it is made; `done` is None where nobody can know."""

    words: str
    url: str
    done: bool | None


def first_steps(viewer: Account) -> list[Step]:
    """List a teacher's steps in their order; none once her pupils' first letter is out.

    One query.
    """
    facts = _facts(viewer)
    return [] if facts.letter_out else list(_steps(viewer, facts))


def next_step(steps: list[Step]) -> Step | None:
    return next((step for step in steps if step.done is False), None)


def _steps(viewer: Account, facts: "Row[Facts]") -> Iterator[Step]:
    classes = url_for("classrooms.my_classrooms")
    own_class = classes
    if facts.class_id:
        own_class = url_for("classrooms.classroom", classroom_id=facts.class_id)
    if viewer.admin:
        told = bool(facts.school_told)
        yield Step(_("Say where your school is"), url_for("school.page"), told)
    yield Step(_("Make your class"), classes, bool(facts.class_id))
    yield Step(_("Put your pupils on its list"), own_class, bool(facts.pupils))
    if facts.pupils:
        poster = url_for("cards.poster", classroom_id=facts.class_id)
        yield Step(_("Print the poster for the classroom"), poster, None)
    adults = url_for("school.people") if viewer.admin else own_class
    # Without any class there is nobody to be alone with.
    company = bool(facts.class_id) and not facts.alone
    yield Step(_("Bring in a second adult, who reads along"), adults, company)
    yield Step(_("Agree with another class to write"), own_class, bool(facts.partner))
    letters = url_for("penpals.all_letters")
    yield Step(_("Pair your pupils with pen pals"), letters, bool(facts.paired))
    waiting = url_for("moderation.waiting")
    yield Step(_("Release the first letter"), waiting, bool(facts.letter_out))


Facts = tuple[bool, int | None, bool, bool, bool, bool, bool]


def _facts(viewer: Account) -> Row[Facts]:
    taught = space_ids(viewer, as_teacher=True)
    joined = (
        select(SpaceClassroom.space_id)
        .join(Space)
        .where(
            Space.kind == PARTNERSHIP,
            Space.id.in_(taught),
            SpaceClassroom.joined_at.is_not(None),
        )
        .group_by(SpaceClassroom.space_id)
        .having(func.count() > 1)
    )
    pairs = select(Thread.id).where(Thread.kind == LETTERS, Thread.space_id.in_(taught))
    own_class = select(func.min(Member.classroom_id)).where(
        Member.person_id == viewer.person_id,
        Member.role.in_(TEACHES),
        Member.left_at.is_(None),
    )
    return db.session.execute(
        select(
            exists()
            .where(
                School.id == viewer.person.school_id,
                School.country != "",
                School.time_zone != "",
            )
            .label("school_told"),
            own_class.scalar_subquery().label("class_id"),
            exists(pupils_of(viewer, roles=TEACHES)).label("pupils"),
            exists()
            .where(Space.id.in_(taught), ~second_adult(viewer, Space.id))
            .label("alone"),
            exists(joined).label("partner"),
            exists(pairs).label("paired"),
            exists()
            .where(
                Post.thread_id.in_(pairs),
                Post.published_at.is_not(None),
                Post.author_id.in_(pupils_of(viewer, roles=TEACHES)),
            )
            .label("letter_out"),
        )
    ).one()
