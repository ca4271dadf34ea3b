"""What templates share: days and times as the reader's wall and calendar show them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale, refresh

from app.web.pages import clock, day

# Half past two at night in Greenwich: a day earlier in Pasto, morning in Nairobi.
NIGHT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


@contextmanager
def reading_in(app: Flask, zone: str | None, lang: str = "en") -> Iterator[None]:
    app.extensions["zone_of_reader"] = lambda: zone
    with app.test_request_context(), force_locale(lang):
        refresh()
        yield


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (None, "March 1, 2026"),
        ("America/Bogota", "February 28, 2026"),
        ("Africa/Nairobi", "March 1, 2026"),
        ("Pacific/Honolulu", "February 28, 2026"),
        ("Pacific/Kiritimati", "March 1, 2026"),
    ],
)
def test_a_day_is_that_of_the_readers_school(
    app: Flask, zone: str | None, shown: str
) -> None:
    with reading_in(app, zone):
        assert day(NIGHT) == shown


@pytest.mark.parametrize(
    ("minute", "shown"), [(59, "February 28, 2026"), (0, "March 1, 2026")]
)
def test_a_day_ends_at_midnight_there(app: Flask, minute: int, shown: str) -> None:
    moment = datetime(2026, 3, 1, 4 if minute else 5, minute, tzinfo=UTC)

    with reading_in(app, "America/Bogota"):
        assert day(moment) == shown


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "February 28, 2026, 9:30 PM"),
        ("es", "28 de febrero de 2026, 21:30"),
        ("fr", "28 février 2026, 21:30"),
        ("ar", "28 فبراير 2026، 9:30 م"),
        ("sw", "28 Februari 2026 21:30"),
    ],
)
def test_a_moment_is_said_in_the_readers_manner(
    app: Flask, lang: str, shown: str
) -> None:
    with reading_in(app, "America/Bogota", lang):
        assert clock(NIGHT).replace("\u202f", " ").replace("\u00a0", " ") == shown


def test_summer_time_is_kept(app: Flask) -> None:
    winter, summer = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 7))

    with reading_in(app, "Europe/Madrid"):
        assert clock(winter).endswith("1:00\u202fPM")
        assert clock(summer).endswith("2:00\u202fPM")
