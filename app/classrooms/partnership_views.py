"""Pages: proposing a partnership and answering one."""

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import login_required

from app.accounts.sessions import viewer
from app.classrooms import partnering
from app.classrooms.class_views import classroom_page
from app.classrooms.models import Classroom
from app.db import db
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404

bp = Blueprint("partnerships", __name__, template_folder="templates")


@bp.post("/classrooms/<int:classroom_id>/partnerships")
@login_required
def propose(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.led_by(viewer()), id=classroom_id)
    try:
        partnering.propose(
            shown,
            request.form.get("code", ""),
            request.form.get("title", ""),
            viewer(),
        )
    except Refused as refusal:
        db.session.rollback()
        return classroom_page(shown, refusal), 422
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


@bp.post("/partnerships/<int:asked_id>/answer")
@login_required
def answer_proposal(asked_id: int) -> Answer:
    asked = one_or_404(partnering.asked_of(viewer()), id=asked_id)
    answer = request.form.get("do")
    if answer == "accept":
        partnering.accept(asked)
    elif answer == "decline":
        partnering.decline(asked)
    else:
        abort(400)
    db.session.commit()
    return redirect(url_for("classrooms.my_classrooms"), code=303)
