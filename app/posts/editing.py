"""Editing: a new version of a post waits, or goes out; words are never lost on the way."""

from flask_babel import gettext as _
from sqlalchemy import Select, select
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account, Viewer
from app.db import db
from app.media.uploading import accept_upload
from app.posts.models import (
    REFUSED,
    RETURNED,
    SUPERSEDED,
    Post,
    Revision,
    Thread,
)
from app.posts.permissions import why_not
from app.posts.publishing import (
    add_revision,
    attach,
    carries,
    checked_description,
    checked_source,
    digest,
    is_held,
    make_public,
)
from app.web.errors import Refused


class NewerVersionError(Refused):
    """The form began from a version that is not the newest; both must be kept."""


def own_posts(viewer: Viewer) -> Select[tuple[Post]]:
    """Select what the viewer wrote in threads she may open, whatever became of it.

    For her to look after; what readers see of it says `Post.visible_to`.
    """
    threads = Thread.visible_to(viewer).order_by(None).with_only_columns(Thread.id)
    return select(Post).where(
        Post.author_id == viewer.person_id,
        Post.erased_at.is_(None),
        Post.thread_id.in_(threads),
    )


def why_no_change(author: Account, post: Post) -> str | None:
    """Say why the author may not change her post now; None when she may."""
    if post.withdrawn_at is not None:
        return _("You took this post back. It cannot be changed any more.")
    if post.hidden_at is not None:
        return _("A teacher has hidden this post. Talk with your teacher.")
    if post.current is None and post.waiting and post.waiting.state == REFUSED:
        return _("Your teacher kept this post back. Talk with your teacher.")
    return why_not(author, post.thread)


def newest_version(post: Post) -> Revision:
    return db.session.scalars(
        select(Revision)
        .where(Revision.post_id == post.id)
        .order_by(Revision.n.desc())
        .limit(1)
    ).one()


def version_to_change(post: Post) -> Revision:
    """Give the version that an edit begins with: what waits, else what is out."""
    if post.waiting is not None and post.waiting.state != REFUSED:
        return post.waiting
    return post.current or newest_version(post)


def change(
    post: Post,
    author: Account,
    source: str,
    lang: str,
    *,
    base: int,
    picture: FileStorage | None = None,
    description: str = "",
    without_picture: bool = False,
) -> Revision:
    """Make a new version of a post, held or out at once; flushes.

    `base` is the number of the newest version when the form was made. The same
    form sent again gives the version it made the first time, and words that
    change nothing give the one they are. `NewerVersionError` when another
    version came between. A new picture takes the old one's place, `without_picture`
    takes it away.
    """
    refused = why_no_change(author, post)
    if refused is not None:
        raise Refused(refused)
    began = version_to_change(post)
    keeps = not without_picture and bool(began.attachments)
    source = checked_source(source, may_be_empty=bool(picture) or keeps)
    if picture:
        description = checked_description(description)
    newest = newest_version(post)
    if base != newest.n:
        sent = _sent_before(post, base, digest(source), lang, picture)
        if sent is not None:
            return sent
        raise NewerVersionError(
            _(
                "You have changed this post since you opened this form. Both are "
                "safe: look which one you want."
            )
        )
    if picture:
        pictures = [(accept_upload(picture).id, description)]
    else:
        pictures = [] if without_picture else began.pictures
    if began.state != RETURNED and _is(began, digest(source), lang, pictures):
        return began
    if post.waiting is not None:
        post.waiting.state = SUPERSEDED
    revision = add_revision(post, newest.n + 1, source, lang)
    attach(revision, pictures)
    db.session.expire(post, ["waiting"])
    if not is_held(post.thread, author):
        make_public(post, revision)
    return revision


def leave(post: Post, *, base: int) -> None:
    """Take a change back that is not out, so that what is out stays; flushes.

    Twice is once. Refused when it is out already, or is not the one she saw.
    """
    waiting = post.waiting
    if post.current is None:
        raise Refused(_("This post is not out yet. You can take it back as a whole."))
    if waiting is None:
        if newest_version(post) is post.current:
            raise Refused(
                _("Your change is out already. Change the post again if it should not.")
            )
        return
    if waiting.n != base:
        raise Refused(_("There is a newer change of yours. Look at it first."))
    waiting.state = SUPERSEDED
    db.session.flush()
    db.session.expire(post, ["waiting"])


def _sent_before(
    post: Post, base: int, sha256: str, lang: str, picture: FileStorage | None
) -> Revision | None:
    """Find the version that this form made when it came through before."""
    same = select(Revision).where(
        Revision.post_id == post.id,
        Revision.n > base,
        Revision.sha256 == sha256,
        Revision.lang == lang,
    )
    found = db.session.scalars(same.order_by(Revision.n))
    return next((one for one in found if carries(one, picture)), None)


def _is(
    revision: Revision, sha256: str, lang: str, pictures: list[tuple[int, str]]
) -> bool:
    return (revision.sha256, revision.lang, revision.pictures) == (
        sha256,
        lang,
        pictures,
    )
