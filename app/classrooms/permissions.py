"""Who may look after a classroom."""

from app.accounts.models import Account
from app.classrooms.models import TEACHES, Classroom, Member
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


def is_teacher(viewer: Account) -> bool:
    """Whether the school gave her the role; which classes are hers, members tell."""
    return viewer.teacher
