"""Bytes that no honest browser sends, and words with everything in them, reach their readers."""

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.posts.models import Draft, Post
from app.search.asking import Question
from app.search.searching import search
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    released,
    teacher_of,
)
from tests.clients import Client, fields_in

MARK = "mark-between-parts"
HALF = "\ud83d".encode("utf-8", "surrogatepass")
RAW = {
    "a null byte": b"otter \x00 mink\x00",
    "half a character": b"otter " + HALF + b" mink",
    "bytes of no encoding": b"otter \xff\xfe\xc3 mink",
    "an overlong slash": b"otter \xc0\xaf mink",
    "line ends of all kinds": b"otter\r\n\r\n\r\rmink\n",
    "escapes of a terminal": b"otter \x1b[31m\x07\x7f mink",
    "a character beyond Unicode": b"otter \xf4\x90\x80\x80 mink",
}


class Desk:
    """A pupil who writes into a thread, and a mate who reads it."""

    def __init__(self, app: Flask) -> None:
        room = a_classroom(lang="en")
        space = a_partnership(room, a_classroom(lang="en"))
        self.teacher = teacher_of(room)
        self.thread = a_thread(space, self.teacher)
        a_post(self.thread, self.teacher, "Write here.")
        self.writer, self.mate = a_pupil(room), a_pupil(room)
        self.url = f"/threads/{self.thread.id}"
        self.post_url = f"{self.url}/posts"
        self.client, self.reader = Client(app, self.writer), Client(app, self.mate)

    def posts(self) -> list[Post]:
        hers = select(Post).where(Post.author_id == self.writer.person_id)
        return list(db.session.scalars(hers))

    def post(self) -> Post:
        (post,) = self.posts()
        return post

    def send(self, source: bytes, **more: str) -> str:
        """Send the thread's form with these bytes as its words; gives where it leads."""
        page = self.client.get(self.url).text
        fields = fields_in(page, self.post_url) | more
        parts = [
            (name, value.encode()) for name, value in fields.items() if name != "source"
        ]
        body = b"".join(
            f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            + value
            + b"\r\n"
            for name, value in [*parts, ("source", source)]
        )
        answer = self.client.web.post(
            self.post_url,
            data=body + f"--{MARK}--\r\n".encode(),
            content_type=f"multipart/form-data; boundary={MARK}",
        )
        assert answer.status_code == 303, answer.text
        return answer.location


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_bytes_that_no_browser_sends_are_shown_and_found(
    desk: Desk, settle: Callable[[], None], raw: bytes
) -> None:
    desk.send(raw)
    post = desk.post()
    released(post, desk.teacher)
    settle()

    page = desk.reader.get(desk.url)

    assert page.status_code == 200
    article = BeautifulSoup(page.text, "html.parser").find_all("article")[-1]
    assert re.search(r"otter.*mink", article.text, re.DOTALL)
    assert [hit.post_uid for hit in search(desk.mate, Question("otter mink")).hits] == [
        post.uid
    ]
    for letter in "\x00\x07\x1b\x7f":
        assert letter not in page.text


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_such_bytes_wait_in_a_draft_and_are_sent_from_it(
    desk: Desk, raw: bytes
) -> None:
    desk.send(raw, do="draft")
    draft = db.session.scalars(select(Draft)).one()

    listed = desk.client.get("/").text
    page = desk.client.get(f"/drafts/{draft.id}")
    sent = desk.client.post(desk.post_url, fields_in(page.text, desk.post_url))

    assert "otter" in listed
    assert page.status_code == 200
    assert sent.status_code == 303
    post = desk.post()
    assert "mink" in post.revisions[0].source
    assert db.session.scalars(select(Draft)).all() == []


def test_a_heap_of_accents_is_stored_whole_and_shown_thinned(desk: Desk) -> None:
    heap = "z" + "".join(map(chr, range(0x300, 0x340))) + " otter"
    desk.send(heap.encode())
    post = desk.post()

    shown = desk.client.get(desk.url).text

    assert post.revisions[0].source == heap
    assert heap not in shown
    assert "otter" in shown


@pytest.mark.parametrize(
    "nothing", ["\u200b\u2060", "\u0301\u0302", "\ufeff \u202e", "\x00"]
)
def test_what_nobody_can_see_is_no_post(desk: Desk, nothing: str) -> None:
    page = desk.client.get(desk.url).text
    fields = fields_in(page, desk.post_url) | {"source": nothing}

    answer = desk.client.post(desk.post_url, fields)

    assert answer.status_code == 422
    assert desk.posts() == []
