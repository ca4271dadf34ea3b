"""Making the index anew beside the one that answers, and noticing when it must be."""

import logging
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, func, select

from app.db import db, reading
from app.jobs import enqueue, job
from app.jobs.models import open_jobs
from app.jobs.registry import chore_at_start, chore_when_idle
from app.posts.models import Post
from app.search import generations, indexing
from app.search.generations import Damaged, Seal
from app.search.models import IndexState

KIND = "search.rebuild"
BATCH = 500
# Texts that are in memory before they are written: 150 MB at 100 words each.
SEGMENT_TEXTS = 40_000
# Up to here a rebuild takes less time than starting a process for it.
IN_WORKER_POSTS = 200
# A card that forgets changes no time of a file: read all of it so often.
READ_AFRESH_SECONDS = 3600

log = logging.getLogger(__name__)


class Busy(Exception):  # noqa: N818  # an answer, not a fault
    """Another process is making the index anew just now."""


def rebuild(progress: Callable[[int, int], None] | None = None) -> None:
    """Make the index anew from all published posts, and let it answer.

    `progress` hears how many posts of how many are in. Commits. A posted word
    is never missed: what changes meanwhile is noted by the job that indexes
    it, and taken in before the switch. Safe to kill at any moment; raises
    `Busy` while another process rebuilds. About 4 s of CPU for 1,000 posts of
    700 characters with a translation each.
    """
    from app.search import index

    home = generations.home()
    with index.rebuild_lock(home) as held:
        if not held:
            raise Busy
        generations.remove_others(home, generations.current(home))
        folder = home / secrets.token_hex(8)
        index.create(folder)
        generations.point(home, "building", folder)
        _forget_others(generations.current(home))
        seal = _fill(folder, progress)
        with index.write_lock(home):
            if late := _late(folder):
                for ids in _batches(late):
                    with reading():
                        documents = indexing.documents(ids)
                        gone = indexing.any_taken_back(ids)
                        seal = index.update(
                            folder, ids, documents, seal.change_no, forget=gone
                        )
            # The database first: an index nobody knows would be rebuilt again.
            db.session.rollback()
            indexing.remember(folder.name, seal)
            db.session.commit()
            generations.point(home, "current", folder)
            (home / "building").unlink()
        generations.remove_others(home, folder)


def note_late(home: Path, post_ids: Iterable[int]) -> None:
    """Tell a rebuild under way to take these posts in once more before it ends."""
    folder = generations.building(home)
    if folder is not None:
        with (folder / "late").open("a", encoding="ascii") as file:
            file.writelines(f"{post_id}\n" for post_id in post_ids)


def sweep(home: Path, kept: Path) -> None:
    """Delete what a rebuild that died has left: words that were taken back since."""
    from app.search import index

    with index.rebuild_lock(home) as held:
        if held:
            (home / "building").unlink(missing_ok=True)
            generations.remove_others(home, kept)


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
    overdue = time.monotonic() - _read_at[-1] > READ_AFRESH_SECONDS
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
    """Say why the index must be made anew; None when it need not be."""
    folder = generations.current(generations.home())
    if folder is None:
        return "there is no index yet"
    if afresh:
        _read_at[:] = [time.monotonic()]
    try:
        seal = generations.check_afresh(folder) if afresh else generations.check(folder)
    except Damaged as damage:
        return str(damage)
    with reading():
        return indexing.behind(folder.name, seal, indexing.known())


_read_at = [float("-inf")]
_child: list[subprocess.Popen[bytes]] = []


def mend(problem: str) -> None:
    """Begin a rebuild, unless one is under way: a large one in a process of its own."""
    while _child:
        if _child[0].poll() is None:
            return
        _child.pop()
    log.info("the index is made anew: %s", problem)
    with reading():
        count = db.session.scalar(select(func.count()).where(Post.is_published())) or 0
    if count > IN_WORKER_POSTS:
        _child.append(_start_child())
        return
    try:
        rebuild()
    except Busy:
        log.info("another process makes the index anew already")


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


def _fill(folder: Path, progress: Callable[[int, int], None] | None) -> Seal:
    from app.search import index

    with reading():
        total = db.session.scalar(select(func.count()).where(Post.is_published())) or 0
        change_no = indexing.indexed_up_to([])
    done, seal, all_ids = 0, None, _all_ids()
    while True:
        with index.writing(folder, change_no, seal) as writer:
            for ids in all_ids:
                with reading():
                    for document in indexing.documents(ids):
                        writer.put(document)
                done += len(ids)
                if progress:
                    progress(done, max(done, total))
                if writer.docnum >= SEGMENT_TEXTS:
                    break
        if seal and not writer.docnum:
            return writer.seal
        seal = writer.seal


def _all_ids() -> Iterator[Sequence[int]]:
    last = 0
    while True:
        with reading():
            ids = db.session.scalars(
                select(Post.id)
                .where(Post.is_published(), Post.id > last)
                .order_by(Post.id)
                .limit(BATCH)
            ).all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _late(folder: Path) -> list[int]:
    try:
        lines = (folder / "late").read_text("ascii").split()
    except FileNotFoundError:
        return []
    return sorted({int(line) for line in lines})


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _forget_others(kept: Path | None) -> None:
    db.session.execute(
        delete(IndexState).where(IndexState.generation != (kept.name if kept else ""))
    )
    db.session.commit()
