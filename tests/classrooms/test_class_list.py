"""A class's pupils: added all or none, found when they sign in, gone when they leave."""

import re

import pytest
from flask import Flask

from app.accounts.names import fold
from app.accounts.secrets import secret_matches
from app.classrooms.class_list import (
    let_leave,
    pupils,
    teachers,
    who_signs_in,
)
from app.classrooms.founding import add_teacher, make_classroom
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import PUPIL, Classroom, Member
from app.db import db
from app.web.errors import Refused
from tests.builders import PIN, a_classroom, a_pupil, a_teacher, pin, teacher_of
from tests.class_lists import saved
from tests.clients import Client

CARD_PIN = re.compile(r"\b(\d{3}) (\d{3})\b")


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def names(room: Classroom) -> list[str]:
    db.session.rollback()
    return [account.full_name for account in pupils(room)]


def test_two_pupils_of_one_name_in_a_class_are_not_taken(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")

    with pytest.raises(Refused, match="already"):
        add_pupils(room, ["José Peña", "ana ruíz"], [pin(), pin()])

    assert names(room) == ["Ana Ruiz"]


def test_another_class_may_have_the_same_name(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")
    other = a_classroom()

    assert a_pupil(other, "Ana Ruiz").id in {account.id for account in pupils(other)}


def test_a_pupil_may_be_called_like_her_teacher(room: Classroom) -> None:
    teacher = teacher_of(room)

    pupil = a_pupil(room, teacher.full_name)

    assert who_signs_in(room.code, teacher.full_name) == pupil.id
    namesake = a_teacher(room.school)
    a_pupil(room, namesake.full_name)
    add_teacher(room, namesake)
    assert [account.id for account in teachers(room)] == [teacher.id, namesake.id]


def test_who_comes_back_has_her_old_account_and_a_new_pin(room: Classroom) -> None:
    pupil = a_pupil(room, "Ana Ruiz")
    let_leave(room, pupil)
    db.session.commit()
    assert names(room) == []

    (back,) = add_pupils(room, ["ANA RUIZ"], [pin()])

    assert back is pupil
    assert secret_matches(back.secret, PIN)


def test_the_pin_ends_with_the_last_list(room: Classroom) -> None:
    pupil, other = a_pupil(room), a_classroom(teacher_of(room))
    db.session.add(
        Member(
            classroom_id=other.id,
            person_id=pupil.person_id,
            role=PUPIL,
            name_folded=fold(pupil.full_name),
        )
    )

    let_leave(room, pupil)
    still_hers = pupil.secret
    let_leave(other, pupil)

    assert secret_matches(still_hers, PIN)
    assert pupil.secret is None


def test_leaving_ends_the_sessions_at_once(app: Flask, room: Classroom) -> None:
    pupil, mate = a_pupil(room), a_pupil(room)
    gone, stays = Client(app, pupil), Client(app, mate)

    let_leave(room, pupil)

    assert gone.get("/letters").status_code == 302
    assert stays.get("/letters").status_code == 200
    assert who_signs_in(room.code, pupil.full_name) is None


def test_the_page_shows_each_pin_once_and_it_opens_the_door(
    app: Flask, room: Classroom
) -> None:
    teacher = Client(app, teacher_of(room))
    url = f"/classrooms/{room.id}"

    cards = saved(teacher, room, "Ana Ruiz\nJosé Peña").text
    pins = ["".join(found) for found in CARD_PIN.findall(cards)]

    assert len(pins) == 2
    assert not any(f"{p[:3]} {p[3:]}" in teacher.get(url).text for p in pins)
    sign_in = {"class": room.code, "name": "ana ruiz", "secret": pins[0]}
    assert Client(app).post("/sign-in", sign_in).status_code == 303


def test_a_new_pin_replaces_the_old(app: Flask, room: Classroom) -> None:
    pupil, mate = a_pupil(room), a_pupil(room)
    url = f"/classrooms/{room.id}/pupils/{pupil.id}/card"

    cards = Client(app, teacher_of(room)).post(url).text
    (fresh,) = ["".join(found) for found in CARD_PIN.findall(cards)]

    assert pupil.full_name in cards
    db.session.refresh(pupil)
    assert secret_matches(pupil.secret, fresh)
    assert not secret_matches(pupil.secret, PIN)
    db.session.refresh(mate)
    assert secret_matches(mate.secret, PIN)


def test_a_classroom_needs_a_title(app: Flask) -> None:
    teacher = a_teacher(lang="en")

    for title in ("", "  ", "\u200d", "x" * 81):
        with pytest.raises(Refused):
            make_classroom(teacher, title, "en")
    answer = Client(app, teacher).post("/classrooms", {"title": "x" * 81, "lang": "fr"})
    assert answer.status_code == 422
    assert "x" * 81 in answer.text


def test_codes_of_classes_are_six_figures_and_differ(app: Flask) -> None:
    teacher = a_teacher()

    codes = {make_classroom(teacher, f"Class {n}", "en").code for n in range(20)}

    assert len(codes) == 20
    assert all(re.fullmatch(r"[1-9]\d{5}", code) for code in codes)
