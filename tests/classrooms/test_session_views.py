"""Who is signed in where, and ending one, the room, or all of the school."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.devices import enrol
from app.accounts.models import AccessLog, Account
from app.accounts.sessions import start_session
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom
from app.db import db, now
from tests.builders import PIN, a_classroom, a_pupil, a_teacher, teacher_of
from tests.clients import Client
from tests.clocks import Clocks


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def url_of(room: Classroom) -> str:
    return f"/classrooms/{room.id}/signed-in"


def page(app: Flask, room: Classroom) -> str:
    return Client(app, teacher_of(room)).get(url_of(room)).text


def is_in(client: Client) -> bool:
    return client.get("/letters").status_code == 200


def recorded() -> list[tuple[int | None, str, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(AccessLog).order_by(AccessLog.id))
    return [(row.actor_id, row.act, row.person_id) for row in rows]


def test_a_teacher_sees_who_is_in_and_on_what(app: Flask, room: Classroom) -> None:
    one, two, three = (
        a_pupil(room, name) for name in ("Amina Oti", "Bela Rui", "Caro Lund")
    )
    _device, token = enrol(room.id, "Tablet by the window", teacher_of(room))
    db.session.commit()
    for who, more in ((one, {}), (two, {"own": "on"})):
        form = {"class": room.code, "name": who.full_name, "secret": PIN}
        assert Client(app).post("/sign-in", form | more).status_code == 303
    tablet = Client(app)
    tablet.web.set_cookie("d", token, path="/sign-in")
    tablet.token = tablet.read_token()
    form = {"class": room.code, "name": three.full_name, "secret": PIN}
    assert tablet.post("/sign-in", form).status_code == 303

    rows = page(app, room).split("<tr>")[2:]

    assert [name for row in rows for name in ("Amina Oti", "Bela Rui", "Caro Lund") if name in row] == ["Amina Oti", "Bela Rui", "Caro Lund"]  # fmt: skip
    assert "Another device" in rows[0]
    assert "Own device" in rows[1]
    assert "Tablet by the window" in rows[2]


def test_nobody_is_listed_who_is_not_in_the_class_or_not_signed_in(
    app: Flask, room: Classroom, clocks: Clocks
) -> None:
    a_pupil(room, "Never Came")
    old = a_pupil(room, "Came Before")
    Client(app, old)
    clocks.pass_seconds(601)
    gone = a_pupil(room, "Has Left")
    Client(app, gone)
    let_leave(room, gone)
    done, other = a_pupil(room, "Was Done"), a_pupil(a_classroom(), "Other Class")
    Client(app, done).post("/done")
    Client(app, other)
    suspended = a_pupil(room, "Not Now")
    Client(app, suspended)
    suspended.suspended_at = now()
    db.session.commit()

    shown = page(app, room)

    assert "Nobody of this class is signed in." in shown
    for who in (old, gone, done, other, suspended):
        assert who.full_name not in shown


@pytest.mark.parametrize(("off_seconds", "listed"), [(300, True), (700, False)])
def test_who_is_in_across_a_restart_of_the_machine_is_listed(
    app: Flask, room: Classroom, clocks: Clocks, off_seconds: int, listed: bool
) -> None:
    pupil = a_pupil(room, "Amina Oti")
    tablet = Client(app, pupil)

    clocks.reboot(off_seconds=off_seconds)

    assert ("Amina Oti" in page(app, room)) == listed
    assert is_in(tablet) == listed


def test_one_is_ended_and_the_others_stay(app: Flask, room: Classroom) -> None:
    one, two = a_pupil(room, "Amina Oti"), a_pupil(room, "Bela Rui")
    tablet, mates = Client(app, one), Client(app, two)
    hers = page(app, room).split("Amina Oti")[1].split('value="')[1].split('"')[0]

    answer = Client(app, teacher_of(room)).post(url_of(room), {"session": hers})

    assert (answer.status_code, answer.headers["Location"]) == (303, url_of(room))
    assert not is_in(tablet)
    assert is_in(mates)
    assert recorded()[-1] == (
        teacher_of(room).person_id,
        "signed out",
        one.person_id,
    )
    assert "Amina Oti" not in page(app, room)


def test_the_room_is_ended_and_other_rooms_and_the_teacher_stay(
    app: Flask, room: Classroom
) -> None:
    pupils = [a_pupil(room), a_pupil(room)]
    tablets = [Client(app, pupils[0]), Client(app, pupils[0]), Client(app, pupils[1])]
    other, teacher = Client(app, a_pupil(a_classroom())), Client(app, teacher_of(room))

    teacher.post(url_of(room), {"do": "all"})

    assert [is_in(client) for client in (*tablets, other, teacher)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert [row[2] for row in recorded()] == [who.person_id for who in pupils]


def test_a_teacher_ends_nobody_of_another_class(app: Flask, room: Classroom) -> None:
    other = a_classroom()
    stranger = a_pupil(other, "Far Away")
    tablet = Client(app, stranger)
    theirs = page(app, other).split("Far Away")[1].split('value="')[1].split('"')[0]

    Client(app, teacher_of(room)).post(url_of(room), {"session": theirs})

    assert is_in(tablet)
    assert recorded() == []


def test_an_admin_ends_all_of_the_school_herself_too(
    app: Flask, room: Classroom
) -> None:
    admin = a_teacher(room.school, admin=True)
    ours = [Client(app, a_pupil(room)), Client(app, teacher_of(room))]
    theirs, hers = Client(app, a_pupil(a_classroom())), Client(app, admin)

    answer = hers.post("/school/signed-in/end")

    assert answer.status_code == 303
    assert [is_in(client) for client in (*ours, theirs, hers)] == [
        False, False, True, False,
    ]  # fmt: skip
    assert answer.headers["Location"].startswith("/sign-in/teacher")
    assert recorded()[-1][0] == admin.person_id
    assert len(recorded()) == 3


def test_a_hundred_old_sign_ins_cost_no_page_more(
    app: Flask, room: Classroom, clocks: Clocks
) -> None:
    pupil = a_pupil(room, "Amina Oti")
    for _n in range(100):
        with app.test_request_context():
            start_session(db.session.get_one(Account, pupil.id))
            db.session.commit()
    clocks.pass_seconds(601)
    Client(app, pupil)

    assert page(app, room).count("Amina Oti") == 2
