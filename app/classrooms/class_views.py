"""Pages: classrooms, their pupils and their teachers."""

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import login_required

from app.accounts.models import Account
from app.accounts.people import fresh_pins
from app.accounts.sessions import viewer
from app.classrooms import addresses, class_list, founding, partnering, roles
from app.classrooms.card_views import cards_page
from app.classrooms.models import TEACHER, Classroom, School
from app.classrooms.permissions import is_teacher
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.langs import chosen_lang

bp = Blueprint("classrooms", __name__, template_folder="templates")


@bp.get("/classrooms")
@login_required
def my_classrooms() -> Answer:
    _teachers_only()
    return _my_classrooms()


def _my_classrooms(error: Refused | None = None) -> str:
    return render_template(
        "classrooms/my_classrooms.html",
        classrooms=db.session.scalars(Classroom.taught_by(viewer())).all(),
        asked=db.session.scalars(partnering.asked_of(viewer())).all(),
        school=db.session.get_one(School, viewer().person.school_id),
        error=error,
    )


@bp.post("/classrooms")
@login_required
def new_classroom() -> Answer:
    _teachers_only()
    try:
        classroom = founding.make_classroom(
            viewer(), request.form.get("title", ""), chosen_lang()
        )
    except Refused as refusal:
        db.session.rollback()
        return _my_classrooms(refusal), 422
    db.session.commit()
    return redirect(
        url_for("classrooms.classroom", classroom_id=classroom.id), code=303
    )


@bp.get("/classrooms/<int:classroom_id>")
@login_required
def classroom(classroom_id: int) -> Answer:
    return classroom_page(one_or_404(Classroom.taught_by(viewer()), id=classroom_id))


def classroom_page(shown: Classroom, error: Refused | None = None) -> str:
    colleagues = roles.colleagues(shown)
    return render_template(
        "classrooms/classroom.html",
        classroom=shown,
        moved=addresses.moved(viewer()),
        pupils=class_list.pupils(shown),
        colleagues=colleagues,
        leads=any(
            account.id == viewer().id and role == TEACHER
            for account, role in colleagues
        ),
        partnerships=partnering.partnerships_of(shown),
        error=error,
    )


@bp.post("/classrooms/<int:classroom_id>/pupils")
@login_required
def add_pupils(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    try:
        names = class_list.listed_names(request.form.get("names", ""))
        with reading():
            pins = fresh_pins(len(names))
        shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
        added = class_list.add_pupils(shown, names, pins)
    except Refused as refusal:
        db.session.rollback()
        return classroom_page(shown, refusal), 422
    db.session.commit()
    cards = [(account, fresh.pin) for account, fresh in zip(added, pins, strict=True)]
    return cards_page(shown, cards)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/leave")
@login_required
def leave(classroom_id: int, account_id: int) -> Answer:
    shown, account = _pupil_of(classroom_id, account_id)
    class_list.let_leave(shown, account)
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


def _pupil_of(classroom_id: int, account_id: int) -> tuple[Classroom, Account]:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return shown, one_or_404(class_list.accounts_of_pupils(shown), id=account_id)


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)
