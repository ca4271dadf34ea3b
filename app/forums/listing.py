"""Forums by space and category, and a forum's threads: pinned first, then the newest."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    select,
    tuple_,
)

from app.accounts.models import ANYONE, Account
from app.classrooms.models import Space, space_ids, space_langs
from app.db import db
from app.forums.models import Forum
from app.posts.marks import seen_no
from app.posts.models import NOT_OUT, Post, ReadMark, Revision, Thread
from app.posts.permissions import second_adult
from app.web.paging import MAX_KEY

# A class has a dozen forums; what a hundred with long names take fills two pages.
FORUM_TITLES_BYTES = 14_000
# Suggested where a forum is made; any other may be written.
CATEGORIES_SHOWN = 20
# Titles of 120 letters of any script: some 11 kB after gzip.
THREADS_A_PAGE = 30
PLACE = re.compile(r"([01])-(\d{1,18})-(\d{1,15})", re.ASCII)


class Shelf(NamedTuple):
    """A forum as the page of all forums lists it."""

    id: int
    title: str
    category: str
    space_id: int
    space_title: str


@dataclass(frozen=True)
class Shelves:
    """A page of all forums: by space, then by category; `after` is where it ends."""

    spaces: Sequence[tuple[str, Sequence[tuple[str, Sequence[Shelf]]]]]
    categories: Sequence[str]
    after: int | None


def shelves_of(viewer: Account, *, after: int = 0) -> Shelves:
    """Fetch the forums she reads that follow a forum, or all; one query."""
    given = ANYONE.as_viewer(viewer)
    found = [Shelf(*row) for row in db.session.connection().execute(_shelves(), given)]
    ids = [shelf.id for shelf in found]
    rest = found[ids.index(after) + 1 :] if after in ids else found
    shown, total = list[Shelf](), 0
    for shelf in rest:
        total += len(shelf.title.encode()) + len(shelf.category.encode()) + 100
        if total > FORUM_TITLES_BYTES:
            break
        shown.append(shelf)
    spaces = [
        (rows[0].space_title, _by_category(rows))
        for rows in _groups(shown, attrgetter("space_id"))
    ]
    categories = sorted({shelf.category for shelf in found if shelf.category})
    more = shown[-1].id if len(shown) < len(rest) else None
    return Shelves(spaces, categories[:CATEGORIES_SHOWN], more)


def _by_category(shelves: Sequence[Shelf]) -> Sequence[tuple[str, Sequence[Shelf]]]:
    groups = _groups(shelves, attrgetter("category"))
    return [(rows[0].category, rows) for rows in groups]


def _groups(
    shelves: Sequence[Shelf], key: Callable[[Shelf], object]
) -> Sequence[Sequence[Shelf]]:
    return [list(rows) for _key, rows in groupby(shelves, key)]


@cache
def _shelves() -> Select[Any]:
    return (
        Forum.visible_to(ANYONE)
        .join(Space, Space.id == Forum.space_id)
        .with_only_columns(Forum.id, Forum.title, Forum.category, Space.id, Space.title)
    )


def titles() -> Select[Any]:
    """Select number, space, title and language of the forums that ANYONE reads."""
    return Forum.visible_to(ANYONE).with_only_columns(
        Forum.id, Forum.space_id, Forum.title, Forum.lang
    )


class OpenForum(NamedTuple):
    """A forum with its classrooms' languages, comma-separated.

    `teaches` holds for who arranges it, `company` where a second adult reads.
    """

    id: int
    title: str
    space_title: str
    teaches: bool
    company: bool
    langs: str


def open_forum(forum_id: int, viewer: Account) -> OpenForum | None:
    """Fetch a forum of the viewer's spaces; None where there is none."""
    given = ANYONE.as_viewer(viewer) | {"forum_id": forum_id}
    found = db.session.connection().execute(_forum(), given).one_or_none()
    return OpenForum(*found) if found else None


@cache
def _forum() -> Select[Any]:
    return (
        Forum.visible_to(ANYONE)
        .join(Space, Space.id == Forum.space_id)
        .where(Forum.id == bindparam("forum_id", type_=Integer))
        .with_only_columns(
            Forum.id,
            Forum.title,
            Space.title,
            Forum.space_id.in_(space_ids(ANYONE, as_teacher=True)),
            second_adult(ANYONE, Forum.space_id),
            space_langs(Forum.space_id),
        )
    )


class Place(NamedTuple):
    """Where a thread stands in its forum; a page begins below one.

    A place, not a page number: it holds when threads are hidden, moved or added.
    """

    pinned: bool
    last_key: int
    thread_id: int

    @classmethod
    def read(cls, said: str) -> Self:
        """Read it from an address; for `type=`, which leaves out what raises."""
        found = PLACE.fullmatch(said)
        if found is None:
            raise ValueError("not the place of a thread")
        pinned, last_key, thread_id = map(int, found.groups())
        return cls(bool(pinned), last_key, thread_id)

    def __str__(self) -> str:
        return f"{self.pinned:d}-{self.last_key}-{self.thread_id}"


TOP = Place(pinned=True, last_key=MAX_KEY, thread_id=MAX_KEY)


class Row(NamedTuple):
    """A thread as its forum lists it."""

    id: int
    title: str
    lang: str
    pinned: bool
    last_key: int
    locked: bool
    announcement: bool
    post_count: int
    begun: bool
    own: bool
    # Of a thread that nobody has published in: where its first post stands.
    state: str | None
    marked: bool
    new: bool

    @property
    def place(self) -> Place:
        return Place(self.pinned, self.last_key, self.id)


@dataclass(frozen=True)
class Listing:
    """A page of a forum; `older` is below which the next one begins, if there is one."""

    rows: Sequence[Row]
    older: Place | None


def threads_of(forum_id: int, viewer: Account, *, before: Place = TOP) -> Listing:
    """Fetch a page of a forum's threads as the viewer sees them, in one query.

    What it costs follows the threads shown, not the posts in them.
    """
    given = ANYONE.as_viewer(viewer) | {"forum_id": forum_id}
    given |= {"pinned": before.pinned, "key": before.last_key, "edge": before.thread_id}
    found = db.session.connection().execute(_threads(), given).all()
    rows = [Row(*row) for row in found[:THREADS_A_PAGE]]
    return Listing(rows, rows[-1].place if len(rows) < len(found) else None)


@cache
def _threads() -> Select[Any]:
    place = tuple_(Thread.pinned, Thread.last_key, Thread.id)
    edge = tuple_(
        bindparam("pinned", type_=Boolean),
        bindparam("key", type_=BigInteger),
        bindparam("edge", type_=BigInteger),
    )
    return (
        Thread.visible_to(ANYONE)
        .outerjoin(ReadMark, ReadMark.of(ANYONE))
        .where(
            Thread.forum_id == bindparam("forum_id", type_=Integer),
            place < edge,
        )
        .with_only_columns(
            Thread.id,
            Thread.title,
            Thread.lang,
            Thread.pinned,
            Thread.last_key,
            Thread.locked_at.is_not(None),
            Thread.announcement,
            Thread.post_count,
            Thread.begun_no.is_not(None),
            Thread.made_by_id == ANYONE.person_id,
            _state(),
            ReadMark.id.is_not(None),
            _is_new(),
        )
        .order_by(None)
        .order_by(Thread.pinned.desc(), Thread.last_key.desc(), Thread.id.desc())
        .limit(THREADS_A_PAGE + 1)
    )


def _is_new() -> ColumnElement[bool]:
    """Hold for what somebody else has published since she read.

    Where she has never been, since she was last told of new threads. Only threads
    that changed at all are looked into, and there one newer post is enough.
    """
    mark = func.coalesce(ReadMark.change_no, seen_no())
    newer = exists().where(
        Post.thread_id == Thread.id,
        Post.change_no > mark,
        Post.author_id != ANYONE.person_id,
        Post.is_published(),
    )
    return and_(Thread.last_no > mark, newer)


def _state() -> ColumnElement[str | None]:
    first = (
        select(Revision.state)
        .join(Post, Post.id == Revision.post_id)
        .where(
            Post.thread_id == Thread.id,
            Post.withdrawn_at.is_(None),
            Post.erased_at.is_(None),
            Revision.state.in_(NOT_OUT),
        )
        .order_by(Post.order_key)
        .limit(1)
        .correlate(Thread)
        .scalar_subquery()
    )
    return case((Thread.begun_no.is_(None), first), else_=null())
