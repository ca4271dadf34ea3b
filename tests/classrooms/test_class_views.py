"""Pages of classes: made once, light for thirty pupils, and for those who teach."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.founding import make_classroom
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom
from app.db import db, now
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_pupil,
    a_teacher,
    own_space,
    pin,
    teacher_of,
)
from tests.class_lists import looked_at
from tests.clients import Client

FIRST = ("Ana", "José", "Lucía", "Mateo", "Zoe", "Camilo")
LAST = ("Ruiz Peña", "Gómez", "Otieno Wanjiru", "de la Cruz", "Ñáñez")


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def packed_bytes(client: Client, url: str) -> int:
    answer = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.data)
    return len(answer.data)


def test_pages_of_thirty_pupils_are_light(app: Flask, room: Classroom) -> None:
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    add_pupils(room, names, [pin()] * 30)
    db.session.commit()
    teacher, url = Client(app, teacher_of(room)), f"/classrooms/{room.id}"

    page = packed_bytes(teacher, url)
    plan = looked_at(
        teacher, room, "\n".join(f"{name}\tNew {name[:3]}" for name in names)
    )

    assert page < 4_500
    assert len(gzip.compress(plan.data, 6)) < 6_000


def test_who_is_the_schools_only_teacher_is_told_so_before_she_chooses(
    app: Flask, room: Classroom
) -> None:
    client, url = Client(app, teacher_of(room)), f"/classrooms/{room.id}"

    alone = client.get(url).text
    a_teacher(room.school)
    two = client.get(url).text

    assert "Add a teacher first" in alone
    assert '<select id="teacher"' not in alone
    assert "Add a teacher first" not in two
    assert '<select id="teacher"' in two


@pytest.mark.parametrize("again", ["6 A", " 6  a ", "6 Á"])
def test_a_second_tap_makes_no_second_class(app: Flask, again: str) -> None:
    teacher = a_teacher(lang="en")
    client = Client(app, teacher)
    client.post("/classrooms", {"title": "6 A", "lang": "en"})

    answer = client.post("/classrooms", {"title": again, "lang": "en"})

    assert answer.status_code == 422
    assert "is there already" in answer.text
    assert 'aria-describedby="error"' in answer.text
    titles = db.session.scalars(select(Classroom.title)).all()
    assert titles == ["6 A"]


def test_another_title_and_another_teacher_make_another_class(app: Flask) -> None:
    teacher = a_teacher(lang="en")

    for who, title in ((teacher, "6 A"), (teacher, "6 B"), (a_teacher(), "6 A")):
        answer = Client(app, who).post("/classrooms", {"title": title, "lang": "en"})
        assert answer.status_code == 303

    assert db.session.scalar(select(func.count()).select_from(Classroom)) == 3


def test_a_renamed_class_is_called_so_everywhere(app: Flask, room: Classroom) -> None:
    teacher, url = Client(app, teacher_of(room)), f"/classrooms/{room.id}"

    answers = [teacher.post(url, {"called": title}) for title in ("6 C", "6 c")]

    assert [answer.status_code for answer in answers] == [303, 303]
    db.session.refresh(room)
    assert (room.title, own_space(room).title) == ("6 c", "6 c")


@pytest.mark.parametrize("title", ["", "x" * 81, "7 b"])
def test_a_class_keeps_its_title_when_the_new_one_does_not_fit(
    app: Flask, room: Classroom, title: str
) -> None:
    make_classroom(teacher_of(room), "7 B", "en")
    before = room.title

    answer = Client(app, teacher_of(room)).post(
        f"/classrooms/{room.id}", {"called": title}
    )

    assert answer.status_code == 422
    assert answer.text.index('id="called"') > answer.text.index('id="error"')
    db.session.refresh(room)
    assert room.title == before


def test_the_class_page_leads_to_each_pupil_and_marks_who_is_suspended(
    app: Flask, room: Classroom
) -> None:
    ana, jose = a_pupil(room, "Ana Ruiz"), a_pupil(room, "José Peña")
    jose.suspended_at = now()

    page = Client(app, teacher_of(room)).get(f"/classrooms/{room.id}").text

    for pupil in (ana, jose):
        row = page.split(f'href="/classrooms/{room.id}/pupils/{pupil.id}"')[1]
        row = row.split("</li>")[0]
        assert pupil.full_name in row
        assert pupil.person.shown_name in row
        assert ("suspended" in row) == (pupil is jose)


def test_who_helps_sees_pupils_and_their_list_but_saves_none(
    app: Flask, room: Classroom
) -> None:
    pupil = a_pupil(room, "Ana Ruiz")
    helper, url = Client(app, a_co_teacher(room)), f"/classrooms/{room.id}"

    assert "Ana Ruiz" in helper.get(url).text
    assert 'name="names"' not in helper.get(url).text
    assert "Ana Ruiz" in helper.get(f"{url}/pupils.csv").text
    assert looked_at(helper, room, "Eva Gil").status_code == 404
    assert helper.post(f"{url}/pupils/{pupil.id}/leave").status_code == 404
    assert helper.post(f"{url}/pupils/{pupil.id}/suspend").status_code == 303


def strangers(room: Classroom) -> list[Callable[[], Account]]:
    return [
        lambda: a_teacher(room.school),
        lambda: a_teacher(room.school, admin=True),
        lambda: a_pupil(room, "Eva Gil"),
    ]


def test_the_list_is_for_the_classs_own_teachers_alone(
    app: Flask, room: Classroom
) -> None:
    a_pupil(room, "Ana Ruiz")

    for stranger in strangers(room):
        answer = Client(app, stranger()).get(f"/classrooms/{room.id}/pupils.csv")

        assert answer.status_code == 404
        assert "Ana Ruiz" not in answer.text
