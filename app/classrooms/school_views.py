"""Pages: the first run, and what the school tells of itself."""

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import login_required

from app.accounts.passphrases import hashed_passphrase
from app.accounts.sessions import start_session, viewer
from app.accounts.signing_in import counted_code
from app.classrooms import founding, school_data
from app.classrooms.local_time import forget_zones
from app.classrooms.models import School
from app.classrooms.school_data import Told
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.langs import OWN_NAMES, chosen_lang

bp = Blueprint("school", __name__, template_folder="templates")


@bp.get("/first")
def first_run() -> Answer:
    _if_no_school()
    return render_template("classrooms/first_run.html")


@bp.post("/first")
def first_run_now() -> Answer:
    _if_no_school()
    code_file = current_app.config["INSTANCE"] / "first-run-code"
    form = request.form
    try:
        with counted_code("code"):
            founding.check_first_code(code_file, form.get("code", ""))
        with reading():
            hashed = hashed_passphrase(
                form.get("secret", ""),
                form.get("again", ""),
                [form.get("school", ""), form.get("name", "")],
            )
        _if_no_school()  # another may have made it meanwhile
        account = founding.found_school(
            form.get("school", ""), form.get("name", ""), chosen_lang()
        )
        account.keeper = "keeper" in form
        account.safeguarding = "safeguarding" in form
        account.secret = hashed
    except Refused as refusal:
        db.session.rollback()
        _if_no_school()
        page = render_template("classrooms/first_run.html", error=refusal)
        return page, 422
    start_session(account)
    db.session.commit()
    code_file.unlink(missing_ok=True)
    return redirect(url_for("home.my_post"), code=303)


def _if_no_school() -> None:
    if founding.has_school():
        abort(404)


@bp.get("/school")
@login_required
def page() -> Answer:
    _admins_only()
    return _data_page(Told.of_school(_own_school()))


@bp.post("/school")
@login_required
def change() -> Answer:
    _admins_only()
    told = Told.of_form(request.form)
    try:
        school_data.keep(_own_school(), told)
    except Refused as refusal:
        db.session.rollback()
        return _data_page(told, refusal), 422
    db.session.commit()
    # Not before: a page in between would put the old zone back for a minute.
    forget_zones()
    return redirect(url_for("school.page", kept=1), code=303)


def _own_school() -> School:
    return db.session.get_one(School, viewer().person.school_id)


def _data_page(told: Told, error: Refused | None = None) -> str:
    likely = told.reads.union(told.writes, current_app.config["LANGUAGES"])
    near = [lang for lang in OWN_NAMES if lang in likely]
    return render_template(
        "classrooms/school_data.html",
        told=told,
        countries=school_data.countries(),
        zones=school_data.zone_choices(told.country),
        weekdays=school_data.weekdays(told.country),
        near=near,
        far=[lang for lang in OWN_NAMES if lang not in near],
        error=error,
    )


def _admins_only() -> None:
    if not viewer().admin:
        abort(404)
