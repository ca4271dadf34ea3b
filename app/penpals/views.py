"""Pages: my letters, one pair's letters, and pairing for teachers."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import joinedload, selectinload

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
from app.posts import marks
from app.posts.models import ReadMark, Thread
from app.posts.permissions import may_write
from app.posts.reading import Reading, new_page, thread_page
from app.posts.sending import send
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number

bp = Blueprint("penpals", __name__, template_folder="templates")

PAIRS_A_PAGE = 60
WITH_READERS = selectinload(Thread.readers)


@bp.get("/letters")
@login_required
def all_letters() -> Answer:
    return _all_letters_page()


def _all_letters_page(error: Refused | None = None) -> str:
    before = request.args.get("before", type=row_number)
    found = letters_visible_to(viewer()).options(WITH_READERS).limit(PAIRS_A_PAGE + 1)
    threads = db.session.scalars(
        found if before is None else found.where(Thread.id < before)
    ).all()
    return render_template(
        "penpals/all_letters.html",
        threads=threads[:PAIRS_A_PAGE],
        more=len(threads) > PAIRS_A_PAGE,
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
    """With `?new` only what she has not read."""
    opened = _opened(thread_id)
    return _new_page(*opened) if "new" in request.args else _letters_page(*opened)


@bp.post("/letters/<int:thread_id>/posts")
@login_required
def write(thread_id: int) -> Answer:
    opened = db.session.scalars(
        letters_visible_to(viewer()).where(Thread.id == thread_id).options(WITH_READERS)
    ).one_or_none()
    return send(opened, lambda error: _letters_page(*_opened(thread_id), error))


def _opened(thread_id: int) -> tuple[Thread, Reading]:
    """Open a pair's letters with how far she has read in them; one query."""
    found = (
        db.session.execute(
            letters_visible_to(viewer())
            .outerjoin(ReadMark, ReadMark.of(viewer()))
            .add_columns(ReadMark.change_no)
            .options(joinedload(Thread.readers, innerjoin=True))
            .where(Thread.id == thread_id)
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        abort(404)
    opened, read_no = found
    reading = Reading(
        thread_id,
        last_no=opened.last_no,
        read_no=read_no,
        teaches=looks_after_pupils(viewer()),
        letters=True,
        writes=may_write(viewer(), opened),
    )
    return opened, reading


def _letters_page(
    opened: Thread, reading: Reading, error: Refused | None = None
) -> str:
    page = thread_page(reading, viewer())
    marks.show(page.shows)
    return render_template(
        "penpals/letters.html",
        thread=opened,
        writes=reading.writes,
        langs={reader.person.lang for reader in opened.readers},
        page=page,
        error=error,
    )


def _new_page(opened: Thread, reading: Reading) -> str:
    page = new_page(reading, viewer())
    marks.show(page.shows)
    return render_template(
        "posts/only_new.html",
        thread_id=opened.id,
        readers=[
            reader.person
            for reader in opened.readers
            if reader.person_id != viewer().person_id
        ],
        whole=url_for("penpals.letters", thread_id=opened.id),
        writes=reading.writes,
        all_read=marks.proof(viewer(), reading.all_of_it),
        page=page,
    )
