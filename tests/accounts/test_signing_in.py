"""Signing in, right and wrong: the same words and cost for known and unknown names."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts import signing_in
from app.accounts.models import Account, WrongTries
from app.accounts.signing_in import FIRST_WAIT_SECONDS, FREE_TRIES, LONGEST_WAIT_SECONDS
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom
from app.db import db, now
from app.factory import create_app
from tests.builders import PASSPHRASE, PIN, a_classroom, a_pupil, a_teacher
from tests.clients import Client

TYPED = re.compile(r'(name="(?:class|name|csrf_token)" value=")[^"]*')


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(a_teacher(lang="en"), lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "José Peña Ñoño")


def sign_in(
    client: Client, room: Classroom, name: str, secret: str = PIN, **more: str
) -> TestResponse:
    form = {"class": room.code, "name": name, "secret": secret, **more}
    return client.post("/sign-in", form)


def sign_in_teacher(client: Client, name: str, secret: str) -> TestResponse:
    return client.post("/sign-in/teacher", {"name": name, "secret": secret})


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> datetime:
    moment = now() + timedelta(seconds=seconds)
    monkeypatch.setattr(signing_in, "now", lambda: moment)
    return moment


@pytest.mark.parametrize(
    "typed", ["José Peña Ñoño", "jose pena nono", " JOSÉ  peña ñoño "]
)
def test_a_pupil_signs_in_by_code_name_and_pin(
    app: Flask, room: Classroom, pupil: Account, typed: str
) -> None:
    client = Client(app)

    answer = sign_in(client, room, typed)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert pupil.person.shown_name in client.get("/").text


def test_a_pin_and_a_code_may_be_typed_in_arabic_figures(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    form = {
        "class": room.code.translate(arabic),
        "name": pupil.full_name,
        "secret": PIN.translate(arabic),
    }

    assert Client(app).post("/sign-in", form).status_code == 303


def test_a_teacher_signs_in_by_name_and_passphrase(app: Flask) -> None:
    teacher, client = a_teacher(), Client(app)

    assert (
        sign_in_teacher(client, teacher.full_name.upper(), PASSPHRASE).status_code
        == 303
    )
    assert client.get("/waiting").status_code == 200


def test_a_teacher_is_no_pupil_and_a_pupil_no_teacher(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    teacher = a_teacher()

    assert sign_in(Client(app), room, teacher.full_name, PASSPHRASE).status_code == 422
    assert sign_in_teacher(Client(app), pupil.full_name, PIN).status_code == 422


def test_a_pupil_of_another_class_does_not_sign_in_here(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    assert sign_in(Client(app), a_classroom(), pupil.full_name).status_code == 422


def test_who_has_left_does_not_sign_in(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    let_leave(room, pupil)

    assert sign_in(Client(app), room, pupil.full_name).status_code == 422


def test_wrong_and_unknown_look_the_same_and_cost_one_hash_check_each(
    app: Flask, room: Classroom, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, secret: str) -> bool:
        checks.append(hashed.rsplit("$", 2)[0])
        return verify(hasher, hashed, secret)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    client = Client(app)
    wrong = sign_in(client, room, pupil.full_name, "000000")
    unknown = sign_in(client, room, "Nobody Here", "000000")
    strange = client.post(
        "/sign-in", {"class": "999999", "name": pupil.full_name, "secret": "000000"}
    )
    teacher = sign_in_teacher(client, a_teacher().full_name, "x" * 15)
    nobody = sign_in_teacher(client, "Nobody", "x" * 15)

    pages = {TYPED.sub(r"\1", answer.text) for answer in (wrong, unknown, strange)}
    assert len(pages) == 1
    assert TYPED.sub(r"\1", teacher.text) == TYPED.sub(r"\1", nobody.text)
    statuses = [a.status_code for a in (wrong, unknown, strange, teacher, nobody)]
    assert statuses == [422] * 5
    assert len(checks) == 5
    assert len(set(checks)) == 1  # the same memory and rounds


def test_a_refused_sign_in_keeps_code_and_name_and_never_the_secret(
    app: Flask, room: Classroom
) -> None:
    answer = sign_in(Client(app), room, "Nobody Here", "918273")

    assert 'value="Nobody Here"' in answer.text
    assert f'value="{room.code}"' in answer.text
    assert "918273" not in answer.text


def test_after_five_wrong_tries_even_the_right_one_waits(
    app: Flask, room: Classroom, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(app)
    for _n in range(FREE_TRIES - 1):
        sign_in(client, room, pupil.full_name, "000000")
    assert sign_in(client, room, pupil.full_name).status_code == 303
    client = Client(app)
    for _n in range(FREE_TRIES):
        sign_in(client, room, pupil.full_name, "000000")

    waits = sign_in(Client(app), room, pupil.full_name.lower())
    later(monkeypatch, FIRST_WAIT_SECONDS + 1)
    after = sign_in(Client(app), room, pupil.full_name)

    assert (waits.status_code, after.status_code) == (422, 303)
    assert "Too many tries" in waits.text


def test_who_does_not_exist_waits_just_so(app: Flask, room: Classroom) -> None:
    client = Client(app)

    texts = [sign_in(client, room, "Nobody", "000000").text for _n in range(6)]

    assert ["Too many tries" in text for text in texts] == [False] * 5 + [True]


def test_one_who_waits_holds_back_nobody_else(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    other = a_pupil(room)
    for _n in range(FREE_TRIES + 1):
        sign_in(Client(app), room, pupil.full_name, "000000")

    assert sign_in(Client(app), room, other.full_name).status_code == 303


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(
    app: Flask, room: Classroom, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, waits, elapsed = Client(app), [], 0.0
    for _n in range(12):
        moment = later(monkeypatch, elapsed)
        sign_in(client, room, pupil.full_name, "000000")
        tries = db.session.scalars(select(WrongTries)).one()
        if tries.wait_until is not None:
            wait = (tries.wait_until - moment).total_seconds()
            waits.append(round(wait))
            elapsed += wait + 1

    assert waits[:3] == [
        FIRST_WAIT_SECONDS,
        2 * FIRST_WAIT_SECONDS,
        4 * FIRST_WAIT_SECONDS,
    ]
    assert max(waits) == LONGEST_WAIT_SECONDS


def test_the_waiting_outlives_the_server(
    app: Flask, instance: Path, room: Classroom, pupil: Account
) -> None:
    for _n in range(FREE_TRIES):
        sign_in(Client(app), room, pupil.full_name, "000000")
    code, name = room.code, pupil.full_name
    db.session.commit()

    def on_a_new_server() -> TestResponse:
        form = {"class": code, "name": name, "secret": PIN}
        return Client(create_app(instance, TESTING=True)).post("/sign-in", form)

    assert "Too many tries" in Context().run(on_a_new_server).text


def test_many_tries_at_once_are_many_tries(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    name = pupil.full_name
    clients = [Client(app) for _n in range(12)]
    for client in clients:
        client.token = client.read_token()
    code = room.code
    db.session.commit()

    def tap(client: Client) -> bool:
        form = {"class": code, "name": name, "secret": "000000"}
        return "Too many tries" in client.post("/sign-in", form).text

    with ThreadPoolExecutor(12) as pool:
        told_to_wait = list(pool.map(tap, clients))

    assert told_to_wait.count(True) == 12 - FREE_TRIES


def test_a_clock_that_was_set_back_keeps_nobody_out(
    app: Flask, room: Classroom, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(FREE_TRIES):
        sign_in(Client(app), room, pupil.full_name, "000000")

    later(monkeypatch, -365 * 24 * 3600)

    assert sign_in(Client(app), room, pupil.full_name).status_code == 303


def test_the_table_of_wrong_tries_names_nobody(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    sign_in(Client(app), room, pupil.full_name, "000000")

    tries = db.session.scalars(select(WrongTries)).one()

    assert re.fullmatch(r"[0-9a-f]{64}", tries.key)


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/threads/3?at=4", "/threads/3?at=4"),
        ("//strange.example/", "/"),
        ("https://strange.example/", "/"),
        ("/\\strange.example", "/"),
        ("/\t/strange.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_only_our_own_pages_open(
    app: Flask, room: Classroom, pupil: Account, wanted: str, goes: str
) -> None:
    answer = sign_in(Client(app), room, pupil.full_name, next=wanted)

    assert answer.headers["Location"] == goes


def test_who_asks_for_a_page_is_led_to_it_after_signing_in(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    client = Client(app)

    asked = client.get("/letters")
    form = client.get(asked.headers["Location"]).text

    assert asked.status_code == 302
    assert 'name="next" value="/letters"' in form
