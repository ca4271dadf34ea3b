"""A cookie that is over opens no page at all; a fresh one opens what it did."""

from collections.abc import Callable
from contextvars import Context
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.accounts.models import Account
from app.accounts.people import fresh_pins, give_pin
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom
from app.db import db, now, set_reading
from tests.apps import an_app
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client

# Whoever asks, signed in or not, gets these; they show nothing of anybody.
OPEN = ("static", "ping", "sign_in.", "accounts.sign_in_teacher", "accounts.slip", "school.first_run", "sharing.")  # fmt: skip


@pytest.fixture
def room(app: Flask) -> Classroom:
    room = a_classroom(lang="en")
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    return room


def routes(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(OPEN)
    ]


def answers(client: Client) -> dict[str, int]:
    """Ask every route that is not open, with the first row of whatever it names."""
    urls = client.app.url_map.bind("localhost")
    got = {}
    for rule in routes(client.app):
        named = dict.fromkeys(rule.arguments, 1)
        got[rule.endpoint] = client.get(urls.build(rule.endpoint, named)).status_code
    return got


def is_refused(client: Client) -> bool:
    """Not one page is shown, and all lead to signing in."""
    return set(answers(client).values()) == {302}


def cookie_of(app: Flask, who: Account) -> Client:
    """Somebody who wrote the cookie down while it was good."""
    client = Client(app, who)
    assert client.get("/letters").status_code == 200
    return client


def say_done(client: Client, room: Classroom, pupil: Account) -> None:
    client.post("/done")


def new_pin(client: Client, room: Classroom, pupil: Account) -> None:
    (fresh,) = fresh_pins(1)
    give_pin(pupil, fresh)


def suspended(client: Client, room: Classroom, pupil: Account) -> None:
    pupil.suspended_at = now()


def left_the_school(client: Client, room: Classroom, pupil: Account) -> None:
    pupil.left_at = now()


def left_the_class(client: Client, room: Classroom, pupil: Account) -> None:
    let_leave(room, pupil)


def ended_by_teacher(client: Client, room: Classroom, pupil: Account) -> None:
    url = f"/classrooms/{room.id}/signed-in"
    Client(client.app, teacher_of(room)).post(url, {"do": "all"})


WAYS = [say_done, new_pin, suspended, left_the_school, left_the_class, ended_by_teacher]


@pytest.mark.parametrize("way", WAYS)
def test_the_old_cookie_opens_no_page(
    app: Flask,
    room: Classroom,
    way: Callable[[Client, Classroom, Account], None],
) -> None:
    pupil, mate = a_pupil(room), a_pupil(room)
    old, fresh = cookie_of(app, pupil), cookie_of(app, mate)
    client = Client(app)
    client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], old.cookie)

    way(client, room, pupil)
    db.session.commit()

    assert is_refused(old)
    if way is not ended_by_teacher:
        assert 200 in answers(fresh).values()
    assert answers(fresh).keys() == {rule.endpoint for rule in routes(app)}


@pytest.mark.parametrize("way", WAYS)
def test_the_old_cookie_opens_no_page_after_a_restart_either(
    app: Flask,
    instance: Path,
    room: Classroom,
    way: Callable[[Client, Classroom, Account], None],
) -> None:
    pupil, mate = a_pupil(room), a_pupil(room)
    client = cookie_of(app, pupil)
    old, fresh = client.cookie, cookie_of(app, mate).cookie
    way(client, room, pupil)
    db.session.commit()
    db.session.remove()

    def restarted() -> tuple[bool, bool]:
        again = an_app(instance)
        with again.app_context():
            set_reading(value=False)
            seen = [_with(again, cookie) for cookie in (old, fresh)]
            result = is_refused(seen[0]), is_refused(seen[1])
            db.session.remove()
            db.engine.dispose()
        return result

    refused, mates_refused = Context().run(restarted)

    assert refused
    assert mates_refused == (way is ended_by_teacher)


def _with(app: Flask, cookie: str) -> Client:
    client = Client(app)
    client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return client


def test_a_fresh_cookie_opens_every_page_that_is_hers(
    app: Flask, room: Classroom
) -> None:
    got = answers(cookie_of(app, a_pupil(room)))

    # These lead on: to the post in its thread, which she can read, and from a draft
    # that is gone.
    lead_on = {"posts.permalink", "drafts.page", "drafts.kept", "asking.page"}
    assert [n for n, status in got.items() if status == 302 and n not in lead_on] == []
    assert [name for name, status in got.items() if status == 200]
