"""Pages: arranging a thread or a forum, for teachers; following a thread, for readers."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required

from app.accounts.sessions import viewer
from app.db import db
from app.forums.arranging import (
    Arrangement,
    arrange,
    categories_of,
    forums_of,
    rename_forum,
)
from app.forums.models import Forum
from app.forums.permissions import forums_to_arrange, threads_to_arrange
from app.posts import marks
from app.posts.models import FORUM_THREAD, Thread
from app.posts.showing import thread_url
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number

bp = Blueprint("arranging", __name__, template_folder="templates")


@bp.get("/threads/<int:thread_id>/arrange")
@login_required
def page(thread_id: int) -> Answer:
    return _thread_page(_thread(thread_id))


@bp.post("/threads/<int:thread_id>/arrange")
@login_required
def change(thread_id: int) -> Answer:
    thread = _thread(thread_id)
    ticked = request.form.getlist("tick")
    wanted = Arrangement(
        pinned="pinned" in ticked,
        locked="locked" in ticked,
        announcement="announcement" in ticked,
        keeps_first="keeps_first" in ticked,
        forum_id=request.form.get("forum", type=row_number, default=0),
    )
    try:
        arrange(thread, wanted, viewer())
    except Refused as refusal:
        db.session.rollback()
        return _thread_page(_thread(thread_id), refusal, wanted), 422
    db.session.commit()
    return redirect(thread_url(thread), code=303)


def _thread(thread_id: int) -> Thread:
    return one_or_404(threads_to_arrange(viewer()), id=thread_id)


def _thread_page(
    thread: Thread, error: Refused | None = None, wanted: Arrangement | None = None
) -> str:
    stands = wanted or Arrangement(
        pinned=thread.pinned,
        locked=thread.locked_at is not None,
        announcement=thread.announcement,
        keeps_first=thread.keeps_first,
        forum_id=thread.forum_id or 0,
    )
    return render_template(
        "forums/arrange_thread.html",
        thread=thread,
        stands=stands,
        forums=forums_of(thread.space_id),
        error=error,
    )


@bp.post("/threads/<int:thread_id>/follow")
@login_required
def follow(thread_id: int) -> Answer:
    """`follows` is 1 or 0; letters are always among one's post."""
    followed = Thread.visible_to(viewer()).where(Thread.kind == FORUM_THREAD)
    thread = one_or_404(followed, id=thread_id)
    follows = request.form.get("follows")
    if follows not in ("0", "1"):
        abort(400)
    marks.follow(thread.id, viewer().person_id, follows=follows == "1")
    db.session.commit()
    return redirect(thread_url(thread), code=303)


@bp.get("/forums/<int:forum_id>/arrange")
@login_required
def forum(forum_id: int) -> Answer:
    return _forum_page(_forum(forum_id))


@bp.post("/forums/<int:forum_id>/arrange")
@login_required
def change_forum(forum_id: int) -> Answer:
    opened = _forum(forum_id)
    title, category = (request.form.get(name, "") for name in ("title", "category"))
    try:
        rename_forum(opened, title, category)
    except Refused as refusal:
        db.session.rollback()
        return _forum_page(_forum(forum_id), refusal), 422
    db.session.commit()
    return redirect(url_for("forums.forum", forum_id=forum_id), code=303)


def _forum(forum_id: int) -> Forum:
    return one_or_404(forums_to_arrange(viewer()), id=forum_id)


def _forum_page(opened: Forum, error: Refused | None = None) -> str:
    return render_template(
        "forums/arrange_forum.html",
        forum=opened,
        title=request.form.get("title", opened.title),
        category=request.form.get("category", opened.category),
        categories=categories_of(forums_of(opened.space_id)),
        error=error,
    )
