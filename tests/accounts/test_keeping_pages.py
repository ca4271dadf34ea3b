"""Somebody's own device: the browser keeps pages and asks; others keep nothing."""

import gzip

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.devices import device_digest
from app.accounts.models import Account, Device, SignInSession
from app.classrooms.models import Classroom
from app.db import db
from app.posts.models import Thread
from tests.builders import (
    PASSPHRASE,
    PIN,
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client, key_in

NO_STORE = "no-store"
KEPT = "private, no-cache"


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "Amina Otieno")


@pytest.fixture
def thread(room: Classroom) -> Thread:
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread


def sign_in(client: Client, room: Classroom, who: Account, **more: str) -> Client:
    form = {"class": room.code, "name": who.full_name, "secret": PIN}
    client.token = ""
    assert client.post("/sign-in", form | more).status_code == 303
    client.token = ""
    return client


def own(app: Flask, room: Classroom, who: Account) -> Client:
    return sign_in(Client(app), room, who, own="on")


def again(client: Client, url: str, tag: str) -> TestResponse:
    return client.get(url, headers={"If-None-Match": tag})


def test_a_page_that_did_not_change_is_not_sent_again(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    first = client.get(url)
    assert first.headers["Cache-Control"] == KEPT
    assert key_in(first.text) != key_in(client.get(url).text)

    second = again(client, url, first.headers["ETag"])

    assert second.status_code == 304
    assert second.data == b""
    assert set(second.headers.keys()) <= {"ETag", "Cache-Control", "Vary"}
    assert second.headers["Cache-Control"] == KEPT


def test_a_page_that_changed_is_sent(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    tag = client.get(url).headers["ETag"]
    a_post(thread, teacher_of(room), "News from the river.")

    answer = again(client, url, tag)

    assert answer.status_code == 200
    assert "News from the river." in answer.text


def test_packed_or_not_it_is_the_same_page(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert b"</html>" in gzip.decompress(packed.data)
    plain = client.get(url)

    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert packed.headers["ETag"].startswith("W/")
    assert set(packed.vary) == {"Accept-Encoding", "Cookie"}
    for accepts in ("gzip", "identity"):
        answer = client.get(
            url,
            headers={
                "Accept-Encoding": accepts,
                "If-None-Match": packed.headers["ETag"],
            },
        )
        assert (answer.status_code, answer.data) == (304, b"")


def test_two_people_on_one_browser_never_share_a_page(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    mate, url = a_pupil(room, "Zawadi Baraka"), f"/threads/{thread.id}"
    client = own(app, room, pupil)
    hers = client.get(url)

    sign_in(client, room, mate, own="on")
    answer = again(client, url, hers.headers["ETag"])

    assert answer.status_code == 200
    assert mate.person.shown_name in answer.text
    assert pupil.person.shown_name not in answer.text
    assert answer.headers["ETag"] != hers.headers["ETag"]
    client.post("/done")
    assert again(client, url, answer.headers["ETag"]).status_code == 302


def test_a_new_sign_in_of_the_same_person_gets_pages_whose_forms_are_good(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    tag = client.get(url).headers["ETag"]

    sign_in(client, room, pupil, own="on")

    assert again(client, url, tag).status_code == 200


def test_after_sending_a_page_comes_with_a_fresh_key(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    first = client.get(url)
    form = {"source": "Hello.", "lang": "en", "key": key_in(first.text)}
    assert client.post(f"{url}/posts", form).status_code == 303
    client.get("/letters")

    answer = again(client, url, first.headers["ETag"])

    assert answer.status_code == 200
    assert key_in(answer.text) != form["key"]


def test_after_any_sending_no_page_from_before_is_used_again(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}"
    tag = client.get(url).headers["ETag"]
    assert again(client, url, tag).status_code == 304

    client.post("/me", {"lang": pupil.person.lang})

    assert again(client, url, tag).status_code == 200


def test_on_a_shared_device_nothing_is_kept(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = sign_in(Client(app), room, pupil)
    for url in ("/", f"/threads/{thread.id}", "/me", "/letters"):
        answer = client.get(url)

        assert answer.headers["Cache-Control"] == NO_STORE
        assert "ETag" not in answer.headers


def test_errors_answers_to_forms_and_ways_out_are_never_kept(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client, url = own(app, room, pupil), f"/threads/{thread.id}/posts"
    refused = {"source": "", "lang": "en", "key": "one-time-key"}
    for answer in (
        client.get("/nothing-here"),
        client.get("/p/nothing/sent"),
        client.post(url, refused),
        client.web.head("/letters"),
    ):
        assert answer.headers["Cache-Control"] == NO_STORE
        assert "ETag" not in answer.headers
    for way_out in (
        client.post(url, refused | {"source": "Hello."}),
        client.post("/done"),
    ):
        # What no cache may keep unless it is told so; it holds nothing either.
        assert (way_out.status_code, way_out.data) == (303, b"")
        assert not {"Cache-Control", "Expires", "ETag"} & {*way_out.headers.keys()}


def test_done_asks_the_browser_to_forget_what_it_kept(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    shared = sign_in(Client(app), room, a_pupil(room))

    assert own(app, room, pupil).post("/done").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in shared.post("/done").headers


def test_a_list_to_save_is_not_kept(app: Flask, room: Classroom) -> None:
    client, teacher = Client(app), teacher_of(room)
    form = {"name": teacher.full_name, "secret": PASSPHRASE, "own": "on"}
    assert client.post("/sign-in/teacher", form).status_code == 303
    assert client.get("/classrooms").headers["Cache-Control"] == KEPT

    answer = client.get(f"/classrooms/{room.id}/pupils.csv")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == NO_STORE


def test_a_class_s_tablet_is_nobodys_own(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    token = "d" * 22
    db.session.add(
        Device(
            token_sha256=device_digest(token),
            classroom_id=room.id,
            name="Tablet",
            made_by_id=teacher_of(room).person_id,
        )
    )
    db.session.commit()
    client, teacher = Client(app), teacher_of(room)
    client.web.set_cookie("d", token, path="/sign-in")
    form = {"name": teacher.full_name, "secret": PASSPHRASE, "own": "on"}

    assert 'name="own"' not in client.get("/sign-in/teacher").text
    client.token = client.read_token()
    assert client.post("/sign-in/teacher", form).status_code == 303

    row = db.session.query(SignInSession).order_by(SignInSession.id.desc()).first()
    assert row is not None
    assert row.device_id is not None
    assert not row.own
    assert client.get("/classrooms").headers["Cache-Control"] == NO_STORE
