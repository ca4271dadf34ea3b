"""Posts beyond a year's: a forum of ten thousand, a server of a hundred thousand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import false, func, insert, select, update

from app.accounts.models import Account, Person
from app.classrooms.models import PUPIL, Member, SpaceClassroom
from app.db import db, last_number, now
from app.forums.models import Forum
from app.posts.models import FORUM_THREAD, ReadMark, Thread
from bench.bulk import Press, Writing

POSTS_A_THREAD = 20
POSTS_AT_ONCE = 10_000
# One thread of half of them, and five hundred of ten.
TEN_THOUSAND = (5_000, *[10] * 500)


class Crowded(NamedTuple):
    """A forum and its threads, as they were begun."""

    forum_id: int
    thread_ids: list[int]


def a_forum(
    space_id: int, sizes: Sequence[int], seed: int = 3, *, texts: int = 400
) -> Crowded:
    """Fill a new forum of a space with threads of so many posts each; commits.

    They are translated, and all pupils of the space have read them. With `texts` as
    many as a page has posts, each full page says the same, in another order.
    """
    press = Press(seed, texts=texts)
    forum = Forum(space_id=space_id, title="Everything", category="", lang="en")
    db.session.add(forum)
    db.session.flush()
    thread_ids = _threads(press, forum, sizes)
    _all_is_read(space_id, thread_ids[0])
    db.session.commit()
    return Crowded(forum.id, thread_ids)


def more_posts(space_id: int, count: int, seed: int = 4) -> None:
    """Add so many posts to a space in threads of twenty, all read by its pupils; commits.

    A hundred thousand take about half a minute.
    """
    sizes = [POSTS_A_THREAD] * (count // POSTS_A_THREAD)
    rest = count - sum(sizes)
    a_forum(space_id, [*sizes, rest] if rest else sizes, seed)


def _threads(press: Press, forum: Forum, sizes: Sequence[int]) -> list[int]:
    authors = db.session.execute(
        select(Person.id, Person.lang)
        .join(Member, Member.person_id == Person.id)
        .where(Member.classroom_id.in_(_rooms(forum.space_id)), Member.role == PUPIL)
        .order_by(Person.number, Person.id)  # the classes by turns
    ).all()
    first = (db.session.scalar(select(func.max(Thread.id))) or 0) + 1
    db.session.execute(
        insert(Thread),
        [
            {
                "id": first + n, "uid": press.uid(), "space_id": forum.space_id,
                "forum_id": forum.id, "kind": FORUM_THREAD, "lang": "en",
                "title": f"The river behind the hills {n}",
                "made_by_id": authors[n % len(authors)].id,
            }
            for n in range(len(sizes))
        ],
    )  # fmt: skip
    began, waiting = now() - timedelta(weeks=40), []
    for n, size in enumerate(sizes):
        for k in range(size):
            author = authors[(n + k) % len(authors)]
            also_in = "en" if author.lang == "es" else "es"
            waiting.append(
                Writing(first + n, author.id, FORUM_THREAD, author.lang, began, also_in=also_in)
            )  # fmt: skip
        if len(waiting) >= POSTS_AT_ONCE:
            press.put(waiting)
            waiting = []
    press.put(waiting)
    return list(range(first, first + len(sizes)))


def _all_is_read(space_id: int, first_thread_id: int) -> None:
    """Mark all threads from this one on as read by every pupil of the space."""
    readers = select(Member.person_id).where(
        Member.classroom_id.in_(_rooms(space_id)), Member.role == PUPIL
    )
    marks = (
        select(Member.person_id, Thread.id, Thread.last_no, false())
        .join(Thread, Thread.id >= first_thread_id)
        .where(
            Member.classroom_id.in_(_rooms(space_id)),
            Member.role == PUPIL,
            Thread.last_no.is_not(None),
        )
    )
    columns = ["person_id", "thread_id", "change_no", "follows"]
    db.session.execute(insert(ReadMark).from_select(columns, marks))
    db.session.execute(
        update(Account)
        .where(Account.person_id.in_(readers))
        .values(seen_no=last_number("change_no"))
        .execution_options(synchronize_session=False)
    )


def _rooms(space_id: int) -> list[int]:
    joined = select(SpaceClassroom.classroom_id).where(
        SpaceClassroom.space_id == space_id, SpaceClassroom.joined_at.is_not(None)
    )
    return list(db.session.scalars(joined))
