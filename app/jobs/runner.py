"""The worker's loop: claim with a lease, hand over in batches, settle, try again later."""

import contextlib
import logging
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from flask.ctx import AppContext
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db, is_damaged, now, reading
from app.jobs.models import Job
from app.jobs.registry import (
    Chore,
    at_start,
    batch_sizes,
    handlers,
    newest_first,
    pauses,
    prompt,
    when_idle,
)

LEASE_SECONDS = 300
POLL_SECONDS = 0.25
IDLE_CHORE_SECONDS = 60
HEARTBEAT_SECONDS = 10
MAX_BACKOFF_SECONDS = 3600

DAMAGED = (
    "The database is damaged, so the worker stands still. End Paravion and restore the "
    "newest backup: python3 run.py flask restore FILE"
)

log = logging.getLogger(__name__)

# When a batch of each kind was last over, by a clock that cannot jump.
_ended_at: dict[str, float] = {}


def work(stop: threading.Event) -> None:
    """Do jobs until `stop` is set; the job in hand is finished first.

    In a damaged database nothing more is done: it says what to do, and waits.
    """
    beat = Heartbeat(current_app.config["INSTANCE"] / "worker-alive")
    over = threading.Event()
    with ThreadPoolExecutor(1, "prompt-jobs") as second_thread:
        try:
            free_leases()
            lane = second_thread.submit(_work_promptly, current_app.app_context(), over)
            for chore in at_start:
                _guarded(chore.__name__, chore)
            _work_on(stop, beat, lane)
        except DBAPIError as error:
            if not is_damaged(error):
                raise
            over.set()
            # No traceback: these words are for who looks after the machine.
            log.error("%s (%s)", DAMAGED, error.orig)
            _stand_still(stop, beat)
        finally:
            over.set()


def _work_on(stop: threading.Event, beat: "Heartbeat", lane: Future[None]) -> None:
    last_chores = time.monotonic()
    while not stop.is_set():
        beat.now_and_then()
        if lane.done():
            lane.result()  # raises what ended it
        if work_once(kind for kind in _rested(handlers) if kind not in prompt):
            continue
        if time.monotonic() - last_chores > IDLE_CHORE_SECONDS:
            last_chores = time.monotonic()
            for chore in when_idle:
                _guarded(chore.__name__, chore)
        stop.wait(POLL_SECONDS)


def _work_promptly(context: AppContext, over: threading.Event) -> None:
    """Do what somebody waits for, beside all else, in a session of its own."""
    with context:
        while not over.is_set():
            if not work_once(_rested(prompt)):
                over.wait(POLL_SECONDS)


def _rested(kinds: Iterable[str]) -> list[str]:
    """Leave out the kinds whose last batch was a moment ago."""
    moment = time.monotonic()
    return [
        kind
        for kind in [*kinds]
        if moment - _ended_at.get(kind, float("-inf")) >= pauses.get(kind, 0)
    ]


def _stand_still(stop: threading.Event, beat: "Heartbeat") -> None:
    """Live on without work, after one chance for the chore that notes the damage."""
    db.session.remove()
    for chore in when_idle:
        with contextlib.suppress(DBAPIError):
            _guarded(chore.__name__, chore)
    while not stop.wait(POLL_SECONDS):
        beat.now_and_then()


class Heartbeat:
    """Touches a file in the instance, so that the health page sees a live worker."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last = float("-inf")

    def now_and_then(self) -> None:
        if time.monotonic() - self.last < HEARTBEAT_SECONDS:
            return
        self.last = time.monotonic()
        try:
            self.path.touch()
        except OSError as error:
            log.warning("the heartbeat file cannot be written: %s", error)


def work_once(kinds: Iterable[str] | None = None) -> bool:
    """Do one batch of every kind that waits, or of these; say whether there was any."""
    busy = False
    for kind in [*handlers] if kinds is None else kinds:
        try:
            claimed = claim(kind)
            if claimed:
                busy = True
                _do(kind, claimed)
                _ended_at[kind] = time.monotonic()
        except OperationalError as error:  # busy or full: the lease runs out
            db.session.rollback()
            if is_damaged(error):
                raise
            log.warning("%s cannot be done now: %s", kind, error.orig)
            time.sleep(POLL_SECONDS)
        finally:
            db.session.remove()
    return busy


def claim(kind: str) -> dict[int, int]:
    """Lease the waiting jobs of a kind; return key -> the `wanted` it answers.

    Those that are less urgent wait. Those that failed before come last and alone,
    so that none of them takes its neighbours with it again.
    """
    moment = now()
    due = (
        Job.kind == kind,
        _due(moment),
        or_(
            Job.lease_until.is_(None), _reached(Job.lease_until, moment, LEASE_SECONDS)
        ),
    )
    with reading():
        first = db.session.execute(
            select(Job.tries, Job.urgency)
            .where(*due)
            .order_by(Job.tries, Job.urgency.desc())
            .limit(1)
        ).one_or_none()
    if first is None:
        return {}
    found = db.session.execute(
        select(Job.id, Job.key, Job.wanted)
        .where(*due, Job.tries <= first.tries, Job.urgency >= first.urgency)
        .order_by(
            Job.urgency.desc(), Job.key.desc() if kind in newest_first else Job.id
        )
        .limit(1 if first.tries else batch_sizes[kind])
        .with_for_update(skip_locked=True)
    ).all()
    db.session.execute(
        update(Job)
        .where(Job.id.in_([row.id for row in found]))
        .values(lease_until=moment + timedelta(seconds=LEASE_SECONDS))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return {row.key: row.wanted for row in found}


def free_leases() -> None:
    """Give back what a worker that died had claimed; there is one worker.

    It may have died of one of them, so they are tried again one by one.
    """
    if db.engine.dialect.name != "sqlite":
        return  # elsewhere another worker may be alive; its leases run out
    for job in db.session.scalars(select(Job).where(Job.lease_until.is_not(None))):
        # The first time it was most likely the power.
        _put_off(job, "the worker ended in the middle", at_once=job.tries == 0)
    db.session.commit()


def _due(moment: datetime) -> ColumnElement[bool]:
    """Hold for what waits; only what failed waits for a moment, so a clock may jump."""
    reached = _reached(Job.ready_at, moment, MAX_BACKOFF_SECONDS)
    return and_(Job.open(), or_(Job.tries == 0, reached))


def _reached(
    column: InstrumentedAttribute[datetime | None], moment: datetime, most_seconds: int
) -> ColumnElement[bool]:
    """Hold for moments that have come, or lie further off than any that is set.

    The latter are from before the clock was set back.
    """
    return or_(column <= moment, column > moment + timedelta(seconds=most_seconds))


def _do(kind: str, claimed: dict[int, int]) -> None:
    try:
        left = handlers[kind](list(claimed)) or ()
        db.session.commit()
    except OperationalError as error:
        db.session.rollback()
        if not is_damaged(error):
            _again_later(kind, claimed, "the database was busy")
        raise
    except Exception as error:  # the one place: a job must not end the worker
        db.session.rollback()
        if isinstance(error, DBAPIError) and is_damaged(error):
            raise
        log.exception("%s failed for %s", kind, sorted(claimed))
        if len(claimed) == 1:
            _again_later(kind, claimed, type(error).__name__)
            return
        for key, wanted in claimed.items():  # one must not hold back the others
            _do(kind, {key: wanted})
    else:
        _settle(kind, claimed, left)


def _settle(kind: str, claimed: dict[int, int], left: Collection[int]) -> None:
    for job in _rows(kind, claimed):
        if job.key in left:
            job.lease_until = None
            continue
        wanted = claimed[job.key]
        job.done, job.tries, job.lease_until, job.problem = wanted, 0, None, None
        if job.wanted == wanted:
            job.ready_at, job.urgency = None, 0
    db.session.commit()


def _again_later(kind: str, claimed: dict[int, int], problem: str) -> None:
    for job in _rows(kind, claimed):
        _put_off(job, problem, at_once=False)
    db.session.commit()


def _put_off(job: Job, problem: str, *, at_once: bool) -> None:
    job.tries += 1
    wait_seconds = 0 if at_once else min(2**job.tries, MAX_BACKOFF_SECONDS)
    job.ready_at = now() + timedelta(seconds=wait_seconds)
    job.lease_until, job.problem = None, problem


def _rows(kind: str, claimed: dict[int, int]) -> Sequence[Job]:
    return db.session.scalars(
        select(Job).where(Job.kind == kind, Job.key.in_(list(claimed)))
    ).all()


def _guarded(name: str, chore: Chore) -> None:
    try:
        chore()
        db.session.commit()
    except Exception as error:  # a chore must not end the worker either
        db.session.rollback()
        if isinstance(error, DBAPIError) and is_damaged(error):
            raise
        log.exception("%s failed", name)
    finally:
        db.session.remove()
