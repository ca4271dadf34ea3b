"""The worker's loop, with handlers of the test's own in place of the rooms'."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from app.db import db, now
from app.jobs import Job, enqueue, hurry, runner
from app.jobs.models import open_jobs
from app.jobs.registry import at_start, handlers, job, prompt, when_idle

KIND = "test.copy"


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    """The rooms' handlers stand aside: these tests count what runs."""
    kept = (dict(handlers), set(prompt), list(at_start), list(when_idle))
    for known in (handlers, prompt, at_start, when_idle):
        known.clear()
    yield
    handlers.clear()
    handlers.update(kept[0])
    prompt.clear()
    prompt.update(kept[1])
    at_start[:], when_idle[:] = kept[2], kept[3]


class Recorder:
    """A handler that notes what it was given; `faults` says when it fails."""

    def __init__(self, batch: int = 64, *, newest: bool = False) -> None:
        self.given: list[list[int]] = []
        self.faults: Callable[[Sequence[int]], Exception | None] = lambda keys: None
        self.leaves: Callable[[Sequence[int]], Collection[int]] = lambda keys: ()
        job(KIND, batch=batch, newest=newest)(self)

    def __call__(self, keys: Sequence[int]) -> Collection[int]:
        self.given.append(list(keys))
        fault = self.faults(keys)
        if fault is not None:
            raise fault
        return self.leaves(keys)


def asked(*keys: int, urgency: int = 0) -> None:
    enqueue(KIND, keys, urgency=urgency)
    db.session.commit()


def clicked(key: int) -> None:
    hurry(KIND, key)
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


def test_the_newest_go_first_where_that_is_asked_for(app: Flask) -> None:
    handler = Recorder(batch=2, newest=True)
    asked(1, 2, 3)

    while runner.work_once():
        pass

    assert handler.given == [[3, 2], [1]]


def test_the_most_awaited_go_first_and_without_the_others(app: Flask) -> None:
    handler = Recorder(newest=True)
    asked(1, 2, urgency=-1)
    asked(3, 4, 5)
    clicked(3)
    clicked(1)
    clicked(1)

    while runner.work_once():
        pass

    assert handler.given == [[1], [3], [5, 4], [2]]


def test_what_is_done_is_awaited_no_more(app: Flask) -> None:
    handler = Recorder(newest=True)
    clicked(1)
    runner.work_once()

    asked(1, 2)
    runner.work_once()

    assert handler.given == [[1], [2, 1]]


def test_what_a_handler_leaves_waits_behind_what_became_more_urgent(
    app: Flask,
) -> None:
    handler = Recorder(newest=True)
    asked(1, 2, 3, 4)

    def one_at_a_time(keys: Sequence[int]) -> Collection[int]:
        if len(handler.given) == 1:
            clicked(2)  # is claimed already, and is left
            asked(9)
        return keys[1:]

    handler.leaves = one_at_a_time
    while runner.work_once():
        pass

    assert [keys[0] for keys in handler.given] == [4, 2, 9, 3, 1]
    assert open_jobs(KIND) == []


def test_what_a_handler_leaves_has_not_failed(app: Flask) -> None:
    handler = Recorder()
    handler.leaves = lambda keys: keys[1:] if len(handler.given) == 1 else ()
    asked(1, 2)

    runner.work_once()

    assert (row(2).tries, row(2).problem, row(2).lease_until) == (0, None, None)
    assert row(1).ready_at is None


def test_another_kind_has_its_turn_before_what_is_left(app: Flask) -> None:
    handler = Recorder()
    handler.leaves = lambda keys: keys[1:]
    turns: list[str] = []
    handler.faults = lambda keys: turns.append("ours")
    job("test.other")(lambda keys: turns.append("other"))
    asked(1, 2, 3)
    enqueue("test.other", [5])
    db.session.commit()

    while runner.work_once():
        pass

    assert turns == ["ours", "other", "ours", "ours"]


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


PROMPT = "test.prompt"


def test_what_is_prompt_does_not_wait_behind_a_long_job(app: Flask) -> None:
    handler, stop, done = Recorder(), threading.Event(), threading.Event()
    threads: list[str] = []

    def long(keys: Sequence[int]) -> None:
        with db.engine.connect() as other:  # as a click in the web process
            other.execute(insert(Job).values(kind=PROMPT, key=7, ready_at=now()))
            other.commit()
        assert done.wait(15)
        stop.set()

    def prompt_one(keys: Sequence[int]) -> None:
        threads.append(threading.current_thread().name)
        done.set()

    job(PROMPT, promptly=True)(prompt_one)
    handler.faults = long
    asked(1)

    _worked(app, stop)

    assert len(threads) == 1
    assert threads[0].startswith("prompt-jobs")
    assert open_jobs(PROMPT) == open_jobs(KIND) == []


def test_only_what_is_prompt_is_done_beside(app: Flask) -> None:
    handler, stop = Recorder(), threading.Event()
    names: list[str] = []

    def ends(keys: Sequence[int]) -> None:
        names.append(threading.current_thread().name)
        stop.set()

    handler.faults = ends
    asked(1)

    _worked(app, stop)

    assert len(names) == 1
    assert not names[0].startswith("prompt-jobs")


def test_each_thread_has_a_session_of_its_own(app: Flask) -> None:
    handler, stop, both = Recorder(), threading.Event(), threading.Barrier(2)
    sessions: list[int] = []

    def note(keys: Sequence[int]) -> None:
        both.wait(15)
        sessions.append(id(db.session()))
        both.wait(15)
        stop.set()

    job(PROMPT, promptly=True)(note)
    handler.faults = note
    asked(1)
    enqueue(PROMPT, [1])
    db.session.commit()

    _worked(app, stop)

    assert len(set(sessions)) == 2


@pytest.mark.parametrize(("pause_seconds", "gathered"), [(0, False), (1, True)])
@pytest.mark.parametrize("promptly", [False, True])
def test_what_comes_in_a_pause_is_one_batch(
    app: Flask, pause_seconds: float, gathered: bool, promptly: bool
) -> None:
    stop = threading.Event()
    given: list[list[int]] = []

    def gathers(keys: Sequence[int]) -> None:
        given.append(list(keys))
        if len(given) == 2:
            stop.set()
        enqueue("test.next", [1])

    def asks_for_more(keys: Sequence[int]) -> None:
        """One more each time, until the other has had its turn."""
        enqueue(KIND, [max(open_jobs(KIND), default=1) + 1])
        if gathered and len(open_jobs(KIND)) < 5:
            enqueue("test.next", [1])

    job(KIND, pause_seconds=pause_seconds, promptly=promptly)(gathers)
    job("test.next", promptly=promptly)(asks_for_more)
    asked(1)

    _worked(app, stop)

    # One more may be on its way when it is told to stop.
    assert [len(keys) for keys in given[:2]] == [1, 5 if gathered else 1]


def test_a_prompt_job_that_fails_is_tried_again(app: Flask) -> None:
    stop = threading.Event()
    given: list[int] = []

    def fails_once(keys: Sequence[int]) -> None:
        given.extend(keys)
        if len(given) == 1:
            enqueue("test.half", [1])
            raise ValueError("no")
        stop.set()

    job(PROMPT, promptly=True)(fails_once)
    enqueue(PROMPT, [4])
    db.session.commit()

    _worked(app, stop)

    assert given == [4, 4]
    assert open_jobs(PROMPT) == open_jobs("test.half") == []


def test_a_second_thread_that_ends_takes_the_worker_with_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the launcher starts both anew."""
    real = runner.work_once

    def torn(kinds: Iterable[str] | None = None) -> bool:
        if [*(kinds or ())] == [PROMPT]:
            raise RuntimeError("torn")
        return real([])

    job(PROMPT, promptly=True)(lambda keys: None)
    monkeypatch.setattr(runner, "work_once", torn)
    db.session.rollback()

    with pytest.raises(RuntimeError, match="torn"):
        runner.work(threading.Event())


def test_a_stop_lets_the_prompt_job_in_hand_end(app: Flask) -> None:
    stop = threading.Event()
    ended: list[int] = []

    def goes_on(keys: Sequence[int]) -> None:
        stop.set()
        time.sleep(1)
        ended.extend(keys)

    job(PROMPT, promptly=True)(goes_on)
    enqueue(PROMPT, [4])
    db.session.commit()

    _worked(app, stop)

    assert ended == [4]
    assert open_jobs(PROMPT) == []


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


def test_a_second_thread_that_finds_damage_ends_all_work(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handler, stop = Recorder(), threading.Event()
    asked(1)
    found = threading.Event()

    def damaged_for(kinds: Iterable[str] | None = None) -> bool:
        if [*(kinds or ())] == [PROMPT]:
            torn = sqlite3.DatabaseError("database disk image is malformed")
            torn.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            found.set()
            raise DatabaseError("SELECT", None, torn)
        assert found.wait(15)
        return False

    job(PROMPT, promptly=True)(lambda keys: None)
    monkeypatch.setattr(runner, "work_once", damaged_for)

    threading.Timer(1.5, stop.set).start()
    _worked(app, stop)

    told = [line.getMessage() for line in caplog.records if line.levelno >= 30]
    assert len(told) == 1
    assert "python3 run.py flask restore FILE" in told[0]
    assert handler.given == []


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
