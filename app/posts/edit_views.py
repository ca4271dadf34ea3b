"""Pages of a post for who wrote it: change it, take it back, and its history."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import joinedload

from app.accounts.sessions import viewer
from app.db import db, reading
from app.posts.drafting import Place, drafts_of, fingerprint, keep_draft
from app.posts.editing import (
    NewerVersionError,
    leave,
    newest_version,
    own_posts,
    version_to_change,
    why_no_change,
)
from app.posts.editing import change as make_version
from app.posts.form import Written, sent_form_key, sent_picture, written
from app.posts.history import history_of, version_of, version_stands
from app.posts.models import BEGINNING_BYTES, Draft, Post, Revision
from app.posts.previewing import PREVIEW, asks_to_preview, readers_of, try_out
from app.posts.publishing import is_held
from app.posts.sending import lead_to
from app.posts.showing import beginning, thread_url, with_words
from app.posts.withdrawing import withdraw as take_back
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number

bp = Blueprint("editing", __name__, template_folder="templates")


@bp.get("/p/<ref>/edit")
@login_required
def page(ref: str) -> Answer:
    """`draft` fills the form with words that were kept for this post."""
    post = _own(ref)
    draft_id = request.args.get("draft", type=row_number)
    draft = None
    if draft_id is not None:
        own = drafts_of(viewer()).where(Draft.post_id == post.id)
        draft = one_or_404(own.order_by(None), id=draft_id)
    return _edit_page(post, draft=draft)


@bp.post("/p/<ref>/edit")
@login_required
def change(ref: str) -> Answer:
    """Send it, or do what `do` says.

    "draft" keeps the words, "preview" only tries them out, "leave" takes a change
    back that waits.
    """
    post, act = _own(ref), request.form.get("do")
    sent, base = written(), request.form.get("base", type=row_number, default=0)
    try:
        if asks_to_preview():
            return _preview(post, sent)
        if act in ("draft", PREVIEW):
            return _keep(post, sent)
        if act == "leave":
            leave(post, base=base)
        else:
            make_version(
                post,
                viewer(),
                sent.source,
                sent.lang,
                base=base,
                picture=sent_picture(),
                description=sent.description,
                without_picture="without" in request.form,
            )
            _forget_draft(post, sent)
    except NewerVersionError as newer:
        db.session.rollback()
        return _ask_which(post, sent, newer)
    except Refused as refusal:
        db.session.rollback()
        return _edit_page(post, error=refusal), 422
    db.session.commit()
    return lead_to(post)


def _preview(post: Post, sent: Written) -> Answer:
    if barred := why_no_change(viewer(), post):
        raise Refused(barred)
    try_out(viewer(), readers_of(post.thread), sent)
    with reading():
        return _edit_page(_own(str(post.id)))


def _keep(post: Post, sent: Written) -> Answer:
    kept = keep_draft(viewer(), Place(post_id=post.id), sent_form_key(), sent)
    db.session.commit()
    return lead_to(kept, "drafts.kept")


def _ask_which(post: Post, sent: Written, newer: NewerVersionError) -> Answer:
    """Keep the words of an older form as a draft, and show them beside the post."""
    try:
        kept = keep_draft(viewer(), Place(post_id=post.id), sent_form_key(), sent)
    except Refused:
        db.session.rollback()
        return _edit_page(post, error=newer), 422
    db.session.commit()
    return redirect(url_for("editing.page", ref=post.uid, draft=kept.id), code=303)


def _forget_draft(post: Post, sent: Written) -> None:
    """Drop the draft that these words began from; one that was changed since stays."""
    drafts = drafts_of(viewer()).where(Draft.post_id == post.id)
    for draft in db.session.scalars(drafts):
        if sent.began_from == fingerprint(draft) or draft.source == sent.source:
            db.session.delete(draft)
    db.session.flush()


@bp.post("/p/<ref>/withdraw")
@login_required
def withdraw(ref: str) -> Answer:
    post = _own(ref)
    take_back(post)
    db.session.commit()
    return lead_to(post)


@bp.get("/p/<ref>/history")
@login_required
def history(ref: str) -> Answer:
    """`before` leads to older versions, `n` shows one of them whole."""
    n = request.args.get("n", type=row_number)
    if n is not None:
        post, revision = version_of(viewer(), ref, n)
        return render_template(
            "posts/version.html",
            post=post,
            revision=revision,
            stands=version_stands,
        )
    found = history_of(viewer(), ref, up_to=request.args.get("before", type=row_number))
    return render_template(
        "posts/history.html",
        history=found,
        stands=version_stands,
        back=_place_of(found.post),
    )


def _own(ref: str) -> Post:
    own = with_words(own_posts(viewer())).options(joinedload(Post.thread))
    return one_or_404(own.where(Post.named(ref)))


def _edit_page(
    post: Post, *, draft: Draft | None = None, error: Refused | None = None
) -> str:
    began, newest = version_to_change(post), newest_version(post)
    return render_template(
        "posts/edit.html",
        post=post,
        began=began,
        base=newest.n,
        draft=draft,
        typed=request.form.get("source", (draft or began).source),
        overtaken=draft is not None and draft.base_n != newest.n,
        says_now=beginning(began.source) if _is_long(began) else began.body,
        barred=why_no_change(viewer(), post),
        held=is_held(post.thread, viewer()),
        back=_place_of(post),
        error=error,
    )


def _is_long(revision: Revision) -> bool:
    """Whether a page that also holds other words shows only its beginning."""
    return len(revision.html.encode()) > BEGINNING_BYTES


def _place_of(post: Post) -> str:
    return thread_url(post.thread, at=post.order_key, _anchor=f"p{post.id}")
