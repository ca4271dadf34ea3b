"""Who may look after a classroom."""

from app.accounts.models import Account
from app.classrooms.models import TEACHER, TEACHES, Classroom, Member
from app.db import db


def may_teach(viewer: Account, classroom: Classroom) -> bool:
    """A current teacher or co-teacher of the classroom looks after it."""
    return (
        db.session.scalar(
            Member.current()
            .where(
                Member.classroom_id == classroom.id,
                Member.person_id == viewer.person_id,
                Member.role.in_(TEACHES),
            )
            .with_only_columns(Member.id)
        )
        is not None
    )


def leads(viewer: Account, classroom: Classroom) -> bool:
    """A current teacher, not a co-teacher, decides who belongs to the classroom."""
    hers = Member.current().where(
        Member.classroom_id == classroom.id,
        Member.person_id == viewer.person_id,
        Member.role == TEACHER,
    )
    return db.session.scalar(hers.with_only_columns(Member.id)) is not None


def is_of_class(account: Account, classroom_id: int) -> bool:
    """Everyone who belongs to a classroom now, in whatever role."""
    hers = Member.current().where(
        Member.classroom_id == classroom_id, Member.person_id == account.person_id
    )
    return db.session.scalar(hers.with_only_columns(Member.id)) is not None


def looks_after_pupils(viewer: Account) -> bool:
    """Teachers and safeguarding leads look at reports, and hide or keep."""
    return viewer.teacher or viewer.safeguarding


def may_see_health(viewer: Account) -> bool:
    """Who keeps the machine or the school; the page tells of nobody's words."""
    return viewer.keeper or viewer.admin


def is_teacher(viewer: Account) -> bool:
    """Whether the school gave her the role; which classes are hers, members tell."""
    return viewer.teacher
