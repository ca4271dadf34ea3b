"""The teacher's page of translations: mends that wait, what reads wrong, how sure packs are."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required

from app.accounts.sessions import viewer
from app.classrooms.permissions import is_teacher
from app.db import db
from app.translate import doubts
from app.web.answers import Answer
from app.web.numbers import row_number
from app.wording import mending, wrong_readings

bp = Blueprint("mending", __name__, template_folder="templates")

# Words of each of the two lists; half of the page's 14,000 bytes where nothing packs.
LIST_BYTES = 3_500
T = TypeVar("T")


@bp.get("/translations")
@login_required
def page() -> Answer:
    _teachers_only()
    mends, more_mends = mending.listed(viewer())
    wrong, more_wrong = wrong_readings.listed(viewer())
    shown_mends = _fitting(mends, lambda one: one.words)
    shown_wrong = _fitting(wrong, lambda one: one.words)
    fit = len(shown_mends) == len(mends) and len(shown_wrong) == len(wrong)
    return render_template(
        "wording/translations.html",
        mends=shown_mends,
        wrong=shown_wrong,
        more=more_mends or more_wrong or not fit,
        doubts=doubts.figures(),
    )


@bp.post("/translations")
@login_required
def decide() -> Answer:
    """`do` is "settle 17" for a wrong reading.

    For a mend it is "release" or "drop", its number, and the key of the words shown.
    """
    _teachers_only()
    act, number, key = [*request.form.get("do", "").split(" "), "", ""][:3]
    try:
        row_id = row_number(number)
    except ValueError:
        abort(400)
    done = _act(act, row_id, key)
    db.session.commit()
    return redirect(url_for("mending.page", done=int(done)), code=303)


def _act(act: str, row_id: int, key: str) -> bool:
    """Do it, unless it waits for her no more: a second tap, or other words by now."""
    if act == "settle":
        reading = wrong_readings.one_of_hers(viewer(), row_id)
        if reading is not None:
            wrong_readings.settle(
                reading.sha256, reading.lang, revision_id=reading.revision_id
            )
        return reading is not None
    if act not in ("release", "drop"):
        abort(400)
    found = mending.one_of_hers(viewer(), row_id, key)
    if found is not None:
        (mending.release if act == "release" else mending.drop)(found)
    return found is not None


def _fitting(found: Sequence[T], words: Callable[[T], str]) -> Sequence[T]:
    """Take the first of a list, as many as the page can carry, and one at least."""
    total = 0
    for n, one in enumerate(found):
        total += len(words(one).encode())
        if total > LIST_BYTES and n:
            return found[:n]
    return found


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)
