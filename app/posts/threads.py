"""Starting a thread: in a forum, or between two pen pals."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.accounts.models import Account
from app.accounts.names import tidy
from app.db import db, last_number
from app.posts.models import FORUM_THREAD, LETTERS, Thread, ThreadReader
from app.web.errors import Refused

TITLE_MAX = 120


def start_thread(
    space_id: int, forum_id: int, title: str, author: Account, lang: str
) -> Thread:
    """Start a thread for all of a space; flushes."""
    title = tidy(title)
    if not title:
        missing = _("A title is missing. Say in a few words what it is about.")
        raise Refused(missing, "title")
    check_length(title)
    thread = Thread(
        space_id=space_id,
        forum_id=forum_id,
        kind=FORUM_THREAD,
        title=title,
        lang=lang,
        made_by_id=author.person_id,
        last_key=last_number("change_no"),
    )
    db.session.add(thread)
    db.session.flush()
    return thread


def check_length(title: str) -> None:
    if len(title) > TITLE_MAX:
        said = _(
            "The title is longer than %(most)s letters. Shorten it.", most=TITLE_MAX
        )
        raise Refused(said, "title")


def start_letters(space_id: int, maker: Account, person_ids: Iterable[int]) -> Thread:
    """Open a thread that only these persons and their teachers read; flushes."""
    thread = Thread(
        space_id=space_id,
        kind=LETTERS,
        title="",
        lang=maker.person.lang,
        made_by_id=maker.person_id,
    )
    db.session.add(thread)
    db.session.flush()
    for person_id in person_ids:
        db.session.add(ThreadReader(thread_id=thread.id, person_id=person_id))
    db.session.flush()
    return thread
