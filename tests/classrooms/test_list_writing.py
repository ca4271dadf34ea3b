"""A list out and in again: the same people, whatever their names look like."""

import csv
import io

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Account, Person
from app.accounts.names import fold
from app.accounts.people import checked_name
from app.accounts.shown_names import SHOWN_MAX
from app.classrooms.class_list import pupils
from app.classrooms.list_decoding import decoded
from app.classrooms.list_planning import SAME, plan
from app.classrooms.list_reading import rows_of
from app.classrooms.list_saving import add_pupils
from app.classrooms.list_writing import file_name, written
from app.classrooms.models import Classroom
from app.db import db
from app.web.errors import Refused
from app.web.langs import speaking
from tests.builders import a_classroom, a_pupil, pin, teacher_of
from tests.clients import Client

FORMULA_NAMES = [
    "=cmd|' /C calc'!A0",
    "+Ana",
    "-José",
    "@Eva",
    "＝Zoe",
    "'=Ada",
    "1. Ida",
]
STRANGE = st.text(
    st.one_of(
        st.sampled_from("=+-@'\";,\t\r\n \u200d\u200f\u202e\u0301\ufe0fＡ＝7٣.ßİ"),
        st.characters(codec="utf-8"),
    ),
    max_size=12,
)
NAMES = st.builds(lambda letter, rest, last: f"{rest[:2]}{letter}{rest[2:]} {last}",
                  st.sampled_from("aéñبझ中"), STRANGE, STRANGE)  # fmt: skip


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def states_again(app: Flask, room: Classroom, lang: str) -> list[str]:
    with app.test_request_context(), speaking(lang):
        data = written(pupils(room), lang)
    read = decoded(data)
    assert read.codepage == ""
    made = plan(room, rows_of(read.text))
    assert made.staying == []
    return [line.state for line in made.lines]


@pytest.mark.parametrize("lang", ["en", "es", "fr", "pt", "ar", "sw"])
def test_exporting_and_importing_changes_nobody(
    app: Flask, room: Classroom, lang: str
) -> None:
    names = [*FORMULA_NAMES, "Ruiz, Ana", 'José "Pepe" Peña', "Zoe; Ann", "محمد علي"]
    for name in names:
        a_pupil(room, name)

    assert states_again(app, room, lang) == [SAME] * len(names)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture],
          deadline=None)  # fmt: skip
@given(st.lists(st.tuples(NAMES, STRANGE), min_size=1, max_size=6))
def test_strange_names_come_back_as_they_went(
    app: Flask, room: Classroom, typed: list[tuple[str, str]]
) -> None:
    try:
        added = add_pupils(room, [full for full, _shown in typed], [pin()] * len(typed))
    except Refused:
        db.session.rollback()  # two alike, or too long: told elsewhere
        return
    for account, (_full, shown) in zip(added, typed, strict=True):
        if fold(shown):
            account.person.shown_name = checked_name(shown)[:SHOWN_MAX]
    db.session.flush()

    states = states_again(app, room, "es" if len(typed) % 2 else "en")

    assert states == [SAME] * len(typed)
    db.session.rollback()


@pytest.mark.parametrize(("lang", "separator"), [
    ("en", ","), ("sw", ","), ("es", ";"), ("fr", ";"), ("pt", ";"), ("ar", ";"),
])  # fmt: skip
def test_columns_are_parted_as_the_readers_spreadsheet_expects(
    app: Flask, lang: str, separator: str
) -> None:
    ana = Account(full_name="Ana Ruiz", person=Person(number=7, shown_name="Ana R."))

    data = written([ana], lang)

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(f"\r\n7{separator}Ana Ruiz{separator}Ana R.\r\n".encode())


def test_no_cell_of_an_export_runs(app: Flask, room: Classroom) -> None:
    for name in FORMULA_NAMES:
        a_pupil(room, name)

    answer = Client(app, teacher_of(room)).get(f"/classrooms/{room.id}/pupils.csv")

    cells = [cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
             for cell in row]  # fmt: skip
    assert len(cells) == 3 * (1 + len(FORMULA_NAMES))
    assert not [cell for cell in cells if cell[:1] in "=+-@＝\t\r"]


def test_the_export_is_a_file_that_nobody_keeps(app: Flask, room: Classroom) -> None:
    room.title = "6 A / “Río” نهر"
    a_pupil(room, "Ana Ruiz")

    answer = Client(app, teacher_of(room)).get(f"/classrooms/{room.id}/pupils.csv")

    assert answer.mimetype == "text/csv"
    said = answer.headers["Content-Disposition"]
    assert said == "attachment; filename*=UTF-8''6-A-R%C3%ADo-%D9%86%D9%87%D8%B1.csv"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_called_like_its_class() -> None:
    assert file_name("6 A") == "6-A.csv"
    assert file_name("../../etc/passwd\r\n") == "etc-passwd.csv"
    assert file_name("⭐") == "class.csv"
