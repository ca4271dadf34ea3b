"""Tests of the poster: app/classrooms/card_views.py."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.classrooms.models import Classroom
from app.db import db
from tests.builders import a_classroom, a_co_teacher, a_pupil, a_teacher, teacher_of
from tests.classrooms.test_cards import drawn, expected
from tests.clients import Client
from tests.web.test_every_page import Judge


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def poster(app: Flask, room: Classroom) -> str:
    return Client(app, teacher_of(room)).get(f"/classrooms/{room.id}/poster").text


def test_the_poster_says_wifi_address_class_and_code(
    app: Flask, room: Classroom
) -> None:
    app.config["SCHOOL_ADDRESS"] = "http://192.168.1.23:8000"
    room.school.wifi_name, room.title = "Library & more", "Grade 6"
    db.session.commit()

    page = poster(app, room)

    sheet = page.split('class="poster"')[1]
    for said in (
        "Library &amp; more", "Grade 6", f">{room.code}<", ">http://192.168.1.23:8000/<",
    ):  # fmt: skip
        assert said in sheet
    assert Judge(page).faults == []


def test_its_code_opens_the_sign_in_page_of_the_class(
    app: Flask, room: Classroom
) -> None:
    there = f"http://localhost/sign-in?class={room.code}"

    assert drawn(poster(app, room)) == [expected(there)]
    parts = urlsplit(there)
    page = Client(app).get(f"{parts.path}?{parts.query}").text
    assert room.code in page


def test_without_a_wifi_name_the_teacher_hears_where_it_is_set(
    app: Flask, room: Classroom
) -> None:
    told = "name of your Wi-Fi is not on it yet"
    assert told in poster(app, room)

    room.school.wifi_name = "Library"
    db.session.commit()

    assert told not in poster(app, room)


def test_the_poster_speaks_the_classs_language(app: Flask, room: Classroom) -> None:
    room.lang = "ar"
    db.session.commit()

    assert '<div class="poster" lang="ar" dir="rtl">' in poster(app, room)


def test_the_poster_is_for_who_looks_after_the_class(
    app: Flask, room: Classroom
) -> None:
    url = f"/classrooms/{room.id}/poster"

    assert Client(app, a_co_teacher(room)).get(url).status_code == 200
    assert Client(app, a_teacher(room.school)).get(url).status_code == 404
    assert Client(app, a_pupil(room)).get(url).status_code == 404


def test_no_pupil_is_named_on_it(app: Flask, room: Classroom) -> None:
    pupil = a_pupil(room, "Amina Wanjiru Kamau")

    page = poster(app, room)

    assert pupil.full_name not in page
    assert pupil.person.shown_name not in page


@pytest.mark.parametrize(
    ("found", "warned"), [("", True), ("http://10.0.0.7:8000", False)]
)
def test_an_address_that_no_tablet_can_open_is_not_printed_unsaid(
    app: Flask, room: Classroom, found: str, warned: bool
) -> None:
    client = Client(app, teacher_of(room))
    app.config["SCHOOL_ADDRESS"] = found

    for page in ("poster", "cards"):
        shown = client.get(f"/classrooms/{room.id}/{page}")
        assert shown.status_code == 200
        assert ("opens on this machine alone" in shown.text) is warned, page
