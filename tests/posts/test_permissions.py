"""Tests of app/posts/permissions.py: who writes where, and what the others are told."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db, now
from app.posts.models import Post, Revision, Thread
from app.posts.permissions import may_write, why_not
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client

WORDS = {"source": "The river is high today.", "lang": "es", "key": "key-of-this-form"}


@pytest.fixture
def room(app: Flask) -> Classroom:
    made = a_classroom(lang="en")
    a_co_teacher(made)
    return made


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room)


@pytest.fixture
def thread(room: Classroom, pupil: Account) -> Thread:
    made = a_thread(own_space(room), pupil)
    released(a_post(made, pupil), teacher_of(room))
    return made


def locked(thread: Thread) -> Thread:
    thread.locked_at = now()
    db.session.commit()
    return thread


def posts() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Post)) or 0


def test_who_reads_a_thread_writes_in_it(
    room: Classroom, pupil: Account, thread: Thread
) -> None:
    for reader in (pupil, a_pupil(room), teacher_of(room)):
        assert why_not(reader, thread) is None
        assert may_write(reader, thread)


def test_nobody_writes_in_a_locked_thread_and_each_is_told_what_helps(
    room: Classroom, pupil: Account, thread: Thread
) -> None:
    locked(thread)

    assert "Ask a teacher to open it again" in (why_not(pupil, thread) or "")
    assert "Arrange this thread" in (why_not(teacher_of(room), thread) or "")
    assert not may_write(pupil, thread)
    assert not may_write(teacher_of(room), thread)


def test_an_answer_to_a_locked_thread_is_refused_with_every_word(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    locked(thread)
    before = posts()

    for writer in (pupil, teacher_of(room)):
        answer = Client(app, writer).post(f"/threads/{thread.id}/posts", WORDS)

        assert answer.status_code == 403
        assert "This thread is locked" in answer.text
        assert WORDS["source"] in answer.text
    assert posts() == before


def test_in_a_locked_thread_no_way_of_writing_takes_words_or_loses_them(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    post = a_post(thread, pupil)  # waits for its teacher
    client, address = Client(app, pupil), f"/threads/{thread.id}/posts"
    assert client.post(address, WORDS).status_code == 303
    locked(thread)
    before = versions()

    change = {**WORDS, "source": "The river is low today.", "base": "1"}
    edited = client.post(f"/p/{post.id}/edit", {**change, "key": "key-of-a-change"})
    again = client.post(address, WORDS)
    later = {**WORDS, "key": "key-of-another", "do": "draft"}
    draft = client.post(address, later)
    sent = client.post(address, {**later, "do": "send"})

    assert edited.status_code == 422
    assert "This thread is locked" in edited.text
    assert "The river is low today." in edited.text
    assert again.status_code == 303
    assert again.location.endswith("/sent")  # it came through before the lock
    assert draft.status_code == 303
    assert sent.status_code == 403
    assert WORDS["source"] in sent.text
    assert versions() == before


def versions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Revision)) or 0


def test_before_release_only_who_began_a_thread_writes(
    room: Classroom, pupil: Account
) -> None:
    unreleased = a_thread(own_space(room), pupil)
    a_post(unreleased, pupil)

    assert why_not(pupil, unreleased) is None
    assert "waits for release" in (why_not(teacher_of(room), unreleased) or "")


def test_letters_are_written_by_the_pair_alone(app: Flask) -> None:
    one, other = a_classroom(lang="es"), a_classroom(lang="en")
    space, ann, ben = a_partnership(one, other), a_pupil(one), a_pupil(other)
    letters = letters_between(space, teacher_of(one), ann, ben)

    assert why_not(ann, letters) is None
    assert why_not(ben, letters) is None
    assert "Only the two" in (why_not(teacher_of(one), letters) or "")
    answer = Client(app, teacher_of(one)).post(f"/letters/{letters.id}/posts", WORDS)
    assert answer.status_code == 403
    assert "Aquí solo escriben los dos" in answer.text
    assert WORDS["source"] in answer.text
