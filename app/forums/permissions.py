"""Who may make a forum."""

from app.accounts.models import Account
from app.classrooms.models import Space
from app.db import db


def may_make_forum(viewer: Account, space_id: int) -> bool:
    """Teachers make forums in the spaces of the classrooms they teach."""
    taught = Space.open_to(viewer, as_teacher=True).where(Space.id == space_id)
    return db.session.scalar(taught.with_only_columns(Space.id)) is not None
