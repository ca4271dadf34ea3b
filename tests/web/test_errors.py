"""What goes wrong, said in one sentence, with every typed word kept."""

import errno
import io
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import db as database
from app.accounts.models import Account
from app.db import db
from app.factory import create_app
from app.posts.models import Thread
from tests.apps import writers_patience
from tests.builders import a_classroom, a_post, a_pupil, a_thread, own_space, teacher_of
from tests.clients import Client

WORDS = "Our river is <wide> & slow."


@pytest.fixture
def impatient(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An app that waits a tenth of a second for the database."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    made = create_app(instance, TESTING=True)
    with made.app_context():
        database.set_reading(value=False)
        db.create_all()
        yield made
        db.session.remove()
        db.engine.dispose()


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Hold the one writer's place, as a long backup or another process would."""
    db.session.commit()
    path = app.config["INSTANCE"] / "paravion.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def a_written_thread() -> tuple[Thread, Account]:
    room = a_classroom(lang="en")
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread, a_pupil(room)


def form() -> dict[str, Any]:
    return {
        "source": WORDS,
        "lang": "en",
        "key": "one-time-key",
        "description": "A boat",
        "picture": (io.BytesIO(b"\xff\xd8\xff\xe0 a boat"), "boat.jpg"),
    }


def test_a_busy_database_keeps_the_words_and_says_whose_they_are(
    impatient: Flask,
) -> None:
    thread, pupil = a_written_thread()
    client, url = Client(impatient, pupil), f"/threads/{thread.id}/posts"
    client.token, name = client.read_token(), pupil.person.shown_name

    with locked(impatient):
        answer = client.post(url, form())

    assert answer.status_code == 503
    assert "busy" in answer.text
    assert "Our river is &lt;wide&gt; &amp; slow." in answer.text
    assert "A boat" in answer.text
    assert name in answer.text
    assert client.post(url, form()).status_code == 303


def test_done_leaves_the_device_though_the_database_is_busy(impatient: Flask) -> None:
    client = Client(impatient, a_pupil(a_classroom()))
    client.token = client.read_token()
    before = client.cookie

    with locked(impatient):
        answer = client.post("/done")

    assert answer.status_code == 503
    assert client.cookie != before
    assert client.get("/letters").status_code == 302


def test_pages_are_read_while_the_database_is_busy(impatient: Flask) -> None:
    thread, pupil = a_written_thread()
    client = Client(impatient, pupil)
    urls = ["/", "/letters", "/forums", f"/threads/{thread.id}", "/sign-in"]

    with locked(impatient):
        got = [client.get(url).status_code for url in urls]

    assert got == [200] * len(urls)


def test_a_page_waits_for_nobody_to_note_that_it_was_seen(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    thread, pupil = a_written_thread()
    client, url = Client(app, pupil), f"/threads/{thread.id}"
    db.session.execute(
        text("update session set seen_at = datetime('now', '-5 minutes')")
    )
    db.session.commit()

    with (
        locked(app),
        writers_patience() as patience,
        caplog.at_level(logging.INFO),
    ):
        answer = client.get(url)

    assert answer.status_code == 200
    assert patience == [0]
    assert "seen_at is not written" in caplog.text


def test_a_broken_database_is_said_even_to_who_is_signed_in(app: Flask) -> None:
    thread, pupil = a_written_thread()
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    client.token = client.read_token()
    db.session.execute(text("alter table session rename to session_gone"))
    db.session.commit()

    page, sent = client.get("/letters"), client.post(url, form(), sealed=False)

    assert (page.status_code, sent.status_code) == (503, 503)
    assert "Our river is &lt;wide&gt; &amp; slow." in sent.text


def test_a_full_disk_is_called_by_its_name(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, pupil = a_written_thread()
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    client.token = client.read_token()

    def full(*given: object, **more: object) -> None:
        raise OperationalError(
            "INSERT", None, sqlite3.OperationalError("database or disk is full")
        )

    monkeypatch.setattr("app.posts.sending.publish", full)
    answer = client.post(url, form())

    assert answer.status_code == 503
    assert "disk is full" in answer.text
    assert "Our river is" in answer.text


def test_no_room_for_what_is_sent_is_no_fault(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, pupil = a_written_thread()
    client = Client(app, pupil)

    def full(*given: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.posts.sending.publish", full)
    answer = client.post(f"/threads/{thread.id}/posts", form())

    assert answer.status_code == 503
    assert "disk is full" in answer.text


def test_a_fault_of_ours_keeps_the_words_and_blames_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    thread, pupil = a_written_thread()
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"

    def breaks(*given: object, **more: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("app.posts.sending.publish", breaks)
    answer = client.post(url, form())

    assert answer.status_code == 500
    assert "not your fault" in answer.text
    assert "Our river is" in answer.text
    assert "a fault" in caplog.text
    assert "Our river" not in caplog.text


def test_the_words_of_a_form_come_back_and_its_secrets_do_not(app: Flask) -> None:
    a_classroom()
    client = Client(app)
    client.token = "stale"
    secret = {"secret": "my passphrase", "again": "my passphrase", "slip": "ABCD-EFGH",
              "code": "12345678", "chosen": "fish kite", "picture": "drum",
              "name": "Ana Ruiz"}  # fmt: skip

    answer = client.post("/slip", secret)

    assert answer.status_code == 400
    assert "Ana Ruiz" in answer.text
    for kept in ("my passphrase", "ABCD-EFGH", "12345678", "stale", "fish", "drum"):
        assert kept not in answer.text


def test_a_form_too_big_to_read_is_answered_in_a_sentence(app: Flask) -> None:
    thread, pupil = a_written_thread()
    client = Client(app, pupil)
    app.config["MAX_CONTENT_LENGTH"] = 5_000

    answer = client.post(
        f"/threads/{thread.id}/posts", {**form(), "source": "w" * 6_000}
    )

    assert answer.status_code == 413
    assert "too big" in answer.text


def test_an_address_that_takes_no_form_says_so(app: Flask) -> None:
    answer = Client(app, a_pupil(a_classroom(lang="en"))).post("/letters", form())

    assert answer.status_code == 405
    assert "Our river is" in answer.text
