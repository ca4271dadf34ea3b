"""What the worker drops: sign-ins that have been over for a month, and no others."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, SignInSession
from app.accounts.sessions import end_all_sessions
from app.accounts.sweeping import sweep_sessions
from app.db import db, set_reading
from app.jobs.registry import when_idle
from tests.builders import a_classroom, a_pupil
from tests.clients import Client
from tests.clocks import Clocks

DAY = 86_400


@pytest.fixture
def pupil(app: Flask) -> Account:
    return a_pupil(a_classroom())


def left() -> int:
    set_reading(value=False)
    sweep_sessions()
    return db.session.scalar(select(func.count()).select_from(SignInSession)) or 0


def test_the_worker_does_it() -> None:
    assert sweep_sessions in when_idle


def test_a_sign_in_that_ended_goes_after_thirty_days(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    Client(app, pupil)
    end_all_sessions([pupil])
    db.session.commit()

    clocks.pass_seconds(30 * DAY - 60)
    assert left() == 1
    clocks.pass_seconds(120)
    assert left() == 0


def test_one_that_ran_out_goes_thirty_days_after_its_last_page(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    Client(app, pupil)

    clocks.pass_seconds(30 * DAY - 60)
    assert left() == 1
    clocks.pass_seconds(120)
    assert left() == 0


def test_one_that_is_good_stays_whatever_the_calendar_says(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = Client(app, pupil)

    clocks.set_calendar(days=4000)

    assert left() == 1
    assert client.get("/letters").status_code == 200
