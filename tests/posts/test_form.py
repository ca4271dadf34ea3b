"""One-time keys: good for one person at one address, and short."""

from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db
from app.posts.form import sealed_key
from app.posts.models import Draft, Post, Thread
from tests.builders import (
    a_classroom,
    a_forum,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client, key_in

WORDS = "Our river is called **Pasto** & it is <3 m deep."


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room)


def a_written_thread(room: Classroom) -> Thread:
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread


def count(table: type[Post | Draft]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def form(key: str) -> dict[str, str]:
    return {"source": WORDS, "lang": "en", "key": key}


@pytest.mark.parametrize("act", ["", "draft"])
def test_a_key_of_another_thread_asks_to_send_once_more(
    app: Flask, room: Classroom, pupil: Account, act: str
) -> None:
    one, other = a_written_thread(room), a_written_thread(room)
    client, before = Client(app, pupil), count(Post)
    key, url = key_in(client.get(f"/threads/{one.id}").text), f"/threads/{other.id}"

    answer = client.post(f"{url}/posts", form(key) | {"do": act}, sealed=False)

    assert answer.status_code == 422
    assert "Send it once more." in answer.text
    assert escape(WORDS) in answer.text
    assert (count(Post), count(Draft)) == (before, 0)
    fresh = form(key_in(answer.text))
    assert client.post(f"{url}/posts", fresh, sealed=False).status_code == 303


def test_a_key_of_another_person_asks_to_send_once_more(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    thread, before = a_written_thread(room), count(Post)
    url = f"/threads/{thread.id}"
    key = key_in(Client(app, a_pupil(room)).get(url).text)

    answer = Client(app, pupil).post(f"{url}/posts", form(key), sealed=False)

    assert answer.status_code == 422
    assert escape(WORDS) in answer.text
    assert key_in(answer.text) != key
    assert count(Post) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda key: "",
        lambda key: key[:-1],
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: ("A" if key[0] != "A" else "B") + key[1:],
        lambda key: key + "A",
        lambda key: key + "\n",
        lambda key: "words with spaces in them",
        lambda key: "é" * 20,
        lambda key: "one-time-key",
    ],
)
def test_a_damaged_key_asks_to_send_once_more(
    app: Flask, room: Classroom, pupil: Account, damage: Callable[[str], str]
) -> None:
    url = f"/threads/{a_written_thread(room).id}"
    client, before = Client(app, pupil), count(Post)
    key = damage(key_in(client.get(url).text))

    answer = client.post(f"{url}/posts", form(key), sealed=False)

    assert answer.status_code == 422
    assert escape(WORDS) in answer.text
    assert count(Post) == before
    fresh = form(key_in(answer.text))
    assert client.post(f"{url}/posts", fresh, sealed=False).status_code == 303


def test_a_form_that_is_refused_for_its_words_keeps_its_key(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    url = f"/threads/{a_written_thread(room).id}"
    client = Client(app, pupil)
    key = key_in(client.get(url).text)

    answer = client.post(f"{url}/posts", form(key) | {"source": ""}, sealed=False)

    assert key_in(answer.text) == key


def test_each_page_has_a_key_of_its_own_and_a_short_one(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    client = Client(app, pupil)
    urls = [f"/threads/{a_written_thread(room).id}"] * 2
    urls.append(f"/forums/{a_forum(own_space(room)).id}")

    keys = {key_in(client.get(url).text) for url in urls}

    assert len(keys) == 3
    assert {len(key) for key in keys} == {14}


def test_a_key_of_another_servers_secret_is_none_of_ours(app: Flask) -> None:
    ours = sealed_key("abcdefgh", 1, "/threads/1/posts")
    app.config["SECRET_KEY"] = "x" * 64

    assert sealed_key("abcdefgh", 1, "/threads/1/posts") != ours
