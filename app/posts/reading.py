"""A page of a thread: all its posts in one query of plain columns, light to load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from flask import get_template_attribute, request
from markupsafe import Markup
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
)

from app.accounts.models import ANYONE, Account, Person
from app.db import db
from app.posts.models import (
    BEGINNING_BYTES,
    PUBLISHED,
    Attachment,
    Post,
    Rendition,
    Revision,
    waiting_id,
)
from app.posts.quoting import Quoted, quoted_and_first, quoted_by
from app.posts.showing import (
    BACK,
    ERASED,
    NO_PACK,
    NOT_YET,
    ShownPost,
    Words,
    attachments_of,
    beginning,
    said_in,
)
from app.web.langs import page_lang
from app.web.numbers import row_number
from app.web.pages import reader_zone
from app.web.paging import Page, Pages

# Some 3 kB each: the threads that a few classes have open.
ARTICLES_KEPT = 1000
# In an address: the post whose translation its reader has asked for.
ASKED = "asked"


class Line(NamedTuple):
    """A post, its author, the version shown and its translation, in one row."""

    id: int
    author_id: int
    parent_id: int | None
    order_key: int
    change_no: int
    gone: str
    sent_at: datetime
    published_at: datetime | None
    shown_name: str
    # What follows is empty when the post is gone.
    revision_id: int | None
    lang: str
    state: str
    note: str | None
    html: str
    # Only of a long one, for its beginning.
    source: str | None
    rendition_id: int | None
    rendition_html: str | None
    rendition_source: str | None
    pack: str | None
    doubt: int | None
    mended: int | None
    pictures: bool

    def page_bytes(self) -> int:
        """Estimate what the post will cost on a page."""
        return min(len(self.html.encode()), BEGINNING_BYTES) + 300


class Look(NamedTuple):
    """What else a post's HTML depends on; with a `Line`, on nothing more."""

    lang: str
    page_lang: str
    # Where it is another day.
    zone: str
    teaches: bool
    letter: bool
    writes: bool
    own: bool = False
    # She has just asked for a translation of it.
    asked: bool = False


class Reading(NamedTuple):
    """Who reads which thread, and how far she has read in it."""

    thread_id: int
    # The newest change in it, and the one up to which she has read.
    last_no: int | None
    read_no: int | None
    teaches: bool
    letters: bool
    writes: bool
    keeps_first: bool = False

    @property
    def since(self) -> int:
        return self.read_no or 0

    @property
    def all_of_it(self) -> dict[int, int]:
        """Say what `marks.proof` is told when she wants no more of it."""
        return {self.thread_id: self.last_no or 0}

    @property
    def has_news(self) -> bool:
        return (self.last_no or 0) > self.since


@dataclass(frozen=True)
class ThreadPage:
    """The posts of a page as HTML, and where the pages around it begin and end."""

    articles: Sequence[Markup]
    # What `marks.show` is told once the page is made.
    shows: dict[int, int]
    # The first post of the thread, where it stays on top and is not on this page.
    first: Quoted | None = None
    # Keys: a page ends before the one, and begins at the others.
    earlier: int | None = None
    later: int | None = None
    unread: int | None = None


def thread_page(reading: Reading, viewer: Account) -> ThreadPage:
    """Fetch the page of a thread that this request asks for.

    One query; one more each where a post has pictures, where one answers another or
    the first one stays on top, and where something new stands on other pages.
    Somebody else's version that waits for a teacher is never among them.
    """
    given = _given(reading, viewer)
    page = _pages().page(
        given,
        before=request.args.get("before", type=row_number),
        at=request.args.get("at", type=row_number),
    )
    if not page.rows and request.args:
        page = _pages().page(given)  # what stood there is gone meanwhile
    rows = page.rows
    elsewhere = _unread_elsewhere(reading, viewer, page)
    articles, first = _articles(
        reading, viewer, rows, first=reading.keeps_first and page.earlier
    )
    return ThreadPage(
        articles=articles,
        shows=_shown(reading, viewer, rows, elsewhere.change_no if elsewhere else None),
        first=first,
        earlier=rows[0].order_key if page.earlier and rows else None,
        later=rows[-1].order_key + 1 if page.later else None,
        unread=elsewhere.order_key
        if elsewhere and elsewhere.order_key < rows[0].order_key
        else None,
    )


def new_page(reading: Reading, viewer: Account) -> ThreadPage:
    """Fetch what the viewer has not read in a thread, in the order of its changes."""
    if not reading.has_news:
        return ThreadPage((), {})
    page = _new_pages().page(_given(reading, viewer), at=reading.since + 1)
    return ThreadPage(
        articles=_articles(reading, viewer, page.rows)[0],
        shows=_shown(reading, viewer, page.rows, None),
        later=page.rows[-1].change_no + 1 if page.later else None,
    )


def _given(reading: Reading, viewer: Account) -> dict[str, Any]:
    own = {"thread_id": reading.thread_id, "lang": viewer.person.lang}
    return ANYONE.as_viewer(viewer) | own


def _shown(
    reading: Reading, viewer: Account, rows: Sequence[Line], before: int | None
) -> dict[int, int]:
    """Tell up to which change a page shows all: the first one elsewhere ends it."""
    found = [
        line.change_no
        for line in rows
        if line.change_no > reading.since
        and line.author_id != viewer.person_id
        and not line.gone
        and (before is None or line.change_no < before)
    ]
    return {reading.thread_id: max(found)} if found else {}


class _Unread(NamedTuple):
    order_key: int
    change_no: int


def _unread_elsewhere(
    reading: Reading, viewer: Account, page: Page[Line]
) -> _Unread | None:
    """Find what she has to read first of all that stands on other pages."""
    if not reading.has_news or not (page.earlier or page.later):
        return None
    given = _given(reading, viewer) | {
        "since": reading.since,
        "first": page.rows[0].order_key,
        "last": page.rows[-1].order_key,
    }
    found = db.session.connection().execute(_unread(), given).one_or_none()
    return None if found is None else _Unread(*found)


@cache
def _unread() -> Select[tuple[int, int]]:
    first, last = (bindparam(n, type_=BigInteger) for n in ("first", "last"))
    return (
        _news()
        .with_only_columns(Post.order_key, Post.change_no)
        .where(
            Post.change_no > bindparam("since", type_=BigInteger),
            or_(Post.order_key < first, Post.order_key > last),
        )
        .order_by(None)
        .order_by(Post.change_no)
        .limit(1)
    )


def _news() -> Select[Any]:
    return _lines().where(Post.author_id != ANYONE.person_id, Post.is_published())


def _articles(
    reading: Reading, viewer: Account, rows: Sequence[Line], *, first: bool = False
) -> tuple[Sequence[Markup], Quoted | None]:
    """Say these posts as HTML, and how their thread begins where that is asked for."""
    pictures = attachments_of(
        [line.revision_id for line in rows if line.revision_id and line.pictures]
    )
    ids = {line.id for line in rows}
    answers = [line.id for line in rows if line.parent_id is not None]
    opening = None
    if first:
        quotes, opening = quoted_and_first(answers, reading.thread_id, viewer)
        opening = None if opening and opening.post_id in ids else opening
    else:
        quotes = quoted_by(answers, viewer.person.lang)
    look = Look(
        viewer.person.lang,
        page_lang(),
        str(reader_zone()),
        reading.teaches,
        reading.letters,
        reading.writes,
    )
    own_look = look._replace(own=True)
    asked = request.args.get(ASKED, type=row_number)
    articles = []
    for line in rows:
        hers = own_look if line.author_id == viewer.person_id else look
        if line.id == asked:
            hers = hers._replace(asked=True)
        quote = quotes.get(line.id)
        if quote is not None and quote.post_id in ids:
            quote = quote._replace(here=True)
        if line.revision_id and line.pictures:
            shown = pictures[line.revision_id]
            articles.append(_article_with(line, hers, quote, shown))
        else:
            articles.append(_article(line, hers, quote))
    return articles, opening


@cache
def _pages() -> Pages[Line]:
    return Pages(_lines(), Post.order_key, Line._make)


@cache
def _new_pages() -> Pages[Line]:
    return Pages(_news(), Post.change_no, Line._make)


def _lines() -> Select[Any]:
    thread_id: BindParameter[int] = bindparam("thread_id", type_=Integer)
    lang: BindParameter[str] = bindparam("lang", type_=String)
    # Authors see their own version that waits; nobody else ever does.
    version = case(
        (
            Post.author_id == ANYONE.person_id,
            func.coalesce(waiting_id(), Post.current_id),
        ),
        else_=Post.current_id,
    )
    gone = case(
        (Post.erased_at.is_not(None), ERASED),
        (Post.withdrawn_at.is_not(None), BACK),
        else_="",
    )
    translation = and_(Rendition.revision_id == Revision.id, Rendition.lang == lang)
    return (
        Post.visible_to(ANYONE, within=thread_id, tombstones=True)
        .where(Post.thread_id == thread_id)
        .join(Person, Person.id == Post.author_id)
        # The words of a post that is gone are not even read.
        .outerjoin(Revision, and_(Revision.id == version, gone == ""))
        .outerjoin(Rendition, translation)
        .with_only_columns(
            Post.id, Post.author_id, Post.parent_id, Post.order_key, Post.change_no,
            gone, Post.sent_at, Post.published_at, Person.shown_name,
            Revision.id, func.coalesce(Revision.lang, ""),
            func.coalesce(Revision.state, ""), Revision.note,
            func.coalesce(Revision.html, ""),
            _if_long(Revision.html, Revision.source), Rendition.id, Rendition.html,
            _if_long(Rendition.html, Rendition.source), Rendition.pack,
            Rendition.doubt, Rendition.mended,
            exists().where(Attachment.revision_id == Revision.id),
        )
    )  # fmt: skip


def _if_long(html: Any, source: Any) -> Any:
    return case((func.length(html) > BEGINNING_BYTES, source), else_=null())


@lru_cache(maxsize=ARTICLES_KEPT)
def _article(line: Line, look: Look, quote: Quoted | None) -> Markup:
    """Say a post as HTML; for a class that reads one thread, once.

    Nothing but its arguments goes into it, so what is kept is never stale.
    """
    return _article_with(line, look, quote, ())


def _article_with(
    line: Line, look: Look, quote: Quoted | None, attachments: Sequence[Attachment]
) -> Markup:
    words = _words(line, look)
    shown = ShownPost(
        post=line,
        author=line,
        revision=line,
        words=words,
        body=beginning(words.source) if words.source else words.body,
        attachments=attachments,
        shortened=bool(words.source),
        own=look.own,
        quote=quote,
        gone=line.gone,
        asked=look.asked,
    )
    say = get_template_attribute("_macros.html", "post_articles")
    return cast(Markup, say([shown], look.teaches, look.letter, look.writes))


def _words(line: Line, look: Look) -> Words:
    """As `showing` says it of single posts; `source` only where it is long."""
    how = ""
    if line.html and line.lang != look.lang and line.state == PUBLISHED:
        if line.rendition_html is not None:
            return said_in(
                look.lang,
                Markup(line.rendition_html),  # noqa: S704  # made by markup.render alone
                line.rendition_source or "",
                line.pack,
                doubt=line.doubt or 0,
                mended=line.mended or 0,
            )
        how = NOT_YET if line.rendition_id is None else NO_PACK
    body = Markup(line.html)  # noqa: S704  # made by markup.render alone
    return Words(body, line.source or "", line.lang, how)
