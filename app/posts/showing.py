"""Posts as one reader sees them: in her language first, with a plain word on how."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app import markup
from app.accounts.models import Account, Person
from app.db import db
from app.posts.models import (
    BEGINNING_BYTES,
    PUBLISHED,
    Attachment,
    Post,
    Rendition,
    Revision,
    Thread,
)

# Which page shows a thread of each kind; the rooms above say theirs.
thread_endpoints: dict[str, str] = {}

MACHINE, NO_PACK, NOT_YET = "machine", "no pack", "not yet"


@dataclass(frozen=True)
class ShownPost:
    """One post on a page; `how` is empty when these are the author's own words."""

    post: Post
    author: Person
    revision: Revision
    body: Markup
    lang: str
    how: str
    doubt: int
    attachments: Sequence[Attachment]
    shortened: bool
    own: bool

    @property
    def state(self) -> str:
        return self.revision.state

    @property
    def readable(self) -> bool:
        return self.state == PUBLISHED


def with_words(query: Select[tuple[Post]]) -> Select[tuple[Post]]:
    """Load authors and words in the same query, however many rows."""
    return query.options(
        joinedload(Post.author),
        joinedload(Post.current),
        joinedload(Post.waiting),
    )


def shown(
    posts: Iterable[Post], viewer: Account, *, original: bool = False, whole: bool = False
) -> list[ShownPost]:
    """Prepare posts loaded by `with_words` for the viewer; two queries in all.

    Somebody else's version that waits for a teacher is never among them.
    """
    chosen = [
        (post, revision)
        for post in posts
        if (revision := _revision_for(post, viewer)) is not None
    ]
    return [
        _shown_post(post, revision, viewer, renditions, attachments, original, whole)
        for renditions, attachments in [_extras([r for _p, r in chosen], viewer)]
        for post, revision in chosen
    ]


def shown_revisions(revisions: Sequence[Revision], viewer: Account) -> list[ShownPost]:
    """Prepare the very versions that wait, whole and original, for their teacher."""
    renditions, attachments = _extras(revisions, viewer)
    return [
        _shown_post(r.post, r, viewer, renditions, attachments, True, True)
        for r in revisions
    ]


def thread_url(thread: Thread, **values: object) -> str:
    return url_for(thread_endpoints[thread.kind], thread_id=thread.id, **values)


def _revision_for(post: Post, viewer: Account) -> Revision | None:
    if post.author_id == viewer.person_id:
        return post.waiting or post.current
    return post.current


Renditions = dict[int, Rendition]
Attachments = dict[int, list[Attachment]]


def _extras(
    revisions: Sequence[Revision], viewer: Account
) -> tuple[Renditions, Attachments]:
    ids = [revision.id for revision in revisions]
    renditions = {
        rendition.revision_id: rendition
        for rendition in db.session.scalars(
            select(Rendition).where(
                Rendition.revision_id.in_(ids), Rendition.lang == viewer.person.lang
            )
        )
    }
    attachments: Attachments = defaultdict(list)
    for attachment in db.session.scalars(
        select(Attachment).where(Attachment.revision_id.in_(ids)).order_by(Attachment.n)
    ):
        attachments[attachment.revision_id].append(attachment)
    return renditions, attachments


def _shown_post(
    post: Post,
    revision: Revision,
    viewer: Account,
    renditions: Renditions,
    attachments: Attachments,
    original: bool,
    whole: bool,
) -> ShownPost:
    body, source, lang, how, doubt = revision.body, revision.source, revision.lang, "", 0
    if not original and lang != viewer.person.lang and revision.state == PUBLISHED:
        rendition = renditions.get(revision.id)
        if rendition is None:
            how = NOT_YET
        elif rendition.source is None:
            how = NO_PACK
        else:
            how, lang, doubt = MACHINE, rendition.lang, rendition.doubt
            body, source = rendition.body, rendition.source
    shortened = not whole and len(body) > BEGINNING_BYTES
    if shortened:
        body = markup.render(_beginning(source))
    return ShownPost(
        post=post,
        author=post.author,
        revision=revision,
        body=body,
        lang=lang,
        how=how,
        doubt=doubt,
        attachments=attachments.get(revision.id, []),
        shortened=shortened,
        own=post.author_id == viewer.person_id,
    )


def _beginning(source: str) -> str:
    """Cut at a space, so that no word is torn, and say that there is more."""
    raw = source.encode()[: BEGINNING_BYTES // 2].decode(errors="ignore")
    cut = max(raw.rfind(" "), raw.rfind("\n"))
    return (raw[:cut] if cut > len(raw) // 2 else raw) + " …"
