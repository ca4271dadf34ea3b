"""Pages: asking for a translation that is not there yet, and what helps without a pack."""

from flask import Blueprint, redirect, render_template
from flask_login import login_required

from app.accounts.sessions import viewer
from app.db import db
from app.posts.models import Post, Thread
from app.posts.permissions import may_write
from app.posts.reading import ASKED
from app.posts.showing import post_to_read, thread_url
from app.translate.asking import ask_for, has_way, is_lacking
from app.web.answers import Answer

bp = Blueprint("asking", __name__, template_folder="templates")


@bp.get("/p/<ref>/translate")
@login_required
def page(ref: str) -> Answer:
    post, thread, lacks = _found(ref)
    if not lacks:
        return redirect(_place(post, thread))
    revision = post.current
    assert revision is not None  # it is published
    return render_template(
        "translate/asking.html",
        post=post,
        lang=revision.lang,
        has_way=has_way(revision.lang, viewer().person.lang),
        may_ask=post.author_id != viewer().person_id and may_write(viewer(), thread),
        back=_place(post, thread),
    )


@bp.post("/p/<ref>/translate")
@login_required
def translate(ref: str) -> Answer:
    """Lead back to the post, which then says that it is asked for."""
    post, thread, lacks = _found(ref)
    if not lacks:
        return redirect(_place(post, thread), code=303)
    ask_for(post.id)
    db.session.commit()
    return redirect(_place(post, thread, **{ASKED: post.id}), code=303)


def _found(ref: str) -> tuple[Post, Thread, bool]:
    """Find a post with its thread, and whether it lacks the reader's language."""
    post, thread, revision, copy = post_to_read(viewer(), ref)
    return post, thread, is_lacking(revision, copy, viewer().person.lang)


def _place(post: Post, thread: Thread, **more: int) -> str:
    return thread_url(thread, at=post.order_key, _anchor=f"p{post.id}", **more)
