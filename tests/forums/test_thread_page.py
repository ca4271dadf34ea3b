"""The page that is read most: its bytes, its queries, and finding one's place in it."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.accounts.symbols import SYMBOLS
from app.classrooms.models import Classroom
from app.db import db, new_uid, next_number, now
from app.moderation.hiding import hide
from app.posts.models import PUBLISHED, Post, Revision, Thread
from app.posts.publishing import changed
from app.web.paging import PAGE_ROWS
from bench.texts import Letters
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client
from tests.web.test_every_page import MOST_QUERIES, counted

# Design section 7.
FIRST_VISIT_BYTES = 10_000
NEXT_THREAD_OVER_TEXT_BYTES = 2_000
# What waitress adds to every answer.
DATE = "Date: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
NAMES = (
    "Amina", "Brian", "Mercy", "Kevin", "Faith", "Peter", "Joy", "Samson", "Grace", "Dan",
)  # fmt: skip
PACKED = {"Accept-Encoding": "gzip, deflate"}
INDEXES = {"ix_post_thread_id_order_key", "ix_post_thread_id_change_no"}
POST_ID = re.compile(r'<article id="p(\d+)"')


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def thread(room: Classroom) -> Thread:
    return a_thread(own_space(room), teacher_of(room))


def bytes_on_the_wire(answer: TestResponse) -> int:
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return len(f"HTTP/1.1 {answer.status}\r\n{head}{DATE}\r\n") + len(answer.data)


def filled(room: Classroom, pupils: list[Account], seed: int) -> tuple[Thread, str]:
    """Twenty posts of 600 characters of natural text, by ten pupils."""
    letters, teacher = Letters("en", seed), teacher_of(room)
    thread = a_thread(own_space(room), teacher)
    texts = [letters.write(600) for _n in range(20)]
    for n, text in enumerate(texts):
        released(a_post(thread, pupils[n % len(pupils)], text), teacher)
    return thread, "\n".join(texts)


def test_a_thread_of_twenty_posts_fits_a_weak_link_and_six_queries(
    app: Flask, room: Classroom
) -> None:
    pupils = [a_pupil(room, f"{name} Otieno") for name in NAMES]
    for pupil, symbol in zip(pupils, SYMBOLS, strict=False):
        pupil.person.symbol = symbol  # drawn by lot otherwise, some take more bytes
    thread, _text = filled(room, pupils, 1)
    other, text = filled(room, pupils, 2)
    client = Client(app, pupils[0])

    page = client.get(f"/threads/{thread.id}", headers=PACKED)
    style = client.get("/static/site.css", headers=PACKED)
    with counted() as said:
        following = client.get(f"/threads/{other.id}", headers=PACKED)

    packed_text = len(gzip.compress(text.encode(), 6, mtime=0))
    assert len(POST_ID.findall(gzip.decompress(following.data).decode())) == 20
    assert bytes_on_the_wire(page) + bytes_on_the_wire(style) <= FIRST_VISIT_BYTES
    assert bytes_on_the_wire(following) <= packed_text + NEXT_THREAD_OVER_TEXT_BYTES
    assert len(said) <= MOST_QUERIES


@contextmanager
def explained() -> Iterator[list[str]]:
    """Collect how the database goes about every statement on posts."""
    found: list[str] = []

    def explain(
        _c: Any, cursor: Any, statement: str, given: Any, _context: Any, _many: bool
    ) -> None:
        if statement.startswith(("SELECT post.", "SELECT post_1.")):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            found.extend(step[3] for step in plan)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def many_posts(thread: Thread, count: int) -> list[int]:
    """Publish this many short posts at once, as years of writing would."""
    first = next_number("change_no", count)
    db.session.execute(
        insert(Post),
        [
            {"uid": new_uid(), "thread_id": thread.id, "author_id": thread.made_by_id,
             "kind": thread.kind, "form_key": f"key-{n}", "published_at": now(),
             "order_key": n, "change_no": n}
            for n in range(first, first + count)
        ],
    )  # fmt: skip
    ids = db.session.scalars(
        select(Post.id).where(Post.thread_id == thread.id).order_by(Post.order_key)
    ).all()
    db.session.execute(
        insert(Revision),
        [
            {"post_id": post_id, "n": 1, "source": f"Post {n}.", "html": f"<p>Post {n}.</p>",
             "rendered_by": 1, "lang": "en", "sha256": "0" * 64, "state": PUBLISHED}
            for n, post_id in enumerate(ids)
        ],
    )  # fmt: skip
    revision = select(Revision.id).where(Revision.post_id == Post.id).scalar_subquery()
    db.session.execute(
        update(Post).values(current_id=revision),
        execution_options={"synchronize_session": False},
    )
    changed(db.session.get_one(Post, ids[-1]))  # the thread sums them up
    db.session.commit()
    return list(ids)


def ids_on(page: str) -> list[int]:
    return [int(found) for found in POST_ID.findall(page)]


def link(page: str, words: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)">{words}</a>', page)
    return found[1].replace("&amp;", "&") if found else None


def walked(client: Client, url: str, words: str) -> list[list[int]]:
    """Follow a link from page to page; the posts of each page."""
    pages = []
    at: str | None = url
    while at is not None:
        page = client.get(at).text
        pages.append(ids_on(page))
        at = link(page, words)
    return pages


def test_the_newest_page_comes_first_and_all_earlier_ones_follow(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    ids = many_posts(thread, 45)
    client = Client(app, teacher_of(room))

    pages = walked(client, f"/threads/{thread.id}", "Earlier posts")

    assert [len(page) for page in pages] == [20, 20, 5]
    assert [post for page in reversed(pages) for post in page] == ids


def test_from_the_first_post_all_later_ones_follow(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    ids = many_posts(thread, 45)
    client = Client(app, teacher_of(room))

    pages = walked(client, f"/threads/{thread.id}?at=0", "Later posts")

    assert [post for page in pages for post in page] == ids
    first = client.get(f"/threads/{thread.id}?at=0").text
    assert link(first, "Earlier posts") is None
    assert link(client.get(f"/threads/{thread.id}").text, "Later posts") is None


def test_pages_stay_whole_when_posts_are_hidden_meanwhile(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    ids, teacher = many_posts(thread, 45), teacher_of(room)
    client = Client(app, teacher)
    first = client.get(f"/threads/{thread.id}").text
    gone = set(ids[18:28])

    for post_id in gone:
        hide(db.session.get_one(Post, post_id), teacher, "")
    db.session.commit()
    earlier = link(first, "Earlier posts")
    assert earlier is not None
    pages = walked(client, earlier, "Earlier posts")

    assert [len(page) for page in pages] == [18]
    seen = {*ids_on(first), *(post for page in pages for post in page)}
    assert seen == set(ids) - (gone - set(ids_on(first)))


def test_a_page_fills_by_bytes_and_one_post_is_always_on_it(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    teacher = teacher_of(room)
    long = [a_post(thread, teacher, "many words " * 1400).id for _n in range(12)]
    client = Client(app, teacher)

    pages = walked(client, f"/threads/{thread.id}", "Earlier posts")

    assert [post for page in reversed(pages) for post in page] == long
    assert all(1 <= len(page) < 10 for page in pages)


def test_the_address_of_a_post_opens_the_page_it_stands_on(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    ids = many_posts(thread, 45)
    client = Client(app, teacher_of(room))
    post = db.session.get_one(Post, ids[7])

    answer = client.get(f"/p/{post.uid}")
    page = client.get(answer.headers["Location"]).text

    assert answer.headers["Location"].endswith(f"#p{post.id}")
    assert ids_on(page)[0] == post.id
    assert link(page, "Earlier posts") is not None


def test_a_long_thread_costs_no_more_queries_than_a_short_one(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    short = a_thread(own_space(room), teacher_of(room))
    many_posts(short, PAGE_ROWS)
    many_posts(thread, 10_000)
    client = Client(app, a_pupil(room))
    urls = [
        f"/threads/{short.id}",
        f"/threads/{thread.id}",
        f"/threads/{thread.id}?at=9",
        f"/threads/{thread.id}?new",
    ]
    for url in urls:
        client.get(url)

    costs, sizes = [], []
    for url in urls:
        with counted() as said:
            answer = client.get(url, headers=PACKED)
        assert len(ids_on(gzip.decompress(answer.data).decode())) == PAGE_ROWS, url
        costs.append(len(said))
        sizes.append(bytes_on_the_wire(answer))

    # What is new stands before these pages, too.
    assert costs == [3, 4, 4, 3]
    assert max(sizes) <= sizes[0] + 150


def test_the_statements_of_a_thread_page_walk_an_index(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    many_posts(thread, 500)
    thread.keeps_first = True
    client = Client(app, a_pupil(room))
    plans = []

    for url in ("", "?at=9", "?new"):
        with explained() as found:
            assert client.get(f"/threads/{thread.id}{url}").status_code == 200
        plans += found

    of_posts = [step for step in plans if "ix_post_thread_id" in step]
    assert {index for step in of_posts for index in INDEXES if index in step} == INDEXES
    assert not [step for step in plans if re.match(r"SCAN (post|revision)\b", step)]
    assert not [step for step in plans if "USE TEMP B-TREE FOR ORDER" in step]
