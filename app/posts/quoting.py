"""The passage that a post answers: said anew for each reader from the post it is in."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    null,
    or_,
    select,
)
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


def quoted_by(post_ids: Collection[int], lang: str) -> dict[int, Quoted]:
    """Fetch what these posts answer, in one reader's language where it is translated.

    The words are always those of the version that is out now: what its author has
    taken out of her post is in nobody else's post either.
    """
    if not post_ids:
        return {}
    given = {"post_ids": list(post_ids), "lang": lang}
    return _found(db.session.connection().execute(_answered(), given), lang)


def quoted_and_first(
    post_ids: Collection[int], thread_id: int, viewer: Account
) -> tuple[dict[int, Quoted], Quoted | None]:
    """Fetch what these posts answer and how their thread begins, in one query."""
    lang = viewer.person.lang
    given = {"post_ids": list(post_ids), "lang": lang, "thread_id": thread_id}
    rows = (
        db.session.connection()
        .execute(_answered_and_first(), ANYONE.as_viewer(viewer) | given)
        .all()
    )
    first = [_Answered(*row[1:]) for row in rows if row[0] == row[1]]
    quotes = _found((row for row in rows if row[0] != row[1]), lang)
    return quotes, _opening(first[0], lang) if first else None


def _found(rows: Iterable[Row[Any]], lang: str) -> dict[int, Quoted]:
    found = {}
    for post_id, *row in rows:
        said = _said(_Answered(*row), lang)
        if said is not None:
            found[post_id] = said
    return found


def _opening(row: _Answered, lang: str) -> Quoted:
    source, spoken = row.source or "", row.lang or ""
    if row.translated and spoken != lang:
        source, spoken = row.translated, lang
    return Quoted(row.id, row.name, _cut(source, FIRST_CHARACTERS), spoken)


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


_answer = aliased(Post)


@cache
def _answered() -> Select[Any]:
    """Select posts beside what they answer."""
    return _beside(Post.id == _answer.parent_id).where(_answer.id.in_(_chosen()))


@cache
def _answered_and_first() -> Select[Any]:
    """The same, and the first post of their thread beside itself."""
    thread_id: BindParameter[int] = bindparam("thread_id", type_=Integer)
    first = (
        Post.visible_to(ANYONE, within=thread_id)
        # Said once more, so that the index in the order shown serves.
        .where(Post.thread_id == thread_id, Post.is_published())
        .with_only_columns(Post.id)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    meant = case((_answer.id == first, _answer.id), else_=_answer.parent_id)
    return _beside(Post.id == meant).where(
        or_(_answer.id.in_(_chosen()), _answer.id == first)
    )


def _chosen() -> BindParameter[Any]:
    return bindparam("post_ids", expanding=True)


def _beside(answered: ColumnElement[bool]) -> Select[Any]:
    quoted, lang = aliased(Revision), bindparam("lang", type_=String)
    return (
        select(
            _answer.id, Post.id, Post.is_published(), Person.shown_name, Quote.n,
            case((quoted.id != Post.current_id, quoted.source), else_=null()),
            Revision.source, Revision.lang, Rendition.source,
        )
        .select_from(_answer)
        .join(Post, answered)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Quote, Quote.post_id == _answer.id)
        .outerjoin(quoted, quoted.id == Quote.revision_id)
        .outerjoin(Revision, Revision.id == Post.current_id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
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


@lru_cache(maxsize=64)
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
