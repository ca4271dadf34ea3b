"""The worker's loop, with handlers of the test's own in place of the rooms'."""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.db import db, now
from app.jobs import Job, enqueue, runner
from app.jobs.models import open_jobs
from app.jobs.registry import at_start, batch_sizes, handlers, job, when_idle

KIND = "test.copy"


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    """The rooms' handlers stand aside: these tests count what runs."""
    kept = (dict(handlers), dict(batch_sizes), list(at_start), list(when_idle))
    for known in (handlers, batch_sizes, at_start, when_idle):
        known.clear()
    yield
    handlers.clear()
    batch_sizes.clear()
    handlers.update(kept[0])
    batch_sizes.update(kept[1])
    at_start[:], when_idle[:] = kept[2], kept[3]


class Recorder:
    """A handler that notes what it was given; `faults` says when it fails."""

    def __init__(self, batch: int = 64) -> None:
        self.given: list[list[int]] = []
        self.faults: Callable[[Sequence[int]], Exception | None] = lambda keys: None
        job(KIND, batch=batch)(self)

    def __call__(self, keys: Sequence[int]) -> None:
        self.given.append(list(keys))
        fault = self.faults(keys)
        if fault is not None:
            raise fault


def asked(*keys: int) -> None:
    enqueue(KIND, keys)
    db.session.commit()


def row(key: int) -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.key == key)).one()


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> datetime:
    """Stop the worker's clock at so many seconds from now (or before now)."""
    moment = now() + timedelta(seconds=seconds)
    monkeypatch.setattr(runner, "now", lambda: moment)
    return moment


def test_a_batch_is_handed_over_once_and_is_done(app: Flask) -> None:
    handler = Recorder()
    asked(3, 1, 2)

    assert runner.work_once()

    assert handler.given == [[1, 2, 3]]
    assert not runner.work_once()
    assert handler.given == [[1, 2, 3]]
    assert open_jobs(KIND) == []


def test_a_batch_is_no_larger_than_its_handler_takes(app: Flask) -> None:
    handler = Recorder(batch=2)
    asked(1, 2, 3)

    while runner.work_once():
        pass

    assert handler.given == [[1, 2], [3]]


def test_asking_twice_before_the_work_is_one_job(app: Flask) -> None:
    handler = Recorder()
    asked(7)
    asked(7)

    while runner.work_once():
        pass

    assert handler.given == [[7]]


def test_asking_while_it_runs_makes_it_run_once_more(app: Flask) -> None:
    handler = Recorder()

    def ask_again_once(keys: Sequence[int]) -> None:
        if len(handler.given) == 1:
            asked(7)
            asked(7)

    handler.faults = lambda keys: ask_again_once(keys)
    asked(7)

    while runner.work_once():
        pass

    assert handler.given == [[7], [7]]


def test_what_is_claimed_is_not_claimed_again_until_the_lease_ends(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recorder()
    asked(1)

    first = runner.claim(KIND)
    second = runner.claim(KIND)
    later(monkeypatch, runner.LEASE_SECONDS - 5)
    third = runner.claim(KIND)
    later(monkeypatch, runner.LEASE_SECONDS + 5)
    fourth = runner.claim(KIND)

    assert (first, second, third, fourth) == ({1: 1}, {}, {}, {1: 1})


def test_a_failing_job_is_tried_again_later_and_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("no")
    asked(1)

    waits: list[float] = []
    for _n in range(14):
        moment = later(monkeypatch, sum(waits) + 60)
        assert runner.work_once()
        assert not runner.work_once()
        due = row(1).ready_at
        assert due is not None
        waits.append((due - moment).total_seconds() + 1)

    assert waits[:3] == pytest.approx([3, 5, 9])
    assert waits[-1] == pytest.approx(runner.MAX_BACKOFF_SECONDS + 1)
    assert row(1).problem == "ValueError"


def test_a_job_that_comes_right_is_forgiven(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("no") if len(handler.given) == 1 else None
    asked(1)

    runner.work_once()
    later(monkeypatch, 10)
    runner.work_once()

    assert (row(1).tries, row(1).problem, row(1).ready_at) == (0, None, None)


def test_asking_again_does_not_wait_for_the_back_off(app: Flask) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("no") if len(handler.given) == 1 else None
    asked(1)
    runner.work_once()

    asked(1)
    runner.work_once()

    assert open_jobs(KIND) == []


def test_one_poisoned_key_does_not_hold_back_its_batch(app: Flask) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("poison") if 3 in keys else None
    asked(*range(1, 6))

    runner.work_once()

    assert handler.given == [[1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]
    assert open_jobs(KIND) == [3]


def test_a_poisoned_key_comes_alone_the_next_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("poison") if 3 in keys else None
    asked(3)
    runner.work_once()
    later(monkeypatch, 10)
    asked(1, 2)
    handler.given.clear()

    while runner.work_once():
        pass

    assert handler.given == [[1, 2], [3]]


def test_half_of_a_failed_job_is_taken_back(app: Flask) -> None:
    handler = Recorder()

    def half(keys: Sequence[int]) -> Exception:
        enqueue("test.other", [99])
        return ValueError("after the first half")

    handler.faults = half
    asked(1)

    runner.work_once()

    assert open_jobs("test.other") == []


def test_one_kind_that_fails_does_not_stop_the_next(app: Flask) -> None:
    handler = Recorder()
    handler.faults = lambda keys: ValueError("no")
    done: list[int] = []
    job("test.other")(done.extend)
    asked(1)
    enqueue("test.other", [5])
    db.session.commit()

    runner.work_once()

    assert done == [5]


def test_a_busy_database_ends_no_worker(app: Flask) -> None:
    handler = Recorder()
    handler.faults = lambda keys: OperationalError("UPDATE", None, Exception("locked"))
    asked(1, 2)

    runner.work_once()

    assert handler.given == [[1, 2]]
    assert open_jobs(KIND) == [1, 2]


def test_what_a_dead_worker_had_claimed_is_done_at_once_and_one_by_one(
    app: Flask,
) -> None:
    handler = Recorder()
    asked(1, 2)
    runner.claim(KIND)
    asked(3)
    assert runner.claim(KIND) == {3: 1}

    runner.free_leases()
    while runner.work_once():
        pass

    assert handler.given == [[1], [2], [3]]


def test_a_job_that_ended_two_workers_waits_behind_all_others(app: Flask) -> None:
    handler = Recorder()
    asked(1)
    for _death in range(2):
        assert runner.claim(KIND) == {1: 1}
        runner.free_leases()
    asked(2)

    while runner.work_once():
        pass

    assert handler.given == [[2]]
    assert open_jobs(KIND) == [1]


def test_free_leases_leaves_jobs_that_nobody_held_alone(app: Flask) -> None:
    Recorder()
    asked(1)

    runner.free_leases()

    assert (row(1).tries, row(1).problem) == (0, None)


def test_a_clock_that_was_set_back_does_not_stop_the_work(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Recorder()
    asked(1)
    runner.claim(KIND)

    later(monkeypatch, -30 * 24 * 3600)
    runner.work_once()

    assert handler.given == [[1]]


@pytest.mark.parametrize("seconds", [-10, -3000, -30 * 24 * 3600])
def test_a_fresh_job_is_done_at_once_whatever_the_clock_says(
    app: Flask, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    handler = Recorder()
    asked(1)

    later(monkeypatch, seconds)
    runner.work_once()

    assert handler.given == [[1]]
    assert open_jobs(KIND) == []


def test_a_chore_that_fails_ends_no_worker(app: Flask) -> None:
    handler, stop, ran = Recorder(), threading.Event(), []

    def fails() -> None:
        ran.append("chore")
        raise ValueError("no")

    at_start.append(fails)
    handler.faults = lambda keys: stop.set()
    asked(1)

    _worked(app, stop)

    assert ran == ["chore"]
    assert handler.given == [[1]]


def test_the_worker_shows_that_it_lives(app: Flask, instance: Path) -> None:
    handler, stop = Recorder(), threading.Event()
    handler.faults = lambda keys: stop.set()
    asked(1)

    _worked(app, stop)

    assert (instance / "worker-alive").exists()


def test_a_damaged_database_is_one_sentence_and_then_silence(
    app: Flask, instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handler, stop = Recorder(), threading.Event()
    asked(*range(1, 2000))
    with closing(sqlite3.connect(instance / "paravion.db")) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    damage(instance / "paravion.db")
    looked = []
    when_idle.append(lambda: looked.append(stop.is_set()))

    threading.Timer(1.5, stop.set).start()
    _worked(app, stop)

    told = [line.getMessage() for line in caplog.records if line.levelno >= 30]
    assert len(told) == 1
    assert "python3 run.py flask restore FILE" in told[0]
    assert "Traceback" not in caplog.text
    assert handler.given == []
    assert looked == [False]  # the chore that notes it for the health page


def damage(database: Path) -> None:
    """Write noise over all but the first two pages."""
    with database.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(8192)
        file.write(random.Random(1).randbytes(size - 8192))


def test_jobs_of_a_transaction_that_was_rolled_back_are_not_there(app: Flask) -> None:
    Recorder()
    enqueue(KIND, [1])
    db.session.rollback()

    assert runner.claim(KIND) == {}


def test_a_job_is_ready_in_utc_whatever_the_zone(app: Flask) -> None:
    asked(1)

    due = row(1).ready_at

    assert isinstance(due, datetime)
    assert due.utcoffset() == timedelta(0)


def _worked(app: Flask, stop: threading.Event) -> None:
    """Run the loop as its own process would: in a thread with its own context."""
    db.session.rollback()

    def work() -> None:
        with app.app_context():
            runner.work(stop)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()
