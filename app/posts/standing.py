"""Where her own post stands, said to its author in plain words."""

from datetime import datetime

from flask_babel import gettext as _

from app.posts.models import HELD, PUBLISHED, REFUSED, RETURNED, Post
from app.web.pages import day


def standing(post: Post) -> str:
    """Say in one line where it stands; `with_words` loads what this asks for."""
    if post.withdrawn_at is not None:
        return _("You took this post back.")
    if post.hidden_at is not None:
        return _("Hidden by a teacher. Talk with your teacher.")
    is_out = post.current is not None
    if post.waiting is not None:
        state = post.waiting.state
    else:
        state = PUBLISHED if is_out else REFUSED
    return stands(state, is_out=is_out, out_at=post.published_at)


def stands(state: str, *, is_out: bool, out_at: datetime | None) -> str:
    """Say it of a post that is still there, by the state of its newest version.

    `is_out` while readers see it, or an older version of it.
    """
    if state == PUBLISHED and out_at is not None:
        return _("Published on %(day)s", day=day(out_at))
    if is_out:
        return _change_stands(state)
    if state == HELD:
        return _("With your teacher")
    if state == RETURNED:
        return _("Came back with a note")
    return _("Not sent. Talk with your teacher.")


def _change_stands(state: str) -> str:
    if state == HELD:
        return _(
            "Your change is with your teacher. Until it is out, the post stays as it was."
        )
    if state == RETURNED:
        return _("It is out as it was. Your change came back with a note.")
    return _("It is out as it was. Your teacher kept your change back.")
