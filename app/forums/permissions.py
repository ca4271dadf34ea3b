"""Who has forums, who makes and names them, and who arranges their threads."""

from sqlalchemy import Select

from app.accounts.models import Account
from app.classrooms.models import Space, space_ids
from app.db import db
from app.forums.models import Forum
from app.posts.models import FORUM_THREAD, Thread


def has_forums(viewer: Account) -> bool:
    """Pupils, teachers and safeguarding leads; not who only keeps school or machine."""
    return not viewer.adult or viewer.teacher or viewer.safeguarding


def may_make_forum(viewer: Account, space_id: int) -> bool:
    """Teachers make forums in the spaces of the classrooms they teach."""
    taught = Space.open_to(viewer, as_teacher=True).where(Space.id == space_id)
    return db.session.scalar(taught.with_only_columns(Space.id)) is not None


def forums_to_arrange(viewer: Account) -> Select[tuple[Forum]]:
    """Select the forums of the spaces where the viewer teaches, also as co-teacher.

    What two classes share is arranged by the teachers of both, each act logged;
    a safeguarding lead reads along and leaves it as it is.
    """
    return Forum.visible_to(viewer).where(
        Forum.space_id.in_(space_ids(viewer, as_teacher=True))
    )


def threads_to_arrange(viewer: Account) -> Select[tuple[Thread]]:
    """Select the forum threads that she may pin, lock, move or announce."""
    return Thread.visible_to(viewer).where(
        Thread.kind == FORUM_THREAD,
        Thread.space_id.in_(space_ids(viewer, as_teacher=True)),
    )
