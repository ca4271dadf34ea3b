"""The passage that a post answers: said anew for each reader from the post it is in."""

from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Integer, Select, String, and_, bindparam, case, null, select
from sqlalchemy.orm import aliased

from app import markup
from app.accounts.models import ANYONE, Account, Person
from app.db import db
from app.posts.models import Post, Quote, Rendition, Revision
from app.web.errors import Refused

# Of a passage; its post is a tap away.
SHOWN_CHARACTERS = 200
# What a reader can choose from; the passages of a poem's every line fill no page.
MOST_PASSAGES = 40

# Of a first post that stays on top.
FIRST_CHARACTERS = 400

GONE, CHANGED = "gone", "changed"


class Quoted(NamedTuple):
    """What a post answers, for one reader; part of the key of what is kept as HTML."""

    post_id: int
    # Empty when the post is gone: a hidden one says nothing of its author.
    name: str
    # Empty when it answers the whole post, or `missing` says why there are none.
    words: str
    lang: str
    missing: str = ""
    # Whether the post stands on the same page.
    here: bool = False


def quoted_by(post_ids: Collection[int], lang: str) -> dict[int, Quoted]:
    """Fetch what these posts answer, in one reader's language where it is translated.

    The words are always those of the version that is out now: what its author has
    taken out of her post is in nobody else's post either.
    """
    if not post_ids:
        return {}
    given = {"post_ids": list(post_ids), "lang": lang}
    rows = db.session.connection().execute(_answered(), given).all()
    found = {}
    for post_id, *row in rows:
        said = _said(_Answered(*row), lang)
        if said is not None:
            found[post_id] = said
    return found


def note_answer(post: Post, ref: str, n: int | None) -> None:
    """Note which post this one answers, and the passage of it that is quoted; flushes.

    Refused where that stands in another thread. What was hidden or taken back
    since the form was opened is left out: the answer stands for itself.
    """
    if not ref:
        return
    said = select(Post).where(Post.named(ref), Post.thread_id == post.thread_id)
    answered = db.session.scalars(said).one_or_none()
    if answered is None or answered.id == post.id:
        raise Refused(
            _("The post you quote stands in another thread. Send it without the quote.")
        )
    if not answered.is_out or answered.current is None:
        return
    post.parent_id = answered.id
    if n is not None and 0 <= n < len(markup.blocks(answered.current.source)):
        db.session.add(Quote(post_id=post.id, revision_id=answered.current.id, n=n))
    db.session.flush()


class _Answered(NamedTuple):
    id: int
    is_out: bool
    name: str
    n: int | None
    # The version that was quoted, where another one is out now.
    then: str | None
    source: str | None
    lang: str | None
    translated: str | None


@cache
def _answered() -> Select[Any]:
    answer, quoted = aliased(Post), aliased(Revision)
    lang = bindparam("lang", type_=String)
    return (
        select(
            answer.id, Post.id, Post.is_published(), Person.shown_name, Quote.n,
            case((quoted.id != Post.current_id, quoted.source), else_=null()),
            Revision.source, Revision.lang, Rendition.source,
        )
        .join(Post, Post.id == answer.parent_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Quote, Quote.post_id == answer.id)
        .outerjoin(quoted, quoted.id == Quote.revision_id)
        .outerjoin(Revision, Revision.id == Post.current_id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .where(answer.id.in_(bindparam("post_ids", expanding=True)))
    )  # fmt: skip


def choices(source: str, translated: str | None) -> Sequence[str]:
    """Give the passages of a post that a reader may quote, as she reads them."""
    own = passages(source)
    hers = passages(translated) if translated else ()
    return (hers if len(hers) == len(own) else own)[:MOST_PASSAGES]


def _said(row: _Answered, lang: str) -> Quoted | None:
    if not row.is_out or row.source is None or row.lang is None:
        # Who answered the whole of it quoted nothing that could be missed.
        return None if row.n is None else Quoted(row.id, "", "", "", GONE)
    if row.n is None:
        return Quoted(row.id, row.name, "", "")
    n = row.n if row.then is None else _moved(row.then, row.source, row.n)
    own = passages(row.source)
    if n is None or n >= len(own):
        return Quoted(row.id, row.name, "", "", CHANGED)
    translated = passages(row.translated) if row.translated else ()
    if row.lang != lang and len(translated) == len(own):
        return Quoted(row.id, row.name, translated[n], lang)
    return Quoted(row.id, row.name, own[n], row.lang)


def _moved(then: str, source: str, n: int) -> int | None:
    """Find a passage of an older version in the one that is out now."""
    before, after = markup.blocks(then), markup.blocks(source)
    if n < len(before) and before[n] in after:
        return after.index(before[n])
    # As many as before: somebody mended the words of it.
    return n if len(before) == len(after) else None


@lru_cache(maxsize=256)
def passages(source: str) -> Sequence[str]:
    """Give the blocks of a source as they are quoted: bare words, cut at a space."""
    return tuple(_short(block) for block in markup.blocks(source))


def _short(block: markup.Block) -> str:
    return _cut(markup.unblocks([markup.Block(block.lines)]), SHOWN_CHARACTERS)


def _cut(source: str, most: int) -> str:
    words = " ".join(markup.plain(source).split())
    if len(words) <= most:
        return words
    cut = words.rfind(" ", most // 2, most)
    return words[: cut if cut > 0 else most] + " …"


def first_of(thread_id: int, viewer: Account) -> Quoted | None:
    """Fetch how a thread begins, to stand on top of its later pages."""
    given = {"thread_id": thread_id, "lang": viewer.person.lang}
    row = (
        db.session.connection()
        .execute(_beginning(), ANYONE.as_viewer(viewer) | given)
        .one_or_none()
    )
    if row is None:
        return None
    post_id, name, source, lang, translated = row
    if translated and lang != viewer.person.lang:
        source, lang = translated, viewer.person.lang
    return Quoted(post_id, name, _cut(source, FIRST_CHARACTERS), lang)


@cache
def _beginning() -> Select[Any]:
    lang = bindparam("lang", type_=String)
    return (
        Post.visible_to(ANYONE, within=bindparam("thread_id", type_=Integer))
        .join(Person, Person.id == Post.author_id)
        .join(Revision, Revision.id == Post.current_id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .where(Post.is_published())
        .with_only_columns(
            Post.id, Person.shown_name, Revision.source, Revision.lang, Rendition.source
        )
        .limit(1)
    )  # fmt: skip
