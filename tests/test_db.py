"""The ground: moments in UTC, counters, and who may write when."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError, StatementError

from app.accounts.models import SignInSession
from app.db import (
    Base,
    Counter,
    db,
    last_number,
    new_uid,
    next_number,
    now,
    reading,
    set_reading,
    write_at_once,
)
from app.jobs import Job, enqueue
from tests.apps import writers_patience
from tests.builders import a_teacher
from tests.clients import Client


def pragma(name: str) -> object:
    return db.session.execute(text(f"PRAGMA {name}")).scalar()


def test_the_database_keeps_what_it_acknowledged(app: Flask) -> None:
    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("secure_delete") == 1
    assert pragma("busy_timeout") == 20_000


def test_moments_come_back_in_utc(app: Flask) -> None:
    enqueue("test.kind", [1])
    job = db.session.scalars(select(Job)).one()
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=-5)))

    job.ready_at = noon
    db.session.commit()

    assert job.ready_at == noon
    assert job.ready_at.tzinfo is UTC
    raw = db.session.execute(text("select ready_at from job")).scalar()
    assert str(raw).startswith("2026-11-22 17:00:00")


def test_a_moment_without_a_zone_is_a_mistake(app: Flask) -> None:
    enqueue("test.kind", [1])
    job = db.session.scalars(select(Job)).one()

    job.ready_at = datetime(2026, 11, 22, 12)  # noqa: DTZ001  # the mistake itself

    with pytest.raises(StatementError, match="time zone"):
        db.session.flush()


def test_numbers_rise_and_those_of_a_rollback_were_never_taken(app: Flask) -> None:
    assert last_number("test") == 0
    assert next_number("test") == 1
    db.session.commit()
    assert next_number("test", 5) == 2
    assert last_number("test") == 6
    db.session.rollback()

    assert last_number("test") == 1
    assert next_number("test") == 2
    assert next_number("other") == 1


def test_numbers_taken_at_once_are_all_different(app: Flask) -> None:
    db.session.rollback()

    def take(_n: int) -> int:
        with app.app_context():
            set_reading(value=False)
            taken = next_number("test")
            db.session.commit()
            return taken

    with ThreadPoolExecutor(8) as eight:
        taken = list(eight.map(take, range(40)))

    assert sorted(taken) == list(range(1, 41))


def test_names_that_travel_are_22_characters_and_differ() -> None:
    uids = {new_uid() for _n in range(100)}

    assert len(uids) == 100
    assert {len(uid) for uid in uids} == {22}


def test_every_constraint_has_a_name_that_migrations_can_drop() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert nameless == []


def test_a_transaction_that_may_write_takes_the_one_writers_place(app: Flask) -> None:
    db.session.rollback()
    db.session.execute(text("select 1"))

    assert not _another_may_write(app)
    db.session.rollback()
    assert _another_may_write(app)


def test_one_that_only_reads_does_not(app: Flask) -> None:
    with reading():
        db.session.execute(text("select * from counter"))

        assert _another_may_write(app)
    db.session.execute(text("select 1"))
    assert not _another_may_write(app)


def test_reading_ends_the_transaction_that_was_open(app: Flask) -> None:
    next_number("test")

    with reading():
        assert last_number("test") == 0

    assert last_number("test") == 0


def test_a_page_that_is_read_takes_nobodys_place(app: Flask) -> None:
    client = Client(app, a_teacher())
    path = app.config["INSTANCE"] / "paravion.db"
    db.session.rollback()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    answers: list[int] = []
    thread = threading.Thread(
        target=lambda: answers.append(client.get("/letters").status_code)
    )
    thread.start()
    thread.join(timeout=10)
    other.execute("ROLLBACK")
    other.close()
    thread.join()

    assert answers == [200]


def test_a_small_update_is_written_at_once_or_not_at_all(app: Flask) -> None:
    teacher = a_teacher()
    Client(app, teacher)
    seen = now() + timedelta(hours=1)
    statement = update(SignInSession).values(seen_at=seen)
    db.session.rollback()

    next_number("test")
    with (
        writers_patience() as patience,
        pytest.raises(OperationalError, match="locked"),
    ):
        write_at_once(statement)
    assert patience == [0]
    db.session.rollback()
    write_at_once(statement)

    assert db.session.scalars(select(SignInSession.seen_at)).all() == [seen]
    assert pragma("busy_timeout") == 20_000


def test_a_counter_is_one_row(app: Flask) -> None:
    for _n in range(3):
        next_number("test")

    assert len(db.session.scalars(select(Counter)).all()) == 1


def _another_may_write(app: Flask) -> bool:
    path = app.config["INSTANCE"] / "paravion.db"
    other = sqlite3.connect(path, timeout=0.05, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return True
