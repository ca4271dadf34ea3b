"""Tests of app/classrooms/addresses.py."""

import ipaddress
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms import addresses
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import a_classroom, a_pupil, a_teacher, teacher_of
from tests.clients import Client

# Kept for documentation: no machine of a school has them.
OLD, NEW = "http://192.0.2.7:8000/", "http://192.0.2.99:8000/"


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def teacher(room: Classroom) -> Account:
    return teacher_of(room)


def told(app: Flask, teacher: Account, at: str) -> tuple[str, str] | None:
    """Ask as a request to that address would."""
    with app.test_request_context(base_url=at):
        return addresses.moved(teacher)


def printed(room: Classroom, address: str) -> None:
    room.school.cards_address = address
    db.session.commit()


def test_a_new_address_is_told_with_the_old(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    printed(room, OLD)

    assert told(app, teacher, NEW) == (OLD, NEW)
    assert told(app, teacher, OLD) is None


def test_nothing_is_told_before_a_card_was_printed(
    app: Flask, teacher: Account
) -> None:
    assert told(app, teacher, NEW) is None


@pytest.mark.parametrize(
    "at", ["https://192.0.2.7:8000/", "http://192.0.2.7:8001/", "http://192.0.2.7/"]
)
def test_another_port_or_https_is_another_address(
    app: Flask, room: Classroom, teacher: Account, at: str
) -> None:
    printed(room, OLD)

    assert told(app, teacher, at) == (OLD, at)


def test_at_the_machine_itself_the_schools_address_counts(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    printed(room, OLD)
    app.config["SCHOOL_ADDRESS"] = NEW.rstrip("/")

    assert told(app, teacher, "http://localhost:8000/") == (OLD, NEW)

    app.config["SCHOOL_ADDRESS"] = OLD.rstrip("/")
    assert told(app, teacher, "http://localhost:8000/") is None


def test_a_machine_without_a_network_raises_no_alarm(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    printed(room, OLD)

    assert told(app, teacher, "http://localhost:8000/") is None
    assert told(app, teacher, "http://127.0.0.1:8000/") is None


def test_cards_that_say_localhost_lead_nowhere(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    printed(room, "http://localhost:8000/")

    assert told(app, teacher, NEW) == ("http://localhost:8000/", NEW)


def test_who_comes_by_another_name_of_the_machine_hears_nothing(
    app: Flask, room: Classroom, teacher: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(room, OLD)
    owned = {ipaddress.ip_address("192.0.2.7")}
    monkeypatch.setattr(addresses, "_machine_has", owned.__contains__)

    assert told(app, teacher, "http://paravion.local:8000/") is None
    assert told(app, teacher, "http://paravion.local/") == (
        OLD,
        "http://paravion.local/",
    )
    owned.clear()
    assert told(app, teacher, "http://paravion.local:8000/") is not None


def test_a_name_on_the_cards_holds_as_long_as_the_machine_is_called_so(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    app.config["HOSTS"] = {"school.example"}
    printed(room, "http://school.example:8000/")

    assert told(app, teacher, NEW) is None
    app.config["HOSTS"] = set()
    assert told(app, teacher, NEW) == ("http://school.example:8000/", NEW)


def test_the_system_knows_which_addresses_are_this_machines() -> None:
    assert addresses._machine_has(ipaddress.ip_address("127.0.0.1"))
    assert not addresses._machine_has(ipaddress.ip_address("192.0.2.7"))


def test_the_first_cards_set_the_address_and_one_new_card_does_not(
    app: Flask, room: Classroom, teacher: Account
) -> None:
    pupil = a_pupil(room)
    client, url = Client(app, teacher), f"/classrooms/{room.id}/pupils/{pupil.id}/card"

    client.post(url, base_url=OLD)
    assert room.school.cards_address == ""  # no session there: nothing was made
    client.post(url)
    db.session.refresh(room.school)
    assert room.school.cards_address == "http://localhost/"

    printed(room, OLD)
    client.post(url)
    db.session.refresh(room.school)
    assert room.school.cards_address == OLD


@pytest.mark.parametrize("page", ["home", "class"])
def test_teachers_see_both_addresses_and_how_to_mend_it(
    app: Flask, room: Classroom, teacher: Account, page: str
) -> None:
    app.config["SCHOOL_ADDRESS"] = NEW
    url = "/" if page == "home" else f"/classrooms/{room.id}"
    client = Client(app, teacher)
    before = client.get(url).text
    printed(room, OLD)

    after = client.get(url).text

    assert OLD not in before
    assert OLD in after
    assert NEW in after
    assert "/cards/address" in after


def test_pupils_and_admins_without_a_class_see_nothing_of_it(
    app: Flask, room: Classroom
) -> None:
    app.config["SCHOOL_ADDRESS"] = NEW
    printed(room, OLD)

    assert OLD not in Client(app, a_pupil(room)).get("/").text


@pytest.mark.parametrize(("word", "kept"), [("printed", NEW), ("both", f"{OLD} {NEW}")])
def test_a_teachers_word_ends_the_notice(
    app: Flask, room: Classroom, teacher: Account, word: str, kept: str
) -> None:
    app.config["SCHOOL_ADDRESS"] = NEW
    printed(room, OLD)

    answer = Client(app, teacher).post("/cards/address", {"do": word})

    db.session.refresh(room.school)
    assert answer.status_code == 303
    assert room.school.cards_address == kept
    assert OLD not in Client(app, teacher).get("/").text


def test_another_schools_teacher_settles_only_her_own(
    app: Flask, room: Classroom
) -> None:
    printed(room, OLD)
    stranger = a_teacher()

    Client(app, stranger).post("/cards/address", {"do": "printed"})

    db.session.refresh(room.school)
    assert room.school.cards_address == OLD


def test_addresses_that_work_too_never_outgrow_the_column(
    app: Flask, room: Classroom
) -> None:
    printed(room, OLD)

    for n in range(30):
        at = f"http://192.0.2.{100 + n}:8000/"
        with app.test_request_context(base_url=at):
            addresses.both_work(room.school)
        known = room.school.cards_address.split()
        assert known[:2] == [OLD, at]
        assert len(room.school.cards_address) <= addresses.MOST
        assert all(urlsplit(address).port == 8000 for address in known)
