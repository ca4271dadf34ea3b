"""`flask people`: a lost passphrase, mended in a terminal."""

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.accounts import access_log
from app.accounts.models import AccessLog, Account
from app.classrooms import roles
from app.db import db
from tests.builders import a_school, a_teacher, an_adult
from tests.clients import Client


def recover(app: Flask, account: Account) -> Result:
    db.session.commit()
    return app.test_cli_runner().invoke(args=["people", "recover", account.full_name])


def log() -> list[tuple[int | None, str, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(AccessLog).order_by(AccessLog.id))
    return [(row.actor_id, row.act, row.person_id) for row in rows]


def test_recovering_is_logged_and_ends_that_persons_sessions_alone(app: Flask) -> None:
    school = a_school("en")
    lost, other = an_adult(school, admin=True), an_adult(school, admin=True)
    hers, others = Client(app, lost), Client(app, other)

    said = recover(app, lost)

    assert said.exit_code == 0
    assert log() == [(None, access_log.RECOVERED, lost.person_id)]
    assert hers.get("/school/people").status_code == 302
    page = others.get("/school/people").text
    assert "Slip from the terminal" in page
    assert "in a terminal on the server" in page


def test_nothing_is_recovered_for_who_has_left(app: Flask) -> None:
    teacher = a_teacher()
    roles.leave(teacher)

    said = recover(app, teacher)

    assert said.exit_code == 1
    assert "has left the school" in said.output
    assert log() == []
    assert db.session.get_one(Account, teacher.id).slip_sha256 is None
