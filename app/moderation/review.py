"""Before a post leaves its author's class: release, return with a note, refuse."""

from flask_babel import gettext as _

from app.accounts.models import Account
from app.moderation.log import record
from app.posts.models import REFUSED, RETURNED, Revision, Thread
from app.posts.publishing import make_public
from app.web.errors import Refused

NOTE_MAX = 1000


def waits_for_teacher(thread: Thread, author: Account) -> bool:
    """Pupils' posts wait; adults sign in by name alone."""
    return not author.adult


def release(revision: Revision, teacher: Account) -> None:
    """Let the post go to its readers; flushes."""
    make_public(revision.post, revision)
    record(teacher, "release", revision.post.uid)


def return_to_author(revision: Revision, teacher: Account, note: str) -> None:
    """Give the post back with a note on what to change; flushes."""
    note = note.strip()
    if not note:
        raise Refused(
            _("Say in the note what should change, so that the pupil can mend it.")
        )
    if len(note) > NOTE_MAX:
        raise Refused(
            _("The note is longer than %(most)s letters. Shorten it.", most=NOTE_MAX)
        )
    revision.state = RETURNED
    revision.note = note
    record(teacher, "return", revision.post.uid)


def refuse(revision: Revision, teacher: Account, note: str) -> None:
    """Keep the post from ever leaving; its words stay as they are; flushes."""
    revision.state = REFUSED
    revision.note = note.strip()[:NOTE_MAX] or None
    record(teacher, "refuse", revision.post.uid)
