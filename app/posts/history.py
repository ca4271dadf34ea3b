"""The history of a post: its versions, and what each changed, for those who may look."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.classrooms.models import pupils_of, space_ids
from app.db import db
from app.posts.differences import Piece, difference, in_short
from app.posts.models import (
    HELD,
    PUBLISHED,
    REFUSED,
    RETURNED,
    Attachment,
    Post,
    Revision,
    Thread,
)
from app.posts.permissions import moderated_by
from app.web.pages import day

# About half of the page's 14,000 bytes even where nothing can be packed.
PAGE_BYTES = 6_000
VERSION_BYTES = 1_500
MOST_VERSIONS = 20


@dataclass(frozen=True)
class Version:
    """One version, and how it differs from the one before it."""

    revision: Revision
    # None for the first one, which is shown as it begins.
    before: Revision | None
    pieces: Sequence[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.kind in ("out", "added") for piece in self.pieces)

    @property
    def pictures(self) -> list[str]:
        return [shown.description for shown in self.revision.attachments]

    @property
    def other_pictures(self) -> bool:
        then = self.before
        return then is not None and self.revision.pictures != then.pictures


@dataclass(frozen=True)
class History:
    """A page of a post's versions, newest first."""

    post: Post
    versions: Sequence[Version]
    # The number of the newest version that did not fit; None when all did.
    older: int | None
    # What a teacher wrote is for the author and who looks after her.
    notes: bool


def history_of(viewer: Account, ref: str, *, up_to: int | None) -> History:
    """Fetch the history of a post from one version down; 404 for who may not look."""
    post, all_versions = _post(viewer, ref)
    revisions = _revisions(post, all_versions=all_versions, up_to=up_to)
    versions: list[Version] = []
    total = 0
    for n, revision in enumerate(revisions[:MOST_VERSIONS]):
        before = revisions[n + 1] if n + 1 < len(revisions) else None
        pieces = difference(before.source if before else "", revision.source)
        short = in_short(pieces, VERSION_BYTES)
        total += sum(len(piece.words.encode()) for piece in short) + 200
        if total > PAGE_BYTES and n:
            break
        versions.append(Version(revision, before, short))
    left = revisions[len(versions) :]
    return History(
        post, versions, older=left[0].n if left else None, notes=all_versions
    )


def version_of(viewer: Account, ref: str, n: int) -> tuple[Post, Revision]:
    """Fetch one version of a post whole; 404 for who may not look."""
    post, all_versions = _post(viewer, ref)
    found = _revisions(post, all_versions=all_versions, up_to=n)
    if not found or found[0].n != n:
        abort(404)
    return post, found[0]


def version_stands(revision: Revision, post: Post) -> str:
    """Say in the history of a post what became of one version."""
    out = revision.published_at
    if out is not None and (revision.state != PUBLISHED or post.withdrawn_at):
        return _("Was out from %(day)s", day=day(out))
    if out is not None:
        return _("Out since %(day)s", day=day(out))
    if revision.state == HELD:
        return _("Waits for release")
    if revision.state == REFUSED:
        return _("Kept back by a teacher")
    if revision.state == RETURNED or revision.note:
        return _("Came back with a note")
    return _("Changed or taken back before it was out")


def taken_back(viewer: Account) -> Select[tuple[Post]]:
    """Select what her pupils took back, also before it was out, the newest first."""
    return (
        select(Post)
        .where(
            Post.withdrawn_at.is_not(None), Post.erased_at.is_(None), _of_pupils(viewer)
        )
        .order_by(Post.withdrawn_at.desc())
        .options(joinedload(Post.author))
    )


def _post(viewer: Account, ref: str) -> tuple[Post, bool]:
    """Find the post, and say whether also what was never out may be seen."""
    closely = _looked_after(viewer)
    found = db.session.execute(
        select(Post, closely)
        .where(
            Post.named(ref),
            Post.erased_at.is_(None),
            or_(closely, and_(Post.published_at.is_not(None), moderated_by(viewer))),
        )
        .options(joinedload(Post.author), joinedload(Post.thread))
    ).one_or_none()
    if found is None:
        abort(404)
    return found[0], bool(found[1])


def _looked_after(viewer: Account) -> ColumnElement[bool]:
    """Hold for her own posts, until she takes them back, and for her pupils'."""
    own = and_(Post.author_id == viewer.person_id, Post.withdrawn_at.is_(None))
    return or_(own, _of_pupils(viewer))


def _of_pupils(viewer: Account) -> ColumnElement[bool]:
    """Hold for posts of pupils, in spaces where she reads along.

    What a pupil writes in another class of hers is for that one's teachers.
    """
    threads = select(Thread.id).where(
        Thread.space_id.in_(space_ids(viewer, as_adult=True))
    )
    return and_(Post.author_id.in_(pupils_of(viewer)), Post.thread_id.in_(threads))


def _revisions(
    post: Post, *, all_versions: bool, up_to: int | None
) -> Sequence[Revision]:
    query = select(Revision).where(Revision.post_id == post.id)
    if not all_versions:
        query = query.where(Revision.published_at.is_not(None))
    if up_to is not None:
        query = query.where(Revision.n <= up_to)
    return db.session.scalars(
        query.order_by(Revision.n.desc())
        .limit(MOST_VERSIONS + 1)
        .options(selectinload(Revision.attachments).joinedload(Attachment.media))
    ).all()
