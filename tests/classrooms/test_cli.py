"""`flask schools`: a second school, whose first slip is written down like any other."""

from flask import Flask
from sqlalchemy import select

from app.accounts import access_log
from app.accounts.models import AccessLog
from app.db import db


def test_the_first_slip_of_a_school_is_in_its_log(app: Flask) -> None:
    db.session.commit()

    result = app.test_cli_runner().invoke(
        args=["schools", "add", "Lakeside School", "Ben Otieno"]
    )

    assert result.exit_code == 0, result.output
    row = db.session.scalars(select(AccessLog)).one()
    assert (row.act, row.actor, row.person.shown_name) == (
        access_log.SLIP,
        None,
        "Ben Otieno",
    )
