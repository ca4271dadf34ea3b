"""Where the draft of a new thread is sent to."""

from flask import url_for

from app.accounts.models import Account
from app.db import db
from app.forums.models import Forum
from app.posts.destinations import Destination
from app.posts.permissions import company_missing, has_company


def forum_destination(forum_id: int, writer: Account) -> Destination | None:
    """Say where a new thread of a forum is sent; None where she may not read it."""
    forum = db.session.scalars(
        Forum.visible_to(writer).where(Forum.id == forum_id)
    ).one_or_none()
    if forum is None:
        return None
    return Destination(
        url_for("forums.new_thread", forum_id=forum_id),
        url_for("forums.forum", forum_id=forum_id),
        forum.title,
        is_new_thread=True,
        barred=None if has_company(writer, forum.space_id) else company_missing(),
    )
