"""Partnerships: one teacher proposes, the other accepts or declines."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.classrooms.models import PARTNERSHIP, Classroom, Space, space_ids
from app.classrooms.partnering import accept, asked_of, decline, propose
from app.db import db
from app.web.errors import Refused
from tests.builders import a_classroom, a_pupil, teacher_of
from tests.clients import Client


@pytest.fixture
def classes(app: Flask) -> tuple[Classroom, Classroom]:
    return a_classroom(lang="en"), a_classroom(lang="en")


def spaces(room: Classroom) -> set[int]:
    return set(db.session.scalars(space_ids(teacher_of(room))))


def test_until_it_is_accepted_the_other_class_is_not_in_it(
    classes: tuple[Classroom, Classroom],
) -> None:
    one, other = classes
    asked = propose(one, other.code, "Rivers", teacher_of(one))

    assert asked.space_id in spaces(one)
    assert asked.space_id not in spaces(other)
    accept(asked)
    assert asked.space_id in spaces(other)


def test_only_the_teachers_of_the_class_that_was_asked_may_answer(
    classes: tuple[Classroom, Classroom],
) -> None:
    one, other = classes
    asked = propose(one, other.code, "Rivers", teacher_of(one))
    pupil = a_pupil(other)

    def may_answer(*people: object) -> list[bool]:
        return [
            asked in db.session.scalars(asked_of(viewer)).all()  # type: ignore[arg-type]  # accounts
            for viewer in people
        ]

    answers = may_answer(
        teacher_of(other), teacher_of(one), pupil, teacher_of(a_classroom())
    )
    assert answers == [True, False, False, False]


def test_who_declines_is_not_asked_again_and_not_in_it(
    classes: tuple[Classroom, Classroom],
) -> None:
    one, other = classes
    asked = propose(one, other.code, "Rivers", teacher_of(one))
    space_id = asked.space_id

    decline(asked)
    db.session.flush()

    assert space_id not in spaces(other)
    assert db.session.scalars(asked_of(teacher_of(other))).all() == []


def test_a_class_cannot_be_its_own_partner_nor_that_of_nobody(
    classes: tuple[Classroom, Classroom],
) -> None:
    one, other = classes
    teacher = teacher_of(one)

    for code in (one.code, "000000", "", "x"):
        with pytest.raises(Refused):
            propose(one, code, "Rivers", teacher)
    with pytest.raises(Refused):
        propose(one, other.code, " ", teacher)


def test_the_whole_way_through_the_pages(
    app: Flask, classes: tuple[Classroom, Classroom]
) -> None:
    one, other = classes
    form = {"code": f"{other.code[:3]} {other.code[3:]}", "title": "Rivers & lakes"}

    proposed = Client(app, teacher_of(one)).post(
        f"/classrooms/{one.id}/partnerships", form
    )
    asked = db.session.scalars(asked_of(teacher_of(other))).one()
    client = Client(app, teacher_of(other))
    page = client.get("/classrooms").text
    answered = client.post(f"/partnerships/{asked.id}/answer", {"do": "accept"})

    assert (proposed.status_code, answered.status_code) == (303, 303)
    assert "Rivers &amp; lakes" in page
    assert spaces(one) & spaces(other)
    assert client.post(f"/partnerships/{asked.id}/answer").status_code == 404


def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(
    app: Flask, classes: tuple[Classroom, Classroom]
) -> None:
    one, other = classes
    asked = propose(one, other.code, "Rivers", teacher_of(one))
    db.session.commit()

    answer = Client(app, teacher_of(other)).post(f"/partnerships/{asked.id}/answer")

    assert answer.status_code == 400
    assert db.session.scalars(asked_of(teacher_of(other))).all() == [asked]


def test_a_refused_proposal_comes_back_with_its_words(
    app: Flask, classes: tuple[Classroom, Classroom]
) -> None:
    one, _other = classes

    answer = Client(app, teacher_of(one)).post(
        f"/classrooms/{one.id}/partnerships", {"code": "000000", "title": "Rivers"}
    )

    assert answer.status_code == 422
    assert 'value="Rivers"' in answer.text
    assert 'value="000000"' in answer.text
    count = select(func.count()).select_from(Space).where(Space.kind == PARTNERSHIP)
    assert db.session.scalar(count) == 0
