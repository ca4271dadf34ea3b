"""What forgets words and keeps segments few: parts of the index written anew."""

import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.db import db, reading
from app.jobs import Job, job
from app.jobs.registry import chore_when_idle, handlers
from app.search import generations, indexing
from app.search.generations import Damaged, Seal
from app.search.mending import ask_for_mending

if TYPE_CHECKING:
    from app.search.merging import Anew

FORGET, TIDY = "search.forget", "search.tidy"
# A class that is taken down is forgotten at one go; who changes a post just after
# another changed hers waits so long.
BATCH = 500
PAUSE_SECONDS = 15.0
MANY_SEGMENTS = 8
# Of the numbers of the documents in a segment: some 17,000 texts. Larger ones have
# nothing to be merged with soon.
LARGE_BYTES = 500_000
TIDY_PAUSE_SECONDS = 3.0

log = logging.getLogger(__name__)


@job(FORGET, batch=BATCH, pause_seconds=PAUSE_SECONDS)
def forget(post_ids: Sequence[int]) -> Collection[int]:
    """Write anew what still has words that were taken back from these posts.

    6 s of CPU for each full segment; a disk that is full leaves all for later.
    """
    from app.search import merging

    try:
        while _one_anew(lambda folder: merging.holding(folder, post_ids)):
            pass
    except Damaged as damage:
        # The whole index is made anew, without them.
        _have_it_mended(damage)
    except OSError as error:
        log.warning("the index cannot be written now: %s", error)
        return post_ids
    return ()


@job(TIDY, pause_seconds=TIDY_PAUSE_SECONDS)
def tidy_when_asked(_keys: Sequence[int]) -> None:
    """So much came that a quiet minute is too far off."""
    tidy()


@chore_when_idle
def tidy() -> None:
    """Merge what belongs together, step by step until something waits."""
    from app.search import merging

    try:
        while _one_anew(merging.untidy) and not _something_waits():
            pass
    except Damaged as damage:
        _have_it_mended(damage)
    except OSError as error:
        log.warning("the index cannot be tidied now: %s", error)


def _have_it_mended(damage: Damaged) -> None:
    log.info("the index cannot be used: %s", damage)
    db.session.rollback()
    ask_for_mending()
    db.session.commit()


def many_segments(seal: Seal) -> bool:
    """Whether it is time to merge, before a commit itself would have to."""
    small = [
        name
        for name, (size, _crc) in seal.files.items()
        if name.endswith(".doc") and size < LARGE_BYTES
    ]
    return len(small) > MANY_SEGMENTS


def _one_anew(choose: Callable[[Path], list[Any]]) -> bool:
    """Write the segments that are chosen anew as one; say whether there were any."""
    from app.search import index, merging

    home = generations.home()
    with index.merge_lock(home):
        folder = generations.current(home)
        if folder is None:
            raise Damaged("there is no index yet")
        merging.clear(folder)
        segments = choose(folder)
        if not segments:
            return False
        try:
            anew = merging.write_anew(folder, segments)
            with index.write_lock(home):
                if anew and generations.current(home) == folder:
                    _put_in_place(folder, anew)
        finally:
            merging.clear(folder)
        return True


def _put_in_place(folder: Path, anew: "Anew") -> None:
    from app.search import merging

    seal = merging.put_in_place(folder, anew)
    if seal is not None:
        indexing.remember(folder.name, seal)
        # While the lock is held, so that no older commit is noted after it.
        db.session.commit()


def _something_waits() -> bool:
    kinds = handlers.keys() - {TIDY}
    waiting = select(Job.id).where(Job.open(), Job.kind.in_(kinds)).limit(1)
    with reading():
        return db.session.scalar(waiting) is not None
