"""Pages of one post: the receipt, its permanent address, the original, its pictures."""

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    url_for,
)
from flask_login import login_required
from sqlalchemy import select

from app.accounts.sessions import viewer
from app.db import db
from app.media.models import READY
from app.posts.models import Attachment, Post, Revision, Thread, waiting_for
from app.posts.permissions import may_write, moderated_by
from app.posts.showing import shown, thread_url, with_words
from app.posts.standing import standing
from app.web.answers import Answer
from app.web.errors import one_or_404

bp = Blueprint("posts", __name__, template_folder="templates")


@bp.get("/p/<post_uid>")
@login_required
def permalink(post_uid: str) -> Answer:
    """Lead to the page and place of a post; what was taken back keeps its place."""
    readable = Post.visible_to(viewer(), tombstones=True)
    post = one_or_404(readable.where(Post.named(post_uid)))
    thread = db.session.get_one(Thread, post.thread_id)
    return redirect(thread_url(thread, at=post.order_key, _anchor=f"p{post.id}"))


@bp.get("/p/<post_uid>/sent")
@login_required
def receipt(post_uid: str) -> Answer:
    """Say where a post of hers stands, whatever became of it or of its thread."""
    own = select(Post).where(Post.author_id == viewer().person_id)
    post = one_or_404(with_words(own.where(Post.named(post_uid))))
    thread = db.session.scalars(
        Thread.visible_to(viewer()).where(Thread.id == post.thread_id)
    ).one_or_none()
    back = thread_url(thread) if thread else None
    return render_template(
        "posts/receipt.html", post=post, stands=standing(post), back=back
    )


@bp.get("/p/<post_uid>/whole")
@login_required
def whole(post_uid: str) -> Answer:
    return _post_page(post_uid, original=False)


@bp.get("/p/<post_uid>/original")
@login_required
def original(post_uid: str) -> Answer:
    return _post_page(post_uid, original=True)


def _one_to_see(post_uid: str) -> Post:
    readable = Post.visible_to(viewer()).where(Post.named(post_uid))
    return one_or_404(with_words(readable))


def _post_page(post_uid: str, *, original: bool) -> str:
    post = _one_to_see(post_uid)
    found = shown([post], viewer(), original=original, whole=True)
    if not found:
        abort(404)
    thread = db.session.get_one(Thread, post.thread_id)
    return render_template(
        "posts/post.html",
        item=found[0],
        writes=may_write(viewer(), thread),
        back=thread_url(thread, at=post.order_key, _anchor=f"p{post.id}"),
    )


@bp.get("/p/<post_uid>/pictures/<int:attachment_id>")
@login_required
def picture(post_uid: str, attachment_id: int) -> Answer:
    attachment = _readable_picture(post_uid, attachment_id)
    readable = Post.visible_to(viewer()).where(Post.named(post_uid))
    seen = db.session.scalar(readable.order_by(None).with_only_columns(Post.id))
    back = url_for("posts.permalink", post_uid=post_uid)
    return render_template(
        "posts/picture.html",
        attachment=attachment,
        post_uid=post_uid,
        back=back if seen else url_for("moderation.waiting"),
    )


@bp.get("/p/<post_uid>/pictures/<int:attachment_id>/file")
@login_required
def picture_file(post_uid: str, attachment_id: int) -> Answer:
    media = _readable_picture(post_uid, attachment_id).media
    if media.state != READY or media.picture is None:
        abort(404)
    return Response(media.picture, mimetype=media.mime)


def _readable_picture(post_uid: str, attachment_id: int) -> Attachment:
    """Find a picture of a post the viewer may read, release or show again."""
    at_post = (
        select(Attachment)
        .join(Revision)
        .join(Post, Post.id == Revision.post_id)
        .where(Post.named(post_uid))
    )
    readable = Post.visible_to(viewer()).order_by(None).with_only_columns(Post.id)
    held = waiting_for(viewer()).order_by(None).with_only_columns(Revision.id)
    own = Post.author_id == viewer().person_id
    shown_now = Post.current_id == Attachment.revision_id
    return one_or_404(
        at_post.where(
            (Post.id.in_(readable) & (own | shown_now))
            | (moderated_by(viewer()) & shown_now)
            | Attachment.revision_id.in_(held)
        ),
        id=attachment_id,
    )
