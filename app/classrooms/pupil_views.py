"""Pages: one pupil, as her teachers see her: names, cards, and whether she may come in."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from app.accounts import access_log
from app.accounts.models import Account
from app.accounts.names import fold, tidy
from app.accounts.people import checked_name
from app.accounts.sessions import end_all_sessions, viewer
from app.accounts.shown_names import (
    checked_shown_name,
    shown_names,
    taken_by_another,
)
from app.classrooms import class_list
from app.classrooms.models import Classroom
from app.classrooms.permissions import leads
from app.db import db, now
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404

bp = Blueprint("pupils", __name__, template_folder="templates")


@bp.get("/classrooms/<int:classroom_id>/pupils/<int:account_id>")
@login_required
def page(classroom_id: int, account_id: int) -> Answer:
    return _pupil_page(*pupil_of(classroom_id, account_id))


def _pupil_page(
    shown: Classroom, account: Account, error: Refused | None = None
) -> str:
    return render_template(
        "classrooms/pupil.html",
        classroom=shown,
        account=account,
        leads=leads(viewer(), shown),
        error=error,
    )


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>")
@login_required
def change(classroom_id: int, account_id: int) -> Answer:
    _shown, account = pupil_of(classroom_id, account_id)
    try:
        _change_names(
            account,
            request.form.get("full_name", ""),
            request.form.get("shown_name", ""),
        )
    except Refused as refusal:
        db.session.rollback()
        return _pupil_page(*pupil_of(classroom_id, account_id), refusal), 422
    db.session.commit()
    return _back(classroom_id, account_id)


def _change_names(account: Account, full_name: str, shown_name: str) -> None:
    """Give a pupil the names that her teacher typed; Refused says what is wrong."""
    full = checked_name(full_name, "full_name")
    if full != account.full_name:
        class_list.check_free(account, full)
        class_list.rename(account, full)
    person = account.person
    if tidy(shown_name) == person.shown_name:
        return
    shown = checked_shown_name(shown_name, full, "shown_name")
    if shown_names(person.school_id).get(fold(shown), person.id) != person.id:
        raise Refused(taken_by_another(), "shown_name")
    person.shown_name = shown


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/suspend")
@login_required
def suspend(classroom_id: int, account_id: int) -> Answer:
    """Let her in no more, for now: it ends all her sign-ins."""
    _shown, account = pupil_of(classroom_id, account_id)
    if account.suspended_at is None:
        account.suspended_at = now()
        end_all_sessions([account])
        access_log.record(viewer(), access_log.SUSPENDED, account.person_id)
    db.session.commit()
    return _back(classroom_id, account_id)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/let-in")
@login_required
def let_in(classroom_id: int, account_id: int) -> Answer:
    _shown, account = pupil_of(classroom_id, account_id)
    if account.suspended_at is not None:
        account.suspended_at = None
        access_log.record(viewer(), access_log.LET_IN, account.person_id)
    db.session.commit()
    return _back(classroom_id, account_id)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/leave")
@login_required
def leave(classroom_id: int, account_id: int) -> Answer:
    """Take her off the class's list; who teaches decides, not who helps."""
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    account = one_or_404(class_list.accounts_of_pupils(shown), id=account_id)
    class_list.let_leave(shown, account)
    access_log.record(viewer(), access_log.LEFT, account.person_id)
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


def pupil_of(classroom_id: int, account_id: int) -> tuple[Classroom, Account]:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return shown, one_or_404(class_list.accounts_of_pupils(shown), id=account_id)


def _back(classroom_id: int, account_id: int) -> Answer:
    back = url_for("pupils.page", classroom_id=classroom_id, account_id=account_id)
    return redirect(back, code=303)
