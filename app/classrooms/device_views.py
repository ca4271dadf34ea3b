"""Pages: the tablets and PCs that are a class's own."""

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select

from app.accounts import devices
from app.accounts.models import Device
from app.accounts.names import fold, tidy
from app.accounts.sessions import end_session, viewer
from app.classrooms.models import Classroom
from app.db import db
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404

bp = Blueprint("devices", __name__, template_folder="templates")

NAME_MAX = 40


@bp.get("/classrooms/<int:classroom_id>/devices")
@login_required
def page(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return _devices_page(shown)


def _devices_page(shown: Classroom, error: Refused | None = None) -> str:
    known = devices.devices_of(shown.id)
    return render_template(
        "classrooms/devices.html",
        classroom=shown,
        devices=known,
        name=_free_name(known) if error is None else request.form.get("name", ""),
        name_max=NAME_MAX,
        error=error,
    )


# Below /sign-in, where the cookie of the class comes along that it belonged to.
@bp.post("/sign-in/devices/<int:classroom_id>")
@login_required
def enrol(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    before = devices.this_device()
    if before is not None:
        devices.end(before)
    try:
        name = _checked_name(shown, request.form.get("name", ""))
    except Refused as refusal:
        db.session.rollback()
        return _devices_page(shown, refusal), 422
    _device, token = devices.enrol(shown.id, name, viewer())
    # Pupils sit here from now on.
    end_session()
    db.session.commit()
    flash(_("This device is the class's own now. You are signed out here."))
    answer = redirect(url_for("sign_in.pupil"), code=303)
    devices.set_cookie(answer, token)
    return answer


@bp.post("/classrooms/<int:classroom_id>/devices/<int:device_id>/end")
@login_required
def end(classroom_id: int, device_id: int) -> Answer:
    devices.end(_device_of(classroom_id, device_id))
    db.session.commit()
    return redirect(url_for("devices.page", classroom_id=classroom_id), code=303)


@bp.post("/classrooms/<int:classroom_id>/devices/<int:device_id>/pictures")
@login_required
def pictures(classroom_id: int, device_id: int) -> Answer:
    device = _device_of(classroom_id, device_id)
    devices.open_to_pictures(device, opened=request.form.get("do") == "open")
    db.session.commit()
    return redirect(url_for("devices.page", classroom_id=classroom_id), code=303)


def _device_of(classroom_id: int, device_id: int) -> Device:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    theirs = select(Device).where(
        Device.classroom_id == shown.id, Device.ended_at.is_(None)
    )
    return one_or_404(theirs, id=device_id)


def _checked_name(shown: Classroom, typed: str) -> str:
    known = devices.devices_of(shown.id)
    name = tidy(typed) or _free_name(known)
    if len(name) > NAME_MAX:
        raise Refused(
            _("This name is longer than %(most)s letters. Shorten it.", most=NAME_MAX),
            "name",
        )
    if fold(name) in {fold(device.name) for device in known}:
        raise Refused(
            _("Your class has a “%(name)s” already. Choose another name.", name=name),
            "name",
        )
    return name


def _free_name(known: list[Device]) -> str:
    """Count on: two devices of one name could not be told apart when one is lost."""
    taken = {fold(device.name) for device in known}
    counted = (_("Tablet %(n)s", n=n) for n in range(1, len(known) + 2))
    return next(name for name in counted if fold(name) not in taken)
