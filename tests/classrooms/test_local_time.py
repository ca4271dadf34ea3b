"""The reader's zone, and what the clock shows at partner schools."""

import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.classrooms import local_time
from app.classrooms.local_time import partner_schools, school_place
from app.classrooms.models import Classroom, School, Space
from app.classrooms.partnering import propose
from app.db import db
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client

# 19:05 in Pasto; three hours after midnight, the next day, in Kisumu.
EVENING = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)


def placed(school: School, place: str, country: str, zone: str) -> None:
    school.place, school.country, school.time_zone = place, country, zone
    db.session.commit()


@pytest.fixture
def pals(app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[Account, School, School]:
    monkeypatch.setattr(local_time, "now", lambda: EVENING)
    ours, theirs = a_classroom(lang="en"), a_classroom(lang="en")
    a_partnership(ours, theirs)
    placed(ours.school, "Pasto", "CO", "America/Bogota")
    placed(theirs.school, "Kisumu", "KE", "Africa/Nairobi")
    return teacher_of(ours), ours.school, theirs.school


def said(app: Flask, viewer: Account, url: str = "/letters") -> str:
    page = Client(app, viewer).get(url).text
    return page.replace('<span dir="auto">', "").replace("</span>", "")


def test_both_schools_clocks_stand_over_the_letters(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    page = said(app, pals[0])

    assert "It is 7:05\u202fPM here and Sunday 3:05\u202fAM in Kisumu." in page


def test_the_class_page_tells_the_partners_time_too(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    page = said(app, pals[0], "/classrooms/1")

    assert "in Kisumu." in page
    assert "Kisumu, Kenya" in page


@pytest.mark.parametrize("whose", [1, 2])
def test_where_a_zone_is_not_told_no_time_is_said(
    app: Flask, pals: tuple[Account, School, School], whose: int
) -> None:
    school = pals[whose]
    assert isinstance(school, School)
    placed(school, "Somewhere", "", "")

    assert "It is " not in said(app, pals[0])


def test_where_it_is_the_same_time_nothing_is_said(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    placed(pals[2], "Ipiales", "CO", "America/Bogota")

    assert "It is " not in said(app, pals[0])


def test_only_schools_that_joined_are_partners(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    teacher, ours, theirs = pals
    stranger = a_classroom(lang="en")
    placed(stranger.school, "Oslo", "NO", "Europe/Oslo")
    own = db.session.scalars(Classroom.led_by(teacher)).one()
    propose(own, stranger.code, "Not answered yet", teacher)
    db.session.commit()

    assert partner_schools(teacher, ours.id) == [theirs]
    assert partner_schools(a_teacher(ours), ours.id) == []
    assert partner_schools(teacher_of(stranger), stranger.school_id) == []


def test_a_page_shows_the_day_it_was_at_the_readers_school(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    room = a_classroom(a_teacher(pals[1]), lang="en")
    pupil = a_pupil(room)
    thread = a_thread(own_space(room), teacher_of(room))
    post = a_post(thread, teacher_of(room))
    post.published_at = post.sent_at = EVENING
    db.session.commit()

    assert "February 28, 2026" in said(app, pupil, f"/threads/{thread.id}")


def test_a_change_elsewhere_is_seen_within_a_minute(
    app: Flask,
    pals: tuple[Account, School, School],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "7:05" in said(app, pals[0])
    placed(pals[1], "Madrid", "ES", "Europe/Madrid")
    assert "7:05" in said(app, pals[0])

    later = time.monotonic() + local_time.KEPT_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert "It is 1:05\u202fAM here" in said(app, pals[0])


def test_a_terminal_goes_by_the_first_school(app: Flask) -> None:
    first, second = a_school("en"), a_school("en")
    placed(first, "Pasto", "CO", "America/Bogota")
    placed(second, "Kisumu", "KE", "Africa/Nairobi")

    assert local_time.zone_of_reader() == "America/Bogota"


def test_who_has_not_signed_in_has_no_zone(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    with app.test_request_context():
        assert local_time.zone_of_reader() is None


@pytest.mark.parametrize(
    ("place", "country", "shown"),
    [
        ("Pasto", "CO", "Pasto, Colombia"),
        ("Pasto", "", "Pasto"),
        ("", "CO", "Colombia"),
        ("", "", ""),
    ],
)
def test_a_place_is_said_as_far_as_it_is_told(
    app: Flask, place: str, country: str, shown: str
) -> None:
    school = School(name="Escuela", lang="es", place=place, country=country)

    with app.test_request_context():
        assert school_place(school) == shown


def test_a_post_says_the_day_that_it_was_where_each_reader_is(
    app: Flask, pals: tuple[Account, School, School]
) -> None:
    space = db.session.scalars(select(Space).where(Space.kind == "partnership")).one()
    ours, theirs = (joined.classroom for joined in space.classrooms)
    thread = a_thread(space, teacher_of(ours))
    a_post(thread, teacher_of(ours)).published_at = EVENING
    readers = [a_pupil(room) for room in (ours, theirs)]

    days = [said(app, reader, f"/threads/{thread.id}") for reader in readers]

    assert ["February 28, 2026" in day for day in days] == [True, False]
    assert ["March 1, 2026" in day for day in days] == [False, True]
