"""Tests of app/classrooms/cards.py and of its pages."""

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import segno
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from app.accounts import access_log, tries
from app.accounts.models import AccessLog, WrongTry
from app.accounts.people import free_card
from app.accounts.secrets import secret_matches
from app.accounts.symbols import SYMBOLS
from app.classrooms import cards, class_list
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import (
    PIN,
    a_classroom,
    a_co_teacher,
    a_pupil,
    a_school,
    a_teacher,
    hashed,
    teacher_of,
)
from tests.clients import Client
from tests.web.test_every_page import Judge

# On the wire, for thirty pupils: issue 3.
MOST_BYTES = 60_000
PATH = re.compile(
    r'<svg class="qr"[^>]*viewBox="0 0 (\d+) \1"[^>]*><path d="([^"]+)"/>'
)
STROKE = re.compile(r"([Mm])(-?\d+) (-?\d+(?:\.5)?)h(\d+)")
SHOWN_PIN = re.compile(r'class="pin" dir="ltr">(\d{3}) (\d{3})<')


def drawn(page: str) -> list[list[list[int]]]:
    """Read every QR code of a page back from its strokes."""
    codes = []
    for side, path in PATH.findall(page):
        assert STROKE.sub("", path) == ""
        grid = [[0] * int(side) for _row in range(int(side))]
        x = y = 0
        for kind, dx, dy, run in STROKE.findall(path):
            x = int(dx) + (x if kind == "m" else 0)
            y = int(float(dy)) + (y if kind == "m" else 0)
            for at in range(x, x + int(run)):
                grid[y][at] = 1
            x += int(run)
        codes.append(grid)
    return codes


def expected(content: str) -> list[list[int]]:
    code = segno.make(content, error="l", micro=False)
    return [list(row) for row in code.matrix_iter(border=4)]


def pins_on(page: str) -> list[str]:
    return ["".join(groups) for groups in SHOWN_PIN.findall(page)]


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def teacher(app: Flask, room: Classroom) -> Client:
    return Client(app, teacher_of(room))


def test_every_pupil_has_a_number_of_her_own_and_no_adult_has_one(
    room: Classroom,
) -> None:
    pupils = [a_pupil(room) for _n in range(40)]

    numbers = {pupil.card for pupil in pupils}

    assert len(numbers) == 40
    assert all(re.fullmatch(r"\d{12}", number or "") for number in numbers)
    assert teacher_of(room).card is None


def test_a_number_that_is_taken_is_not_drawn(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = a_pupil(room)
    figures = iter([int(taken.card or ""), 42])
    monkeypatch.setattr(
        "app.accounts.people.secrets.randbelow", lambda _most: next(figures)
    )

    assert free_card() == "000000000042"


def test_the_qr_code_holds_the_address_of_the_card(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupil, other = a_pupil(room, "Ana Ruiz"), a_pupil(room, "Ben Odero")

    codes = drawn(teacher.get(f"/classrooms/{room.id}/cards").text)

    for code, account in zip(codes, (pupil, other), strict=True):
        assert code == expected(f"http://localhost/sign-in/card/{account.card}")
    assert codes[0] != codes[1]


def test_the_address_of_a_card_opens_a_page(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupil = a_pupil(room)
    with app.test_request_context():
        address = cards.card_address(pupil)

    answer = Client(app).get(urlsplit(address).path)

    assert answer.status_code == 200
    assert pupil.person.shown_name in answer.text


def test_a_laptop_at_localhost_prints_the_address_of_the_school(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    app.config["SCHOOL_ADDRESS"] = "http://192.168.178.123:8000"
    pupil = a_pupil(room)

    page = teacher.get(f"/classrooms/{room.id}/cards").text

    there = f"http://192.168.178.123:8000/sign-in/card/{pupil.card}"
    assert drawn(page) == [expected(there)]
    assert ">http://192.168.178.123:8000/<" in page
    # As large as it gets on a school's network, still of 29 modules and their margin.
    assert len(drawn(page)[0]) == 37


def test_a_card_shows_who_where_and_what_to_type(
    room: Classroom, teacher: Client
) -> None:
    room.title = "Grade 6 & 7"
    pupil = a_pupil(room, "Amina Wanjiru Kamau")

    page = teacher.get(f"/classrooms/{room.id}/cards").text

    card = pupil.card or ""
    for said in (
        "Amina Wanjiru Kamau", pupil.person.shown_name, "Grade 6 &amp; 7", room.code,
        f"{card[:4]} {card[4:8]} {card[8:]}",
    ):  # fmt: skip
        assert said in page.split('class="cards"')[1]


def test_cards_speak_the_classs_language_and_the_page_the_teachers(app: Flask) -> None:
    room = a_classroom(a_teacher(a_school("es")), lang="ar")
    a_pupil(room)

    page = Client(app, teacher_of(room)).get(f"/classrooms/{room.id}/cards").text

    before, after = page.split('<div class="cards" lang="ar" dir="rtl">')
    assert '<html lang="es"' in before
    assert "Code of your class" not in after
    assert "Volver a la clase" in after


def test_a_class_whose_language_pages_do_not_speak_gets_the_teachers(
    app: Flask,
) -> None:
    room = a_classroom(a_teacher(a_school("en")), lang="hi")
    a_pupil(room)

    page = Client(app, teacher_of(room)).get(f"/classrooms/{room.id}/cards").text

    assert '<div class="cards" lang="en" dir="ltr">' in page


def test_thirty_cards_fit_the_wire(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    app.config["SCHOOL_ADDRESS"] = "http://192.168.178.123:8000"
    for n in range(30):
        a_pupil(room, f"Maria Fernanda Pupil{chr(65 + n % 26)}{n // 26 * 'x'}")

    answer = teacher.post(
        f"/classrooms/{room.id}/cards", headers={"Accept-Encoding": "gzip"}
    )

    page = gzip.decompress(answer.data).decode()
    assert len(answer.data) <= MOST_BYTES
    assert len(drawn(page)) == len(pins_on(page)) == 30
    assert Judge(page).faults == []


def test_a_new_card_ends_the_old_number_the_old_secrets_and_the_sessions(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupil = a_pupil(room)
    pupil.picture_secret = hashed("fish kite drum")
    old, session = pupil.card, Client(app, pupil)

    page = teacher.post(f"/classrooms/{room.id}/pupils/{pupil.id}/card").text

    db.session.expire_all()
    assert pupil.card != old
    assert pins_on(page) != [PIN]
    assert not secret_matches(pupil.secret, PIN)
    assert secret_matches(pupil.secret, pins_on(page)[0])
    assert not secret_matches(pupil.picture_secret, "fish kite drum")
    assert secret_matches(pupil.picture_secret, " ".join(pictures_on(page)))
    assert session.get("/").status_code == 302
    assert Client(app).get(f"/sign-in/card/{old}").status_code == 404
    assert Client(app).get(f"/sign-in/card/{pupil.card}").status_code == 200


@pytest.mark.parametrize("what", ["card", "pictures"])
def test_new_secrets_forget_wrong_tries_of_her_alone_and_are_logged(
    app: Flask, room: Classroom, teacher: Client, what: str
) -> None:
    pupil, other = a_pupil(room), a_pupil(room)
    with app.test_request_context():
        for account in (pupil, other):
            tries.reserve(tries.account_keys(account)[0], "where")
        others = tries.account_keys(other)

    teacher.post(f"/classrooms/{room.id}/pupils/{pupil.id}/{what}")

    left = db.session.scalars(select(WrongTry.account_key)).all()
    logged = db.session.scalars(select(AccessLog)).one()
    assert left == others[:1]
    assert logged.act == access_log.NEW_CARD
    assert logged.person_id == pupil.person_id
    assert logged.actor_id == teacher_of(room).person_id


def test_new_cards_renew_all_and_pictures_only_of_who_has_them(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupils = [a_pupil(room, name) for name in ("Ana Ruiz", "Ben Odero", "Cy Mora")]
    pupils[1].picture_secret = hashed("fish kite drum")
    old = [pupil.card for pupil in pupils]

    page = teacher.post(f"/classrooms/{room.id}/cards").text

    db.session.expire_all()
    assert not {pupil.card for pupil in pupils} & {*old}
    for pupil, shown in zip(pupils, pins_on(page), strict=True):
        assert secret_matches(pupil.secret, shown)
    assert [pupil.picture_secret is not None for pupil in pupils] == [0, 1, 0]
    assert secret_matches(pupils[1].picture_secret, " ".join(pictures_on(page)))


def test_new_pictures_stand_beside_the_pin_and_are_three(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupil = a_pupil(room)
    number = pupil.card

    page = teacher.post(f"/classrooms/{room.id}/pupils/{pupil.id}/pictures").text

    db.session.expire_all()
    shown = pictures_on(page)
    assert len(set(shown)) == 3
    assert secret_matches(pupil.picture_secret, " ".join(shown))
    assert secret_matches(pupil.secret, PIN)
    assert pupil.card == number
    assert pins_on(page) == []


def pictures_on(page: str) -> list[str]:
    """Read the pictures by their words; the pages of these tests are English."""
    words = re.findall(r'class="pic"><svg.*?</svg><br>(\w+)<', page)
    return [word.lower() for word in words if word.lower() in SYMBOLS]


def test_pictures_are_drawn_from_all(app: Flask) -> None:
    rolled = {name for _n in range(12) for name in cards.fresh_pictures().pictures}

    assert len(rolled) > 8


def test_no_secret_is_on_the_page_that_can_be_opened_again(
    app: Flask, room: Classroom, teacher: Client
) -> None:
    pupil = a_pupil(room)
    pupil.picture_secret = hashed("fish kite drum")
    (fresh,) = pins_on(
        teacher.post(f"/classrooms/{room.id}/pupils/{pupil.id}/card").text
    )

    page = teacher.get(f"/classrooms/{room.id}/cards").text

    assert pins_on(page) == []
    assert pictures_on(page) == []
    assert f"{fresh[:3]} {fresh[3:]}" not in page
    assert 'class="tear"' not in page


def test_a_co_teacher_prints_cards_and_another_teacher_finds_none(
    app: Flask, room: Classroom
) -> None:
    a_pupil(room)
    url = f"/classrooms/{room.id}/cards"

    assert Client(app, a_co_teacher(room)).get(url).status_code == 200
    assert Client(app, a_co_teacher(room)).post(url).status_code == 200
    stranger = Client(app, a_teacher(room.school))
    assert stranger.get(url).status_code == 404
    assert stranger.post(url).status_code == 404


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Collect what changes the database, save for the time a session was seen."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(
            ("INSERT", "UPDATE account", "UPDATE school", "DELETE")
        ):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", ["cards", "poster"])
def test_looking_writes_nothing(
    room: Classroom, teacher: Client, written: list[str], page: str
) -> None:
    a_pupil(room)
    written.clear()

    answer = teacher.get(f"/classrooms/{room.id}/{page}")

    assert answer.status_code == 200
    assert written == []


def test_who_left_gets_no_card(app: Flask, room: Classroom, teacher: Client) -> None:
    stays, left = a_pupil(room, "Ana Ruiz"), a_pupil(room, "Ben Odero")
    class_list.let_leave(room, left)
    old = left.card

    page = teacher.post(f"/classrooms/{room.id}/cards").text

    db.session.expire_all()
    assert stays.full_name in page
    assert left.full_name not in page
    assert left.card == old
    assert len(drawn(page)) == 1


def test_who_comes_back_keeps_her_number(room: Classroom) -> None:
    pupil = a_pupil(room, "Ana Ruiz")
    number = pupil.card
    class_list.let_leave(room, pupil)

    back = a_pupil(room, "Ana Ruiz")

    assert back.id == pupil.id
    assert back.card == number
