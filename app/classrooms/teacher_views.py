"""Pages: who teaches a class, decided by who leads it."""

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import login_required

from app.accounts import access_log
from app.accounts.models import Account
from app.accounts.sessions import viewer
from app.classrooms import roles
from app.classrooms.class_views import classroom_page
from app.classrooms.founding import add_teacher
from app.classrooms.models import TEACHES, Classroom
from app.classrooms.permissions import may_teach
from app.db import db
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.numbers import row_number

bp = Blueprint("teachers", __name__, template_folder="templates")


@bp.post("/classrooms/<int:classroom_id>/teachers")
@login_required
def add(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    chosen = request.form.get("teacher", type=row_number, default=0)
    account, teaches = _colleague(shown, chosen)
    role = request.form.get("role", "")
    if teaches or role not in TEACHES:
        abort(400)
    add_teacher(shown, account, role)
    access_log.record(viewer(), access_log.ROLES, account.person_id)
    return _done(shown)


@bp.post("/classrooms/<int:classroom_id>/teachers/<int:account_id>")
@login_required
def change(classroom_id: int, account_id: int) -> Answer:
    """`do` is teacher, co-teacher or off."""
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    account, teaches = _colleague(shown, account_id)
    act = request.form.get("do", "")
    if not teaches:
        abort(404)
    if act not in (*TEACHES, "off"):
        abort(400)
    try:
        roles.change_teacher(shown, account, None if act == "off" else act)
    except Refused as refusal:
        db.session.rollback()
        shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
        return classroom_page(shown, refusal), 422
    access_log.record(viewer(), access_log.ROLES, account.person_id)
    return _done(shown)


def _colleague(shown: Classroom, account_id: int) -> tuple[Account, bool]:
    """Find a teacher of the school, and whether she teaches this class."""
    found = [
        (account, role in TEACHES)
        for account, role in roles.colleagues(shown)
        if account.id == account_id and account.teacher
    ]
    if not found:
        abort(404)
    return found[0]


def _done(shown: Classroom) -> Answer:
    db.session.commit()
    if not may_teach(viewer(), shown):  # she took herself off
        return redirect(url_for("classrooms.my_classrooms"), code=303)
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)
