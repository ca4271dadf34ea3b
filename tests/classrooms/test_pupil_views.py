"""One pupil's page: her names, whether she may come in, and leaving the class."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import access_log
from app.accounts.models import AccessLog, Account
from app.classrooms.class_list import let_leave, pupils, who_signs_in
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import PIN, a_classroom, a_pupil, a_teacher, teacher_of
from tests.clients import Client


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "Ana Ruiz")


@pytest.fixture
def teacher(app: Flask, room: Classroom) -> Client:
    return Client(app, teacher_of(room))


def url_of(room: Classroom, pupil: Account) -> str:
    return f"/classrooms/{room.id}/pupils/{pupil.id}"


def acts() -> list[str]:
    return list(db.session.scalars(select(AccessLog.act).order_by(AccessLog.id)))


def names_of(pupil: Account) -> tuple[str, str]:
    db.session.refresh(pupil)
    db.session.refresh(pupil.person)
    return pupil.full_name, pupil.person.shown_name


def test_the_teacher_changes_both_names(
    teacher: Client, room: Classroom, pupil: Account
) -> None:
    names = {"full_name": " Anna  Ruiz ", "shown_name": "Kite 7"}

    answer = teacher.post(url_of(room, pupil), names)

    assert answer.status_code == 303
    assert names_of(pupil) == ("Anna Ruiz", "Kite 7")
    assert who_signs_in(room.code, "anna ruiz") == pupil.id
    assert who_signs_in(room.code, "ana ruiz") is None


@pytest.mark.parametrize(
    ("full", "shown", "field", "said"),
    [
        ("", "Ana", "full_name", "missing"),
        ("José Peña", "Ana", "full_name", "already"),
        ("jose pena", "Ana", "full_name", "already"),
        ("Gone Long", "Ana", "full_name", "already"),
        ("x" * 81, "Ana", "full_name", "80"),
        ("Ana Ruiz", "", "shown_name", "missing"),
        ("Ana Ruiz", "ana ruíz", "shown_name", "full name"),
        ("Eva Ruiz", "Eva Ruiz", "shown_name", "full name"),
        ("Ana Ruiz", "jose p", "shown_name", "Somebody"),
        ("Ana Ruiz", "Zoe Z.", "shown_name", "Somebody"),
        ("Ana Ruiz", "y" * 61, "shown_name", "60"),
    ],
)
def test_what_is_wrong_with_a_name_stands_beside_it(
    teacher: Client, room: Classroom, pupil: Account, full: str, shown: str,
    field: str, said: str,
) -> None:  # fmt: skip
    a_pupil(room, "José Peña")
    let_leave(room, a_pupil(room, "Gone Long"))
    a_pupil(a_classroom(a_teacher(room.school)), "Zoe Zapata")

    answer = teacher.post(url_of(room, pupil), {"full_name": full, "shown_name": shown})

    assert answer.status_code == 422
    beside = answer.text.split(f'<label for="{field}"')[1].split("<input")[0]
    assert said in beside
    for typed in (full, shown):
        assert f'value="{typed}"' in answer.text
    assert names_of(pupil) == ("Ana Ruiz", "Ana R.")


def test_keeping_the_names_as_they_are_is_no_fault(
    teacher: Client, room: Classroom
) -> None:
    ada = a_pupil(room, "Ada")

    answer = teacher.post(url_of(room, ada), {"full_name": "Ada", "shown_name": "Ada"})

    assert answer.status_code == 303


def test_who_is_suspended_is_out_until_let_in_again(
    app: Flask, teacher: Client, room: Classroom, pupil: Account
) -> None:
    hers, mates = Client(app, pupil), Client(app, a_pupil(room))
    code, url = room.code, url_of(room, pupil)
    sign_in = {"class": code, "name": "Ana Ruiz", "secret": PIN}

    teacher.post(f"{url}/suspend")
    teacher.post(f"{url}/suspend")

    assert hers.get("/letters").status_code == 302
    assert mates.get("/letters").status_code == 200
    assert Client(app).post("/sign-in", sign_in).status_code == 422
    assert "Suspended" in teacher.get(url).text
    assert acts() == [access_log.SUSPENDED]
    teacher.post(f"{url}/let-in")
    assert Client(app).post("/sign-in", sign_in).status_code == 303
    assert hers.get("/letters").status_code == 302
    assert acts() == [access_log.SUSPENDED, access_log.LET_IN]


def test_who_has_left_is_off_the_list(
    app: Flask, teacher: Client, room: Classroom, pupil: Account
) -> None:
    hers = Client(app, pupil)

    teacher.post(f"{url_of(room, pupil)}/leave")

    assert hers.get("/letters").status_code == 302
    assert pupils(room) == []
    assert teacher.get(url_of(room, pupil)).status_code == 404


def test_a_new_card_is_two_taps_from_the_class_page(
    teacher: Client, room: Classroom, pupil: Account
) -> None:
    page = teacher.get(f"/classrooms/{room.id}").text
    assert f'href="{url_of(room, pupil)}"' in page

    pupils_page = teacher.get(url_of(room, pupil)).text

    assert f'action="{url_of(room, pupil)}/card"' in pupils_page
    assert f'action="{url_of(room, pupil)}/pictures"' in pupils_page


@pytest.mark.parametrize("act", ["", "/suspend", "/let-in", "/leave"])
def test_another_classs_teacher_does_nothing_here(
    app: Flask, room: Classroom, pupil: Account, act: str
) -> None:
    other = a_classroom(a_teacher(room.school))
    stranger = Client(app, teacher_of(other))

    for url in (url_of(room, pupil), f"/classrooms/{other.id}/pupils/{pupil.id}"):
        names = {"full_name": "Eva", "shown_name": "Eva"}
        assert stranger.post(url + act, names).status_code == 404
    assert names_of(pupil) == ("Ana Ruiz", "Ana R.")
    assert pupil.suspended_at is None
