"""Pages: what waits for a teacher, reports, and what is hidden."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.sessions import viewer
from app.classrooms.permissions import is_teacher, looks_after_pupils
from app.db import db
from app.moderation import hiding, review
from app.moderation.models import Report
from app.posts.differences import Piece, difference, in_short
from app.posts.history import taken_back
from app.posts.models import (
    Post,
    Revision,
    Thread,
    ThreadReader,
    waiting_count,
    waiting_for,
)
from app.posts.showing import shown, shown_revisions, thread_url, with_words
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number
from app.web.paging import MAX_KEY

bp = Blueprint("moderation", __name__, template_folder="templates")

# Whole texts, so a page holds few; the rest follows as these are dealt with.
PAGE_REVISIONS = 10
PAGE_BYTES = 24_000
# Of what a change alters: its new words stand there whole.
CHANGE_BYTES = 800
# What the form does when nobody presses a button but Enter.
TICKED = "ticked"


@bp.get("/waiting")
@login_required
def waiting() -> Answer:
    _teachers_only()
    return _waiting_page()


def _waiting_page(error: Refused | None = None, *, kept: str = "") -> str:
    revisions = _page_of_waiting()
    return render_template(
        "moderation/waiting.html",
        items=shown_revisions(revisions, viewer()),
        changes={revision.id: _change_of(revision) for revision in revisions},
        count=waiting_count(viewer()),
        error=error,
        kept=kept,
        thread_url=thread_url,
    )


def _change_of(revision: Revision) -> Sequence[Piece]:
    """Say what a change alters of the words that are out; nothing of a new post."""
    out = revision.post.current
    if out is None:
        return ()
    return in_short(difference(out.source, revision.source), CHANGE_BYTES)


def _page_of_waiting() -> Sequence[Revision]:
    found = db.session.scalars(
        waiting_for(viewer())
        .options(
            joinedload(Revision.post).options(
                joinedload(Post.author),
                joinedload(Post.current),
                joinedload(Post.thread)
                .selectinload(Thread.readers)
                .joinedload(ThreadReader.person),
            )
        )
        .limit(PAGE_REVISIONS)
    ).all()
    total = 0
    for n, revision in enumerate(found):
        total += len(revision.html.encode())
        if total > PAGE_BYTES and n:
            return found[:n]
    return found


@bp.post("/waiting")
@login_required
def waiting_now() -> Answer:
    """`do` is "ticked" for all ticked, or what to do with one: "return 17"."""
    _teachers_only()
    act, ids = _asked()
    found = db.session.scalars(waiting_for(viewer()).where(Revision.id.in_(ids))).all()
    gone = ids - {revision.id for revision in found}
    try:
        _check_notes(act, ids, gone)
        for revision in found:
            _act(act, revision)
    except Refused as refusal:
        db.session.rollback()
        return _waiting_page(refusal, kept=_notes_to(gone)), 422
    db.session.commit()
    if _notes(besides=ids):
        return _waiting_page()  # the notes to the others are still being written
    unread = _never_out(gone)
    return redirect(
        url_for("moderation.waiting", done=len(found), unread=unread or None), code=303
    )


def _never_out(ids: set[int]) -> int:
    """Count the versions that were asked for and did not go out, now or before."""
    if not ids:
        return 0
    asked = select(func.count(Revision.id)).where(
        Revision.id.in_(ids), Revision.published_at.is_(None)
    )
    return db.session.scalar(asked) or 0


def _check_notes(act: str, ids: set[int], gone: set[int]) -> None:
    """Refuse where a note would be lost: nothing is done then."""
    if _notes_to(gone):
        raise Refused(
            _(
                "Its author has changed this post or taken it back meanwhile, or somebody "
                "has dealt with it. Look at it before you do more; your note is below."
            )
        )
    if act == "release" and _notes_to(ids):
        raise Refused(
            _(
                "You wrote a note to a post that would go out as it is. Press “Return "
                "with the note” below it, or empty the note and release it."
            )
        )
    if ids <= gone and _notes(besides=ids):
        raise Refused(
            _(
                "Nothing is ticked. Tick what should go out, or press the button "
                "below your note."
            )
        )


def _asked() -> tuple[str, set[int]]:
    act, _space, one = request.form.get("do", TICKED).partition(" ")
    if act == TICKED:
        return "release", set(request.form.getlist("tick", type=row_number))
    try:
        return act, {row_number(one)}
    except ValueError:
        abort(400)


def _act(act: str, revision: Revision) -> None:
    note = request.form.get(f"note{revision.id}", "")
    if act == "release":
        review.release(revision, viewer())
    elif act == "return":
        review.return_to_author(revision, viewer(), note)
    elif act == "refuse":
        review.refuse(revision, viewer(), note)
    else:
        abort(400)


def _notes_to(ids: set[int]) -> str:
    """Collect the notes that were typed for posts which wait no more."""
    notes = (request.form.get(f"note{n}", "").strip() for n in sorted(ids))
    return "\n\n".join(note for note in notes if note)


def _notes(*, besides: set[int]) -> bool:
    """Whether a note is typed for a post that nothing is done with now."""
    answered = {f"note{n}" for n in besides}
    return any(
        name.startswith("note") and name not in answered and value.strip()
        for name, value in request.form.items()
    )


@bp.get("/p/<post_uid>/report")
@login_required
def report(post_uid: str) -> Answer:
    return _report_page(_reportable(post_uid))


@bp.post("/p/<post_uid>/report")
@login_required
def report_now(post_uid: str) -> Answer:
    post = _reportable(post_uid)
    try:
        hiding.report(post, viewer(), request.form.get("words", ""))
    except Refused as refusal:
        db.session.rollback()
        return _report_page(post, refusal), 422
    db.session.commit()
    return redirect(url_for("moderation.reported", post_uid=post_uid), code=303)


@bp.get("/p/<post_uid>/reported")
@login_required
def reported(post_uid: str) -> Answer:
    post = _reportable(post_uid)
    return render_template("moderation/reported.html", back=thread_url(post.thread))


def _reportable(post_uid: str) -> Post:
    readable = Post.visible_to(viewer()).where(Post.is_published())
    return one_or_404(with_words(readable.where(Post.named(post_uid))))


def _report_page(post: Post, error: Refused | None = None) -> str:
    (item,) = shown([post], viewer())
    return render_template("moderation/report.html", item=item, error=error)


@bp.get("/reports")
@login_required
def reports() -> Answer:
    if not looks_after_pupils(viewer()):
        abort(404)
    found = db.session.scalars(
        hiding.open_reports(viewer())
        .options(
            joinedload(Report.post).options(
                joinedload(Post.author),
                joinedload(Post.current),
                joinedload(Post.waiting),
            )
        )
        .limit(PAGE_REVISIONS + 1)
    ).all()
    more_reports, found = len(found) > PAGE_REVISIONS, found[:PAGE_REVISIONS]
    hidden = db.session.scalars(
        with_words(hiding.moderated_posts(viewer()))
        .where(Post.hidden_at.is_not(None), Post.change_no < _edge("hidden"))
        .order_by(Post.change_no.desc())
        .limit(PAGE_REVISIONS + 1)
    ).all()
    back = db.session.scalars(
        taken_back(viewer())
        .where(Post.change_no < _edge("back"))
        .order_by(None)
        .order_by(Post.change_no.desc())
        .limit(PAGE_REVISIONS + 1)
    ).all()
    posts = {row.post.id: row.post for row in found if not row.post.withdrawn_at}
    posts |= {post.id: post for post in hidden[:PAGE_REVISIONS]}
    items = {item.post.id: item for item in shown(posts.values(), viewer(), whole=True)}
    return render_template(
        "moderation/reports.html",
        reports=found,
        items=items,
        more_reports=more_reports,
        hidden=[items[post.id] for post in hidden[:PAGE_REVISIONS]],
        more_hidden=len(hidden) > PAGE_REVISIONS,
        taken_back=back[:PAGE_REVISIONS],
        more_taken_back=len(back) > PAGE_REVISIONS,
    )


def _edge(name: str) -> int:
    """Read where a list goes on: below this change; at the newest by default."""
    return request.args.get(name, type=row_number, default=MAX_KEY)


@bp.post("/p/<post_uid>/moderate")
@login_required
def moderate(post_uid: str) -> Answer:
    """`do` is hide, show or keep."""
    act = request.form.get("do")
    if act == "keep":
        posts = hiding.reported_posts(viewer())
    else:
        posts = hiding.moderated_posts(viewer())
    post = one_or_404(posts.where(Post.named(post_uid)))
    if act == "hide":
        hiding.hide(post, viewer(), request.form.get("reason", ""))
    elif act == "show":
        hiding.show_again(post, viewer())
    elif act == "keep":
        hiding.keep(post, viewer())
    else:
        abort(400)
    db.session.commit()
    return redirect(url_for("moderation.reports"), code=303)


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)
