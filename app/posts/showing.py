"""Posts as one reader sees them: in her language first, with a plain word on how."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import abort, url_for
from markupsafe import Markup
from sqlalchemy import Select, and_, select
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
from app.posts.quoting import Quoted, quoted_by

if TYPE_CHECKING:
    from app.posts.reading import Line

# Which page shows a thread of each kind, and which takes what is written in it;
# the rooms above say theirs.
thread_endpoints: dict[str, str] = {}
answer_endpoints: dict[str, str] = {}
# What packs call languages that we call otherwise; the room of packs says so.
pack_codes: dict[str, str] = {}

MACHINE, PERSON, NO_PACK, NOT_YET = "machine", "person", "no pack", "not yet"
BACK, ERASED = "back", "erased"


@dataclass(frozen=True)
class Words:
    """What a reader gets to read; `how` is empty for the author's own words."""

    body: Markup
    source: str
    lang: str
    how: str = ""
    # Sentences that stayed as they were, and those that a person has said.
    doubt: int = 0
    mended: int = 0
    # The languages that a machine went through on its way.
    by_way_of: Sequence[str] = ()


@dataclass(frozen=True)
class ShownPost:
    """One post on a page: whose it is, its words, and how they came to be."""

    # On a thread's page one light row is all three.
    post: "Post | Line"
    author: "Person | Line"
    revision: "Revision | Line"
    words: Words
    body: Markup
    attachments: Sequence[Attachment]
    shortened: bool
    own: bool
    quote: Quoted | None = None
    # Once out, now a line in its place: `BACK` or `ERASED`.
    gone: str = ""
    # She has just asked for its translation.
    asked: bool = False

    @property
    def lang(self) -> str:
        return self.words.lang

    @property
    def how(self) -> str:
        return self.words.how

    @property
    def translated(self) -> bool:
        return self.how in (MACHINE, PERSON)

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
    posts: Iterable[Post],
    viewer: Account,
    *,
    original: bool = False,
    whole: bool = False,
) -> list[ShownPost]:
    """Prepare posts loaded by `with_words` for the viewer.

    One query in all, and one more where one of them answers another post.

    Somebody else's version that waits for a teacher is never among them.
    """
    chosen = [
        (post, revision)
        for post in posts
        if (revision := _revision_for(post, viewer)) is not None
    ]
    return _prepared(chosen, viewer, original=original, whole=whole)


def shown_revisions(revisions: Sequence[Revision], viewer: Account) -> list[ShownPost]:
    """Prepare the very versions that wait, whole and original, for their teacher."""
    chosen = [(revision.post, revision) for revision in revisions]
    return _prepared(chosen, viewer, original=True, whole=True)


def post_to_read(
    viewer: Account, ref: str
) -> tuple[Post, Thread, Revision, Rendition | None]:
    """Fetch a post that is out, its words and their copy in her language; or 404."""
    copy = and_(
        Rendition.revision_id == Revision.id, Rendition.lang == viewer.person.lang
    )
    found = db.session.execute(
        Post.visible_to(viewer)
        .where(Post.named(ref), Post.is_published())
        .join(Thread, Thread.id == Post.thread_id)
        .join(Revision, Revision.id == Post.current_id)
        .outerjoin(Rendition, copy)
        .add_columns(Thread, Revision, Rendition)
        .options(joinedload(Post.author))
    ).one_or_none()
    return tuple(found) if found else abort(404)


def thread_url(thread: Thread, **values: Any) -> str:
    return url_for(thread_endpoints[thread.kind], thread_id=thread.id, **values)


def answer_url(thread: Thread) -> str:
    """Say where the form of an answer is sent."""
    return url_for(answer_endpoints[thread.kind], thread_id=thread.id)


def _revision_for(post: Post, viewer: Account) -> Revision | None:
    if post.author_id == viewer.person_id:
        return post.waiting or post.current
    return post.current


def _prepared(
    chosen: Sequence[tuple[Post, Revision]],
    viewer: Account,
    *,
    original: bool,
    whole: bool,
) -> list[ShownPost]:
    renditions, attachments = _copies_and_pictures(
        [revision.id for _post, revision in chosen], viewer.person.lang
    )
    answers = [post.id for post, _revision in chosen if post.parent_id is not None]
    quotes = quoted_by(answers, viewer.person.lang)
    found = []
    for post, revision in chosen:
        words = _words_for(
            revision, renditions.get(revision.id), viewer, original=original
        )
        shortened = not whole and len(words.body) > BEGINNING_BYTES
        found.append(
            ShownPost(
                post=post,
                author=post.author,
                revision=revision,
                words=words,
                body=beginning(words.source) if shortened else words.body,
                attachments=attachments.get(revision.id, ()),
                shortened=shortened,
                own=post.author_id == viewer.person_id,
                quote=quotes.get(post.id),
            )
        )
    return found


def _copies_and_pictures(
    revision_ids: Sequence[int], lang: str
) -> tuple[dict[int, Rendition], dict[int, list[Attachment]]]:
    """Fetch the copies in one language and the pictures of some versions at once."""
    renditions: dict[int, Rendition] = {}
    attachments: dict[int, list[Attachment]] = defaultdict(list)
    in_lang = and_(Rendition.revision_id == Revision.id, Rendition.lang == lang)
    for revision_id, rendition, attachment in db.session.execute(
        select(Revision.id, Rendition, Attachment)
        .outerjoin(Rendition, in_lang)
        .outerjoin(Attachment, Attachment.revision_id == Revision.id)
        .options(joinedload(Attachment.media, innerjoin=False))
        .where(Revision.id.in_(revision_ids))
        .order_by(Attachment.n)
    ):
        if rendition is not None:
            renditions[revision_id] = rendition
        if attachment is not None:
            attachments[revision_id].append(attachment)
    return renditions, attachments


def attachments_of(revision_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """Fetch the pictures of some versions in order; no query for none."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    if not revision_ids:
        return found
    for attachment in db.session.scalars(
        select(Attachment)
        .where(Attachment.revision_id.in_(revision_ids))
        .order_by(Attachment.n)
    ):
        found[attachment.revision_id].append(attachment)
    return found


def _words_for(
    revision: Revision, rendition: Rendition | None, viewer: Account, *, original: bool
) -> Words:
    own = Words(revision.body, revision.source, revision.lang)
    readable = revision.lang == viewer.person.lang
    wordless = not revision.source.strip()
    if original or readable or wordless or revision.state != PUBLISHED:
        return own
    if rendition is None:
        return replace(own, how=NOT_YET)
    if rendition.source is None:
        return replace(own, how=NO_PACK)
    return said_in(
        rendition.lang,
        rendition.body,
        rendition.source,
        rendition.pack,
        doubt=rendition.doubt,
        mended=rendition.mended,
    )


def said_in(
    lang: str, body: Markup, source: str, pack: str | None, *, doubt: int, mended: int
) -> Words:
    """Give the words of a copy, with how they came to be; `pack` as in its row."""
    how = PERSON if pack is None else MACHINE
    return Words(body, source, lang, how, doubt, mended, _between(pack or ""))


@lru_cache(maxsize=256)
def _between(pack: str) -> Sequence[str]:
    """Read off "es-en 1.0+en-fr 1.0" that the way went through English."""
    spoken = [step.partition(" ")[0].partition("-")[2] for step in pack.split("+")]
    return tuple(pack_codes.get(code, code) for code in spoken[:-1])


def beginning(source: str, most_bytes: int = BEGINNING_BYTES // 2) -> Markup:
    """Cut at a space, so that no word is torn, and say that there is more."""
    raw = source.encode()[:most_bytes].decode(errors="ignore")
    cut = max(raw.rfind(" "), raw.rfind("\n"))
    return markup.render((raw[:cut] if cut > len(raw) // 2 else raw) + " …")
