"""Tests of app/forums/listing.py: a forum's page, its cost, its order, and what is new."""

import random
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event, insert, select
from sqlalchemy.engine import Connection

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db, last_number, new_uid, next_number
from app.forums.listing import THREADS_A_PAGE, Place, threads_of
from app.forums.models import Forum
from app.moderation.hiding import hide
from app.moderation.review import return_to_author
from app.posts import marks
from app.posts.models import FORUM_THREAD, Post, ReadMark, Thread
from app.posts.publishing import changed
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client
from tests.forums.test_thread_page import bytes_on_the_wire, link, many_posts
from tests.web.test_every_page import MOST_BYTES, MOST_QUERIES, counted

PACKED = {"Accept-Encoding": "gzip"}
ROW = re.compile(
    r'<li><a href="/threads/(\d+)(\?new)?"[^>]*>([^<]*)</a> <small>(.*?)</small>'
)


@pytest.fixture
def room(app: Flask) -> Classroom:
    made = a_classroom(lang="en")
    a_co_teacher(made)
    return made


@pytest.fixture
def forum(room: Classroom) -> Forum:
    return a_forum(own_space(room))


def begun(room: Classroom, forum: Forum, count: int = 1) -> list[Thread]:
    """Threads of one post each, the oldest first."""
    teacher = teacher_of(room)
    threads = [a_thread(own_space(room), teacher, forum) for _n in range(count)]
    for thread in threads:
        a_post(thread, teacher)
    return threads


def many_threads(forum: Forum, maker: Account, count: int) -> None:
    """Threads of a year at once, as if each had one published post."""
    first = next_number("change_no", count)
    db.session.execute(
        insert(Thread),
        [
            {"uid": new_uid(), "space_id": forum.space_id, "forum_id": forum.id,
             "kind": FORUM_THREAD, "title": f"Thread {n}", "lang": "en",
             "made_by_id": maker.person_id, "begun_no": n, "last_no": n, "last_key": n,
             "post_count": 1}
            for n in range(first, first + count)
        ],
    )  # fmt: skip
    db.session.commit()


def listed(client: Client, url: str) -> list[int]:
    return [int(row[0]) for row in ROW.findall(client.get(url).text)]


def words(client: Client, forum: Forum) -> dict[int, str]:
    """What the forum's page says beside each thread."""
    page = client.get(f"/forums/{forum.id}").text
    return {int(row[0]): unescape(row[3]) for row in ROW.findall(page)}


def walked(client: Client, url: str | None) -> list[list[int]]:
    pages = []
    while url is not None:
        pages.append(listed(client, url))
        url = link(client.get(url).text, "Older threads")
    return pages


def test_the_thread_with_the_newest_post_comes_first(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    one, two, three = begun(room, forum, 3)
    a_post(two, teacher_of(room))

    found = listed(Client(app, a_pupil(room)), f"/forums/{forum.id}")

    assert found == [two.id, three.id, one.id]


def test_pinned_threads_stand_above_newer_ones_and_only_there(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    threads = begun(room, forum, THREADS_A_PAGE + 5)
    oldest = threads[0]
    oldest.pinned = True
    db.session.commit()
    client = Client(app, a_pupil(room))

    pages = walked(client, f"/forums/{forum.id}")

    assert pages[0][0] == oldest.id
    assert "Pinned" in words(client, forum)[oldest.id]
    assert sorted(n for page in pages for n in page) == [one.id for one in threads]


def test_all_threads_are_found_page_by_page_also_where_keys_are_alike(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    threads = begun(room, forum, 2 * THREADS_A_PAGE + 7)
    for n, thread in enumerate(threads):
        thread.last_key, thread.pinned = n // 9, n < 33
    db.session.commit()

    pages = walked(Client(app, a_pupil(room)), f"/forums/{forum.id}")

    assert [len(page) for page in pages] == [30, 30, 7]
    ranked = sorted(threads, key=lambda one: (one.pinned, one.last_key, one.id))
    assert [n for page in pages for n in page] == [one.id for one in ranked[::-1]]


def test_a_page_keeps_its_place_when_threads_are_hidden_moved_or_added(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    threads = begun(room, forum, THREADS_A_PAGE + 20)[::-1]
    client = Client(app, a_pupil(room))
    first = client.get(f"/forums/{forum.id}").text
    last_seen = threads[THREADS_A_PAGE - 1]

    elsewhere = a_forum(own_space(room))
    last_seen.forum_id = elsewhere.id  # the very thread that the link names
    threads[3].forum_id = elsewhere.id
    gone = threads[THREADS_A_PAGE]
    for post in db.session.scalars(select(Post).where(Post.thread_id == gone.id)):
        hide(post, teacher_of(room), "")
    begun(room, forum, 3)
    older = link(first, "Older threads")

    assert older is not None
    assert listed(client, older) == [one.id for one in threads[THREADS_A_PAGE + 1 :]]


def test_an_address_with_a_place_that_is_none_shows_the_newest(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (thread,) = begun(room, forum)
    client = Client(app, a_pupil(room))

    for place in ("", "1", "2-3-4", "1-2-3-4", "0-" + "9" * 40 + "-1", "٠-٣-٤"):
        assert listed(client, f"/forums/{forum.id}?before={place}") == [thread.id]
    assert listed(client, f"/forums/{forum.id}?before=0-0-0") == []
    with pytest.raises(ValueError, match="place"):
        Place.read("2-3-4")


def test_ten_thousand_posts_cost_the_bytes_and_queries_of_ten(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    few, many = forum, a_forum(own_space(room))
    teacher = teacher_of(room)
    for shown, count in ((few, 1), (many, 1_000)):
        for _n in range(10):
            ids = many_posts(a_thread(own_space(room), teacher, shown), count)
            changed(db.session.get_one(Post, ids[-1]))
    db.session.commit()
    client = Client(app, a_pupil(room))
    urls = [f"/forums/{few.id}", f"/forums/{many.id}"]
    for url in urls:
        client.get(url)

    queries, sizes = [], []
    for url in urls:
        with counted() as said:
            answer = client.get(url, headers=PACKED)
        queries.append(len(said))
        sizes.append(bytes_on_the_wire(answer))

    assert "1000 posts" in client.get(urls[1]).text
    assert queries[0] == queries[1] <= MOST_QUERIES
    assert abs(sizes[0] - sizes[1]) < 100


def test_the_database_scans_no_posts_and_sorts_no_threads(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    many_threads(forum, teacher_of(room), 3_000)
    said = []

    def note(
        _c: Connection, _cursor: object, sql: str, given: object, *_m: object
    ) -> None:
        said.append((sql, given))

    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", note)
    found = threads_of(forum.id, a_pupil(room))
    event.remove(db.engine, "before_cursor_execute", note)
    sql, given = next(pair for pair in said if pair[0].startswith("SELECT thread.id"))
    plan = [
        str(row[3])
        for row in db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {sql}",
            given,  # type: ignore[arg-type]  # as it came
        )
    ]

    assert len(found.rows) == THREADS_A_PAGE
    assert [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []
    assert any("ix_thread_forum_id_pinned_last_key" in step for step in plan)


@pytest.mark.parametrize(
    ("first", "last"),
    [("ء", "ي"), ("一", "\u9fff"), ("\U00020000", "\U0002a6df")],
    ids=["Arabic", "Chinese", "rare Chinese"],
)
def test_a_page_of_long_titles_fits_a_weak_link(
    app: Flask, room: Classroom, forum: Forum, first: str, last: str
) -> None:
    dice = random.Random(1)
    for thread in begun(room, forum, THREADS_A_PAGE):
        thread.title = "".join(
            chr(dice.randint(ord(first), ord(last))) for _n in range(120)
        )
    db.session.commit()
    client = Client(app, teacher_of(room))

    page = client.get(f"/forums/{forum.id}", headers=PACKED)

    assert len(listed(client, f"/forums/{forum.id}")) == THREADS_A_PAGE
    assert bytes_on_the_wire(page) <= MOST_BYTES


def test_what_others_published_since_she_read_is_new_and_leads_to_it_alone(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (thread,) = begun(room, forum)
    pupil, mate = a_pupil(room), a_pupil(room)
    read_up_to(thread, pupil)
    client = Client(app, pupil)
    assert "new" not in words(client, forum)[thread.id]

    released(a_post(thread, mate), teacher_of(room))

    assert "<mark>new</mark>" in words(client, forum)[thread.id]
    assert f'href="/threads/{thread.id}?new"' in client.get(f"/forums/{forum.id}").text


def test_a_thread_where_she_has_never_been_is_new_since_she_was_last_told(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (before,) = begun(room, forum)
    pupil = a_pupil(room)
    pupil.seen_no = last_number("change_no")
    db.session.commit()
    (since,) = begun(room, forum)
    client = Client(app, pupil)

    said = words(client, forum)

    assert "new" in said[since.id]
    assert "new" not in said[before.id]
    assert f'href="/threads/{since.id}"' in client.get(f"/forums/{forum.id}").text


def test_her_own_answer_is_no_news_to_her(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (thread,) = begun(room, forum)
    pupil = a_pupil(room)
    read_up_to(thread, pupil)

    released(a_post(thread, pupil), teacher_of(room))

    assert "new" not in words(Client(app, pupil), forum)[thread.id]
    assert "new" in words(Client(app, a_pupil_before(room)), forum)[thread.id]


def test_what_was_hidden_again_is_not_new(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (thread,) = begun(room, forum)
    pupil, mate = a_pupil(room), a_pupil(room)
    read_up_to(thread, pupil)
    post = released(a_post(thread, mate), teacher_of(room))
    a_post(thread, mate)  # waits for its teacher
    released(a_post(thread, pupil), teacher_of(room))
    assert "new" in words(Client(app, pupil), forum)[thread.id]

    hide(post, teacher_of(room), "")
    db.session.commit()

    assert "new" not in words(Client(app, pupil), forum)[thread.id]


def a_pupil_before(room: Classroom) -> Account:
    """A pupil who was there before all of it, and has been told of nothing."""
    pupil = a_pupil(room)
    pupil.seen_no = 0
    db.session.commit()
    return pupil


def read_up_to(thread: Thread, reader: Account) -> None:
    """Let her have read all that is in a thread by now."""
    marks.follow(thread.id, reader.person_id, follows=False)
    mark = db.session.scalars(
        select(ReadMark).where(
            ReadMark.thread_id == thread.id, ReadMark.person_id == reader.person_id
        )
    ).one()
    db.session.refresh(thread)
    mark.change_no = thread.last_no or 0
    db.session.commit()


def test_what_waits_is_shown_with_a_word_to_its_author_and_teachers_alone(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    pupil, mate, teacher = a_pupil(room), a_pupil(room), teacher_of(room)
    waiting, returned = (a_thread(own_space(room), pupil, forum) for _n in range(2))
    a_post(waiting, pupil)
    sent_back = a_post(returned, pupil)
    assert sent_back.waiting is not None
    return_to_author(sent_back.waiting, teacher, "Say more.")
    db.session.commit()

    hers, teachers = (
        words(Client(app, pupil), forum),
        words(Client(app, teacher), forum),
    )

    assert hers[waiting.id] == "With your teacher"
    assert teachers[waiting.id] == "Waits for release"
    assert hers[returned.id] == teachers[returned.id] == "Came back with a note"
    assert words(Client(app, mate), forum) == {}


def test_a_hidden_thread_says_so_to_adults_and_to_who_wrote_in_it(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    pupil, mate, teacher = a_pupil(room), a_pupil(room), teacher_of(room)
    thread = a_thread(own_space(room), pupil, forum)
    post = released(a_post(thread, pupil), teacher)
    client = Client(app, mate)
    assert words(client, forum) == {thread.id: "<mark>new</mark> 1 post"}

    hide(post, teacher, "")
    db.session.commit()

    assert words(Client(app, teacher), forum) == {thread.id: "Hidden"}
    assert words(Client(app, pupil), forum) == {thread.id: "Hidden"}
    assert words(client, forum) == {}


def test_locks_and_announcements_are_said_in_words(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    plain, said = begun(room, forum, 2)
    said.locked_at, said.announcement = said.made_at, True
    db.session.commit()

    found = words(Client(app, a_pupil(room)), forum)

    assert found[said.id].endswith("Announcement · Locked · 1 post")
    assert "Locked" not in found[plain.id]
    assert "Announcement" not in found[plain.id]


def test_a_forum_shows_its_own_threads_alone(app: Flask) -> None:
    ours, theirs = a_classroom(lang="en"), a_classroom(lang="es")
    for room in (ours, theirs):
        a_co_teacher(room)
    shared = a_forum(a_partnership(ours, theirs))
    own = a_forum(own_space(ours))
    begun(ours, own)
    thread = a_thread(shared.space, teacher_of(theirs), shared)
    a_post(thread, teacher_of(theirs))

    assert listed(Client(app, a_pupil(ours)), f"/forums/{shared.id}") == [thread.id]
    assert Client(app, a_pupil(theirs)).get(f"/forums/{own.id}").status_code == 404


def test_titles_lie_in_their_own_direction(
    app: Flask, room: Classroom, forum: Forum
) -> None:
    (thread,) = begun(room, forum)
    thread.title, thread.lang = "نهر النيل", "ar"
    db.session.commit()

    page = Client(app, a_pupil(room)).get(f"/forums/{forum.id}").text

    assert f'<a href="/threads/{thread.id}" dir="auto" lang="ar">نهر النيل</a>' in page
