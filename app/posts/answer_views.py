"""Pages: the form of an answer alone, and with a passage of the post it answers."""

from flask import Blueprint, abort, render_template
from flask_login import login_required
from sqlalchemy import and_
from sqlalchemy.orm import joinedload

from app.accounts.models import Person
from app.accounts.sessions import viewer
from app.db import db
from app.posts.models import (
    Post,
    Rendition,
    Revision,
    Thread,
    audience_langs,
)
from app.posts.permissions import why_not
from app.posts.quoting import choices
from app.posts.showing import answer_url, thread_url
from app.web.answers import Answer
from app.web.errors import one_or_404

bp = Blueprint("answering", __name__, template_folder="templates")


@bp.get("/p/<ref>/answer")
@login_required
def page(ref: str) -> Answer:
    lang = viewer().person.lang
    found = db.session.execute(
        Post.visible_to(viewer())
        .where(Post.named(ref), Post.is_published())
        .join(Person, Person.id == Post.author_id)
        .join(Revision, Revision.id == Post.current_id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .with_only_columns(
            Post.id, Post.thread_id, Post.order_key, Person.shown_name,
            Revision.source, Revision.lang, Rendition.source.label("translated"),
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        abort(404)
    thread = _open_to_answers(found.thread_id)
    translated = found.translated if found.lang != lang else None
    return render_template(
        "posts/answer.html",
        post=found,
        passages=choices(found.source, translated),
        action=answer_url(thread),
        back=thread_url(thread, at=found.order_key, _anchor=f"p{found.id}"),
        held=not viewer().adult,
        langs=_langs(thread),
    )


@bp.get("/write/<int:thread_id>")
@login_required
def form(thread_id: int) -> Answer:
    thread = _open_to_answers(thread_id)
    return render_template(
        "posts/write.html",
        thread=thread,
        action=answer_url(thread),
        back=thread_url(thread),
        held=not viewer().adult,
        langs=_langs(thread),
    )


def _open_to_answers(thread_id: int) -> Thread:
    thread = one_or_404(
        Thread.visible_to(viewer()).options(joinedload(Thread.readers)), id=thread_id
    )
    if said := why_not(viewer(), thread):
        abort(403, said)
    return thread


def _langs(thread: Thread) -> list[str]:
    return list(db.session.scalars(audience_langs(thread)))
