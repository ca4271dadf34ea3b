"""Pages: all forums, one forum, a thread and answering in it."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy import Select, bindparam, select

from app.accounts.models import ANYONE
from app.accounts.sessions import viewer
from app.classrooms.models import Space, space_ids, space_langs
from app.db import db
from app.forums.arranging import make_forum
from app.forums.listing import TOP, Place, open_forum, shelves_of, threads_of
from app.forums.models import Forum
from app.forums.permissions import has_forums, may_make_forum
from app.posts import marks
from app.posts.models import FORUM_THREAD, ReadMark, Thread
from app.posts.permissions import (
    company_missing,
    second_adult,
    why_not_in_forum,
)
from app.posts.reading import Reading, new_page, thread_page
from app.posts.sending import send, send_first
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.langs import chosen_lang
from app.web.numbers import row_number

bp = Blueprint("forums", __name__, template_folder="templates")


@bp.get("/forums")
@login_required
def forums() -> Answer:
    if not has_forums(viewer()):
        abort(404)
    return _forums_page()


def _forums_page(error: Refused | None = None) -> str:
    spaces = Space.open_to(viewer(), as_teacher=True)
    shelves = shelves_of(
        viewer(), after=request.args.get("after", type=row_number, default=0)
    )
    return render_template(
        "forums/forums.html",
        shelves=shelves,
        spaces=db.session.scalars(spaces).all(),
        error=error,
    )


@bp.post("/forums")
@login_required
def new_forum() -> Answer:
    space_id = request.form.get("space", type=row_number, default=0)
    if not may_make_forum(viewer(), space_id):
        abort(404)
    title, category = (request.form.get(name, "") for name in ("title", "category"))
    try:
        forum = make_forum(space_id, title, category, chosen_lang())
    except Refused as refusal:
        db.session.rollback()
        return _forums_page(refusal), 422
    db.session.commit()
    return redirect(url_for("forums.forum", forum_id=forum.id), code=303)


@bp.get("/forums/<int:forum_id>")
@login_required
def forum(forum_id: int) -> Answer:
    return _forum_page(forum_id)


def _forum_page(forum_id: int, error: Refused | None = None) -> str:
    opened = open_forum(forum_id, viewer())
    if opened is None:
        abort(404)
    before = request.args.get("before", type=Place.read, default=TOP)
    return render_template(
        "forums/forum.html",
        forum=opened,
        listing=threads_of(forum_id, viewer(), before=before),
        first=before == TOP,
        langs=opened.langs.split(","),
        barred=company_missing() if viewer().adult and not opened.company else None,
        error=error,
    )


@bp.post("/forums/<int:forum_id>/threads")
@login_required
def new_thread(forum_id: int) -> Answer:
    space_id = db.session.scalar(
        select(Forum.space_id).where(
            Forum.id == forum_id, Forum.space_id.in_(space_ids(viewer()))
        )
    )
    return send_first(forum_id, space_id, lambda error: _forum_page(forum_id, error))


@bp.get("/threads/<int:thread_id>")
@login_required
def thread(thread_id: int) -> Answer:
    """With `?new` only what she has not read."""
    return _new_page(thread_id) if "new" in request.args else _thread_page(thread_id)


class OpenThread(NamedTuple):
    """A thread with its forum's title and its classrooms' languages, comma-separated.

    `teaches` holds for adults of its space, `arranges` for who teaches there,
    `company` where a second adult reads.
    """

    id: int
    title: str
    lang: str
    made_by_id: int
    locked_at: datetime | None
    keeps_first: bool
    begun_no: int | None
    last_no: int | None
    forum_id: int
    forum_title: str
    teaches: bool
    arranges: bool
    company: bool
    langs: str
    read_no: int | None
    follows: bool | None


@cache
def _opening() -> Select[Any]:
    space = Thread.space_id
    return (
        Thread.visible_to(ANYONE)
        .join(Forum, Forum.id == Thread.forum_id)
        .outerjoin(ReadMark, ReadMark.of(ANYONE))
        .where(Thread.kind == FORUM_THREAD, Thread.id == bindparam("thread_id"))
        .with_only_columns(
            Thread.id, Thread.title, Thread.lang, Thread.made_by_id, Thread.locked_at,
            Thread.keeps_first, Thread.begun_no, Thread.last_no,
            Forum.id, Forum.title,
            space.in_(space_ids(ANYONE, as_adult=True)),
            space.in_(space_ids(ANYONE, as_teacher=True)),
            second_adult(ANYONE, space),
            space_langs(space),
            ReadMark.change_no, ReadMark.follows,
        )
    )  # fmt: skip


def _opened(thread_id: int) -> tuple[OpenThread, Reading]:
    given = ANYONE.as_viewer(viewer()) | {"thread_id": thread_id}
    found = db.session.connection().execute(_opening(), given).one_or_none()
    if found is None:
        abort(404)
    opened = OpenThread(*found)
    reading = Reading(
        thread_id,
        last_no=opened.last_no,
        read_no=opened.read_no,
        teaches=opened.teaches,
        letters=False,
        writes=_barred(opened) is None,
        keeps_first=opened.keeps_first,
    )
    return opened, reading


def _barred(opened: OpenThread) -> str | None:
    company = opened.company or not viewer().adult
    return why_not_in_forum(viewer(), opened, company=company)


def _thread_page(thread_id: int, error: Refused | None = None) -> str:
    opened, reading = _opened(thread_id)
    page = thread_page(reading, viewer())
    marks.show(page.shows)
    return render_template(
        "forums/thread.html",
        thread=opened,
        langs=opened.langs.split(","),
        barred=_barred(opened),
        page=page,
        error=error,
    )


def _new_page(thread_id: int) -> str:
    opened, reading = _opened(thread_id)
    page = new_page(reading, viewer())
    marks.show(page.shows)
    return render_template(
        "posts/only_new.html",
        thread_id=thread_id,
        title=opened.title,
        lang=opened.lang,
        whole=url_for("forums.thread", thread_id=thread_id),
        writes=reading.writes,
        all_read=marks.proof(viewer(), reading.all_of_it),
        page=page,
    )


@bp.post("/threads/<int:thread_id>/posts")
@login_required
def reply(thread_id: int) -> Answer:
    opened = db.session.scalars(
        Thread.visible_to(viewer()).where(
            Thread.kind == FORUM_THREAD, Thread.id == thread_id
        )
    ).one_or_none()
    return send(opened, lambda error: _thread_page(thread_id, error))
