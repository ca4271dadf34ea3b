"""The job that brings the index in line with posts and their translations."""

import logging
from collections.abc import Collection, Sequence

from app.db import db, reading
from app.jobs import enqueue, job
from app.search import generations, indexing, mending, rebuilding, tidying
from app.search.generations import Damaged

# A commit costs as much for one post as for many: 8 syncs, and 10 ms of CPU at
# 100,000 posts; each post in it 1.5 ms.
BATCH = 500
PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


@job(
    indexing.KIND, batch=BATCH, newest=True, promptly=True, pause_seconds=PAUSE_SECONDS
)
def index_posts(post_ids: Sequence[int]) -> Collection[int]:
    """Bring the index in line with these posts; running it twice changes nothing.

    An index that cannot be used is made anew instead, from all posts. They are left
    for later until it is, and where the disk does not take them.
    """
    try:
        done = _index(post_ids)
    except OSError as error:
        db.session.rollback()
        log.warning("the index cannot be written now: %s", error)
        done = False
    return () if done else post_ids


def _index(post_ids: Sequence[int]) -> bool:
    from app.search import index

    home = generations.home()
    with index.write_lock(home):
        rebuilding.note_late(home, post_ids)
        folder = generations.current(home)
        try:
            if folder is None:
                raise Damaged("there is no index yet")
            with reading():
                seal, known = generations.check(folder), indexing.known()
                if problem := indexing.behind(folder.name, seal, known):
                    raise Damaged(problem)
                taken_back = indexing.taken_back(post_ids)
                seal = index.update(
                    folder,
                    post_ids,
                    indexing.documents(post_ids),
                    indexing.indexed_up_to(post_ids),
                    known_no=known.commits[folder.name],
                )
        except Damaged as damage:
            wanted = str(damage)
        else:
            indexing.remember(folder.name, seal)
            enqueue(tidying.FORGET, taken_back)
            if tidying.many_segments(seal):
                enqueue(tidying.TIDY, [1])
            # While the lock is held, so that no older commit is noted after it.
            db.session.commit()
            if taken_back:
                rebuilding.sweep(home, folder)
            return True
    return mending.mend(wanted)
