"""How long a sign-in stays good, where two pages of one person are made at once."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account, SignInSession
from app.accounts.validity import seen_until
from app.db import db
from tests.builders import a_classroom, a_pupil
from tests.clients import Client
from tests.clocks import Clocks


@pytest.fixture
def pupil(app: Flask) -> Account:
    return a_pupil(a_classroom())


@pytest.mark.parametrize(("others", "after"), [(2400, 2400), (300, 600)])
def test_a_page_takes_no_time_from_the_form_made_in_the_same_moment(
    app: Flask, pupil: Account, clocks: Clocks, others: int, after: int
) -> None:
    Client(app, pupil)
    row = db.session.scalars(select(SignInSession)).one()
    row.until_steady = clocks.seconds + others
    db.session.commit()

    db.session.execute(seen_until(row, clocks.seconds + 600))
    db.session.commit()

    db.session.refresh(row)
    assert row.until_steady == clocks.seconds + after
