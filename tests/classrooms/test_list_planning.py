"""What a list would change: nobody is doubled, nobody becomes another person."""

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms.class_list import let_leave
from app.classrooms.list_planning import Change, Plan, plan
from app.classrooms.list_reading import rows_of
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import a_classroom, a_pupil, a_teacher, teacher_of


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def planned(room: Classroom, text: str) -> Plan:
    return plan(room, rows_of(text))


def states(made: Plan) -> list[str]:
    return [line.state for line in made.lines]


def number_of(pupil: Account) -> int:
    return pupil.person.number


def test_each_row_is_new_same_changed_or_refused(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")
    a_pupil(room, "José Peña")

    made = planned(room, "Ana Ruiz\nJosé Peña\tPepe\nEva Gil\nEva Gil")

    assert states(made) == ["same", "changed", "new", "refused"]
    assert made.lines[1].changes == (Change("shown", "José P.", "Pepe"),)
    assert [line.shown for line in made.lines[:3]] == ["Ana R.", "Pepe", "Eva G."]
    assert "row 3" in made.lines[3].said
    assert made.lines[3].row == 4


def test_planning_changes_nothing(room: Classroom) -> None:
    pupil = a_pupil(room, "Ana Ruiz")

    planned(room, f"Number,Name,Shown name\n{number_of(pupil)},Ana Ruis,Anita")

    assert not db.session.dirty
    assert not db.session.new
    assert (pupil.full_name, pupil.person.shown_name) == ("Ana Ruiz", "Ana R.")


def test_who_is_not_in_the_list_stays_and_is_named(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")
    stays = a_pupil(room, "José Peña")
    let_leave(room, a_pupil(room, "Gone Long"))

    assert planned(room, "ana ruiz").staying == [stays]


def test_case_and_accents_make_nobody_new(room: Classroom) -> None:
    a_pupil(room, "José Peña")

    assert states(planned(room, "JOSE PENA")) == ["same"]


@pytest.mark.parametrize("figures", ["{}", "0{}"])
def test_a_name_is_mended_where_the_number_is_hers(
    room: Classroom, figures: str
) -> None:
    pupil = a_pupil(room, "Ana Ruis")
    number = figures.format(number_of(pupil))

    (line,) = planned(room, f"Number;Name\n{number};Ana Ruiz").lines

    assert line.state == "changed"
    assert line.account_id == pupil.id
    assert line.changes == (Change("full", "Ana Ruis", "Ana Ruiz"),)


def test_a_number_makes_nobody_another_person(room: Classroom) -> None:
    pupil = a_pupil(room, "Ana Ruiz")

    (line,) = planned(room, f"Number;Name\n{number_of(pupil)};José Peña").lines

    assert line.state == "refused"
    assert "Ana Ruiz" in line.said


def test_a_lists_own_numbers_go_behind_names(room: Classroom) -> None:
    ana, jose = a_pupil(room, "Ana Ruiz"), a_pupil(room, "José Peña")
    turned = f"Number;Name\n{number_of(jose)};Ana Ruiz\n{number_of(ana)};José Peña"

    made = planned(room, f"{turned}\n{number_of(ana)};Eva Gil")

    assert states(made) == ["same", "same", "new"]


def test_a_pupil_of_another_class_is_not_meant_by_her_number(room: Classroom) -> None:
    other = a_pupil(a_classroom(teacher_of(room)), "Ana Ruis")

    (line,) = planned(room, f"Number;Name\n{number_of(other)};Ana Ruiz").lines

    assert (line.state, line.account_id) == ("new", None)


def test_who_had_left_comes_back_when_named(room: Classroom) -> None:
    pupil = a_pupil(room, "Ana Ruiz")
    let_leave(room, pupil)

    (line,) = planned(room, "Ana Ruiz").lines

    assert (line.state, line.account_id) == ("back", pupil.id)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ana Ruiz\tAna Ruiz", "full name"),
        ("Ana Ruiz\tzoe z", "Somebody"),
        ("Ana Ruiz\t" + "x" * 61, "60"),
        ("x" * 5_000, "80"),
        ("!!!", "letters"),
        ("12345", "letters"),
        ("Eva Gil\tEva\nAna Ruiz\tEVA", "Somebody"),
    ],
    ids=["full", "taken", "long", "5,000", "signs", "figures", "twice"],
)
def test_why_a_row_is_refused_is_said(room: Classroom, text: str, said: str) -> None:
    a_pupil(a_classroom(teacher_of(room)), "Zoé Zapata")

    made = planned(room, text)

    (refused,) = made.refused
    assert said in refused.said


def test_another_schools_shown_names_are_free(room: Classroom) -> None:
    a_pupil(a_classroom(a_teacher(lang="fr")), "Zoé Zapata")

    assert states(planned(room, "Ana Ruiz\tZoé Z.")) == ["new"]


def test_two_may_exchange_their_shown_names(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")
    a_pupil(room, "José Peña")

    made = planned(room, "Ana Ruiz\tJosé P.\nJosé Peña\tAna R.")

    assert states(made) == ["changed", "changed"]


def test_new_pupils_get_shown_names_that_no_row_asks_for(room: Classroom) -> None:
    a_pupil(room, "Ana Rojas")

    made = planned(room, "Ana Ruiz\nAna Rey\nAna Ramos\tAna R. 2")

    assert [line.shown for line in made.lines] == ["Ana R. 3", "Ana R. 4", "Ana R. 2"]


def test_a_school_with_pen_names_draws_them_when_saving(room: Classroom) -> None:
    room.school.pen_names = True

    made = planned(room, "Ana Ruiz\nEva Gil\tLuna")

    assert [line.shown for line in made.lines] == ["", "Luna"]


def test_two_plans_are_told_apart(room: Classroom) -> None:
    before = planned(room, "Ana Ruiz")

    assert planned(room, "Ana Ruiz\n\n").digest == before.digest
    assert planned(room, "Ana Rui").digest != before.digest
    a_pupil(room, "Ana Ruiz")
    assert planned(room, "Ana Ruiz").digest != before.digest
