"""Pages: the first run, the school, its adults and their slips."""

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
from sqlalchemy import Select, select

from app.accounts.models import Account
from app.accounts.passphrases import hashed_passphrase
from app.accounts.sessions import start_session, viewer
from app.accounts.signing_in import counted_code
from app.classrooms import founding
from app.classrooms.models import School
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.langs import chosen_lang

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
        account.secret = hashed
    except Refused as refusal:
        db.session.rollback()
        _if_no_school()
        page = render_template("classrooms/first_run.html", error=refusal)
        return page, 422
    start_session(account)
    db.session.commit()
    code_file.unlink(missing_ok=True)
    return redirect(url_for("classrooms.my_classrooms"), code=303)


def _if_no_school() -> None:
    if founding.has_school():
        abort(404)


@bp.get("/school")
@login_required
def page() -> Answer:
    _admins_only()
    return _school_page()


def _school_page(error: Refused | None = None) -> str:
    mine = viewer().person.school_id
    return render_template(
        "classrooms/school.html",
        school=db.session.get_one(School, mine),
        teachers=db.session.scalars(_teachers_of(mine)).all(),
        error=error,
    )


def _teachers_of(school_id: int) -> Select[tuple[Account]]:
    return (
        select(Account)
        .where(
            Account.login_folded.is_not(None),
            Account.person.has(school_id=school_id),
        )
        .order_by(Account.full_name)
    )


def _admins_only() -> None:
    if not viewer().admin:
        abort(404)
