"""Who changed who may come in, and when: shown to the school's admins."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.accounts.models import AccessLog, Account, Person
from app.db import db

SLIP, RECOVERED, NEW_CARD = "slip", "recovered in a terminal", "new card"
ROLES, LEFT, CAME_BACK = "roles", "left", "came back"
SUSPENDED, LET_IN, ENDED = "suspended", "let in again", "signed out"


def record(actor: Account | None, act: str, person_id: int) -> None:
    """Add a row in the transaction of the act; no actor means a terminal."""
    db.session.add(
        AccessLog(
            actor_id=actor.person_id if actor else None, act=act, person_id=person_id
        )
    )


def about_school(school_id: int) -> Select[tuple[AccessLog]]:
    """Select what was done to a school's people, newest first."""
    ours = select(Person.id).where(Person.school_id == school_id)
    return (
        select(AccessLog)
        .where(AccessLog.person_id.in_(ours))
        .options(joinedload(AccessLog.actor), joinedload(AccessLog.person))
        .order_by(AccessLog.id.desc())
    )
