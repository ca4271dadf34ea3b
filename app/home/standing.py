"""Where her own posts stand, and what she has not sent yet."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Select,
    false,
    func,
    literal,
    null,
    select,
    union,
    union_all,
)

from app.accounts.models import ANYONE, Account
from app.db import db
from app.posts.drafting import MOST_DRAFTS
from app.posts.marks import seen_no
from app.posts.models import (
    NOT_OUT,
    PUBLISHED,
    Draft,
    Post,
    Revision,
    Thread,
    waiting_id,
)
from app.posts.standing import stands

OWN_LISTED = 10
# Enough to know a draft by, and the beginning of a teacher's note.
DRAFT_CHARACTERS, NOTE_CHARACTERS = 60, 200


class Own(NamedTuple):
    """A post of hers with the state of its newest version, or a draft: no state.

    `is_out` while readers see it, or an older version.
    """

    id: int
    kind: str | None
    title: str
    state: str | None
    note: str | None
    # The beginning of a draft.
    words: str | None
    is_out: bool
    change_no: int
    day: datetime

    @property
    def stands(self) -> str:
        """Say in plain words where it stands; the same as its receipt."""
        return stands(self.state or "", is_out=self.is_out, out_at=self.day)

    @property
    def in_short(self) -> str:
        return f"{self.title} {self.short_note} {self.words or ''}"

    @property
    def short_note(self) -> str:
        note = self.note or ""
        return note[:NOTE_CHARACTERS] + " …" if len(note) > NOTE_CHARACTERS else note

    @property
    def is_draft(self) -> bool:
        return self.state is None

    @property
    def is_told_once(self) -> bool:
        return self.state == PUBLISHED


def own_posts(viewer: Account) -> Sequence[Own]:
    """List what waits or came back, what went out since she was told, and her drafts.

    One query. Of what went out one more than is listed, from the oldest on.
    """
    given = ANYONE.as_viewer(viewer)
    rows = db.session.connection().execute(_own(), given).all()
    found = [Own(*row) for row in rows]
    return sorted(found, key=lambda own: (own.is_draft, own.change_no))


@cache
def _own() -> CompoundSelect[Any]:
    return union_all(_posts(), _drafts())


def _posts() -> Select[Any]:
    version = func.coalesce(waiting_id(), Post.current_id)
    return (
        select(
            Post.id, Thread.kind, Thread.title, Revision.state, Revision.note,
            null().label("words"), Post.current_id.is_not(None), Post.change_no,
            func.coalesce(Post.published_at, Post.sent_at, type_=Post.sent_at.type),
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Revision, Revision.id == version)
        .where(Post.id.in_(union(_that_wait(), _that_went_out())))
    )  # fmt: skip


def _that_wait() -> Select[tuple[int]]:
    found = (
        select(Post.id)
        .join(Revision, Revision.post_id == Post.id)
        .where(
            Revision.state.in_(NOT_OUT),
            # "+ 0" keeps the index of authors out of it: what waits in a school is
            # little, what one pupil has written in years is not.
            Post.author_id + 0 == ANYONE.person_id,
            Post.is_there(),
        )
        .order_by(Post.id.desc())
        .limit(OWN_LISTED)
        .subquery()
    )
    return select(found.c.id)


def _that_went_out() -> Select[tuple[int]]:
    found = (
        select(Post.id)
        .where(
            Post.author_id == ANYONE.person_id,
            Post.change_no > seen_no(),
            Post.is_published(),
        )
        .order_by(Post.change_no)
        .limit(OWN_LISTED + 1)
        .subquery()
    )
    return select(found.c.id)


def _drafts() -> Select[Any]:
    found = (
        select(
            Draft.id, Thread.kind,
            func.coalesce(func.nullif(Draft.title, ""), Thread.title, ""),
            null(), null(), func.substr(Draft.source, 1, DRAFT_CHARACTERS),
            false(), literal(0), Draft.kept_at,
        )
        .outerjoin(Thread, Thread.id == Draft.thread_id)
        .where(Draft.person_id == ANYONE.person_id)
        .order_by(Draft.id.desc())
        .limit(MOST_DRAFTS)
        .subquery()
    )  # fmt: skip
    return select(found)
