"""The one door: every contribution enters here, is checked and rendered once."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable

from flask import current_app
from flask_babel import format_number
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app import markup, pipeline
from app.accounts.models import Account
from app.accounts.names import tidy
from app.db import db, next_change_no, now
from app.media.uploading import accept_upload, digest_of
from app.posts import marks
from app.posts.models import (
    HELD,
    PUBLISHED,
    SUPERSEDED,
    Attachment,
    Post,
    Revision,
    Thread,
)
from app.web.errors import Refused

DESCRIPTION_MAX = 200
# Stands for a title in every language and list.
TITLE_GONE = "…"

# Asked in turn whether a post waits for a teacher first; the rooms above add theirs.
holding_rules: list[Callable[[Thread, Account], bool]] = []


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

    Refused when it is empty or too long; with a picture, what it says may be
    empty. The database takes one post for each key: ask `sent_before` first.
    """
    source = checked_source(source, may_be_empty=bool(picture))
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
    revision = add_revision(post, 1, source, lang)
    if picture:
        described = checked_description(description)
        attach(revision, [(accept_upload(picture).id, described)])
    if not is_held(thread, author):
        make_public(post, revision)
    return post


def is_held(thread: Thread, author: Account) -> bool:
    """Whether what she writes there waits for a teacher first."""
    return any(holds(thread, author) for holds in holding_rules)


def sent_before(author: Account, form_key: str) -> Post | None:
    """Find the post that this form made when it came through before."""
    return db.session.scalars(
        select(Post).where(
            Post.author_id == author.person_id, Post.form_key == form_key
        )
    ).one_or_none()


def is_as_sent(
    post: Post, source: str, picture: FileStorage | None, description: str
) -> bool:
    """Whether the form that made this post came again with the same in it.

    A picture that the browser has lost meanwhile is no other one.
    """
    first = post.revisions[0]
    said = {attachment.description for attachment in first.attachments}
    return (
        first.sha256 == digest(tidied(source))
        and carries(first, picture)
        and (not description or description in said)
    )


def carries(revision: Revision, picture: FileStorage | None) -> bool:
    """Whether the picture of a form is one of a version's, or the form has none."""
    known = {attachment.media.sha256 for attachment in revision.attachments}
    return picture is None or digest_of(picture) in known


def make_public(post: Post, revision: Revision) -> None:
    """Let readers see a revision, from the caller's commit on; flushes."""
    if post.current is not None and post.current is not revision:
        post.current.state = SUPERSEDED
    revision.state, revision.published_at = PUBLISHED, now()
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
    _guard_title(thread)
    db.session.flush()


def _guard_title(thread: Thread) -> None:
    """Let a title go and come back with the post it came with: it is words of it."""
    opening = db.session.scalars(
        select(Post).where(Post.thread_id == thread.id).order_by(Post.id).limit(1)
    ).one()
    # Before anything is out, who began it and her teachers alone read it.
    if thread.begun_no is None or not (thread.title or thread.kept_title):
        return
    if opening.is_out and thread.kept_title is not None:
        thread.title, thread.kept_title = thread.kept_title, None
    elif not opening.is_out and thread.kept_title is None:
        thread.title, thread.kept_title = TITLE_GONE, thread.title


def checked_source(typed: str, *, may_be_empty: bool) -> str:
    """Refuse what is empty or over the limit, saying by how much."""
    source = tidied(typed)
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


def tidied(typed: str) -> str:
    """Write line ends as we keep them: browsers send two characters for each."""
    return typed.replace("\r\n", "\n").strip("\n")


def _is_seen(ch: str) -> bool:
    """Hold for letters, figures, signs and emoji; not for spaces and joiners."""
    return unicodedata.category(ch)[0] in "LNPS"


def add_revision(post: Post, n: int, source: str, lang: str) -> Revision:
    revision = Revision(
        post_id=post.id,
        n=n,
        source=source,
        html=str(markup.render(source)),
        rendered_by=markup.VERSION,
        lang=lang,
        sha256=digest(source),
        state=HELD,
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def attach(revision: Revision, pictures: Iterable[tuple[int, str]]) -> None:
    for n, (media_id, described) in enumerate(pictures, 1):
        shown = Attachment(
            revision_id=revision.id, media_id=media_id, n=n, description=described
        )
        db.session.add(shown)
    db.session.flush()


def checked_description(typed: str) -> str:
    described = tidy(typed)[:DESCRIPTION_MAX]
    if not described:
        raise Refused(
            _(
                "Say in a few words what the picture shows, for those who cannot load it."
            )
        )
    return described


def digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
