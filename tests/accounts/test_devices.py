"""A class's own devices: what the cookie is worth, and when it ends."""

import base64
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts import devices
from app.accounts.models import Device, SignInSession
from app.classrooms.models import Classroom
from app.db import db
from tests.builders import a_classroom, a_device, a_pupil, teacher_of
from tests.clients import Client


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def found(app: Flask) -> Callable[[str], Device | None]:
    """Which device a request with this cookie comes from."""

    def ask(token: str) -> Device | None:
        headers = {"Cookie": f"{devices.COOKIE}={token}"} if token else {}
        with app.test_request_context("/sign-in", headers=headers):
            return devices.this_device()

    return ask


def test_a_device_is_known_by_its_cookie_alone(
    room: Classroom, found: Callable[[str], Device | None]
) -> None:
    token, other = a_device(room), a_device(a_classroom())

    here, there = found(token), found(other)

    assert here is not None
    assert there is not None
    assert here.classroom_id == room.id != there.classroom_id
    assert found("") is found(token[:-1]) is found(here.token_sha256) is None


def test_a_token_has_128_bits_and_its_hash_alone_is_kept(room: Classroom) -> None:
    device, token = devices.enrol(room.id, "Tablet", teacher_of(room))

    assert len(base64.urlsafe_b64decode(token + "==")) == 16
    assert device.token_sha256 == devices.device_digest(token)
    assert token not in map(str, vars(device).values())


def test_the_cookie_goes_to_the_sign_in_pages_only_and_to_no_script(
    app: Flask,
) -> None:
    plain, secure = Response(), Response()

    devices.set_cookie(plain, "token")
    app.config.update(SESSION_COOKIE_SECURE=True)
    devices.set_cookie(secure, "token")

    said = plain.headers["Set-Cookie"]
    for part in ("d=token", "Path=/sign-in", "HttpOnly", "SameSite=Lax"):
        assert part in said.split("; ")
    assert f"Max-Age={400 * 24 * 3600}" in said
    assert "Secure" not in said
    assert "Secure" in secure.headers["Set-Cookie"].split("; ")


def test_an_ended_device_is_none_and_who_sat_there_is_out(
    app: Flask, room: Classroom, found: Callable[[str], Device | None]
) -> None:
    token, other = a_device(room), a_device(room)
    pupil, mate = a_pupil(room), a_pupil(room)
    here, there = Client(app, pupil), Client(app, mate)
    first, second = db.session.scalars(select(Device).order_by(Device.id))
    for session, device in zip(
        db.session.scalars(select(SignInSession).order_by(SignInSession.id)),
        (first, second),
        strict=True,
    ):
        session.device_id = device.id
    db.session.commit()
    assert here.get("/").status_code == there.get("/").status_code == 200

    devices.end(first)
    db.session.commit()

    assert found(token) is None
    assert found(other) is not None
    assert [device.id for device in devices.devices_of(room.id)] == [second.id]
    assert here.get("/").status_code == 302
    assert there.get("/").status_code == 200
