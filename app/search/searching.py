"""Searching: what one reader finds, in her language, and nothing she may not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row, and_, select

from app import markup
from app.accounts.models import Account, Person
from app.db import db
from app.posts.models import Post, Rendition, Revision, Thread
from app.search import asking, generations, indexing, limiting
from app.search.analysis import field_of
from app.search.asking import Asked, Question
from app.search.excerpts import excerpt, found_in, marked

PAGE_HITS = 10
MOST_HITS = 200


@dataclass(frozen=True)
class Hit:
    """A post that was found; `original` when only its author's words have them."""

    post_uid: str
    title: Markup
    title_lang: str
    author: str
    symbol: str
    published_at: datetime
    excerpt: Markup
    lang: str
    from_lang: str
    original: Markup | None

    @property
    def translated(self) -> bool:
        return self.lang != self.from_lang


@dataclass(frozen=True)
class Results:
    """One page of hits; `total` counts what the reader may read, up to 200."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    page: int = 1
    pages: int = 1
    # There may be more than were counted.
    first_results: bool = False
    # More was typed than is looked for.
    cut: bool = False
    # The beginning of a word was too short to be looked for as one.
    short: bool = False
    # No word was typed.
    empty: bool = False
    catching_up: bool = False
    # Why the index must be mended, for the worker.
    problem: str | None = None


def search(viewer: Account, question: Question, *, page: int = 1) -> Results:
    """Find what the viewer may read with all of these words; five queries.

    Never raises for what was typed or for a broken index: then `problem`
    says what the worker should know.
    """
    known = indexing.known()
    asked = asking.read(question.typed)
    limits = limiting.limits(viewer, question)
    if not asked.clauses and not limits.narrowed:
        return Results(empty=True, catching_up=_catching_up(known))
    from app.search import searchers

    try:
        found = searchers.find(asked, limits, question.order)
    except generations.Damaged as damage:
        return Results(cut=asked.cut, catching_up=True, problem=str(damage))
    problem = indexing.behind(found.generation, found.seal, known)
    matches = found.matches
    ids = _visible(viewer, [match.post_id for match in matches.found])
    shown = ids[:MOST_HITS]
    pages = max(1, -(-len(shown) // PAGE_HITS))
    page = max(1, min(page, pages))
    on_page = shown[(page - 1) * PAGE_HITS : page * PAGE_HITS]
    return Results(
        hits=_hits(viewer, asked, on_page),
        total=len(shown),
        page=page,
        pages=pages,
        first_results=matches.more or len(ids) > MOST_HITS,
        cut=asked.cut,
        short=asked.short,
        catching_up=bool(problem or known.waiting),
        problem=problem,
    )


def catching_up() -> bool:
    """Say whether a search may miss something that readers see already."""
    return _catching_up(indexing.known())


def _catching_up(known: indexing.Known) -> bool:
    folder = generations.current(generations.home())
    if folder is None or known.waiting:
        return True
    try:
        seal = generations.check(folder)
    except generations.Damaged:
        return True
    return indexing.behind(folder.name, seal, known) is not None


def _visible(viewer: Account, post_ids: Sequence[int]) -> list[int]:
    """Keep what the viewer may read now, whatever the index still says."""
    if not post_ids:
        return []
    readable = set(
        db.session.scalars(
            Post.visible_to(viewer)
            .where(Post.is_published(), Post.id.in_(post_ids))
            .with_only_columns(Post.id)
            .order_by(None)
        )
    )
    return [post_id for post_id in post_ids if post_id in readable]


def _hits(viewer: Account, asked: Asked, post_ids: Sequence[int]) -> list[Hit]:
    if not post_ids:
        return []
    lang = viewer.person.lang
    rows = db.session.execute(
        select(
            Post.id,
            Post.uid,
            Post.published_at,
            Thread.title,
            Thread.lang.label("title_lang"),
            Person.shown_name,
            Person.symbol,
            Revision.source,
            Revision.lang,
            Rendition.source.label("translation"),
        )
        .join(Thread, Post.thread_id == Thread.id)
        .join(Person, Post.author_id == Person.id)
        .join(Revision, Post.current_id == Revision.id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .where(Post.id.in_(post_ids))
    ).all()
    by_id = {row.id: row for row in rows}
    return [_hit(by_id[n], asked, lang) for n in post_ids if n in by_id]


def _hit(row: Row[Any], asked: Asked, reader_lang: str) -> Hit:
    translated = row.translation is not None and row.lang != reader_lang
    lang = reader_lang if translated else row.lang
    text = _one_line(row.translation if translated else row.source)
    spans = found_in(text, lang, asking.terms_in(asked, field_of(lang)))
    original = None
    if translated and not spans:
        source = _one_line(row.source)
        there = found_in(source, row.lang, asking.terms_in(asked, field_of(row.lang)))
        original = excerpt(source, there) if there else None
    terms = asking.terms_in(asked, field_of(row.title_lang))
    return Hit(
        post_uid=row.uid,
        title=marked(row.title, found_in(row.title, row.title_lang, terms)),
        title_lang=row.title_lang,
        author=row.shown_name,
        symbol=row.symbol,
        published_at=row.published_at,
        excerpt=excerpt(text, spans),
        lang=lang,
        from_lang=row.lang,
        original=original,
    )


def _one_line(source: str) -> str:
    return " ".join(markup.plain(source).split())
