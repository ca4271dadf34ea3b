"""What is new for a pupil since last time: it follows change numbers, never a clock."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import ANYONE, Account, Person
from app.classrooms.models import space_ids
from app.db import db
from app.posts.marks import seen_no
from app.posts.models import LETTERS, Post, ReadMark, Thread, ThreadReader

# In the order of the page; of the last, nothing is said there.
ANNOUNCED, LETTER, FOLLOWED, BEGUN, QUIET, NOTHING = range(6)
# Of short ones; longer ones fill the page before. One more is fetched, to know of it.
POSTS_IN_FULL = 40
THREADS_LISTED = 60

_newer = aliased(Post)
_first = aliased(Post)
_candidate = aliased(Thread)


class News(NamedTuple):
    """A thread on her page, and why it is there: `rank`."""

    id: int
    rank: int
    kind: str
    title: str
    lang: str
    # Of a letter thread: who writes to her.
    pen_pal: str | None
    begun_no: int | None
    locked: bool

    @property
    def in_full(self) -> bool:
        return self.rank in (ANNOUNCED, LETTER, FOLLOWED)


def has_unread() -> ColumnElement[bool]:
    """Hold for threads, joined with her mark, in which others wrote since she read.

    Only where something changed at all is looked into, and there one post is enough.
    """
    newer = exists().where(*_is_unread(Post)).correlate(Thread, ReadMark)
    return and_(Thread.last_no > _mark(), newer)


def threads_with_news(viewer: Account) -> Sequence[News]:
    """List her letters, and of her other threads those with news, in the page's order.

    One query. What it costs follows the threads she reads in, not the posts there are.
    """
    given = ANYONE.as_viewer(viewer)
    rows = db.session.connection().execute(_threads(), given).all()
    return [found for row in rows if (found := News(*row)).rank != NOTHING]


def unread_posts(threads: Sequence[News], viewer: Account) -> Sequence[Post]:
    """Fetch what is new in these threads: thread by thread, oldest first; one query.

    One more than fit a page at most.
    """
    if not threads:
        return ()
    given = ANYONE.as_viewer(viewer) | {
        "thread_ids": [thread.id for thread in threads[: POSTS_IN_FULL + 1]]
    }
    return db.session.scalars(_posts(), given).all()


@cache
def _threads() -> Select[Any]:
    return (
        Thread.visible_to(ANYONE)
        .outerjoin(ReadMark, ReadMark.of(ANYONE))
        .where(Thread.id.in_(_candidates()))
        .with_only_columns(
            Thread.id,
            _rank(),
            Thread.kind,
            Thread.title,
            Thread.lang,
            _pen_pal(),
            Thread.begun_no,
            Thread.locked_at.is_not(None),
        )
        .order_by(None)
        .order_by(*_page_order())
        .limit(THREADS_LISTED + 1)
    )


@cache
def _posts() -> Select[tuple[Post]]:
    threads = (
        Thread.visible_to(ANYONE)
        .where(Thread.id.in_(bindparam("thread_ids", expanding=True)))
        .order_by(None)
        .with_only_columns(Thread.id)
    )
    # Post by post out of the index: a thread may hold ten thousand.
    unread = (
        select(_newer.id)
        .where(*_is_unread(_newer), _is_meant(_newer))
        .order_by(_newer.change_no)
        .limit(POSTS_IN_FULL + 1)
        .correlate(Thread, ReadMark)
    )
    return (
        select(Post)
        .select_from(Thread)
        .outerjoin(ReadMark, ReadMark.of(ANYONE))
        .join(Post, Post.id.in_(unread))
        .where(Thread.id.in_(threads))
        .order_by(*_page_order(), Post.change_no)
        .limit(POSTS_IN_FULL + 1)
        .options(
            joinedload(Post.author, innerjoin=True),
            joinedload(Post.current, innerjoin=True),
        )
    )


def _candidates() -> CompoundSelect[tuple[int]]:
    """Select the few threads that can have news for her, each kind by its index."""
    me, spaces = ANYONE.person_id, space_ids(ANYONE)
    ids = select(_candidate.id)
    return union(
        select(ThreadReader.thread_id).where(ThreadReader.person_id == me),
        ids.join(ReadMark, ReadMark.thread_id == _candidate.id).where(
            ReadMark.person_id == me,
            ReadMark.follows,
            _candidate.last_no > ReadMark.change_no,
        ),
        ids.where(_candidate.space_id.in_(spaces), _candidate.begun_no > seen_no()),
        ids.where(_candidate.space_id.in_(spaces), _candidate.announcement),
    )


def _rank() -> ColumnElement[int]:
    letters = Thread.kind == LETTERS
    begun = and_(
        Thread.begun_no > seen_no(),
        # Whoever opened it from its forum knows it.
        Thread.begun_no > _mark(),
        Thread.made_by_id != ANYONE.person_id,
        Thread.post_count > 0,
        func.coalesce(ReadMark.follows, false()).is_(false()),
    )
    return case(
        (and_(letters, ~_is_hers()), NOTHING),
        (and_(letters, has_unread()), LETTER),
        (letters, QUIET),
        (and_(Thread.announcement, _first_no() > _mark()), ANNOUNCED),
        (and_(ReadMark.follows, has_unread()), FOLLOWED),
        (begun, BEGUN),
        else_=NOTHING,
    )


def _page_order() -> tuple[Any, ...]:
    """Newest letters and replies first; what is told once, from the oldest on."""
    rank = _rank()
    from_the_oldest = rank.in_((ANNOUNCED, BEGUN))
    newest = -func.coalesce(Thread.last_no, 0)
    return rank, case((from_the_oldest, Thread.begun_no), else_=newest), Thread.id


def _mark() -> ColumnElement[int]:
    return func.coalesce(ReadMark.change_no, 0)


def _is_unread(post: type[Post]) -> tuple[ColumnElement[bool], ...]:
    return (
        post.thread_id == Thread.id,
        post.change_no > _mark(),
        post.author_id != ANYONE.person_id,
        post.is_published(),
    )


def _is_meant(post: type[Post]) -> ColumnElement[bool]:
    """Leave the replies to an announcement to who follows it, or they take all the page.

    What changed before it comes along: a proof of it would call that read.
    """
    only_itself = and_(
        Thread.announcement,
        func.coalesce(ReadMark.follows, false()).is_(false()),
        _first_no() > _mark(),
    )
    return case((only_itself, post.change_no <= _first_no()), else_=true())


def _is_hers() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            ThreadReader.thread_id == Thread.id,
            ThreadReader.person_id == ANYONE.person_id,
        )
        .correlate(Thread)
    )


def _first_no() -> ScalarSelect[int]:
    """Say the change of its first post, the announcement; 0 for one of her own."""
    return (
        select(case((_first.author_id != ANYONE.person_id, _first.change_no), else_=0))
        .where(_first.thread_id == Thread.id, _first.is_published())
        .order_by(_first.order_key)
        .limit(1)
        .correlate(Thread)
        .scalar_subquery()
    )


def _pen_pal() -> ScalarSelect[str]:
    return (
        select(func.aggregate_strings(Person.shown_name, " – "))
        .join(ThreadReader, ThreadReader.person_id == Person.id)
        .where(
            Thread.kind == LETTERS,
            ThreadReader.thread_id == Thread.id,
            ThreadReader.person_id != ANYONE.person_id,
        )
        .correlate(Thread)
        .scalar_subquery()
    )
