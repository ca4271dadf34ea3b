"""The school's page: what its admin tells, checked beside each field, nothing lost."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.classrooms import school_data
from app.classrooms.models import School, SchoolDays
from app.db import db
from tests.builders import a_school, a_teacher
from tests.clients import Client


@pytest.fixture
def admin(app: Flask) -> Account:
    return a_teacher(a_school("en", "Lakeside School"), admin=True)


def form(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Escuela Río Azul", "country": "CO", "place": "Pasto",
        "reads": ["es", "en"], "writes": ["es"],
        "kind": ["term", "holiday", "term"], "title": ["First term", "", ""],
        "first": ["2026-02-01", "2026-04-06", ""],
        "last": ["2026-06-12", "2026-04-10", ""],
        "link_day": ["3", "0"], "wifi_name": "Rio Azul", "pen_names": "1", **changed,
    }  # fmt: skip


def told(app: Flask, admin: Account, **changed: Any) -> TestResponse:
    return Client(app, admin).post("/school", form(**changed))


def the_school() -> School:
    db.session.rollback()
    return db.session.scalars(select(School)).one()


def field(answer: TestResponse, name: str) -> Any:
    found = BeautifulSoup(answer.text, "html5lib").find(id=name)
    assert found is not None, name
    return found


def test_what_is_told_is_kept(app: Flask, admin: Account) -> None:
    answer = told(app, admin)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/school?kept=1")
    school = the_school()
    assert (school.name, school.country, school.place) == (
        "Escuela Río Azul",
        "CO",
        "Pasto",
    )
    assert (school.reads, school.writes) == ("en,es", "es")
    assert (school.link_days, school.wifi_name) == ("03", "Rio Azul")
    assert school.pen_names
    assert [
        (days.kind, days.title, days.first_on, days.last_on) for days in school.days
    ] == [
        ("term", "First term", date(2026, 2, 1), date(2026, 6, 12)),
        ("holiday", "", date(2026, 4, 6), date(2026, 4, 10)),
    ]


def test_the_page_shows_again_what_was_told_and_three_empty_rows(
    app: Flask, admin: Account
) -> None:
    told(app, admin)

    page = Client(app, admin).get("/school?kept=1")

    assert "Kept." in page.text
    assert field(page, "name")["value"] == "Escuela Río Azul"
    assert field(page, "country").find(selected=True).get_text() == "Colombia"
    assert field(page, "first1")["value"] == "2026-02-01"
    assert field(page, "kind2").find(selected=True)["value"] == "holiday"
    assert field(page, "first5")["value"] == ""
    assert 'id="first6"' not in page.text
    ticked = BeautifulSoup(page.text, "html5lib").find_all(checked=True)
    assert sorted((one["name"], one["value"]) for one in ticked) == [
        ("link_day", "0"),
        ("link_day", "3"),
        ("reads", "en"),
        ("reads", "es"),
        ("writes", "es"),
    ]


def test_sending_it_again_changes_no_row(app: Flask, admin: Account) -> None:
    told(app, admin)
    told(app, admin)

    assert len(db.session.scalars(select(SchoolDays)).all()) == 2


def test_an_emptied_row_is_gone(app: Flask, admin: Account) -> None:
    told(app, admin)

    told(app, admin, kind=["term"], title=[""], first=[""], last=[""])

    assert the_school().days == []


def test_a_country_with_one_zone_sets_it(app: Flask, admin: Account) -> None:
    told(app, admin, time_zone="Europe/Oslo")

    assert the_school().time_zone == "America/Bogota"


def test_of_several_zones_one_is_chosen_once_the_country_is_kept(
    app: Flask, admin: Account
) -> None:
    client = Client(app, admin)
    assert 'id="time_zone"' not in client.get("/school").text

    client.post("/school", form(country="CD"))
    page = client.get("/school?kept=1")
    assert "Now choose the time zone." in page.text
    offered = [
        option["value"] for option in field(page, "time_zone").find_all("option")
    ]
    assert offered == ["", "Africa/Kinshasa", "Africa/Lubumbashi"]
    assert the_school().time_zone == ""

    client.post("/school", form(country="CD", time_zone="Africa/Lubumbashi"))
    assert the_school().time_zone == "Africa/Lubumbashi"
    assert "Now choose" not in client.get("/school?kept=1").text


@pytest.mark.parametrize("zone", ["Europe/Oslo", "Nowhere/At all", "UTC", ""])
def test_a_zone_of_another_country_is_never_kept(
    app: Flask, admin: Account, zone: str
) -> None:
    told(app, admin, country="CD", time_zone="Africa/Kinshasa")

    told(app, admin, country="CD", time_zone=zone)

    assert the_school().time_zone == ""


def test_another_country_asks_for_its_own_zone(app: Flask, admin: Account) -> None:
    told(app, admin, country="CD", time_zone="Africa/Kinshasa")

    told(app, admin, country="BR", time_zone="Africa/Kinshasa")

    assert the_school().time_zone == ""


def test_the_new_zone_counts_at_once(app: Flask, admin: Account) -> None:
    client = Client(app, admin)
    told(app, admin)
    assert app.extensions["zones_of_schools"] == {}
    client.get("/letters")
    assert [zone for _t, zone in app.extensions["zones_of_schools"].values()] == [
        "America/Bogota"
    ]

    told(app, admin, country="KE")

    client.get("/letters")
    assert [zone for _t, zone in app.extensions["zones_of_schools"].values()] == [
        "Africa/Nairobi"
    ]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "name"),
    "long name": ({"name": "x" * 81}, "name"),
    "no such country": ({"country": "ZZ"}, "country"),
    "long place": ({"place": "x" * 81}, "place"),
    "long Wi-Fi": ({"wifi_name": "x" * 33}, "wifi_name"),
    "last before first": ({"last": ["2026-01-31", "2026-04-10", ""]}, "last1"),
    "no last": ({"last": ["2026-06-12", "", ""]}, "last2"),
    "no first": ({"first": ["", "2026-04-06", ""]}, "first1"),
    "no day at all": ({"title": ["A", "", "Summer"]}, "first3"),
    "no such day": ({"first": ["2026-02-30", "2026-04-06", ""]}, "first1"),
    "a word": ({"first": ["soon", "2026-04-06", ""]}, "first1"),
    "long ago": ({"first": ["0226-02-01", "2026-04-06", ""]}, "first1"),
    "long title": ({"title": ["x" * 81, "", ""]}, "title1"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    app: Flask, admin: Account, wrong: str
) -> None:
    changed, name = WRONG[wrong]

    answer = told(app, admin, **changed)

    assert answer.status_code == 422
    marked = field(answer, name)
    assert marked["aria-invalid"] == "true"
    assert marked["aria-describedby"] == "error"
    assert field(answer, "error").find_next(["input", "select"])["id"] == name
    for typed, row in (("title", 0), ("first", 1), ("last", 0)):
        sent = form(**changed)[typed][row]
        assert field(answer, f"{typed}{row + 1}")["value"] == sent
    assert field(answer, "place")["value"] == form(**changed)["place"]
    assert 'value="es" aria-labelledby="l-es w" checked' in answer.text
    school = the_school()
    assert (school.name, school.country) == ("Lakeside School", "")
    assert school.days == []


@pytest.mark.parametrize(
    "typed", ["2026-02-01", "2026-2-1", "2026/02/01", "٢٠٢٦-٠٢-٠١"]
)
def test_a_day_may_be_typed(app: Flask, admin: Account, typed: str) -> None:
    told(app, admin, kind=["term"], title=[""], first=[typed], last=["2026-02-01"])

    assert [days.first_on for days in the_school().days] == [date(2026, 2, 1)]


def test_a_term_of_one_day_is_good_and_more_rows_than_fit_are_not(
    app: Flask, admin: Account
) -> None:
    def rows(n: int) -> dict[str, list[str]]:
        days = ["2026-02-01"] * n
        return {"kind": ["term"] * n, "title": [""] * n, "first": days, "last": days}

    assert told(app, admin, **rows(school_data.DAYS_MAX)).status_code == 303
    assert 'id="first25"' not in Client(app, admin).get("/school").text
    answer = told(app, admin, **rows(school_data.DAYS_MAX + 1))
    assert answer.status_code == 422
    assert "24 terms and holidays fit" in answer.text
    assert len(the_school().days) == school_data.DAYS_MAX


def test_strange_codes_are_left_out(app: Flask, admin: Account) -> None:
    told(app, admin, reads=["xx", "sw"], writes=[], link_day=["9", "6", "06"])

    school = the_school()
    assert (school.reads, school.writes, school.link_days) == ("sw", "", "6")


@pytest.mark.parametrize(
    ("lang", "first", "last"),
    [("en", "Afghanistan", "Zimbabwe"), ("es", "Afganistán", "Zimbabue")],
)
def test_countries_stand_in_the_readers_order(
    app: Flask, lang: str, first: str, last: str
) -> None:
    with app.test_request_context(), force_locale(lang):
        names = [name for _code, name in school_data.countries()]

    assert (names[0], names[-1]) == (first, last)
    assert len(names) == len(set(names)) == 249


@pytest.mark.parametrize(("country", "begins"), [("", "0"), ("EG", "5"), ("US", "6")])
def test_the_week_begins_as_the_countrys_does(
    app: Flask, country: str, begins: str
) -> None:
    with app.test_request_context():
        days = school_data.weekdays(country)

    assert days[0][0] == begins
    assert sorted(number for number, _name in days) == list("0123456")
    assert dict(days)["0"] == "Monday"


def test_an_admin_of_one_school_changes_no_other(app: Flask, admin: Account) -> None:
    other = a_school("es", "Another School")
    db.session.commit()

    told(app, admin)

    db.session.refresh(other)
    assert (other.name, other.country) == ("Another School", "")


def test_who_is_no_admin_finds_no_page(app: Flask, admin: Account) -> None:
    teacher = a_teacher(db.session.get_one(School, admin.person.school_id))

    assert Client(app, teacher).get("/school").status_code == 404
    assert told(app, teacher).status_code == 404
    assert the_school().name == "Lakeside School"
