"""A teacher makes a tablet the class's own in two taps, and takes it back."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.devices import devices_of
from app.accounts.models import Account, Device
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_device,
    a_pupil,
    a_teacher,
    teacher_of,
)
from tests.clients import Client


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(a_teacher(lang="en"), lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "Ana Luz")


def names(room: Classroom) -> list[str]:
    found = select(Device.name).where(Device.classroom_id == room.id)
    return list(db.session.scalars(found.order_by(Device.id)))


@pytest.mark.parametrize("who", [teacher_of, a_co_teacher])
def test_two_taps_from_the_class_page_make_a_device_the_classs_own(
    app: Flask, room: Classroom, pupil: Account, who: type
) -> None:
    client = Client(app, who(room))
    link = f"/classrooms/{room.id}/devices"
    assert f'href="{link}"' in client.get(f"/classrooms/{room.id}").text
    name = re.search(r'name="name" value="([^"]+)"', client.get(link).text)
    assert name is not None

    answer = client.post(f"/sign-in/devices/{room.id}", {"name": name[1]})
    page = client.get(answer.headers["Location"]).text

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert names(room) == ["Tablet 1"]
    assert f'href="/sign-in/name/{pupil.id}"' in page
    assert "You are signed out here." in page
    assert "You are signed out here." not in client.get("/sign-in").text


def test_the_teacher_is_signed_out_for_good_on_the_device(
    app: Flask, room: Classroom
) -> None:
    client = Client(app, teacher_of(room))
    cookie = client.cookie

    client.post(f"/sign-in/devices/{room.id}", {"name": ""})
    client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)

    assert client.get("/classrooms").status_code == 302


def test_names_of_devices_count_on_and_are_never_the_same(
    app: Flask, room: Classroom
) -> None:
    url = f"/sign-in/devices/{room.id}"
    for name in ("", " Window  seat ", ""):
        assert (
            Client(app, teacher_of(room)).post(url, {"name": name}).status_code == 303
        )

    client = Client(app, teacher_of(room))
    again = client.post(url, {"name": "TABLET 1"})
    long = client.post(url, {"name": "x" * 41})

    assert names(room) == ["Tablet 1", "Window seat", "Tablet 2"]
    assert again.status_code == long.status_code == 422
    for answer, typed in ((again, "TABLET 1"), (long, "x" * 41)):
        beside = answer.text.split('for="name"')[1].split("</form>")[0]
        assert 'role="alert" id="error"' in beside
        assert f'value="{typed}"' in beside
    assert client.get("/classrooms").status_code == 200  # still signed in


def test_enrolling_for_another_class_leaves_the_first(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    other = a_classroom(teacher_of(room), lang="en")
    mate = a_pupil(other, "Bea Sol")
    client = Client(app, teacher_of(room))
    client.post(f"/sign-in/devices/{room.id}", {"name": ""})
    client.become(teacher_of(room))

    client.post(f"/sign-in/devices/{other.id}", {"name": ""})

    assert devices_of(room.id) == []
    assert [device.name for device in devices_of(other.id)] == ["Tablet 1"]
    page = client.get("/sign-in").text
    assert mate.person.shown_name in page
    assert pupil.person.shown_name not in page
    assert client.get(f"/sign-in/name/{pupil.id}").status_code == 404


def test_a_device_that_is_made_anew_may_keep_its_name(
    app: Flask, room: Classroom
) -> None:
    client, url = Client(app, teacher_of(room)), f"/sign-in/devices/{room.id}"
    client.post(url, {"name": "Window"})
    client.become(teacher_of(room))

    refused = client.post(url, {"name": "x" * 41})
    assert [device.name for device in devices_of(room.id)] == ["Window"]
    again = client.post(url, {"name": "Window"})

    assert (refused.status_code, again.status_code) == (422, 303)
    assert [device.name for device in devices_of(room.id)] == ["Window"]
    assert names(room) == ["Window", "Window"]


def test_an_ended_device_asks_for_code_and_name_again(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    tablet = Client(app, device=a_device(room))
    lost = Client(app, device=a_device(room))
    device_id = db.session.scalars(select(Device.id).order_by(Device.id.desc())).first()

    url = f"/classrooms/{room.id}/devices"
    answer = Client(app, teacher_of(room)).post(f"{url}/{device_id}/end")

    assert answer.headers["Location"] == url
    assert pupil.person.shown_name in tablet.get("/sign-in").text
    assert pupil.person.shown_name not in lost.get("/sign-in").text
    assert 'name="class"' in lost.get("/sign-in").text
    assert lost.get(f"/sign-in/name/{pupil.id}").status_code == 404


def test_a_device_is_opened_to_pictures_and_closed_again(
    app: Flask, room: Classroom
) -> None:
    a_device(room)
    device = db.session.scalars(select(Device)).one()
    client, url = Client(app, teacher_of(room)), f"/classrooms/{room.id}/devices"
    device_url = f"{url}/{device.id}/pictures"

    told = []
    for do in ("open", "close"):
        client.post(device_url, {"do": do})
        db.session.refresh(device)
        told.append((device.pictures, f'value="{do}"' in client.get(url).text))

    assert told == [(True, False), (False, False)]


def test_a_device_of_another_class_is_not_there(app: Flask, room: Classroom) -> None:
    other = a_classroom(lang="en")
    a_device(other)
    device = db.session.scalars(select(Device)).one()
    client = Client(app, teacher_of(room))

    for act in ("end", "pictures"):
        url = f"/classrooms/{room.id}/devices/{device.id}/{act}"
        assert client.post(url, {"do": "open"}).status_code == 404

    db.session.refresh(device)
    assert (device.ended_at, device.pictures) == (None, False)
