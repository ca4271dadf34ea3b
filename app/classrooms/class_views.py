"""Pages: classrooms, their pupils and their teachers."""

from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import login_required

from app.accounts.people import fresh_pins
from app.accounts.sessions import viewer
from app.classrooms import (
    addresses,
    class_list,
    founding,
    list_saving,
    partnering,
    roles,
)
from app.classrooms.card_views import cards_page
from app.classrooms.list_decoding import OTHER, Decoded, decoded, read_again
from app.classrooms.list_planning import Plan, plan
from app.classrooms.list_reading import LIST_MAX, rows_of
from app.classrooms.list_writing import file_name, written
from app.classrooms.local_time import local_times, schools_in
from app.classrooms.models import TEACHER, Classroom, School
from app.classrooms.permissions import is_teacher
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.langs import chosen_lang, page_lang

bp = Blueprint("classrooms", __name__, template_folder="templates")

# A hundred pupils with long names in two bytes a letter are a fifth of it.
LIST_MAX_BYTES = 200_000
# A file's text that is no list comes back to be mended up to here.
ECHO_MAX = 20_000


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
    partnerships = partnering.partnerships_of(shown)
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
        partnerships=partnerships,
        list_max=LIST_MAX,
        times=local_times(shown.school.time_zone, schools_in(partnerships)),
        error=error,
    )


@bp.post("/classrooms/<int:classroom_id>")
@login_required
def rename(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    try:
        founding.rename_classroom(shown, viewer(), request.form.get("called", ""))
    except Refused as refusal:
        db.session.rollback()
        return classroom_page(shown, refusal), 422
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


@bp.post("/classrooms/<int:classroom_id>/pupils")
@login_required
def add_pupils(classroom_id: int) -> Answer:
    """Show what a list would change; saves nothing."""
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    try:
        sent = _sent_list()
    except Refused as refusal:
        return classroom_page(shown, refusal), 422
    return _plan_page(shown, sent)


@bp.post("/classrooms/<int:classroom_id>/pupils/save")
@login_required
def save_pupils(classroom_id: int) -> Answer:
    """Save a list that has been shown, from the same text and by the same plan."""
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    sent = Decoded(request.form.get("names", ""))
    planned = _as_shown(shown, sent.text)
    if planned is None:
        return _plan_page(shown, sent, differs=True)
    with reading():
        pins = fresh_pins(len(planned.coming))
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    planned = _as_shown(shown, sent.text)
    if planned is None:
        return _plan_page(shown, sent, differs=True)
    came = list_saving.save(planned, shown, pins)
    if came:
        addresses.remember(shown.school)
    db.session.commit()
    if not came:
        back = url_for("classrooms.classroom", classroom_id=shown.id)
        return redirect(back, code=303)
    return cards_page(
        shown, [(one, fresh.pin) for one, fresh in zip(came, pins, strict=True)]
    )


@bp.get("/classrooms/<int:classroom_id>/pupils.csv")
@login_required
def export(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    answer = Response(
        written(class_list.pupils(shown), page_lang()), mimetype="text/csv"
    )
    # Letters of all scripts; a header itself holds Latin ones alone.
    name = quote(file_name(shown.title))
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _sent_list() -> Decoded:
    """Read the list that was pasted or uploaded; Refused says what it is instead."""
    text, file = request.form.get("names", ""), request.files.get("file")
    if file is not None and file.filename:
        if text.strip():
            raise Refused(
                _(
                    "Here are names and a file. Empty the field of names to send the "
                    "file, or send the names alone."
                ),
                "names",
            )
        data = file.read(LIST_MAX_BYTES + 1)
        if len(data) > LIST_MAX_BYTES:
            raise Refused(
                _(
                    "This file is larger than a class list. Save the names alone as "
                    "“CSV”; %(most)s of them fit at a time.",
                    most=LIST_MAX,
                ),
                "file",
            )
        return decoded(data)
    codepage = request.form.get("codepage", "")
    if "other" in request.form and codepage in OTHER:
        return read_again(text, codepage)
    # A nil stands for no letter, and no page can show it.
    return Decoded(text.replace("\0", ""), codepage if codepage in OTHER else "")


def _as_shown(shown: Classroom, text: str) -> Plan | None:
    """Plan anew; None when that is not what was shown, or nothing one may save."""
    try:
        planned = plan(shown, rows_of(text))
    except Refused:
        return None
    if planned.refused or planned.digest != request.form.get("plan"):
        return None
    return planned


def _plan_page(shown: Classroom, sent: Decoded, *, differs: bool = False) -> Answer:
    error = planned = None
    try:
        planned = plan(shown, rows_of(sent.text))
    except Refused as refusal:
        if len(sent.text) > ECHO_MAX and request.files.get("file"):
            return classroom_page(shown, Refused(str(refusal), "file")), 422
        error = refusal
    page = render_template(
        "classrooms/list_plan.html",
        classroom=shown,
        sent=sent,
        other=OTHER.get(sent.codepage, ""),
        plan=planned,
        differs=differs,
        error=error,
    )
    refused = planned is None or planned.refused or differs
    return (page, 422) if refused else page


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)
