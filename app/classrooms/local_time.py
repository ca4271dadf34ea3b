"""Local times: the zone of the reader's school, and what the clock shows at partners."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.dates import format_date, format_time, get_timezone
from flask import Flask, current_app, has_request_context
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app.accounts.models import Viewer
from app.classrooms.models import Classroom, School, Space, SpaceClassroom, space_ids
from app.db import db, now

# A zone that was changed elsewhere, as in a terminal, is right a minute later.
KEPT_SECONDS = 60
PARTNERS_TOLD = 5
# Stands for a terminal on the machine, where the first own school's time counts.
FIRST_SCHOOL = 0


def register(app: Flask) -> None:
    app.extensions["zones_of_schools"] = {}
    app.extensions["zone_of_reader"] = zone_of_reader
    app.jinja_env.globals["school_place"] = school_place


def zone_of_reader() -> str | None:
    """Name the time zone of the reader's school; None where it is not told."""
    if not has_request_context():
        return _zone_of(FIRST_SCHOOL)
    if not current_user.is_authenticated:
        return None
    return _zone_of(current_user.person.school_id)


def forget_zones() -> None:
    current_app.extensions["zones_of_schools"].clear()


def _zone_of(school_id: int) -> str | None:
    kept: dict[int, tuple[float, str | None]]
    kept = current_app.extensions["zones_of_schools"]
    until, zone = kept.get(school_id, (0.0, None))
    if time.monotonic() < until:
        return zone
    asked = select(School.time_zone).where(School.own).order_by(School.id).limit(1)
    if school_id != FIRST_SCHOOL:
        asked = asked.where(School.id == school_id)
    zone = db.session.scalar(asked) or None
    kept[school_id] = (time.monotonic() + KEPT_SECONDS, zone)
    return zone


def school_place(school: School) -> str:
    """Say where a school is, as far as it is told: Pasto, Colombia."""
    locale = get_locale()
    country = locale.territories.get(school.country, "") if locale else ""
    return _(", ").join(word for word in (school.place, country) if word)


def partner_schools(viewer: Viewer, own_school_id: int) -> Sequence[School]:
    """List the other schools the viewer's classes write with, where a zone is told."""
    partners = (
        select(Classroom.school_id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Classroom.id)
        .where(
            SpaceClassroom.space_id.in_(space_ids(viewer)),
            SpaceClassroom.joined_at.is_not(None),
        )
    )
    return db.session.scalars(
        select(School)
        .where(
            School.id.in_(partners), School.id != own_school_id, School.time_zone != ""
        )
        .order_by(School.place, School.id)
        .limit(PARTNERS_TOLD)
    ).all()


@dataclass(frozen=True)
class LocalTime:
    """What the clock shows here and at a partner school."""

    here: str
    there: str
    place: str


def schools_in(partnerships: Iterable[Space]) -> list[School]:
    """List the schools whose classes have joined these partnerships."""
    return [
        joined.classroom.school
        for space in partnerships
        for joined in space.classrooms
        if joined.joined_at is not None
    ]


def local_times(here: str | None, others: Iterable[School]) -> list[LocalTime]:
    """Tell the time in this zone and at each place where it is another one."""
    if not here:
        return []
    places = {
        (school.place or school.name): school.time_zone
        for school in others
        if school.time_zone and school.time_zone != here
    }
    return [
        LocalTime(_time_in(here, here), _time_in(zone, here), place)
        for place, zone in places.items()
    ]


def _time_in(zone: str, reader: str) -> str:
    """Say the time in a zone, with the day where the reader's calendar shows another."""
    moment, locale = now(), get_locale() or "en"
    local = moment.astimezone(get_timezone(zone))
    hour: str = format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
    if local.date() == moment.astimezone(get_timezone(reader)).date():
        return hour
    return f"{format_date(local, 'EEEE', locale=locale)} {hour}"
