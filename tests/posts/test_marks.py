"""Tests of app/posts/marks.py: what counts as read, and what proves it."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.posts import marks
from app.posts.models import Post, ReadMark, Thread
from app.posts.publishing import conceal
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


class Class:
    """A pupil who reads, and a thread that another one began."""

    def __init__(self) -> None:
        self.classroom = a_classroom()
        self.reader, self.writer = a_pupil(self.classroom), a_pupil(self.classroom)
        self.thread: Thread = a_thread(own_space(self.classroom), self.writer)

    def post(self) -> Post:
        return released(a_post(self.thread, self.writer), teacher_of(self.classroom))

    def mark(self) -> int | None:
        db.session.expire_all()
        return db.session.scalar(
            select(ReadMark.change_no).where(
                ReadMark.person_id == self.reader.person_id,
                ReadMark.thread_id == self.thread.id,
            )
        )


@pytest.fixture
def room(app: Flask) -> Class:
    return Class()


def test_a_proof_that_comes_back_with_a_link_marks_it_read(
    app: Flask, room: Class
) -> None:
    said = marks.proof(room.reader, {room.thread.id: 7})

    assert room.mark() is None
    Client(app, room.reader).get(f"/forums?r={said}")

    assert room.mark() == 7


def test_a_mark_never_falls(app: Flask, room: Class) -> None:
    reader = Client(app, room.reader)
    for n in (7, 5):
        reader.get(f"/?r={marks.proof(room.reader, {room.thread.id: n})}")

    assert room.mark() == 7


@pytest.mark.parametrize("as_field", [True, False])
def test_im_done_brings_the_proof_too(
    app: Flask, room: Class, *, as_field: bool
) -> None:
    said = marks.proof(room.reader, {room.thread.id: 7, marks.EVERYTHING: 9})
    client = Client(app, room.reader)

    if as_field:
        client.post("/done", {"read": said})
    else:
        client.post(f"/done?r={said}")

    assert room.mark() == 7
    assert room.reader.seen_no == 9


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.replace(".7", ".9"),
        lambda said: said[:-6] + "AAAAAA",
        lambda said: said[:-7],
        lambda _said: "nonsense",
        lambda said: said + "0",
    ],
)
def test_a_forged_proof_marks_nothing(app: Flask, room: Class, change) -> None:  # type: ignore[no-untyped-def]  # one line each
    said = marks.proof(room.reader, {room.thread.id: 7})

    answer = Client(app, room.reader).get(f"/?r={change(said)}")

    assert answer.status_code == 200
    assert room.mark() is None


def test_the_proof_of_another_marks_nothing(app: Flask, room: Class) -> None:
    said = marks.proof(room.writer, {room.thread.id: 7})

    Client(app, room.reader).get(f"/?r={said}")

    assert room.mark() is None


def test_a_stranger_with_a_proof_is_asked_to_sign_in(app: Flask, room: Class) -> None:
    said = marks.proof(room.reader, {room.thread.id: 7})

    assert Client(app).get(f"/?r={said}").status_code == 302
    assert room.mark() is None


def test_who_writes_in_a_thread_follows_it(room: Class) -> None:
    room.post()

    follows = db.session.scalars(
        select(ReadMark.person_id).where(
            ReadMark.thread_id == room.thread.id, ReadMark.follows
        )
    ).all()

    assert follows == [room.writer.person_id]
    marks.follow(room.thread.id, room.writer.person_id, follows=False)
    assert db.session.scalars(select(ReadMark.id).where(ReadMark.follows)).all() == []


def sums(thread: Thread) -> tuple[int, int | None, int | None, int]:
    return thread.post_count, thread.begun_no, thread.last_no, thread.last_key


def test_a_thread_sums_up_what_its_readers_see(room: Class) -> None:
    key = room.thread.last_key
    assert sums(room.thread) == (0, None, None, key)
    first, second = room.post(), room.post()
    begun = first.change_no
    assert sums(room.thread) == (2, begun, second.change_no, second.order_key)

    conceal(second, hidden=True)
    conceal(first, hidden=True)
    assert sums(room.thread)[:3] == (0, begun, None)

    conceal(first, hidden=False)
    assert sums(room.thread) == (1, begun, first.change_no, first.order_key)
    assert first.change_no > second.order_key
