"""Where the words of a draft are sent to, what that is called, and why not now."""

from collections.abc import Callable
from typing import NamedTuple

from flask import current_app
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.db import db
from app.posts.drafting import Place
from app.posts.models import LETTERS, Draft, Thread
from app.posts.permissions import why_not
from app.posts.showing import answer_url, thread_url


class Destination(NamedTuple):
    """What a writer may read there is all that is said; `barred` is none if she may write."""

    # Where the form is sent.
    action: str = ""
    # Where it can be read.
    url: str = ""
    title: str = ""
    # The thread, if it is of letters: whom she writes to stands in its readers.
    letters: Thread | None = None
    is_new_thread: bool = False
    barred: str | None = None


def destination(draft: Draft | Place, writer: Account) -> Destination | None:
    """Say where words are sent; None where she may not read any more."""
    if draft.thread_id is not None:
        return _in_thread(draft.thread_id, writer)
    if draft.forum_id is not None:
        # The room of forums knows what its pages are.
        of_forum: Callable[[int, Account], Destination | None]
        of_forum = current_app.extensions["forum_destination"]
        return of_forum(draft.forum_id, writer)
    return None


def _in_thread(thread_id: int, writer: Account) -> Destination | None:
    thread = (
        db.session.scalars(
            Thread.visible_to(writer)
            .where(Thread.id == thread_id)
            .options(joinedload(Thread.readers))
        )
        .unique()
        .one_or_none()
    )
    if thread is None:
        return None
    return Destination(
        answer_url(thread),
        thread_url(thread),
        thread.title,
        thread if thread.kind == LETTERS else None,
        barred=why_not(writer, thread),
    )
