"""Who may write in a thread, and who may act on a post."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.sql.elements import SQLCoreOperations

from app.accounts.models import Account, Viewer
from app.classrooms.models import ADULTS, Member, SpaceClassroom, space_ids
from app.db import db
from app.posts.models import LETTERS, RETURNED, Post, Thread


def may_write(viewer: Account, thread: Thread) -> bool:
    """Everyone who can read a thread may write in it; letters only the pair.

    Nobody once it is locked; before its first post is released only who began
    it: an answer would show the title to all. An adult only where a second one
    can read.
    """
    if thread.locked_at is not None:
        return False
    if thread.kind == LETTERS:
        return viewer.person_id in {reader.person_id for reader in thread.readers}
    if not has_company(viewer, thread.space_id):
        return False
    return thread.made_by_id == viewer.person_id or thread.begun_no is not None


def has_company(viewer: Account, space_id: int) -> bool:
    """Whether the viewer may share a thread here: a pupil, or one of two adults."""
    if not viewer.adult:
        return True
    return bool(db.session.scalar(select(second_adult(viewer, space_id))))


def second_adult(
    viewer: Viewer, space_id: int | SQLCoreOperations[int]
) -> ColumnElement[bool]:
    """Hold where an adult beside the viewer reads in the space, and can sign in.

    Who has been invited or has lost her passphrase reads nothing until she has
    used her slip.
    """
    return exists().where(
        SpaceClassroom.space_id == space_id,
        SpaceClassroom.joined_at.is_not(None),
        Member.classroom_id == SpaceClassroom.classroom_id,
        Member.role.in_(ADULTS),
        Member.left_at.is_(None),
        Member.person_id != viewer.person_id,
        Account.person_id == Member.person_id,
        Account.secret.is_not(None),
        Account.suspended_at.is_(None),
        Account.left_at.is_(None),
    )


def may_mend(viewer: Account, post: Post) -> bool:
    """An author mends what her teacher returned."""
    return (
        post.author_id == viewer.person_id
        and post.waiting is not None
        and post.waiting.state == RETURNED
    )


def moderated_by(viewer: Account) -> ColumnElement[bool]:
    """Hold for posts in threads an adult can open, where she teaches or reads along."""
    threads = (
        Thread.visible_to(viewer)
        .where(Thread.space_id.in_(space_ids(viewer, as_adult=True)))
        .order_by(None)
        .with_only_columns(Thread.id)
    )
    return Post.thread_id.in_(threads)
