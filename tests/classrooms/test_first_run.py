"""The page that makes the school: only with the code in the terminal, and only once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Account, SignInSession
from app.classrooms.models import School
from app.db import db
from tests.builders import PASSPHRASE, a_school
from tests.clients import Client

CODE = "1234 5678"


@pytest.fixture
def code_file(instance: Path) -> Path:
    path = instance / "first-run-code"
    path.write_text(CODE + "\n")
    return path


def form(**changed: str) -> dict[str, str]:
    return {
        "code": CODE, "school": "Escuela del Río", "name": "Ana López", "lang": "es",
        "secret": PASSPHRASE, "again": PASSPHRASE, **changed,
    }  # fmt: skip


def found(app: Flask, **changed: str) -> TestResponse:
    return Client(app).post("/first", form(**changed))


def count(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_without_a_school_every_way_leads_to_the_first_run(
    app: Flask, code_file: Path
) -> None:
    page = Client(app).get("/", follow_redirects=True)

    assert page.request.path == "/first"
    assert page.status_code == 200


@pytest.mark.parametrize("typed", ["1234 5678", "12345678", "١٢٣٤٥٦٧٨"])
def test_the_code_makes_the_school_and_signs_its_admin_in(
    app: Flask, code_file: Path, typed: str
) -> None:
    client = Client(app)

    answer = client.post("/first", form(code=typed))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/school").status_code == 200
    assert not code_file.exists()
    again = {"name": "ana lopez", "secret": PASSPHRASE}
    assert Client(app).post("/sign-in/teacher", again).status_code == 303


@pytest.mark.parametrize(
    "ticked", [[], ["keeper"], ["safeguarding"], ["keeper", "safeguarding"]], ids=str
)
def test_the_first_teacher_holds_the_roles_she_ticks_and_no_others(
    app: Flask, code_file: Path, ticked: list[str]
) -> None:
    answer = found(app, **dict.fromkeys(ticked, "on"))

    assert answer.status_code == 303
    account = db.session.scalars(select(Account)).one()
    assert account.teacher
    assert account.admin
    assert account.keeper == ("keeper" in ticked)
    assert account.safeguarding == ("safeguarding" in ticked)


def test_a_refused_form_keeps_its_ticks(app: Flask, code_file: Path) -> None:
    page = found(app, name="", keeper="on").text

    assert 'name="keeper" checked' in page
    assert 'name="safeguarding">' in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [("code", "0000"), ("school", ""), ("name", "?!"), ("secret", "short"),
     ("again", "another passphrase of hers")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    app: Flask, code_file: Path, field: str, typed: str
) -> None:
    page = BeautifulSoup(found(app, **{field: typed}).text, "html5lib")

    (said,) = page.select("#error + input")
    assert said["name"] == field
    assert said["aria-describedby"] == "error"


@pytest.mark.parametrize("typed", ["1234 5679", "", "1234", "12345678 9", "code"])
def test_any_other_code_makes_nothing(app: Flask, code_file: Path, typed: str) -> None:
    answer = found(app, code=typed)

    assert answer.status_code == 422
    assert (count(School), count(Account), count(SignInSession)) == (0, 0, 0)
    assert code_file.exists()


def test_without_the_file_no_code_fits(app: Flask) -> None:
    for typed in ("", CODE):
        assert found(app, code=typed).status_code == 422


def test_an_empty_file_opens_nothing(app: Flask, code_file: Path) -> None:
    code_file.write_text("\n")

    assert found(app, code="").status_code == 422


@pytest.mark.parametrize(
    "changed",
    [{"school": ""}, {"name": "?!"}, {"secret": "short", "again": "short"},
     {"again": "another passphrase"}],
    ids=["no school", "no name", "short passphrase", "mistyped"],
)  # fmt: skip
def test_a_refused_form_keeps_its_words_and_not_its_secrets(
    app: Flask, code_file: Path, changed: dict[str, str]
) -> None:
    answer = found(app, **changed)

    assert answer.status_code == 422
    for name in ("school", "name"):
        assert f'value="{form(**changed)[name]}"' in answer.text
    assert form(**changed)["secret"] not in answer.text
    assert count(School) == 0


def test_once_there_is_a_school_the_page_is_gone(app: Flask, code_file: Path) -> None:
    a_school()
    db.session.commit()

    assert Client(app).get("/first").status_code == 404
    assert found(app).status_code == 404
    assert count(School) == 1


def test_ten_first_teachers_at_once_are_one(app: Flask, code_file: Path) -> None:
    clients = [Client(app) for _n in range(10)]
    for client in clients:
        client.token = client.read_token()
    db.session.rollback()

    with ThreadPoolExecutor(10) as ten:
        statuses = list(
            ten.map(lambda client: client.post("/first", form()).status_code, clients)
        )

    assert sorted(statuses) == [303] + [404] * 9
    assert (count(School), count(Account)) == (1, 1)
