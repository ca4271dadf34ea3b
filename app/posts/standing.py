"""Where her own post stands, said to its author in plain words."""

from flask_babel import gettext as _

from app.posts.models import HELD, REFUSED, RETURNED, Post
from app.web.pages import day


def standing(post: Post) -> str:
    """Say in one line where it stands; `with_words` loads what this asks for."""
    waits = post.waiting.state if post.waiting else None
    if post.withdrawn_at is not None:
        return _("You took this post back.")
    if post.hidden_at is not None:
        return _("Hidden by a teacher. Talk with your teacher.")
    if post.current is not None and waits is not None:
        return change_stands(waits)
    if waits == HELD:
        return _("With your teacher")
    if waits == RETURNED:
        return _("Came back with a note")
    if waits == REFUSED or post.published_at is None:
        return _("Not sent. Talk with your teacher.")
    return _("Published on %(day)s", day=day(post.published_at))


def change_stands(state: str) -> str:
    """Say it of a change, by its state, whose post is out as it was."""
    if state == HELD:
        return _("It is out. Your change is with your teacher.")
    if state == RETURNED:
        return _("It is out as it was. Your change came back with a note.")
    return _("It is out as it was. Your teacher kept your change back.")
