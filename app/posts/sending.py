"""The one form every post is sent with: once, whatever the link does, and no word lost."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounts.sessions import viewer
from app.db import db, reading
from app.posts.destinations import destination
from app.posts.drafting import Place, forget_sent, keep_draft, keep_other_words
from app.posts.form import Written, sent_form_key, sent_picture, written
from app.posts.models import HELD, Draft, Post, Thread
from app.posts.permissions import company_missing, has_company, why_not
from app.posts.previewing import (
    PREVIEW,
    Readers,
    asks_to_preview,
    readers_of,
    try_out,
)
from app.posts.publishing import is_as_sent, publish, sent_before
from app.posts.quoting import note_answer
from app.posts.threads import start_thread
from app.web.answers import Answer
from app.web.errors import Refused

# Shows the form again with what is wrong about it.
Page = Callable[[Refused], str]


class Target(NamedTuple):
    """Where a form is sent: `thread` gives the thread, or starts it; `barred` says why not."""

    place: Place
    thread: Callable[[], Thread]
    barred: str | None = None
    status: int = 403
    # Whom it is for, where she may read there herself.
    readers: Readers = Readers()


def send(thread: Thread | None, page: Page) -> Answer:
    """Send this request's form into a thread, or keep it as a draft; commits.

    A form that comes again leads to the post it made, wherever that stands now;
    with other words both are kept. `thread` is none where she may not read it,
    or no more. All words come back in every answer.
    """
    if thread is None:
        place = Place(thread_id=(request.view_args or {}).get("thread_id"))
        return _send(Target(place, _nowhere, not_hers(), 404), page)
    barred = why_not(viewer(), thread)
    place, readers = Place(thread_id=thread.id), readers_of(thread)
    return _send(Target(place, lambda: thread, barred, readers=readers), page)


def send_first(forum_id: int, space_id: int | None, page: Page) -> Answer:
    """Send this request's form as the first post of a new thread; like `send`.

    `space_id` is none where she may not read the forum, or no more.
    """
    place = Place(forum_id=forum_id)
    if space_id is None:
        return _send(Target(place, _nowhere, not_hers(), 404), page)
    barred = None if has_company(viewer(), space_id) else company_missing()
    start, readers = partial(_start, space_id, forum_id), Readers(space_id)
    return _send(Target(place, start, barred, readers=readers), page)


def not_hers() -> str:
    return _(
        "What you wrote to is not there any more, or not for you. Ask your teacher."
    )


def _send(to: Target, page: Page) -> Answer:
    try:
        key = sent_form_key()
    except Refused as refusal:
        # Of a thread that she was never shown nothing is kept.
        if to.status == 404:
            abort(404)
        return _refused(to, page, refusal)
    try:
        return _settle(to, key, written())
    except Refused as refusal:
        return _refused(to, page, refusal)


def _refused(to: Target, page: Page, refusal: Refused) -> Answer:
    db.session.rollback()
    if to.barred is None:
        return page(refusal), 422
    return _unsent_page(to, str(refusal))


def _settle(to: Target, key: str, said: Written) -> Answer:
    if asks_to_preview():
        return _unsent_page(to, to.barred) if to.barred else _preview(to, said)
    earlier = sent_before(viewer(), key)
    if earlier is not None:
        return _sent_already(to, earlier, key, said)
    if request.form.get("do") in ("draft", PREVIEW):
        kept = keep_draft(viewer(), to.place, key, said)
        db.session.commit()
        return lead_to(kept, "drafts.kept")
    if to.barred is not None:
        return _unsent_page(to, to.barred)
    just_sent = _just_sent(to, said)
    if just_sent is not None:
        return lead_to(just_sent)
    if said.description and sent_picture() is None:
        raise Refused(
            _(
                "These words are about a picture, and there is none. Choose the picture "
                "again, or clear the words about it."
            )
        )
    post = publish(
        to.thread(),
        viewer(),
        said.source,
        form_key=key,
        lang=said.lang,
        picture=sent_picture(),
        description=said.description,
    )
    note_answer(post, said.parent, said.quote)
    forget_sent(viewer(), post, said)
    db.session.commit()
    return lead_to(post)


def _preview(to: Target, said: Written) -> Answer:
    """Show how it will read, with the form alone: it is as light as the link is weak."""
    tried = try_out(viewer(), to.readers, said)
    with reading():
        page = {"to": destination(to.place, viewer()), "tried": tried}
        return render_template("posts/preview.html", **page)


def _sent_already(to: Target, post: Post, key: str, said: Written) -> Answer:
    """Lead to the post that this form made; other words are kept beside it."""
    own_title = not said.title or said.title == _title_of(post)
    if (own_title and _is_as_sent(post, said)) or not any(said.words):
        return lead_to(post)
    place = to.place._replace(beside_id=post.id)
    kept = keep_other_words(viewer(), place, key, said)
    db.session.commit()
    return lead_to(kept)


def _just_sent(to: Target, said: Written) -> Post | None:
    """Find her newest post, if it says just this here and nobody has written since.

    Where pages are not kept, *Back* fetches the form with another key, and the
    browser puts her old words into it: sent again, they are no second letter.
    """
    newest = db.session.scalars(
        select(Post)
        .where(Post.author_id == viewer().person_id, Post.is_there())
        .order_by(Post.id.desc())
        .limit(1)
    ).first()
    is_empty = not said.source.strip() and sent_picture() is None
    if newest is None or is_empty or "draft" in request.form:
        return None
    same_place = newest.thread_id == to.place.thread_id or (
        newest.thread.forum_id is not None
        and newest.thread.forum_id == to.place.forum_id
        and said.title == _title_of(newest)
    )
    # A change to what is out is no letter that waits.
    waiting = newest.waiting if newest.current_id is None else None
    held = waiting is not None and waiting.state == HELD
    is_last = newest.thread.last_key == newest.order_key
    same_answer = said.parent == str(newest.parent_id or "")
    if same_place and same_answer and (held or is_last):
        return newest if _is_as_sent(newest, said) else None
    return None


def _is_as_sent(post: Post, said: Written) -> bool:
    return is_as_sent(post, said.source, sent_picture(), said.description)


def _title_of(post: Post) -> str | None:
    title = func.coalesce(Thread.kept_title, Thread.title)
    return db.session.scalar(select(title).where(Thread.id == post.thread_id))


def lead_to(kept: Post | Draft, draft_page: str = "drafts.page") -> Answer:
    """Answer with where words stand that were sent, or kept as a draft."""
    if isinstance(kept, Post):
        return redirect(url_for("posts.receipt", post_uid=kept.uid), code=303)
    return redirect(url_for(draft_page, draft_id=kept.id), code=303)


def _unsent_page(to: Target, reason: str) -> Answer:
    """Show every word again where no form of the page itself would."""
    page = render_template("posts/unsent.html", reason=reason, written=written())
    return page, to.status


def _start(space_id: int, forum_id: int) -> Thread:
    return start_thread(
        space_id, forum_id, request.form.get("title", ""), viewer(), written().lang
    )


def _nowhere() -> Thread:
    abort(404)
