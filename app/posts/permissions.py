"""Who may write in a thread, and who may act on a post."""

from sqlalchemy import ColumnElement

from app.accounts.models import Account
from app.classrooms.models import space_ids
from app.posts.models import LETTERS, RETURNED, Post, Thread, has_begun


def may_write(viewer: Account, thread: Thread) -> bool:
    """Everyone who can read a thread may write in it; letters only the pair.

    Before its first post is released only who began it: an answer would show
    the title to all.
    """
    if thread.kind != LETTERS:
        return thread.made_by_id == viewer.person_id or has_begun(thread)
    return viewer.person_id in {reader.person_id for reader in thread.readers}


def may_mend(viewer: Account, post: Post) -> bool:
    """An author mends what her teacher returned."""
    return (
        post.author_id == viewer.person_id
        and post.waiting is not None
        and post.waiting.state == RETURNED
    )


def moderated_by(viewer: Account) -> ColumnElement[bool]:
    """Hold for posts in threads a teacher can open, in spaces where she teaches."""
    threads = (
        Thread.visible_to(viewer)
        .where(Thread.space_id.in_(space_ids(viewer, as_teacher=True)))
        .order_by(None)
        .with_only_columns(Thread.id)
    )
    return Post.thread_id.in_(threads)
