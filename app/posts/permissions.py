"""Who may write in a thread, and who may act on a post."""

from datetime import datetime
from typing import Protocol

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.sql.elements import SQLCoreOperations

from app.accounts.models import Account, Viewer
from app.classrooms.models import ADULTS, Member, SpaceClassroom, space_ids
from app.db import db
from app.posts.models import LETTERS, Post, Thread


def may_write(viewer: Account, thread: Thread) -> bool:
    """Everyone who can read a thread may write in it, save as `why_not` says."""
    return why_not(viewer, thread) is None


def why_not(viewer: Account, thread: Thread) -> str | None:
    """Say why the viewer may not write in a thread she can read, and what helps.

    None when she may. Letters are for the pair alone. Nobody writes once a
    thread is locked; before its first post is released only who began it: an
    answer would show the title to all. An adult only where a second one can
    read.
    """
    if thread.locked_at is not None:
        return locked(viewer)
    if thread.kind == LETTERS:
        pair = {reader.person_id for reader in thread.readers}
        return None if viewer.person_id in pair else _between_two()
    company = has_company(viewer, thread.space_id)
    return why_not_in_forum(viewer, thread, company=company)


class InForum(Protocol):
    """A forum's thread, or as much of it as its page reads."""

    @property
    def locked_at(self) -> datetime | None: ...
    @property
    def begun_no(self) -> int | None: ...
    @property
    def made_by_id(self) -> int: ...


def why_not_in_forum(viewer: Account, thread: InForum, *, company: bool) -> str | None:
    """Say what `why_not` says, where it is known whether a second adult reads."""
    if thread.locked_at is not None:
        return locked(viewer)
    if not company:
        return company_missing()
    if thread.begun_no is None and thread.made_by_id != viewer.person_id:
        return _("This thread waits for release. Release its first post, then answer.")
    return None


def locked(viewer: Account) -> str:
    """Say what to do about a locked thread; whoever teaches here can open it."""
    if viewer.teacher:
        return _(
            "This thread is locked: all read it, and nobody writes. Take the lock off "
            "under “Arrange this thread”, then send again."
        )
    return _(
        "This thread is locked: all read it, and nobody writes. Ask a teacher to open "
        "it again."
    )


def company_missing() -> str:
    """Say why an adult may not write where no second one can read."""
    return _(
        "A second adult has to be able to read here, and to have signed in. Ask your "
        "admin to name a safeguarding lead, or add a co-teacher."
    )


def _between_two() -> str:
    return _("Only the two who write to each other write here.")


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


def moderated_by(viewer: Account) -> ColumnElement[bool]:
    """Hold for posts in threads an adult can open, where she teaches or reads along."""
    threads = (
        Thread.visible_to(viewer)
        .where(Thread.space_id.in_(space_ids(viewer, as_adult=True)))
        .order_by(None)
        .with_only_columns(Thread.id)
    )
    return Post.thread_id.in_(threads)
