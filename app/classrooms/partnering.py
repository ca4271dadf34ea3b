"""Partnerships: one teacher proposes, the other accepts; before that nobody reads."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.accounts.names import digits
from app.classrooms.founding import checked_title
from app.classrooms.models import (
    PARTNERSHIP,
    Classroom,
    Space,
    SpaceClassroom,
)
from app.db import db, now
from app.web.errors import Refused


def propose(
    classroom: Classroom, code: str, title: str, teacher: Account
) -> SpaceClassroom:
    """Ask the classroom with this code to exchange letters; flushes."""
    other = db.session.scalars(
        select(Classroom).where(Classroom.code == digits(code))
    ).one_or_none()
    if other is None:
        raise Refused(
            _(
                "No classroom has this code. Ask the other teacher to read it to you again."
            ),
            "code",
        )
    if other.id == classroom.id:
        raise Refused(
            _("This is the code of your own class. Ask the other teacher for theirs."),
            "code",
        )
    space = Space(kind=PARTNERSHIP, title=checked_title(title, "title"))
    db.session.add(space)
    db.session.flush()
    ours = SpaceClassroom(
        space_id=space.id,
        classroom_id=classroom.id,
        asked_by_id=teacher.person_id,
        joined_at=now(),
    )
    theirs = SpaceClassroom(
        space_id=space.id, classroom_id=other.id, asked_by_id=teacher.person_id
    )
    db.session.add_all([ours, theirs])
    db.session.flush()
    return theirs


def asked_of(viewer: Account) -> Select[tuple[SpaceClassroom]]:
    """Select the proposals that wait for the viewer's answer."""
    mine = Classroom.led_by(viewer).order_by(None).with_only_columns(Classroom.id)
    return (
        select(SpaceClassroom)
        .where(
            SpaceClassroom.classroom_id.in_(mine), SpaceClassroom.joined_at.is_(None)
        )
        .options(joinedload(SpaceClassroom.space).selectinload(Space.classrooms))
    )


def accept(asked: SpaceClassroom) -> None:
    """Join the partnership: from now on both classes read what is shared in it."""
    asked.joined_at = now()


def decline(asked: SpaceClassroom) -> None:
    db.session.delete(asked)


def partnerships_of(classroom: Classroom) -> Sequence[Space]:
    """List the partnerships a classroom is in or has been asked into."""
    ids = select(SpaceClassroom.space_id).where(
        SpaceClassroom.classroom_id == classroom.id
    )
    return db.session.scalars(
        select(Space)
        .where(Space.kind == PARTNERSHIP, Space.id.in_(ids))
        .options(selectinload(Space.classrooms))
        .order_by(Space.id)
    ).all()
