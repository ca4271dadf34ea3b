"""Taking a post back: a line stays in its place, and every copy goes."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from app.db import db, next_change_no, now
from app.jobs import enqueue, job
from app.media.models import Media
from app.media.uploading import discard, drop_bytes
from app.posts.models import HELD, SUPERSEDED, Attachment, Draft, Post, Revision
from app.posts.publishing import changed

KIND = "posts.drop_pictures"


def withdraw(post: Post) -> None:
    """Take a post from all its readers for good; flushes. Twice is once.

    Its words stay in its history, for the adults who look after its author. What the
    same form sent with other words was never part of it, and stays a draft.
    """
    if post.withdrawn_at is not None:
        return
    post.withdrawn_at = now()
    post.change_no = next_change_no()
    if post.waiting is not None and post.waiting.state == HELD:
        post.waiting.state = SUPERSEDED
    db.session.execute(
        delete(Draft)
        .where(Draft.post_id == post.id)
        .execution_options(synchronize_session=False)
    )
    changed(post)
    enqueue(KIND, [post.id])


@job(KIND)
def drop_pictures(post_ids: Sequence[int]) -> None:
    """Delete the pictures that no other post carries; twice changes nothing."""
    gone = or_(Post.withdrawn_at.is_not(None), Post.erased_at.is_not(None))
    carried, elsewhere = aliased(Attachment), aliased(Post)
    still_shown = (
        select(carried.id)
        .join(Revision, Revision.id == carried.revision_id)
        .join(elsewhere, elsewhere.id == Revision.post_id)
        .where(
            carried.media_id == Media.id,
            elsewhere.withdrawn_at.is_(None),
            elsewhere.erased_at.is_(None),
        )
    )
    dropped = db.session.scalars(
        select(Media)
        .join(Attachment, Attachment.media_id == Media.id)
        .join(Revision, Revision.id == Attachment.revision_id)
        .join(Post, Post.id == Revision.post_id)
        .where(Post.id.in_(post_ids), gone, ~still_shown.exists())
        .distinct()
    ).all()
    uploads = [upload for media in dropped if (upload := drop_bytes(media))]
    db.session.commit()
    for upload in uploads:
        discard(upload)
