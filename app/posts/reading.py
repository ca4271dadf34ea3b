"""A page of a thread: all its posts in one query of plain columns, light to load."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from flask import get_template_attribute, request
from markupsafe import Markup
from sqlalchemy import (
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
    select,
)
from sqlalchemy.orm import aliased

from app.accounts.models import ANYONE, Account, Person
from app.posts.models import (
    BEGINNING_BYTES,
    NOT_OUT,
    PUBLISHED,
    Attachment,
    Post,
    Rendition,
    Revision,
)
from app.posts.showing import (
    MACHINE,
    NO_PACK,
    NOT_YET,
    ShownPost,
    Words,
    attachments_of,
    beginning,
)
from app.web.langs import page_lang
from app.web.numbers import row_number
from app.web.paging import Page, Pages

# Some 3 kB each: the threads that a few classes have open.
ARTICLES_KEPT = 1000


class Line(NamedTuple):
    """A post, its author, the version shown and its translation, in one row."""

    id: int
    uid: str
    thread_id: int
    author_id: int
    order_key: int
    sent_at: datetime
    published_at: datetime | None
    shown_name: str
    symbol: str
    revision_id: int
    lang: str
    state: str
    note: str | None
    html: str
    # Only of a long one, for its beginning.
    source: str | None
    rendition_id: int | None
    rendition_html: str | None
    rendition_source: str | None
    doubt: int | None
    pictures: bool

    def page_bytes(self) -> int:
        """Estimate what the post will cost on a page."""
        return min(len(self.html.encode()), BEGINNING_BYTES) + 300


class Look(NamedTuple):
    """What else a post's HTML depends on; with a `Line`, on nothing more."""

    lang: str
    page_lang: str
    teaches: bool
    letter: bool
    own: bool = False


def thread_page(
    thread_id: int, viewer: Account, *, teaches: bool, letters: bool
) -> tuple[Page[Line], Sequence[Markup]]:
    """Fetch the page of a thread that this request asks for, and its posts as HTML.

    One query; a second one where a post has pictures. Somebody else's version
    that waits for a teacher is never among them.
    """
    given = {"thread_id": thread_id, "lang": viewer.person.lang}
    page = _pages().page(
        ANYONE.as_viewer(viewer) | given,
        before=request.args.get("before", type=row_number),
        at=request.args.get("at", type=row_number),
    )
    pictures = attachments_of([line.revision_id for line in page.rows if line.pictures])
    look = Look(viewer.person.lang, page_lang(), teaches, letters)
    own_look = look._replace(own=True)
    articles = []
    for line in page.rows:
        hers = own_look if line.author_id == viewer.person_id else look
        if line.pictures:
            articles.append(_article_with(line, hers, pictures[line.revision_id]))
        else:
            articles.append(_article(line, hers))
    return page, articles


@cache
def _pages() -> Pages[Line]:
    return Pages(_lines(), Post.order_key, Line._make)


def _lines() -> Select[Any]:
    thread_id: BindParameter[int] = bindparam("thread_id", type_=Integer)
    lang: BindParameter[str] = bindparam("lang", type_=String)
    unseen = aliased(Revision)
    waiting = (
        select(unseen.id)
        .where(unseen.post_id == Post.id, unseen.state.in_(NOT_OUT))
        .correlate(Post)
        .scalar_subquery()
    )
    # Authors see their own version that waits; nobody else ever does.
    version = case(
        (
            Post.author_id == ANYONE.person_id,
            func.coalesce(waiting, Post.current_id),
        ),
        else_=Post.current_id,
    )
    translation = and_(Rendition.revision_id == Revision.id, Rendition.lang == lang)
    return (
        Post.visible_to(ANYONE, within=thread_id)
        .where(Post.thread_id == thread_id)
        .join(Person, Person.id == Post.author_id)
        .join(Revision, Revision.id == version)
        .outerjoin(Rendition, translation)
        .with_only_columns(
            Post.id, Post.uid, Post.thread_id, Post.author_id, Post.order_key,
            Post.sent_at, Post.published_at, Person.shown_name, Person.symbol,
            Revision.id, Revision.lang, Revision.state, Revision.note, Revision.html,
            _if_long(Revision.html, Revision.source), Rendition.id, Rendition.html,
            _if_long(Rendition.html, Rendition.source), Rendition.doubt,
            exists().where(Attachment.revision_id == Revision.id),
        )
    )  # fmt: skip


def _if_long(html: Any, source: Any) -> Any:
    return case((func.length(html) > BEGINNING_BYTES, source), else_=null())


@lru_cache(maxsize=ARTICLES_KEPT)
def _article(line: Line, look: Look) -> Markup:
    """Say a post as HTML; for a class that reads one thread, once.

    Nothing but its arguments goes into it, so what is kept is never stale.
    """
    return _article_with(line, look, ())


def _article_with(line: Line, look: Look, attachments: Sequence[Attachment]) -> Markup:
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
    )
    say = get_template_attribute("_macros.html", "post_articles")
    return cast(Markup, say([shown], look.teaches, look.letter))


def _words(line: Line, look: Look) -> Words:
    """As `showing` says it of single posts; `source` only where it is long."""
    how = ""
    if line.html and line.lang != look.lang and line.state == PUBLISHED:
        if line.rendition_html is not None:
            return Words(
                Markup(line.rendition_html),  # noqa: S704  # made by markup.render alone
                line.rendition_source or "",
                look.lang,
                MACHINE,
                line.doubt or 0,
            )
        how = NOT_YET if line.rendition_id is None else NO_PACK
    body = Markup(line.html)  # noqa: S704  # made by markup.render alone
    return Words(body, line.source or "", line.lang, how)
