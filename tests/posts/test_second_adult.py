"""Adult and child share no thread that no second adult can read."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.accounts.people import end_access, give_slip
from app.classrooms.models import Classroom, SpaceClassroom
from app.classrooms.partnering import propose
from app.db import db, now
from app.posts.models import Post, Thread
from app.posts.permissions import has_company, may_write
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    a_thread,
    an_adult,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client

WORDS = {"source": "Good morning.", "lang": "es", "key": "key-of-this-form"}


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def own_thread(room: Classroom) -> Thread:
    """A thread of the class's own that a pupil began."""
    pupil = a_pupil(room)
    thread = a_thread(own_space(room), pupil)
    released(a_post(thread, pupil), teacher_of(room))
    return thread


def posts() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Post)) or 0


def test_an_adult_who_is_alone_with_pupils_may_not_write(
    app: Flask, room: Classroom
) -> None:
    thread = own_thread(room)
    client, before = Client(app, teacher_of(room)), posts()

    assert not may_write(teacher_of(room), thread)
    page = client.get(f"/threads/{thread.id}").text
    assert "A second adult has to be able to read here" in page
    assert "<textarea" not in page
    said = client.post(f"/threads/{thread.id}/posts", WORDS)
    assert said.status_code == 403
    assert "A second adult has to be able to read here" in said.text
    assert "Good morning." in said.text
    assert posts() == before


def test_an_adult_who_is_alone_with_pupils_begins_no_thread(
    app: Flask, room: Classroom
) -> None:
    forum = a_forum(own_space(room))
    client, before = Client(app, teacher_of(room)), posts()

    page = client.get(f"/forums/{forum.id}").text
    assert "A second adult has to be able to read here" in page
    assert "<textarea" not in page
    said = client.post(f"/forums/{forum.id}/threads", {"title": "Rivers", **WORDS})

    assert said.status_code == 403
    assert "Rivers" in said.text
    assert posts() == before


def test_pupils_write_all_the_same(app: Flask, room: Classroom) -> None:
    thread = own_thread(room)
    client = Client(app, a_pupil(room))

    assert "<textarea" in client.get(f"/threads/{thread.id}").text
    assert client.post(f"/threads/{thread.id}/posts", WORDS).status_code == 303


def a_lead(room: Classroom) -> Account:
    return an_adult(room.school, safeguarding=True)


@pytest.mark.parametrize("second", [a_co_teacher, a_lead])
def test_with_a_second_adult_who_reads_an_adult_writes(
    app: Flask, room: Classroom, second: Callable[[Classroom], Account]
) -> None:
    thread = own_thread(room)
    other = second(room)
    client = Client(app, teacher_of(room))

    assert "<textarea" in client.get(f"/threads/{thread.id}").text
    assert client.post(f"/threads/{thread.id}/posts", WORDS).status_code == 303
    begun = {"title": "Rivers", **WORDS, "key": "another-key-of-a-form"}
    url = f"/forums/{thread.forum_id}/threads"
    assert client.post(url, begun).status_code == 303
    assert may_write(other, thread)


def test_in_a_partnership_the_other_teacher_is_the_second_adult(
    app: Flask, room: Classroom
) -> None:
    asked = propose(room, a_classroom().code, "Rivers", teacher_of(room))
    assert not has_company(teacher_of(room), asked.space_id)

    asked.joined_at = now()

    assert has_company(teacher_of(room), asked.space_id)
    assert not has_company(teacher_of(room), own_space(room).id)


def test_who_was_invited_and_never_came_is_no_second_adult(room: Classroom) -> None:
    give_slip(a_co_teacher(room))
    db.session.commit()

    assert not has_company(teacher_of(room), own_space(room).id)


def test_who_has_left_or_is_suspended_is_no_second_adult(room: Classroom) -> None:
    end_access(a_lead(room))
    a_co_teacher(room).suspended_at = now()
    db.session.commit()

    assert not has_company(teacher_of(room), own_space(room).id)


def test_who_does_not_read_the_class_is_no_second_adult(room: Classroom) -> None:
    an_adult(room.school, admin=True)
    an_adult(room.school, keeper=True)
    a_classroom(a_teacher(room.school))
    a_pupil(room)

    assert not has_company(teacher_of(room), own_space(room).id)


def test_when_the_second_adult_goes_the_first_may_write_no_more(
    app: Flask, room: Classroom
) -> None:
    space = a_partnership(room)
    thread = a_thread(space, teacher_of(room))
    a_post(thread, teacher_of(room))
    theirs = db.session.scalars(
        select(SpaceClassroom).where(
            SpaceClassroom.space_id == space.id,
            SpaceClassroom.classroom_id != room.id,
        )
    ).one()
    assert may_write(teacher_of(room), thread)

    end_access(teacher_of(theirs.classroom))
    db.session.commit()

    assert not may_write(teacher_of(room), thread)
