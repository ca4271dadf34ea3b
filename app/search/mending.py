"""Noticing that the index must be made anew, and seeing to it that it is."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from app.db import db, reading
from app.jobs import enqueue, job
from app.jobs.models import open_jobs
from app.jobs.registry import chore_at_start, chore_when_idle
from app.posts.models import Post
from app.search import generations, indexing
from app.search.generations import Damaged, Seal
from app.search.rebuilding import Busy, rebuild

KIND = "search.rebuild"
# Up to here a rebuild takes less time than starting a process for it.
IN_WORKER_POSTS = 200
# A card that forgets changes no time of a file: read all of it so often.
READ_AFRESH_SECONDS = 3600
# One that failed is tried again at once, then after twice as long each time.
FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS = 120.0, 3600.0

log = logging.getLogger(__name__)


@dataclass
class _Tries:
    """What this worker has tried, by a clock that cannot jump."""

    read_at: float = float("-inf")
    child: subprocess.Popen[bytes] | None = None
    failed: int = 0
    not_before: float = float("-inf")

    def note(self, *, good: bool) -> None:
        self.failed = 0 if good else self.failed + 1
        wait = FIRST_WAIT_SECONDS * 2.0 ** (self.failed - 2) if self.failed > 1 else 0
        self.not_before = time.monotonic() + min(wait, MOST_WAIT_SECONDS)


_tries = _Tries()
# Both of a worker's threads may find the index damaged.
_one_at_a_time = threading.Lock()


@chore_at_start
def mend_after_reading() -> None:
    """Read every byte of the index, so that a bad disk is noticed."""
    folder = generations.current(generations.home())
    problem = problem_of_index(afresh=True)
    if problem:
        mend(problem)
    elif folder is not None:
        log.info("the index is whole")


@chore_when_idle
def mend_when_idle() -> None:
    overdue = time.monotonic() - _tries.read_at > READ_AFRESH_SECONDS
    if problem := problem_of_index(afresh=overdue):
        mend(problem)


@job(KIND)
def mend_when_asked(_keys: Sequence[int]) -> None:
    """A page found the index unusable: believe it, and read every byte again."""
    mend_after_reading()


def ask_for_mending() -> None:
    """Have the worker look at the index; once is enough. Flushes."""
    if not open_jobs(KIND):
        enqueue(KIND, [1])


def problem_of_index(*, afresh: bool = False) -> str | None:
    """Say why the index must be made anew; None when it need not be.

    With `afresh` every byte is read, and posts are indexed whose job was lost.
    """
    folder = generations.current(generations.home())
    if folder is None:
        return "there is no index yet"
    if afresh:
        _tries.read_at = time.monotonic()
    lost: set[int] = set()
    try:
        seal = generations.check_afresh(folder) if afresh else generations.check(folder)
        with reading():
            problem = indexing.behind(folder.name, seal, indexing.known())
            if afresh and not problem:
                lost = _lost(folder, seal)
    except FileNotFoundError:
        return None  # a commit has just taken it away; the next look finds more
    except Damaged as damage:
        return str(damage)
    if lost:
        log.info("the index lacks, or has in excess, %d posts", len(lost))
        enqueue(indexing.KIND, lost)
        db.session.commit()
    return problem


def _lost(folder: Path, seal: Seal) -> set[int]:
    """Find posts that are in the index or not, against the rule, and wait for nothing."""
    from app.search import merging

    # The index first: what comes in after that waits, or was done and is done again.
    held = merging.posts_in(folder, seal)
    published = db.session.scalars(select(Post.id).where(Post.is_published()))
    waiting = set(open_jobs(indexing.KIND))
    lost = held.symmetric_difference(published) - waiting
    if not waiting:
        later = select(Post.id).where(Post.change_no > seal.change_no)
        lost.update(db.session.scalars(later))
    return lost


def mend(problem: str) -> bool:
    """Begin a rebuild, unless one is under way: a large one in a process of its own.

    Says whether the index is made anew already. After several that failed it waits,
    for no disk has room from one minute to the next.
    """
    with _one_at_a_time:
        child = _tries.child
        if child is not None:
            if child.poll() is None:
                return False
            _tries.note(good=child.returncode == 0)
            _tries.child = None
        if time.monotonic() < _tries.not_before:
            return False
        log.info("the index is made anew: %s", problem)
        with reading():
            count = db.session.scalar(select(func.count()).where(Post.is_published()))
        if (count or 0) > IN_WORKER_POSTS:
            _tries.child = _start_child()
            return False
        return _rebuild_here()


def _rebuild_here() -> bool:
    try:
        rebuild()
    except Busy:
        log.info("another process makes the index anew already")
        return False
    except OSError as error:
        db.session.rollback()
        log.warning("the index cannot be made anew now: %s", error)
        _tries.note(good=False)
        return False
    _tries.note(good=True)
    return True


def _start_child() -> subprocess.Popen[bytes]:
    """A new letter must not wait for 100,000 old ones to be read again."""
    url = db.engine.url.render_as_string(hide_password=False)
    instance = str(current_app.config["INSTANCE"])
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "search", "rebuild"],
        cwd=Path(current_app.root_path).parent,
        env=os.environ | {"PARAVION_INSTANCE": instance, "PARAVION_DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
