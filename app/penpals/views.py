"""Pages: my letters, one pair's letters, and pairing for teachers."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import selectinload

from app.accounts.sessions import viewer
from app.classrooms.local_time import (
    local_times,
    partner_schools,
    zone_of_reader,
)
from app.classrooms.models import PARTNERSHIP, Space, SpaceClassroom
from app.classrooms.permissions import is_teacher, looks_after_pupils
from app.db import db
from app.penpals.pairing import (
    letters_visible_to,
    pair,
    partnerships_taught,
    pupils_in,
)
from app.posts.models import Thread, ThreadReader
from app.posts.permissions import may_write, why_not
from app.posts.reading import thread_page
from app.posts.sending import publish_form
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number

bp = Blueprint("penpals", __name__, template_folder="templates")

PAIRS_A_PAGE = 60
WITH_READERS = selectinload(Thread.readers).joinedload(ThreadReader.person)


@bp.get("/letters")
@login_required
def all_letters() -> Answer:
    return _all_letters_page()


def _all_letters_page(error: Refused | None = None) -> str:
    threads = db.session.scalars(
        letters_visible_to(viewer()).options(WITH_READERS).limit(PAIRS_A_PAGE)
    ).all()
    return render_template(
        "penpals/all_letters.html",
        threads=threads,
        partnerships=partnerships_taught(viewer()) if is_teacher(viewer()) else [],
        times=local_times(
            zone_of_reader(), partner_schools(viewer(), viewer().person.school_id)
        ),
        error=error,
    )


@bp.get("/letters/pair/<int:space_id>")
@login_required
def pairing(space_id: int) -> Answer:
    return _pairing_page(_taught(space_id))


@bp.post("/letters/pair/<int:space_id>")
@login_required
def pairing_now(space_id: int) -> Answer:
    space = _taught(space_id)
    chosen = request.form.getlist("pupil", type=row_number)
    one, other = (*chosen, 0, 0)[:2]
    try:
        thread = pair(space, viewer(), one, other)
    except Refused as refusal:
        db.session.rollback()
        return _pairing_page(space, refusal), 422
    db.session.commit()
    return redirect(url_for("penpals.letters", thread_id=thread.id), code=303)


def _taught(space_id: int) -> Space:
    taught = Space.open_to(viewer(), as_teacher=True).options(
        selectinload(Space.classrooms).joinedload(SpaceClassroom.classroom)
    )
    return one_or_404(taught.where(Space.kind == PARTNERSHIP), id=space_id)


def _pairing_page(space: Space, error: Refused | None = None) -> str:
    return render_template(
        "penpals/pairing.html", space=space, classes=pupils_in(space), error=error
    )


@bp.get("/letters/<int:thread_id>")
@login_required
def letters(thread_id: int) -> Answer:
    return _letters_page(_letter_thread(thread_id))


@bp.post("/letters/<int:thread_id>/posts")
@login_required
def write(thread_id: int) -> Answer:
    opened = _letter_thread(thread_id)
    if said := why_not(viewer(), opened):
        abort(403, said)
    try:
        post = publish_form(opened, viewer())
    except Refused as refusal:
        db.session.rollback()
        return _letters_page(_letter_thread(thread_id), refusal), 422
    db.session.commit()
    return redirect(url_for("posts.receipt", post_uid=post.uid), code=303)


def _letter_thread(thread_id: int) -> Thread:
    return one_or_404(letters_visible_to(viewer()).options(WITH_READERS), id=thread_id)


def _letters_page(opened: Thread, error: Refused | None = None) -> str:
    teaches = looks_after_pupils(viewer())
    page, articles = thread_page(opened.id, viewer(), teaches=teaches, letters=True)
    return render_template(
        "penpals/letters.html",
        thread=opened,
        writes=may_write(viewer(), opened),
        langs={reader.person.lang for reader in opened.readers},
        page=page,
        articles=articles,
        error=error,
    )
