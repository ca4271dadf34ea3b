"""The teacher's page of translations: mends that wait, what reads wrong, how sure packs are."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required

from app.accounts.sessions import viewer
from app.classrooms.permissions import is_teacher
from app.db import db
from app.translate import doubts, mending, wrong_readings
from app.web.answers import Answer
from app.web.numbers import row_number

bp = Blueprint("mending", __name__, template_folder="templates")


@bp.get("/translations")
@login_required
def page() -> Answer:
    _teachers_only()
    mends, more_mends = mending.listed(viewer())
    wrong, more_wrong = wrong_readings.listed(viewer())
    return render_template(
        "translate/translations.html",
        mends=mends,
        wrong=wrong,
        more=more_mends or more_wrong,
        doubts=doubts.figures(),
    )


@bp.post("/translations")
@login_required
def decide() -> Answer:
    """`do` is "release 17" or "drop 17" for a mend, "settle 17" for a wrong reading."""
    _teachers_only()
    act, _space, number = request.form.get("do", "").partition(" ")
    try:
        row_id = row_number(number)
    except ValueError:
        abort(400)
    done = _act(act, row_id)
    db.session.commit()
    return redirect(url_for("mending.page", done=int(done)), code=303)


def _act(act: str, row_id: int) -> bool:
    """Do it, unless it waits for her no more: a second tap, or another teacher's."""
    if act == "settle":
        reading = wrong_readings.one_of_hers(viewer(), row_id)
        if reading is not None:
            wrong_readings.settle(
                reading.sha256, reading.lang, revision_id=reading.revision_id
            )
        return reading is not None
    if act not in ("release", "drop"):
        abort(400)
    found = mending.one_of_hers(viewer(), row_id)
    if found is not None:
        (mending.release if act == "release" else mending.drop)(found)
    return found is not None


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)
