"""Signing in, right and wrong: the same words and cost for known and unknown names."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.engine import Engine
from sqlalchemy.event import listen, remove
from werkzeug.test import TestResponse

from app.accounts import secrets, tries
from app.accounts.models import Account
from app.accounts.people import FreshPin, give_pin, give_slip, make_teacher
from app.accounts.secrets import hash_secret
from app.accounts.tries import MOST_A_DAY, SOURCE
from app.classrooms.class_list import let_leave
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom
from app.db import db
from tests.apps import an_app
from tests.builders import (
    PASSPHRASE,
    PIN,
    a_classroom,
    a_pupil,
    a_school,
    a_teacher,
)
from tests.clients import Client
from tests.clocks import Clocks

TYPED = re.compile(r'(name="(?:class|name|csrf_token)" value=")[^"]*')


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(a_teacher(lang="en"), lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "José Peña Ñoño")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hash cost next to nothing; the checking is the same."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "_hasher", hasher)
    monkeypatch.setattr(secrets, "_NOBODY", hasher.hash("nobody's"))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that secrets were compared with, one a check."""
    hashes: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, secret: str) -> bool:
        hashes.append(hashed)
        return verify(hasher, hashed, secret)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return hashes


def by_name(
    client: Client, code: str, name: str, secret: str = PIN, address: str = "127.0.0.1"
) -> TestResponse:
    form = {"class": code, "name": name, "secret": secret}
    return client.post("/sign-in", form, environ_overrides={"REMOTE_ADDR": address})


def as_adult(
    client: Client, name: str, secret: str = PASSPHRASE, address: str = "127.0.0.1"
) -> TestResponse:
    form = {"name": name, "secret": secret}
    return client.post("/sign-in/teacher", form, environ_overrides={"REMOTE_ADDR": address})  # fmt: skip


def test_a_teacher_signs_in_by_name_and_passphrase(app: Flask) -> None:
    teacher, client = a_teacher(), Client(app)

    assert as_adult(client, teacher.full_name.upper()).status_code == 303
    assert client.get("/waiting").status_code == 200


def test_a_teacher_is_no_pupil_and_a_pupil_no_teacher(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    teacher = a_teacher()

    assert (
        by_name(Client(app), room.code, teacher.full_name, PASSPHRASE).status_code
        == 422
    )
    assert as_adult(Client(app), pupil.full_name, PIN).status_code == 422


def test_a_pupil_of_another_class_does_not_sign_in_here(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    assert by_name(Client(app), a_classroom().code, pupil.full_name).status_code == 422


def test_who_has_left_does_not_sign_in(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    let_leave(room, pupil)

    assert by_name(Client(app), room.code, pupil.full_name).status_code == 422


def test_who_is_suspended_is_told_so_by_the_right_secret_alone(
    app: Flask, room: Classroom, pupil: Account, clocks: Clocks
) -> None:
    pupil.suspended_at = clocks.calendar

    right = by_name(Client(app), room.code, pupil.full_name)
    wrong = by_name(Client(app), room.code, pupil.full_name, "000000")

    assert (right.status_code, wrong.status_code) == (422, 422)
    assert "You cannot sign in for now" in right.text
    assert "That did not fit" in wrong.text


def test_after_five_wrong_tries_even_the_right_one_waits_and_costs_no_check(
    app: Flask, room: Classroom, pupil: Account, clocks: Clocks, checked: list[str]
) -> None:
    for _n in range(5):
        by_name(Client(app), room.code, pupil.full_name, "000000")

    waits = by_name(Client(app), room.code, pupil.full_name.lower())
    assert len(checked) == 5
    clocks.pass_seconds(30)
    after = by_name(Client(app), room.code, pupil.full_name)

    assert (waits.status_code, after.status_code) == (422, 303)
    assert "Wait 30 seconds, then try again, or ask your teacher." in waits.text


def test_ten_wrong_a_day_need_the_teacher_until_she_gives_a_new_pin(
    app: Flask, room: Classroom, pupil: Account, clocks: Clocks
) -> None:
    for _n in range(MOST_A_DAY):
        clocks.pass_seconds(1000)
        by_name(Client(app), room.code, pupil.full_name, "000000")

    locked = by_name(Client(app), room.code, pupil.full_name)
    fresh = FreshPin("640372", hash_secret("640372"))
    give_pin(pupil, fresh)
    mended = by_name(Client(app), room.code, pupil.full_name, fresh.pin)

    assert "Ask your teacher for a new card; the card you have still works" in locked.text  # fmt: skip
    assert mended.status_code == 303


def test_a_restart_lets_nobody_try_more(
    app: Flask, instance: Path, room: Classroom, pupil: Account
) -> None:
    for _n in range(5):
        by_name(Client(app), room.code, pupil.full_name, "000000")
    code, name = room.code, pupil.full_name
    db.session.commit()

    def on_a_new_server() -> TestResponse:
        form = {"class": code, "name": name, "secret": PIN}
        return Client(an_app(instance)).post("/sign-in", form)

    assert "Too many tries" in Context().run(on_a_new_server).text


def test_one_who_waits_holds_back_nobody_else(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    other = a_pupil(room)
    for _n in range(6):
        by_name(Client(app), room.code, pupil.full_name, "000000")

    assert by_name(Client(app), room.code, other.full_name).status_code == 303


def test_from_one_address_nobody_guesses_through_the_whole_class(
    app: Flask, room: Classroom, cheap: None, checked: list[str], clocks: Clocks
) -> None:
    client = Client(app)
    answers = [
        by_name(client, room.code, f"Nobody {n}", "000000", "10.0.0.9")
        for n in range(60)
    ]

    assert len(checked) == SOURCE.free
    assert "Too many tries" in answers[-1].text
    honest = a_pupil(room)
    assert by_name(Client(app), room.code, honest.full_name, address="10.0.0.8").status_code == 303  # fmt: skip


def test_the_words_for_adults_name_another_admin(app: Flask, clocks: Clocks) -> None:
    client, teacher = Client(app), a_teacher(lang="en")
    told = []
    for name in (teacher.full_name, "Nobody"):
        for _n in range(MOST_A_DAY):
            last = as_adult(client, name, "0" * 12)
            clocks.pass_seconds(1000)
        told.append(as_adult(client, name).text)
        assert last.status_code == 422
        assert "Ask another admin for a slip" in told[-1]
        assert "your teacher" not in told[-1]

    assert TYPED.sub(r"\1", told[0]) == TYPED.sub(r"\1", told[1])


def test_no_pupil_locks_her_teacher_out_from_another_tablet(
    app: Flask, clocks: Clocks
) -> None:
    teacher = a_teacher()
    for _n in range(MOST_A_DAY):
        clocks.pass_seconds(1000)
        as_adult(Client(app), teacher.full_name, "0" * 12, "10.0.0.7")

    assert as_adult(Client(app), teacher.full_name, address="10.0.0.7").status_code == 422  # fmt: skip
    assert as_adult(Client(app), teacher.full_name, address="10.0.0.8").status_code == 303  # fmt: skip


def test_a_slip_lets_a_teacher_in_again_where_she_was_locked_out(
    app: Flask, clocks: Clocks
) -> None:
    teacher = a_teacher()
    for _n in range(MOST_A_DAY):
        clocks.pass_seconds(1000)
        as_adult(Client(app), teacher.full_name, "0" * 12)
    slip, words = give_slip(teacher), "seven geese over the lake"

    Client(app).post("/slip", {"slip": slip, "secret": words, "again": words})

    assert as_adult(Client(app), teacher.full_name, words).status_code == 303


@pytest.mark.parametrize("field", ["slip", "code"])
def test_slips_and_first_codes_are_not_guessed_from_one_address(
    app: Flask, instance: Path, clocks: Clocks, field: str
) -> None:
    (instance / "first-run-code").write_text("13572468", "ascii")
    client = Client(app)
    client.token = client.read_token()
    slip = give_slip(a_teacher()) if field == "slip" else ""
    form = {"slip": slip, "code": "13572468", "secret": PASSPHRASE, "again": PASSPHRASE}
    form |= {"school": "A school", "name": "Ann Lee", "lang": "en"}
    path = "/slip" if slip else "/first"

    def send(address: str, **changed: str) -> TestResponse:
        return client.post(path, form | changed, environ_overrides={"REMOTE_ADDR": address})  # fmt: skip

    wrong = [send("10.0.0.7", **{field: f"{n}{n}"}) for n in range(SOURCE.free)]
    waits = send("10.0.0.7")

    assert {answer.status_code for answer in wrong} == {422}
    assert "Too many tries" not in wrong[-1].text
    assert waits.status_code == 422
    assert re.search(rf'Wait 30 seconds[^<]*</p><input id="{field}"', waits.text)
    # Who mistyped slips all morning still signs in, and another address is free.
    teacher = a_teacher() if slip else None
    assert not teacher or as_adult(Client(app), teacher.full_name, address="10.0.0.7").status_code == 303  # fmt: skip
    assert send("10.0.0.8").status_code == 303


def test_a_right_slip_with_a_weak_passphrase_is_no_wrong_try(
    app: Flask, clocks: Clocks
) -> None:
    client, slip = Client(app), give_slip(a_teacher())
    form = {"slip": slip, "secret": "short", "again": "short"}

    for _n in range(SOURCE.free + 5):
        assert "at least 12 characters" in client.post("/slip", form).text

    form = {"slip": slip, "secret": PASSPHRASE, "again": PASSPHRASE}
    assert client.post("/slip", form).status_code == 303


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
    app: Flask, wanted: str, goes: str
) -> None:
    form = {"name": a_teacher().full_name, "secret": PASSPHRASE, "next": wanted}

    assert Client(app).post("/sign-in/teacher", form).headers["Location"] == goes


def test_who_asks_for_a_page_is_led_to_it_after_signing_in(
    app: Flask, room: Classroom
) -> None:
    client = Client(app)

    asked = client.get("/letters")
    form = client.get(asked.headers["Location"]).text

    assert asked.status_code == 302
    assert 'name="next" value="/letters"' in form


def many_pupils(count: int, in_each: int = 50) -> list[tuple[str, str]]:
    """Make pupils "Known 0000 Roa" and on; gives each one's class's code and name."""
    fresh = FreshPin(PIN, hash_secret(PIN))
    teacher = a_teacher(lang="en")
    made = []
    for first in range(0, count, in_each):
        room = a_classroom(teacher)
        names = [f"Known {n:04} Roa" for n in range(first, first + in_each)]
        add_pupils(room, names, [fresh] * in_each)
        made += [(room.code, name) for name in names]
    db.session.commit()
    return made


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note what is asked of the database, without what is asked for."""
    said: list[str] = []

    def note(*arguments: object) -> None:
        said.append(str(arguments[2]).replace("IS NULL", "= ?"))

    listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        remove(Engine, "before_cursor_execute", note)


# Status, headers, words, cost of each hash check, statements: all that can tell.
Seen = tuple[int, str, str, tuple[str, ...], tuple[str, ...]]


def seen(ask: Callable[[], TestResponse], checked: list[str]) -> Seen:
    checked.clear()
    with statements() as said:
        answer = ask()
    cost = tuple(hashed.rsplit("$", 2)[0] for hashed in checked)
    page = TYPED.sub(r"\1", answer.text)
    return answer.status_code, str(answer.headers), page, cost, tuple(said)


@pytest.fixture
def stranger(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Who has a form before her; the server has counted before, and told of the alarm."""
    monkeypatch.setattr(tries, "_told", tries._Told(float("inf")))
    client = Client(app)
    as_adult(client, "Nobody", "0" * 12)
    return client


def test_500_known_and_500_unknown_names_are_answered_alike(
    cheap: None, checked: list[str], stranger: Client
) -> None:
    known = many_pupils(500)
    names = [*known, *((code, name.replace("Known", "Unkno")) for code, name in known)]
    random.Random(3).shuffle(names)

    told = set()
    for n, (code, name) in enumerate(names):
        ask = partial(by_name, stranger, code, name, "000000", f"10.1.{n >> 8}.{n & 255}")  # fmt: skip
        told.add(seen(ask, checked))

    ((status, _headers, page, cost, _said),) = told
    assert len(names) == 1000
    assert (status, len(cost)) == (422, 1)
    assert "That did not fit" in page


def test_the_lock_tells_no_more_than_the_words(
    cheap: None, checked: list[str], clocks: Clocks, stranger: Client
) -> None:
    known = many_pupils(10, 10)
    names = [*known, *((code, name.replace("Known", "Unkno")) for code, name in known)]
    waits = (0, 0, 0, 0, 0, 0, 29, 1, 60, 120, 240, 480, 0, 1000)

    courses = {
        course_of(partial(by_name, stranger, code, name, "000000", f"10.1.0.{n}"), waits, clocks, checked)
        for n, (code, name) in enumerate(names)
    }  # fmt: skip

    (course,) = courses
    assert [len(one[3]) for one in course] == [1] * 5 + [0, 0] + [1] * 5 + [0, 0]


def test_the_lock_of_adults_tells_no_more_either(
    cheap: None, checked: list[str], clocks: Clocks, stranger: Client
) -> None:
    known = [f"Known {n} Lee" for n in range(5)]
    for name in known:
        make_teacher(a_school().id, name, "en", admin=False).secret = hash_secret("x")
    names = [*known, *(name.replace("Known", "Unkno") for name in known)]
    waits = (0, 0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 1000)
    db.session.commit()

    courses = {
        course_of(partial(as_adult, stranger, name, "0" * 12, f"10.2.0.{n}"), waits, clocks, checked)
        for n, name in enumerate(names)
    }  # fmt: skip

    (course,) = courses
    assert [len(one[3]) for one in course] == [1] * 5 + [0] + [1] * 5 + [0]


def course_of(
    ask: Callable[[], TestResponse],
    waits: tuple[int, ...],
    clocks: Clocks,
    checked: list[str],
) -> tuple[Seen, ...]:
    course = []
    for wait in waits:
        clocks.pass_seconds(wait)
        course.append(seen(ask, checked))
    return tuple(course)
