"""What the worker drops: sign-ins long over, forms of who has left; and no others."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, KeptForm, SignInSession
from app.accounts.sessions import end_all_sessions
from app.accounts.sweeping import sweep_kept_forms, sweep_sessions
from app.db import db, now, set_reading
from app.jobs.registry import when_idle
from tests.builders import a_classroom, a_pupil, a_teacher
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
    assert {sweep_sessions, sweep_kept_forms} <= set(when_idle)


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


def a_kept_form(author: Account) -> None:
    form = KeptForm(
        account_id=author.id,
        path="/threads/1/posts",
        content_type="multipart/form-data",
        body=b"",
        words="Our river.",
    )
    db.session.add(form)
    db.session.commit()


def forms_left() -> int:
    set_reading(value=False)
    sweep_kept_forms()
    return db.session.scalar(select(func.count()).select_from(KeptForm)) or 0


def test_a_form_of_who_has_left_goes_after_half_a_year(
    app: Flask, clocks: Clocks
) -> None:
    teacher = a_teacher()
    a_kept_form(teacher)
    teacher.left_at = now()
    db.session.commit()

    clocks.pass_seconds(180 * DAY - 60)
    assert forms_left() == 1
    clocks.pass_seconds(120)
    assert forms_left() == 0


@pytest.mark.parametrize("suspended", [False, True])
def test_a_form_of_who_may_come_back_waits_as_long_as_it_takes(
    app: Flask, pupil: Account, clocks: Clocks, suspended: bool
) -> None:
    a_kept_form(pupil)
    pupil.suspended_at = now() if suspended else None
    # Off her last list; a new card brings her back.
    pupil.secret = None
    db.session.commit()

    clocks.set_calendar(days=4_000)

    assert forms_left() == 1
