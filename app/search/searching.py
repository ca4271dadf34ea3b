"""Searching: what one reader finds, in her language, and nothing she may not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Row, Select, String, and_, bindparam, select

from app import markup
from app.accounts.models import ANYONE, Account, Person
from app.db import db
from app.posts.models import Post, Rendition, Revision, Thread
from app.search import asking, generations, indexing, limiting, names
from app.search.analysis import field_of
from app.search.asking import NEWEST, Asked, Question, beginnings_in, looked_for
from app.search.excerpts import Span, excerpt, found_in, marked
from app.search.names import ForumName, PersonName, Reach

if TYPE_CHECKING:
    from app.search.matching import Match

PAGE_HITS = 10
MOST_HITS = 200
MOST_TITLES = 5
FIRST_POSTS = 250
BEGINNING_CHARACTERS = 1_000


@dataclass(frozen=True)
class Hit:
    """A post that was found; `original` when only its author's words have them."""

    post_id: int
    post_uid: str
    order_key: int
    thread_id: int
    thread_kind: str
    title: Markup
    title_lang: str
    author: str
    symbol: str
    published_at: datetime
    excerpt: Markup
    lang: str
    from_lang: str
    original: Markup | None
    # Not by a machine: by people, sentence by sentence.
    by_people: bool

    @property
    def translated(self) -> bool:
        return self.lang != self.from_lang


class TitleFound(NamedTuple):
    """A thread whose title has all the words."""

    thread_id: int
    thread_kind: str
    title: Markup
    lang: str


@dataclass(frozen=True)
class Results:
    """One page of hits; `total` counts what the reader may read, up to 200."""

    hits: list[Hit] = field(default_factory=list)
    # Where all hits leave room on the page: posts that have most of the words. They
    # are not counted.
    partly: list[Hit] = field(default_factory=list)
    total: int = 0
    page: int = 1
    pages: int = 1
    # There may be more than were counted.
    first_results: bool = False
    # More was typed than is looked for.
    cut: bool = False
    # The beginning of a word was too short to be looked for as one.
    short: bool = False
    # No word was typed, and nothing else asked for.
    empty: bool = False
    # Whether there is a word to order by.
    has_words: bool = False
    # One word was typed, or one phrase.
    single: bool = False
    # There is no index that could answer.
    unready: bool = False
    # Nobody she may see is called so.
    nobody: bool = False
    # On the first page, what is called so; threads that no hit on it begins.
    people: list[PersonName] = field(default_factory=list)
    forums: list[ForumName] = field(default_factory=list)
    titles: list[TitleFound] = field(default_factory=list)
    # Whole questions that find something, where this one found nothing.
    suggestions: Sequence[str] = ()
    # What she may choose from.
    reach: Reach | None = None
    catching_up: bool = False
    # Why the index must be mended, for the worker.
    problem: str | None = None

    @property
    def called_so(self) -> int:
        return len(self.people) + len(self.forums) + len(self.titles)


def search(viewer: Account, question: Question, *, page: int = 1) -> Results:
    """Find what the viewer may read with all of these words; four queries.

    Refused, with its field, for limits that make no sense. Never raises for
    what else was typed or for a broken index: then `problem` says what the
    worker should know.
    """
    known = indexing.known()
    asked = asking.read(question.typed, viewer.person.lang)
    texts = [" ".join(one.text for one in asked.clauses), question.who]
    reach = names.reach_of(viewer, asked=texts)
    limits = limiting.limits(reach, question)
    if not asked.clauses and not limits.narrowed:
        return Results(empty=True, reach=reach, catching_up=_catching_up(known))
    from app.search import searchers
    from app.search.suggesting import suggest

    order = question.order if asked.clauses else NEWEST
    said = Results(
        cut=asked.cut,
        short=asked.short,
        has_words=bool(asked.clauses),
        single=len(asked.clauses) == 1,
        nobody=limits.authors == frozenset(),
        people=names.people_found(reach, asked),
        forums=names.forums_found(reach, asked),
        reach=reach,
    )
    try:
        found = searchers.find(asked, limits, order)
    except generations.Damaged as damage:
        return replace(said, catching_up=True, unready=True, problem=str(damage))
    problem = indexing.seems_behind(found.generation, found.seal, known)
    matches = found.matches
    both = _visible(viewer, [*matches.found, *found.partly], MOST_HITS + 1)
    few = {match.post_id for match in found.partly}
    readable = [match for match in both if match.post_id not in few]
    partly = [match.post_id for match in both if match.post_id in few]
    shown = [match.post_id for match in readable[:MOST_HITS]]
    pages = max(1, -(-len(shown) // PAGE_HITS))
    page = max(1, min(page, pages))
    on_page = shown[(page - 1) * PAGE_HITS : page * PAGE_HITS]
    called_so = [one.post_id for one in readable if one.titled] if page == 1 else []
    beside = [n for n in called_so if n not in on_page][:MOST_TITLES]
    partly = partly[: PAGE_HITS - len(on_page)]
    rows = _rows(viewer, [*on_page, *beside, *partly])
    nothing = not (readable or matches.more or said.called_so)
    return replace(
        said,
        hits=[_hit(rows[n], asked, viewer.person.lang) for n in on_page if n in rows],
        partly=[_hit(rows[n], asked, viewer.person.lang) for n in partly if n in rows],
        total=len(shown),
        page=page,
        pages=pages,
        first_results=matches.more or len(readable) > MOST_HITS,
        people=said.people if page == 1 else [],
        forums=said.forums if page == 1 else [],
        titles=[_title(rows[n], asked) for n in beside if n in rows],
        suggestions=suggest(viewer, asked, limits) if nothing else (),
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
    return indexing.seems_behind(folder.name, seal, known) is not None


def _visible(viewer: Account, matches: "Sequence[Match]", most: int) -> "list[Match]":
    """Keep what the viewer may read now, whatever the index still says.

    The first of them hold so many nearly always; if not, a second query asks
    for all others.
    """
    readable: list[Match] = []
    for some in matches[:FIRST_POSTS], matches[FIRST_POSTS:]:
        if not some or len(readable) >= most:
            break
        given = ANYONE.as_viewer(viewer) | {"ids": [one.post_id for one in some]}
        rows = db.session.connection().execute(_readable(), given)
        ids = {row.id for row in rows}
        readable += [one for one in some if one.post_id in ids]
    return readable


@cache
def _readable() -> Select[Any]:
    return (
        Post.visible_to(ANYONE, among=bindparam("ids", expanding=True))
        .where(Post.is_published())
        .with_only_columns(Post.id)
        .order_by(None)
    )


def _rows(viewer: Account, post_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Fetch what the page says of posts that she may read."""
    if not post_ids:
        return {}
    given = {"ids": post_ids, "lang": viewer.person.lang}
    rows = db.session.connection().execute(_lines(), given)
    return {row.id: row for row in rows}


@cache
def _lines() -> Select[Any]:
    lang = bindparam("lang", type_=String)
    return (
        select(
            Post.id,
            Post.uid,
            Post.order_key,
            Post.published_at,
            Thread.id.label("thread_id"),
            Thread.kind,
            Thread.title,
            Thread.lang.label("title_lang"),
            Person.shown_name,
            Person.symbol,
            Revision.source,
            Revision.lang,
            Rendition.source.label("translation"),
            Rendition.pack,
        )
        .join(Thread, Post.thread_id == Thread.id)
        .join(Person, Post.author_id == Person.id)
        .join(Revision, Post.current_id == Revision.id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .where(Post.id.in_(bindparam("ids", expanding=True)))
    )


def _hit(row: Row[Any], asked: Asked, reader_lang: str) -> Hit:
    translated = row.translation is not None and row.lang != reader_lang
    lang = reader_lang if translated else row.lang
    source = row.translation if translated else row.source
    # Where no word is looked for, the beginning is shown: the rest is not read.
    text = _one_line(source if asked.clauses else source[:BEGINNING_CHARACTERS])
    spans = _spans(text, lang, asked)
    original = None
    if translated and not spans:
        source = _one_line(row.source)
        there = _spans(source, row.lang, asked)
        original = excerpt(source, there) if there else None
    return Hit(
        post_id=row.id,
        post_uid=row.uid,
        order_key=row.order_key,
        thread_id=row.thread_id,
        thread_kind=row.kind,
        title=_title(row, asked).title,
        title_lang=row.title_lang,
        author=row.shown_name,
        symbol=row.symbol,
        published_at=row.published_at,
        excerpt=excerpt(text, spans),
        lang=lang,
        from_lang=row.lang,
        original=original,
        by_people=row.pack is None,
    )


def _title(row: Row[Any], asked: Asked) -> TitleFound:
    title = marked(row.title, _spans(row.title, row.title_lang, asked))
    return TitleFound(row.thread_id, row.kind, title, row.title_lang)


def _spans(text: str, lang: str, asked: Asked) -> list[Span]:
    wanted = [word for one in looked_for(asked, field_of(lang)) for word in one]
    terms = {term for word in wanted for term in word.terms}
    if not terms:
        return []
    return found_in(text, lang, terms, beginnings_in(asked), enough=len(wanted))


def _one_line(source: str) -> str:
    return " ".join(markup.plain(source).split())
