"""Pages: who of a class is signed in where; ending one sign-in, the room's, the school's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts import access_log
from app.accounts.models import Account, Device, Person, SignInSession
from app.accounts.sessions import end_session, end_sessions, viewer
from app.accounts.validity import is_live, may_be_live
from app.classrooms.models import PUPIL, Classroom, Member
from app.db import db
from app.web.answers import Answer
from app.web.errors import one_or_404
from app.web.numbers import row_number

bp = Blueprint("signed_in", __name__, template_folder="templates")


@dataclass(frozen=True)
class SignedIn:
    """One line: who, on what, since when and when last seen; for her teachers only."""

    session_id: int
    name: str
    # An enrolled device's name.
    device: str | None
    own: bool
    since: datetime
    last: datetime


@bp.get("/classrooms/<int:classroom_id>/signed-in")
@login_required
def page(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return render_template(
        "classrooms/signed_in.html",
        classroom=shown,
        signed_in=[_line(row) for row in _live(_of_pupils(shown))],
    )


@bp.post("/classrooms/<int:classroom_id>/signed-in")
@login_required
def end(classroom_id: int) -> Answer:
    """End the one that the form names, or with `do=all` every pupil's."""
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    rows = _live(_of_pupils(shown))
    if request.form.get("do") != "all":
        one = request.form.get("session", type=row_number, default=0)
        rows = [row for row in rows if row.id == one]
    _end(rows)
    db.session.commit()
    return redirect(url_for("signed_in.page", classroom_id=shown.id), code=303)


@bp.post("/school/signed-in/end")
@login_required
def end_school() -> Answer:
    """Sign everybody of the school out, the admin who does it too."""
    if not viewer().admin:
        abort(404)
    _end(_live(_sessions().where(Person.school_id == viewer().person.school_id)))
    end_session()
    db.session.commit()
    page = url_for("accounts.sign_in_teacher", next=url_for("school.people"))
    return redirect(page, code=303)


def _sessions() -> Select[tuple[SignInSession]]:
    return (
        select(SignInSession)
        .join(Account, Account.id == SignInSession.account_id)
        .join(Person, Person.id == Account.person_id)
        .options(
            contains_eager(SignInSession.account).contains_eager(Account.person),
            joinedload(SignInSession.device),
        )
        .where(may_be_live())
        .order_by(Account.full_name, SignInSession.id)
    )


def _of_pupils(classroom: Classroom) -> Select[tuple[SignInSession]]:
    pupils = Member.current().where(
        Member.classroom_id == classroom.id, Member.role == PUPIL
    )
    return _sessions().where(
        Account.person_id.in_(pupils.with_only_columns(Member.person_id))
    )


def _live(found: Select[tuple[SignInSession]]) -> Sequence[SignInSession]:
    """Those that open pages now."""
    return [row for row in db.session.scalars(found) if is_live(row)]


def _line(row: SignInSession) -> SignedIn:
    return SignedIn(
        row.id,
        row.account.full_name,
        _name(row.device),
        row.own,
        row.made_at,
        row.seen_at,
    )


def _name(device: Device | None) -> str | None:
    return device.name if device else None


def _end(rows: Iterable[SignInSession]) -> None:
    """End these and write down whose they were, each person once."""
    ended = list(rows)
    end_sessions(ended)
    for person_id in dict.fromkeys(row.account.person_id for row in ended):
        access_log.record(viewer(), access_log.ENDED, person_id)
