"""The steps of a school's first hour: each is done when it is, and not before."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms.founding import add_teacher
from app.classrooms.models import Classroom, School
from app.classrooms.partnering import accept, propose
from app.db import db
from app.home.first_steps import first_steps, next_step
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client

SCHOOL = "Say where your school is"
CLASS = "Make your class"
PUPILS = "Put your pupils on its list"
POSTER = "Print the poster for the classroom"
COMPANY = "Bring in a second adult, who reads along"
PARTNER = "Agree with another class to write"
PAIRS = "Pair your pupils with pen pals"
LETTER = "Release the first letter"


@pytest.fixture(autouse=True)
def asked(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def done(viewer: Account) -> list[str]:
    db.session.commit()
    return [step.words for step in first_steps(viewer) if step.done]


def following(viewer: Account) -> tuple[str, str]:
    db.session.commit()
    step = next_step(first_steps(viewer))
    assert step is not None
    return step.words, step.url


def tell(school: School) -> None:
    school.country, school.time_zone = "CO", "America/Bogota"


def a_second_adult(classroom: Classroom) -> None:
    add_teacher(classroom, a_teacher(classroom.school))


def test_an_admin_begins_with_the_school_and_others_with_their_class() -> None:
    school = a_school("en")
    admin, teacher = a_teacher(school, admin=True), a_teacher(school)

    assert following(admin) == (SCHOOL, "/school")
    assert following(teacher) == (CLASS, "/classrooms")
    assert SCHOOL not in [step.words for step in first_steps(teacher)]


@pytest.mark.parametrize("field", ["country", "time_zone"])
def test_a_school_half_told_is_not_told(field: str) -> None:
    school = a_school("en")
    admin = a_teacher(school, admin=True)
    tell(school)
    setattr(school, field, "")

    assert done(admin) == []
    tell(school)
    assert done(admin) == [SCHOOL]


def test_each_step_is_done_when_it_is_and_not_before() -> None:
    room = a_classroom(lang="en")
    teacher, other = teacher_of(room), a_classroom(lang="es")
    page = f"/classrooms/{room.id}"
    assert done(teacher) == [CLASS]
    assert following(teacher) == (PUPILS, page)

    pupil = a_pupil(room)
    assert done(teacher) == [CLASS, PUPILS]
    assert following(teacher) == (COMPANY, page)

    a_second_adult(room)
    assert done(teacher) == [CLASS, PUPILS, COMPANY]
    assert following(teacher) == (PARTNER, page)

    proposal = propose(room, other.code, "River and lake", teacher)
    assert PARTNER not in done(teacher)
    accept(proposal)
    assert done(teacher) == [CLASS, PUPILS, COMPANY, PARTNER]
    assert following(teacher) == (PAIRS, "/letters")

    friend = a_pupil(other)
    letters = letters_between(proposal.space, teacher, pupil, friend)
    assert following(teacher) == (LETTER, "/waiting")

    letter = a_post(letters, pupil)
    assert following(teacher) == (LETTER, "/waiting")
    released(letter, teacher)
    assert first_steps(teacher) == []
    # Her own pupils have not written yet.
    assert following(teacher_of(other))[0] == COMPANY


def test_a_colleague_without_a_class_sees_nothing_of_it_as_done() -> None:
    room = a_classroom()
    a_pupil(room)

    assert done(a_teacher(room.school)) == []


def test_nobody_knows_whether_the_poster_hangs() -> None:
    room = a_classroom()
    teacher = teacher_of(room)
    assert POSTER not in [step.words for step in first_steps(teacher)]

    a_pupil(room)
    db.session.commit()

    (poster,) = [step for step in first_steps(teacher) if step.words == POSTER]
    assert (poster.url, poster.done) == (f"/classrooms/{room.id}/poster", None)


def test_the_morning_page_shows_words_for_done_and_a_link_for_next(app: Flask) -> None:
    room = a_classroom(lang="en")
    teacher = teacher_of(room)

    page = Client(app, teacher).get("/").text

    assert f"{CLASS} <small>– done</small>" in page
    assert f'Next:</b> <a href="/classrooms/{room.id}">{PUPILS}</a>' in page
    assert f"<li>{PAIRS}</li>" in page


def test_when_the_first_letter_is_out_the_list_is_gone(app: Flask) -> None:
    room, other = a_classroom(lang="en"), a_classroom(lang="en")
    teacher, pupil = teacher_of(room), a_pupil(room)
    proposal = propose(room, other.code, "Pals", teacher)
    accept(proposal)
    letters = letters_between(proposal.space, teacher, pupil, a_pupil(other))
    letter = a_post(letters, pupil)
    assert "Until the first letter is out" in Client(app, teacher).get("/").text

    released(letter, teacher)

    assert "Until the first letter is out" not in Client(app, teacher).get("/").text


def test_a_pupil_sees_no_steps(app: Flask) -> None:
    pupil = a_pupil(a_classroom(lang="en"))

    assert "Until the first letter is out" not in Client(app, pupil).get("/").text
