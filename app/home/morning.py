"""What is there for me: a pupil's post and a teacher's morning."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.classrooms.models import SpaceClassroom
from app.classrooms.partnering import asked_of
from app.db import db
from app.moderation.hiding import open_reports
from app.moderation.models import Report
from app.posts.models import (
    FORUM_THREAD,
    LETTERS,
    Post,
    Revision,
    Thread,
    ThreadReader,
    waiting_for,
)
from app.posts.showing import ShownPost, shown, with_words

LETTERS_IN_FULL = 5
THREADS_LISTED = 10
OWN_LISTED = 10


@dataclass(frozen=True)
class LetterThread:
    """A pen pal's thread with its last letter, and whether it is my turn."""

    thread: Thread
    last: ShownPost | None

    @property
    def my_turn(self) -> bool:
        return self.last is not None and not self.last.own


@dataclass(frozen=True)
class Waiting:
    """What a teacher finds in the morning."""

    posts: int
    reports: int
    asked: bool


def what_waits(viewer: Account) -> Waiting:
    """Count held posts and open reports, and tell whether a class asks hers; one query."""
    held = waiting_for(viewer).with_only_columns(Revision.id)
    reports = open_reports(viewer).with_only_columns(Report.id)
    asked = asked_of(viewer).with_only_columns(SpaceClassroom.id)
    row = db.session.execute(select(_count(held), _count(reports), exists(asked))).one()
    return Waiting(*row)


def _count(ids: Select[tuple[int]]) -> ScalarSelect[int]:
    found = ids.order_by(None).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def letter_threads(viewer: Account) -> list[LetterThread]:
    """My own letter threads, those that wait for my answer first; three queries."""
    mine = select(ThreadReader.thread_id).where(
        ThreadReader.person_id == viewer.person_id
    )
    found = db.session.scalars(
        Thread.visible_to(viewer)
        .where(Thread.kind == LETTERS, Thread.id.in_(mine))
        .options(joinedload(Thread.readers).joinedload(ThreadReader.person))
        .limit(LETTERS_IN_FULL)
    )
    threads = found.unique().all()
    newest = (
        Post.visible_to(viewer)
        .order_by(None)
        .where(Post.thread_id.in_([thread.id for thread in threads]))
        .with_only_columns(func.max(Post.order_key))
        .group_by(Post.thread_id)
    )
    posts = db.session.scalars(
        with_words(select(Post).where(Post.order_key.in_(newest)))
    ).all()
    last = {item.post.thread_id: item for item in shown(posts, viewer)}
    entries = [LetterThread(thread, last.get(thread.id)) for thread in threads]
    return sorted(entries, key=lambda entry: not entry.my_turn)


def own_posts(viewer: Account) -> Sequence[Post]:
    """My newest posts that are with the teacher or came back."""
    return db.session.scalars(
        with_words(Post.visible_to(viewer))
        .options(joinedload(Post.thread))
        .where(
            Post.author_id == viewer.person_id,
            Post.waiting.has(),
        )
        .order_by(None)
        .order_by(Post.id.desc())
        .limit(OWN_LISTED)
    ).all()


def latest_threads(viewer: Account) -> Sequence[Thread]:
    """The forum threads with the newest posts."""
    newest = (
        Post.visible_to(viewer)
        .order_by(None)
        .with_only_columns(Post.thread_id, func.max(Post.order_key).label("last"))
        .group_by(Post.thread_id)
        .subquery()
    )
    return db.session.scalars(
        select(Thread)
        .join(newest, newest.c.thread_id == Thread.id)
        .where(Thread.kind == FORUM_THREAD)
        .order_by(newest.c.last.desc())
        .limit(THREADS_LISTED)
    ).all()
