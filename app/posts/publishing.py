"""The one door: every contribution enters here, is checked and rendered once."""

import hashlib
import unicodedata
from collections.abc import Callable
from typing import TypeGuard

from flask import current_app
from flask_babel import format_number
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app import markup, pipeline
from app.accounts.models import Account
from app.db import db, next_change_no, now
from app.media.uploading import accept_upload
from app.posts import marks
from app.posts.models import (
    HELD,
    PUBLISHED,
    RETURNED,
    SUPERSEDED,
    Attachment,
    Post,
    Revision,
    Thread,
)
from app.web.errors import Refused

DESCRIPTION_MAX = 200

# Asked in turn whether a post waits for a teacher first; the rooms above add theirs.
holding_rules: list[Callable[[Thread, Account], bool]] = []


class OtherWordsError(Refused):
    """The form was sent before with other words; both must be kept."""


def publish(
    thread: Thread,
    author: Account,
    source: str,
    *,
    form_key: str,
    lang: str,
    picture: FileStorage | None = None,
    description: str = "",
) -> Post:
    """Put a post into a thread, held or published; flushes.

    The same form sent again gives the post it made the first time. Refused
    when it is empty or too long, `OtherWordsError` when the form was used
    for other words. With a picture, what it says may be empty.
    """
    source = checked_source(source, may_be_empty=bool(picture))
    sent = sent_before(author, form_key)
    if sent is not None:
        first = sent.revisions[0]
        other_picture = bool(picture) != bool(first.attachments)
        if first.sha256 != _digest(source) or other_picture:
            raise OtherWordsError(
                _(
                    "You sent this form already, with other words. Those are safe. "
                    "Send again to add these as a post of their own."
                )
            )
        return sent
    change_no = next_change_no()
    post = Post(
        thread_id=thread.id,
        author_id=author.person_id,
        kind=thread.kind,
        form_key=form_key,
        order_key=change_no,
        change_no=change_no,
    )
    db.session.add(post)
    db.session.flush()
    marks.follow(thread.id, author.person_id)
    revision = _add_revision(post, 1, source, lang)
    if picture:
        _attach(revision, picture, description)
    if any(holds(thread, author) for holds in holding_rules):
        revision.state = HELD
        db.session.flush()
    else:
        make_public(post, revision)
    return post


def sent_before(author: Account, form_key: str) -> Post | None:
    """Find the post that this form made when it came through before."""
    return db.session.scalars(
        select(Post).where(
            Post.author_id == author.person_id, Post.form_key == form_key
        )
    ).one_or_none()


def mend(
    post: Post,
    source: str,
    lang: str,
    *,
    picture: FileStorage | None = None,
    description: str = "",
) -> Revision:
    """Send a returned post again, mended, to wait for the teacher; flushes.

    The same words sent twice are one version. A new picture takes the old
    one's place; without one the old picture stays.
    """
    returned = post.waiting
    source = checked_source(
        source,
        may_be_empty=bool(picture)
        or (returned is not None and bool(returned.attachments)),
    )
    if returned is None or returned.state != RETURNED:
        if _is_mended_so(returned, source):
            return returned
        raise Refused(
            _(
                "This post is with your teacher already. Copy these words if you need them."
            )
        )
    returned.state = SUPERSEDED
    revision = _add_revision(post, returned.n + 1, source, lang)
    revision.state = HELD
    if picture:
        _attach(revision, picture, description)
        return revision
    for old in returned.attachments:
        db.session.add(
            Attachment(
                revision_id=revision.id,
                media_id=old.media_id,
                n=old.n,
                description=old.description,
            )
        )
    db.session.flush()
    return revision


def _is_mended_so(waiting: Revision | None, source: str) -> TypeGuard[Revision]:
    """Whether these words came through already: the same form, sent twice."""
    return (
        waiting is not None
        and waiting.state == HELD
        and waiting.n > 1
        and waiting.sha256 == _digest(source)
    )


def make_public(post: Post, revision: Revision) -> None:
    """Let readers see a revision, from the caller's commit on; flushes."""
    if post.current is not None and post.current is not revision:
        post.current.state = SUPERSEDED
    revision.state = PUBLISHED
    post.current = revision
    post.change_no = next_change_no()
    if post.published_at is None:
        post.published_at = now()
        post.order_key = post.change_no
    changed(post)


def conceal(post: Post, *, hidden: bool) -> None:
    """Hide a post from its readers or show it again; flushes."""
    post.hidden_at = now() if hidden else None
    post.change_no = next_change_no()
    changed(post)


def changed(post: Post) -> None:
    """Bring in line what is said of a post elsewhere, and queue the rest; flushes."""
    db.session.flush()
    _sum_up(post)
    pipeline.posts_changed([post.id])


def _sum_up(post: Post) -> None:
    """Write into the thread how many posts readers see, and the newest of them."""
    count, last_no, last_key = db.session.execute(
        select(func.count(), func.max(Post.change_no), func.max(Post.order_key)).where(
            Post.thread_id == post.thread_id, Post.is_published()
        )
    ).one()
    thread = db.session.get_one(Thread, post.thread_id)
    thread.post_count, thread.last_no = count, last_no
    thread.last_key = last_key or thread.last_key
    if thread.begun_no is None and post.published_at is not None:
        thread.begun_no = post.change_no
    db.session.flush()


def checked_source(typed: str, *, may_be_empty: bool) -> str:
    """Refuse what is empty or over the limit, saying by how much."""
    source = typed.replace("\r\n", "\n").strip("\n")
    size, most = len(source.encode()), current_app.config["POST_MAX_BYTES"]
    if size > most:
        over = size - most
        raise Refused(
            _(
                "Your text is %(over)s bytes too long; %(most)s fit. Shorten it, or send "
                "the rest as an answer.",
                over=format_number(over),
                most=format_number(most),
            )
        )
    if not may_be_empty and not any(map(_is_seen, source)):
        raise Refused(_("There are no words yet. Write something, then send it."))
    return source


def _is_seen(ch: str) -> bool:
    """Hold for letters, figures, signs and emoji; not for spaces and joiners."""
    return unicodedata.category(ch)[0] in "LNPS"


def _add_revision(post: Post, n: int, source: str, lang: str) -> Revision:
    revision = Revision(
        post_id=post.id,
        n=n,
        source=source,
        html=str(markup.render(source)),
        rendered_by=markup.VERSION,
        lang=lang,
        sha256=_digest(source),
        state=HELD,
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def _attach(revision: Revision, picture: FileStorage, description: str) -> None:
    described = " ".join(description.split())[:DESCRIPTION_MAX]
    if not described:
        raise Refused(
            _(
                "Say in a few words what the picture shows, for those who cannot load it."
            )
        )
    media = accept_upload(picture)
    db.session.add(
        Attachment(
            revision_id=revision.id, media_id=media.id, n=1, description=described
        )
    )
    db.session.flush()


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
