"""The job that brings the index in line with posts and their translations."""

from collections.abc import Sequence

from app.db import reading
from app.jobs import job
from app.search import generations, indexing, rebuilding

# Deleting opens a reader, whatever the number of posts: do many at once.
BATCH = 200


@job(indexing.KIND, batch=BATCH)
def index_posts(post_ids: Sequence[int]) -> None:
    """Bring the index in line with these posts; running it twice changes nothing.

    An index that cannot be written is made anew instead, from all posts.
    """
    from app.search import index

    home = generations.home()
    with index.write_lock(home):
        rebuilding.note_late(home, post_ids)
        folder = generations.current(home)
        try:
            if folder is None:
                raise generations.Damaged("there is no index yet")
            with reading():
                problem = indexing.behind(
                    folder.name, generations.check(folder), indexing.known()
                )
                if problem:
                    raise generations.Damaged(problem)
                change_no = indexing.indexed_up_to(post_ids)
                gone = indexing.any_taken_back(post_ids)
                seal = index.update(
                    folder,
                    post_ids,
                    indexing.documents(post_ids),
                    change_no,
                    forget=gone,
                )
        except generations.Damaged as damage:
            wanted = str(damage)
        else:
            indexing.remember(folder.name, seal)
            if gone:
                rebuilding.sweep(home, folder)
            return
    rebuilding.mend(wanted)
