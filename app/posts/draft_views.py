"""Pages of what is not sent yet: a draft, beside a post of the same form, and that it is kept."""

from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.sessions import viewer
from app.db import db
from app.posts.destinations import destination
from app.posts.drafting import drafts_of, fingerprint
from app.posts.editing import newest_version, own_posts, why_no_change
from app.posts.models import Draft, Post
from app.posts.sending import not_hers
from app.posts.showing import ShownPost, shown, with_words
from app.posts.standing import standing
from app.web.answers import Answer
from app.web.errors import one_or_404

bp = Blueprint("drafts", __name__, url_prefix="/drafts", template_folder="templates")


@bp.get("/<int:draft_id>")
@login_required
def page(draft_id: int) -> Answer:
    draft = _find(draft_id)
    if draft is None:
        return redirect(url_for("home.my_post"))
    to = destination(draft, viewer())
    barred = to.barred if to else not_hers()
    if draft.post_id is not None:
        changes = own_posts(viewer()).where(Post.id == draft.post_id)
        post = db.session.scalars(changes).one_or_none()
        said = why_no_change(viewer(), post) if post else barred
        if said is None:
            ref = str(draft.post_id)
            return redirect(url_for("editing.page", ref=ref, draft=draft.id))
        barred = said
    return render_template(
        "posts/draft.html", draft=draft, to=to, barred=barred, first=_first(draft)
    )


@bp.get("/<int:draft_id>/kept")
@login_required
def kept(draft_id: int) -> Answer:
    draft = _find(draft_id)
    if draft is None:
        return redirect(url_for("home.my_post"))
    return render_template("posts/draft_kept.html", draft=draft)


@bp.post("/<int:draft_id>/drop")
@login_required
def drop(draft_id: int) -> Answer:
    """Throw words away that were not sent; what is gone already is no fault.

    Only the words that the page showed: they may have been written on elsewhere, or
    a later draft may have the number of one that is gone.
    """
    draft = _find(draft_id)
    if draft is None:
        return redirect(url_for("home.my_post"), code=303)
    if request.form.get("draft") != fingerprint(draft):
        return redirect(url_for("drafts.page", draft_id=draft.id), code=303)
    db.session.delete(draft)
    db.session.commit()
    return redirect(url_for("home.my_post"), code=303)


@bp.post("/<int:draft_id>/replace")
@login_required
def replace(draft_id: int) -> Answer:
    """Make of words kept beside a post a change of that post, to be looked at first."""
    draft = _own(draft_id)
    first = _first(draft)
    if first is not None and first.may_change:
        draft.post_id, draft.beside_id = first.post.id, None
        draft.thread_id = draft.forum_id = None
        draft.base_n = newest_version(first.post).n
        db.session.commit()
    return redirect(url_for("drafts.page", draft_id=draft.id), code=303)


def _find(draft_id: int) -> Draft | None:
    """Find a draft of hers; none when it was sent or thrown away, as who goes back finds."""
    draft = db.session.get(Draft, draft_id)
    if draft is not None and draft.person_id != viewer().person_id:
        abort(404)
    return draft


def _own(draft_id: int) -> Draft:
    return one_or_404(drafts_of(viewer()).order_by(None), id=draft_id)


class First(NamedTuple):
    """What the same form sent with other words; `words` while she may read them."""

    post: Post
    stands: str
    words: ShownPost | None
    may_change: bool


def _first(draft: Draft) -> First | None:
    if draft.beside_id is None:
        return None
    readable = Post.visible_to(viewer()).order_by(None).with_only_columns(Post.id)
    own = with_words(select(Post)).where(
        Post.author_id == draft.person_id, Post.id == draft.beside_id
    )
    post, is_readable = db.session.execute(
        own.options(joinedload(Post.thread)).add_columns(Post.id.in_(readable))
    ).one()
    if not is_readable:
        return First(post, standing(post), None, may_change=False)
    words = shown([post], viewer(), original=True, whole=True)[0]
    may_change = why_no_change(viewer(), post) is None
    return First(post, standing(post), words, may_change=may_change)
