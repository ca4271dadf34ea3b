"""The school's data: where it is, its time, its languages, terms and days of the link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

from babel import Locale, UnknownLocaleError
from babel.dates import format_time, get_timezone, get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _
from pytz import country_names, country_timezones
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict

from app.accounts.names import fold, tidy
from app.classrooms.founding import checked_title
from app.classrooms.models import School, SchoolDays
from app.db import db, now
from app.web.days import read_day
from app.web.errors import Refused
from app.web.langs import OWN_NAMES

TERM = "term"
HOLIDAY = "holiday"
PLACE_MAX = 80
WIFI_MAX = 32
DAYS_TITLE_MAX = 80
DAYS_MAX = 24
EMPTY_ROWS = 3


@dataclass(frozen=True)
class DaysTold:
    """A term or holiday as typed; the field names of its errors end in its number."""

    kind: str = TERM
    title: str = ""
    first: str = ""
    last: str = ""

    @property
    def empty(self) -> bool:
        return not (self.title or self.first or self.last)


@dataclass(frozen=True)
class Told:
    """What the school's page shows and takes, as it stands in the fields."""

    name: str
    country: str
    place: str
    time_zone: str
    reads: frozenset[str]
    writes: frozenset[str]
    days: Sequence[DaysTold]
    link_days: frozenset[str]
    wifi_name: str
    pen_names: bool

    @classmethod
    def of_school(cls, school: School) -> Self:
        return cls(
            name=school.name,
            country=school.country,
            place=school.place,
            time_zone=school.time_zone,
            reads=frozenset((school.reads or school.lang).split(",")),
            writes=frozenset((school.writes or school.lang).split(",")),
            days=[
                DaysTold(
                    days.kind,
                    days.title,
                    days.first_on.isoformat(),
                    days.last_on.isoformat(),
                )
                for days in school.days
            ],
            link_days=frozenset(school.link_days),
            wifi_name=school.wifi_name,
            pen_names=school.pen_names,
        )

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> Self:
        columns = [form.getlist(name) for name in ("kind", "title", "first", "last")]
        rows = [
            DaysTold(kind, *map(tidy, words))
            for kind, *words in zip(*columns, strict=False)
        ]
        return cls(
            name=form.get("name", ""),
            country=form.get("country", ""),
            place=tidy(form.get("place", "")),
            time_zone=form.get("time_zone", ""),
            reads=frozenset(form.getlist("reads")),
            writes=frozenset(form.getlist("writes")),
            days=[row for row in rows if not row.empty],
            link_days=frozenset(form.getlist("link_day")),
            wifi_name=form.get("wifi_name", "").strip(),
            pen_names=form.get("pen_names") == "1",
        )

    @property
    def rows(self) -> list[DaysTold]:
        """The terms and holidays, and a few empty rows to fill in."""
        return [*self.days, *[DaysTold()] * EMPTY_ROWS][:DAYS_MAX]


def keep(school: School, told: Told) -> None:
    """Write what was told into the school, or say beside which field it is wrong."""
    school.name = checked_title(told.name, "name")
    if told.country and told.country not in country_names:
        raise Refused(_("Choose the country from the list."), "country")
    school.country = told.country
    school.place = _at_most(told.place, PLACE_MAX, "place")
    school.time_zone = _zone(told)
    school.reads = _known_langs(told.reads)
    school.writes = _known_langs(told.writes)
    school.link_days = "".join(day for day in "0123456" if day in told.link_days)
    school.wifi_name = _at_most(told.wifi_name, WIFI_MAX, "wifi_name")
    school.pen_names = told.pen_names
    _keep_days(school, told.days)
    db.session.flush()


def _at_most(words: str, most: int, field: str) -> str:
    if len(words) > most:
        said = _("This is longer than %(most)s letters. Shorten it.", most=most)
        raise Refused(said, field)
    return words


def zones_of(country: str) -> Sequence[str]:
    """List a country's time zones; none where nobody lives."""
    return country_timezones.get(country, [])


def _zone(told: Told) -> str:
    """Take the only zone of a country by itself, and of several the chosen one."""
    zones = zones_of(told.country)
    if len(zones) == 1:
        return zones[0]
    # Chosen for the country of before: the page asks again.
    return told.time_zone if told.time_zone in zones else ""


def _known_langs(codes: frozenset[str]) -> str:
    return ",".join(code for code in OWN_NAMES if code in codes)


def _keep_days(school: School, rows: Sequence[DaysTold]) -> None:
    if len(rows) > DAYS_MAX:
        said = _("%(most)s terms and holidays fit. Leave out old ones.", most=DAYS_MAX)
        raise Refused(said, "days")
    kept = [_checked(row, n) for n, row in enumerate(rows, 1)]
    db.session.execute(delete(SchoolDays).where(SchoolDays.school_id == school.id))
    for days in kept:
        days.school_id = school.id
    db.session.add_all(kept)
    db.session.flush()
    db.session.expire(school, ["days"])


def _checked(row: DaysTold, n: int) -> SchoolDays:
    title = _at_most(row.title, DAYS_TITLE_MAX, f"title{n}")
    first_on = _date(row.first, f"first{n}")
    last_on = _date(row.last, f"last{n}")
    if last_on < first_on:
        raise Refused(
            _("The last day is before the first. Change one of the two."), f"last{n}"
        )
    kind = row.kind if row.kind in (TERM, HOLIDAY) else TERM
    return SchoolDays(kind=kind, title=title, first_on=first_on, last_on=last_on)


def _date(typed: str, field: str) -> date:
    if not typed:
        raise Refused(_("A day is missing. Fill in the first and the last."), field)
    return read_day(typed, field)


def countries() -> Sequence[tuple[str, str]]:
    """List codes and names of countries, sorted for the reader of this page."""
    return _countries(get_locale() or Locale("en"))


@lru_cache(maxsize=10)
def _countries(locale: Locale) -> Sequence[tuple[str, str]]:
    named = [(code, locale.territories.get(code, code)) for code in country_names]
    return sorted(named, key=lambda entry: (fold(entry[1]), entry[0]))


def zone_choices(country: str) -> list[tuple[str, str]]:
    """List a country's zones by their town, with the time it is there now."""
    locale, moment = get_locale() or Locale("en"), now()
    return [
        (
            zone,
            _(
                "%(town)s, now %(time)s",
                town=get_timezone_location(zone, locale=locale, return_city=True),
                time=format_time(
                    moment, "short", tzinfo=get_timezone(zone), locale=locale
                ),
            ),
        )
        for zone in zones_of(country)
    ]


def weekdays(country: str) -> list[tuple[str, str]]:
    """List the seven days, 0 for Monday, as the country's week begins."""
    names = (get_locale() or Locale("en")).days["stand-alone"]["wide"]
    begins = _week_begins(country)
    return [(str(n % 7), names[n % 7]) for n in range(begins, begins + 7)]


def _week_begins(country: str) -> int:
    try:
        return Locale.parse(f"und_{country}").first_week_day
    except (UnknownLocaleError, ValueError):  # not told, or a rock in the sea
        return 0
