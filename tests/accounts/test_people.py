"""Making people: names, PINs, symbols and slips."""

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from app.accounts import people
from app.accounts.models import Account
from app.accounts.people import (
    checked_name,
    give_slip,
    make_person,
    make_teacher,
    use_slip,
)
from app.accounts.secrets import secret_matches
from app.accounts.symbols import SYMBOLS
from app.db import db, now
from app.web.errors import Refused
from tests.builders import (
    PASSPHRASE,
    a_classroom,
    a_pupil,
    a_school,
    a_teacher,
    hashed,
)
from tests.clients import Client


def test_two_pupils_of_one_shared_name_are_told_apart(app: Flask) -> None:
    school = a_school()

    shown = [
        make_person(school.id, name, "es").person.shown_name
        for name in ("Ana Ruiz", "Ana Rojas", "Ana Roa", "Ana", "Ana")
    ]

    assert shown == ["Ana R.", "Ana R. 2", "Ana R. 3", "Ana", "Ana 2"]


def test_a_percent_sign_in_a_name_stands_for_itself(app: Flask) -> None:
    school = a_school()
    make_person(school.id, "Ali Roa", "es")

    assert make_person(school.id, "A% Roa", "es").person.shown_name == "A% R."


def test_schools_do_not_number_each_others_pupils(app: Flask) -> None:
    one, other = a_school(), a_school()

    shown = [
        make_person(school.id, "Ana Ruiz", "es").person.shown_name
        for school in (one, other)
    ]

    assert shown == ["Ana R.", "Ana R."]


def test_everybody_has_a_symbol_that_pages_can_draw(app: Flask) -> None:
    drawn = app.jinja_env.get_template("_symbols.html").module.shapes  # type: ignore[attr-defined]  # what the template sets

    assert set(SYMBOLS) == set(drawn)
    assert a_teacher().person.symbol in SYMBOLS


def test_a_teachers_name_is_there_once_on_a_server(app: Flask) -> None:
    make_teacher(a_school().id, "José Peña", "es", admin=False)

    with pytest.raises(Refused, match="here already"):
        make_teacher(a_school().id, "JOSE PENA", "es", admin=False)
    make_teacher(a_school().id, "José B. Peña", "es", admin=False)


@pytest.mark.parametrize("typed", ["", "  ", "?!", "x" * 81, "ﷺ" * 20])
def test_a_name_that_cannot_be_is_refused(app: Flask, typed: str) -> None:
    with pytest.raises(Refused):
        checked_name(typed)


def test_a_name_of_the_full_length_is_taken(app: Flask) -> None:
    teacher = make_teacher(a_school().id, "x" * 80, "es", admin=False)

    assert teacher.full_name == "x" * 80
    assert len(teacher.person.shown_name) <= 60


def test_a_slip_works_once(app: Flask) -> None:
    teacher = a_teacher()
    slip = give_slip(teacher)

    used = use_slip(slip, hashed("five words of my own"))

    assert used is teacher
    assert secret_matches(teacher.secret, "five words of my own")
    with pytest.raises(Refused):
        use_slip(slip, hashed("five words of my own"))


def test_a_mistyped_passphrase_does_not_use_the_slip_up(app: Flask) -> None:
    client, slip = Client(app), give_slip(a_teacher())
    form = {"slip": slip, "secret": PASSPHRASE}

    page = client.post("/slip", {**form, "again": "four words only yours"})

    assert page.status_code == 422
    assert "The two passphrases differ" in page.text
    assert client.post("/slip", {**form, "again": PASSPHRASE}).status_code == 303


def test_a_slip_is_good_for_seven_days(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = give_slip(a_teacher())
    moment = now()

    monkeypatch.setattr(people, "now", lambda: moment + timedelta(days=7, seconds=1))
    with pytest.raises(Refused):
        use_slip(slip, hashed(PASSPHRASE))
    monkeypatch.setattr(people, "now", lambda: moment + timedelta(days=6))
    use_slip(slip, hashed(PASSPHRASE))


def test_a_new_slip_makes_the_old_one_worthless(app: Flask) -> None:
    teacher = a_teacher()
    old = give_slip(teacher)
    give_slip(teacher)

    with pytest.raises(Refused):
        use_slip(old, hashed(PASSPHRASE))


@pytest.mark.parametrize("slip", ["", "----", "ABCD-EFGH-JKMN"])
def test_a_made_up_slip_opens_nothing(app: Flask, slip: str) -> None:
    a_teacher()

    with pytest.raises(Refused):
        use_slip(slip, hashed(PASSPHRASE))


def recover(app: Flask, name: str) -> Result:
    db.session.commit()
    return app.test_cli_runner().invoke(args=["people", "recover", name])


def test_recover_prints_a_slip_and_ends_all_sessions(app: Flask) -> None:
    teacher = a_teacher()
    client = Client(app, teacher)
    assert client.get("/waiting").status_code == 200

    said = recover(app, teacher.full_name.upper())

    assert said.exit_code == 0
    assert client.get("/waiting").status_code == 302
    slip = said.output.split("\n")[0].rsplit(" ", 1)[1]
    page = Client(app).post(
        "/slip", {"slip": slip, "secret": PASSPHRASE, "again": PASSPHRASE}
    )
    assert page.status_code == 303
    assert slip not in str(db.session.get_one(Account, teacher.id).slip_sha256)


def test_recover_helps_no_pupil_and_no_stranger(app: Flask) -> None:
    pupil = a_pupil(a_classroom())

    for name in (pupil.full_name, "Nobody", ""):
        said = recover(app, name)
        assert said.exit_code == 1
        assert "No adult signs in" in said.output
