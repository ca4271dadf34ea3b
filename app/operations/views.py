"""The health page, for who looks after the machine."""

from flask import Blueprint, abort, render_template
from flask_login import login_required

from app.accounts.sessions import viewer
from app.classrooms.permissions import may_see_health
from app.operations import health

bp = Blueprint("operations", __name__, template_folder="templates")


@bp.get("/health")
@login_required
def health_page() -> str:
    if not may_see_health(viewer()):
        abort(404)
    return render_template("operations/health.html", lines=health.lines())
