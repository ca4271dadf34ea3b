"""The worker's loop: claim with a lease, hand over in batches, settle, try again later."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError

from app.db import db, now, reading
from app.jobs.models import Job
from app.jobs.registry import Chore, at_start, batch_sizes, handlers, when_idle

LEASE_SECONDS = 300
POLL_SECONDS = 0.25
IDLE_CHORE_SECONDS = 60
HEARTBEAT_SECONDS = 10
MAX_BACKOFF_SECONDS = 3600

log = logging.getLogger(__name__)


def work(stop: threading.Event) -> None:
    """Do jobs until `stop` is set; the job in hand is finished first."""
    free_leases()
    for chore in at_start:
        _guarded(chore.__name__, chore)
    last_chores = time.monotonic()
    beat = Heartbeat(current_app.config["INSTANCE"] / "worker-alive")
    while not stop.is_set():
        beat.now_and_then()
        if work_once():
            continue
        if time.monotonic() - last_chores > IDLE_CHORE_SECONDS:
            last_chores = time.monotonic()
            for chore in when_idle:
                _guarded(chore.__name__, chore)
        stop.wait(POLL_SECONDS)


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


def work_once() -> bool:
    """Do one batch of every kind that waits; say whether there was any."""
    busy = False
    for kind, handler in handlers.items():
        try:
            claimed = claim(kind)
        except OperationalError as error:
            db.session.rollback()
            log.warning("jobs cannot be claimed now: %s", error.orig)
            time.sleep(POLL_SECONDS)
            continue
        if not claimed:
            continue
        busy = True
        try:
            handler(sorted(claimed))
            db.session.commit()
        except Exception as error:  # the one place: a job must not end the worker
            db.session.rollback()
            log.exception("%s failed for %s", kind, sorted(claimed))
            _again_later(kind, claimed, type(error).__name__)
        else:
            _settle(kind, claimed)
        finally:
            db.session.remove()
    return busy


def claim(kind: str) -> dict[int, int]:
    """Lease the waiting jobs of a kind; return key -> the `wanted` it answers."""
    moment = now()
    due = (
        Job.kind == kind,
        Job.ready_at <= moment,
        or_(Job.lease_until.is_(None), Job.lease_until <= moment),
    )
    with reading():
        if db.session.scalar(select(Job.id).where(*due).limit(1)) is None:
            return {}
    found = db.session.execute(
        select(Job.id, Job.key, Job.wanted)
        .where(*due)
        .order_by(Job.tries, Job.id)
        .limit(batch_sizes[kind])
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
    """Give back what a worker that died had claimed; there is one worker."""
    if db.engine.dialect.name != "sqlite":
        return  # elsewhere another worker may be alive; its leases run out
    db.session.execute(
        update(Job).values(lease_until=None).where(Job.lease_until.is_not(None))
    )
    db.session.commit()


def _settle(kind: str, claimed: dict[int, int]) -> None:
    for job in _rows(kind, claimed):
        wanted = claimed[job.key]
        job.done, job.tries, job.lease_until, job.problem = wanted, 0, None, None
        if job.wanted == wanted:
            job.ready_at = None
    db.session.commit()


def _again_later(kind: str, claimed: dict[int, int], problem: str) -> None:
    for job in _rows(kind, claimed):
        job.tries += 1
        wait_seconds = min(2**job.tries, MAX_BACKOFF_SECONDS)
        job.ready_at = now() + timedelta(seconds=wait_seconds)
        job.lease_until, job.problem = None, problem
    db.session.commit()
    db.session.remove()


def _rows(kind: str, claimed: dict[int, int]) -> Sequence[Job]:
    return db.session.scalars(
        select(Job).where(Job.kind == kind, Job.key.in_(list(claimed)))
    ).all()


def _guarded(name: str, chore: Chore) -> None:
    try:
        chore()
        db.session.commit()
    except Exception:  # a chore must not end the worker either
        db.session.rollback()
        log.exception("%s failed", name)
    finally:
        db.session.remove()
