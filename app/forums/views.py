"""Pages: all forums, one forum, a thread and answering in it."""

from functools import cache
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy import Select, bindparam

from app.accounts.models import ANYONE
from app.accounts.sessions import viewer
from app.classrooms.models import Space, space_ids, space_langs
from app.db import db
from app.forums.arranging import make_forum
from app.forums.listing import TOP, Place, open_forum, shelves_of, threads_of
from app.forums.models import Forum
from app.forums.permissions import has_forums, may_make_forum
from app.posts.models import FORUM_THREAD, Thread
from app.posts.permissions import company_missing, has_company, second_adult, why_not
from app.posts.publishing import sent_before
from app.posts.reading import thread_page
from app.posts.sending import publish_form
from app.posts.threads import start_thread
from app.web.answers import Answer
from app.web.csrf import sent_form_key
from app.web.errors import Refused, one_or_404
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
    opened = one_or_404(Forum.visible_to(viewer()), id=forum_id)
    if not has_company(viewer(), opened.space_id):
        abort(403, company_missing())
    try:
        sent = sent_before(viewer(), sent_form_key())
        thread = (
            sent.thread
            if sent
            else start_thread(
                opened.space_id,
                opened.id,
                request.form.get("title", ""),
                viewer(),
                chosen_lang(),
            )
        )
        post = publish_form(thread, viewer())
    except Refused as refusal:
        db.session.rollback()
        return _forum_page(forum_id, refusal), 422
    db.session.commit()
    return redirect(url_for("posts.receipt", post_uid=post.uid), code=303)


@bp.get("/threads/<int:thread_id>")
@login_required
def thread(thread_id: int) -> Answer:
    return _thread_page(thread_id)


class OpenThread(NamedTuple):
    """A thread with its forum's title and its classrooms' languages, comma-separated.

    `teaches` holds for adults of its space, `company` where a second one reads.
    """

    id: int
    title: str
    lang: str
    forum_id: int
    forum_title: str
    teaches: bool
    company: bool
    langs: str


@cache
def _opening() -> Select[tuple[int, str, str, int, str, bool, bool, str]]:
    looked_after = space_ids(ANYONE, as_adult=True)
    return (
        Thread.visible_to(ANYONE)
        .join(Forum, Forum.id == Thread.forum_id)
        .where(Thread.kind == FORUM_THREAD, Thread.id == bindparam("thread_id"))
        .with_only_columns(
            Thread.id,
            Thread.title,
            Thread.lang,
            Forum.id,
            Forum.title,
            Thread.space_id.in_(looked_after),
            second_adult(ANYONE, Thread.space_id),
            space_langs(Thread.space_id),
        )
    )


def _thread_page(thread_id: int, error: Refused | None = None) -> str:
    given = ANYONE.as_viewer(viewer()) | {"thread_id": thread_id}
    found = db.session.connection().execute(_opening(), given).one_or_none()
    if found is None:
        abort(404)
    opened = OpenThread(*found)
    page, articles = thread_page(
        thread_id, viewer(), teaches=opened.teaches, letters=False
    )
    return render_template(
        "forums/thread.html",
        thread=opened,
        forum_title=opened.forum_title,
        langs=opened.langs.split(","),
        barred=company_missing() if viewer().adult and not opened.company else None,
        page=page,
        articles=articles,
        error=error,
    )


@bp.post("/threads/<int:thread_id>/posts")
@login_required
def reply(thread_id: int) -> Answer:
    forum_threads = Thread.visible_to(viewer()).where(Thread.kind == FORUM_THREAD)
    opened = one_or_404(forum_threads, id=thread_id)
    if said := why_not(viewer(), opened):
        abort(403, said)
    try:
        post = publish_form(opened, viewer())
    except Refused as refusal:
        db.session.rollback()
        return _thread_page(thread_id, refusal), 422
    db.session.commit()
    return redirect(url_for("posts.receipt", post_uid=post.uid), code=303)
