"""A database torn in the middle: a page still says so, and keeps the words."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from tests.builders import a_classroom, a_post, a_pupil, a_thread, own_space, teacher_of
from tests.clients import Client

SENTENCE = "storage is damaged"


def torn(database: Path, tables: tuple[str, ...] = ()) -> None:
    """Write noise over all but the first two pages, or over these tables' first pages."""
    db.session.remove()
    db.engine.dispose()
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_bytes,) = opened.execute("PRAGMA page_size").fetchone()
        pages = [
            opened.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = ?", [table]
            ).fetchone()[0]
            for table in tables
        ]
    noise = random.Random(1)
    with database.open("r+b") as file:
        size_bytes = file.seek(0, 2)
        for page in pages:
            file.seek((page - 1) * page_bytes)
            file.write(noise.randbytes(page_bytes))
        if not pages:
            file.seek(8192)
            file.write(noise.randbytes(size_bytes - 8192))


@pytest.mark.parametrize(
    "tables", [(), ("post",), ("person",), ("account",), ("session",), ("revision",)]
)
def test_a_torn_database_is_called_damaged_and_the_words_are_kept(
    app: Flask, instance: Path, tables: tuple[str, ...]
) -> None:
    room = a_classroom(lang="en")
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    client, url = Client(app, a_pupil(room)), f"/threads/{thread.id}/posts"
    client.token = client.read_token()
    torn(instance / "paravion.db", tables)

    form = {"source": "Our river is slow.", "lang": "en", "key": "one-time-key"}
    answer = client.post(url, form, sealed=False)  # sealing asks the database whose

    assert answer.status_code == 503
    assert SENTENCE in answer.text
    assert "Our river is slow." in answer.text


def test_a_file_that_is_no_database_is_called_damaged(
    app: Flask, instance: Path
) -> None:
    client = Client(app, a_pupil(a_classroom(lang="en")))
    torn(instance / "paravion.db")
    (instance / "paravion.db").write_bytes(b"no database" * 1000)

    answer = client.get("/letters")

    assert answer.status_code == 503
    assert SENTENCE in answer.text
