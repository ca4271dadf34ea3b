"""Who may look after a classroom."""

from app.accounts.models import Account
from app.classrooms.models import TEACHER, Classroom, Member
from app.db import db


def may_teach(viewer: Account, classroom: Classroom) -> bool:
    """Only a current teacher of the classroom looks after it."""
    return (
        db.session.scalar(
            Member.current()
            .where(
                Member.classroom_id == classroom.id,
                Member.person_id == viewer.person_id,
                Member.role == TEACHER,
            )
            .with_only_columns(Member.id)
        )
        is not None
    )


def is_teacher(viewer: Account) -> bool:
    """Teachers sign in by name alone, so their accounts have a login name."""
    return viewer.login_folded is not None
