"""What teachers do with forums and threads: name, group, pin, lock, move, announce."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.names import fold, tidy
from app.classrooms.founding import checked_title
from app.db import db, now
from app.forums.models import Forum
from app.jobs import enqueue
from app.moderation.log import record
from app.posts.models import Post, Thread
from app.search import indexing
from app.web.errors import Refused

CATEGORY_MAX = 80
# Of one space: all of them are on the page that moves a thread.
FORUMS_MAX = 50


@dataclass(frozen=True)
class Arrangement:
    """How a thread shall stand: every tick of the form, and the forum chosen."""

    pinned: bool
    locked: bool
    announcement: bool
    keeps_first: bool
    forum_id: int


def arrange(thread: Thread, wanted: Arrangement, teacher: Account) -> None:
    """Bring a thread in line with a form, and log what it changes; flushes.

    Moves only within the thread's space, for its audience never changes.
    """
    choices = {forum.id: forum.title for forum in forums_of(thread.space_id)}
    if wanted.forum_id not in choices:
        raise Refused(
            _("This forum has other readers. Choose one of the list."), "forum"
        )
    acts = dict.fromkeys(_acts(thread, wanted), "")
    if thread.forum_id != wanted.forum_id:
        acts["move"] = choices[wanted.forum_id]
        # A search can ask for one forum.
        posts = select(Post.id).where(Post.thread_id == thread.id, Post.is_published())
        enqueue(indexing.KIND, db.session.scalars(posts))
    thread.pinned = wanted.pinned
    thread.announcement = wanted.announcement
    thread.keeps_first = wanted.keeps_first
    thread.forum_id = wanted.forum_id
    if wanted.locked != (thread.locked_at is not None):
        thread.locked_at = now() if wanted.locked else None
    post_uid = _first_post_uid(thread)
    for act, reason in acts.items():
        record(teacher, act, post_uid, reason)
    db.session.flush()


def _acts(thread: Thread, wanted: Arrangement) -> Iterator[str]:
    """Name the ticks that the form changes, as the moderation log shall say it."""
    ticks = (
        (thread.pinned, wanted.pinned, "pin", "unpin"),
        (thread.locked_at is not None, wanted.locked, "lock", "unlock"),
        (thread.announcement, wanted.announcement, "announce", "end announcement"),
        (thread.keeps_first, wanted.keeps_first, "keep on top", "off the top"),
    )
    for before, after, on, off in ticks:
        if before != after:
            yield on if after else off


def _first_post_uid(thread: Thread) -> str:
    """Find what the log calls the thread by; a thread is begun with a post."""
    first = select(Post.uid).where(Post.thread_id == thread.id).order_by(Post.order_key)
    return db.session.scalar(first.limit(1)) or thread.uid


def forums_of(space_id: int) -> Sequence[Forum]:
    """List a space's forums as its page does."""
    return db.session.scalars(
        select(Forum)
        .where(Forum.space_id == space_id)
        .order_by(Forum.category, Forum.title, Forum.id)
    ).all()


def categories_of(forums: Sequence[Forum]) -> list[str]:
    return sorted({forum.category for forum in forums if forum.category})


def make_forum(space_id: int, title: str, category: str, lang: str) -> Forum:
    """Make a forum, or give the one of this title that its readers have; flushes.

    So a second tap on the button makes no second forum.
    """
    called, grouped = checked_title(title, "title"), checked_category(category)
    there = forums_of(space_id)
    known = _named(there, called)
    if known is not None:
        return known
    if len(there) >= FORUMS_MAX:
        raise Refused(
            _(
                "These readers have %(most)s forums already, and more would not fit on "
                "a page. Give one of them another name.",
                most=FORUMS_MAX,
            )
        )
    forum = Forum(space_id=space_id, title=called, category=grouped, lang=lang)
    db.session.add(forum)
    db.session.flush()
    return forum


def rename_forum(forum: Forum, title: str, category: str) -> None:
    """Call and group a forum otherwise; Refused says why not; flushes."""
    called, grouped = checked_title(title, "title"), checked_category(category)
    if _named(forums_of(forum.space_id), called) not in (None, forum):
        raise Refused(
            _(
                "The forum “%(title)s” is there already. Give this one another name.",
                title=called,
            ),
            "title",
        )
    forum.title, forum.category = called, grouped
    db.session.flush()


def checked_category(typed: str) -> str:
    """Tidy a category, or say what is wrong with it; none is fine."""
    category = tidy(typed)
    if len(category) > CATEGORY_MAX:
        raise Refused(
            _(
                "This category is longer than %(most)s letters. Shorten it.",
                most=CATEGORY_MAX,
            ),
            "category",
        )
    return category


def _named(forums: Sequence[Forum], title: str) -> Forum | None:
    """Find the forum that is called so, however it is typed."""
    alike = (forum for forum in forums if _same(forum.title, title))
    return next(alike, None)


def _same(one: str, other: str) -> bool:
    # What folds to nothing, such as emoji, is compared as it stands.
    return (fold(one) or one) == (fold(other) or other)
