"""Pages: first run, a pupil's sign-in, classrooms, their lists and partnerships."""

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import Select, select

from app.accounts.models import Account
from app.accounts.names import digits
from app.accounts.people import (
    check_passphrase,
    fresh_pins,
    give_pin,
    give_slip,
    make_teacher,
    set_passphrase,
    teacher_named,
)
from app.accounts.sessions import start_session, viewer
from app.accounts.signing_in import sign_in as check_and_sign_in
from app.classrooms import class_list, founding, partnering
from app.classrooms.models import PUPIL, Classroom, Member, School
from app.classrooms.permissions import is_teacher
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.going import next_page
from app.web.langs import chosen_lang

bp = Blueprint("classrooms", __name__, template_folder="templates")


@bp.get("/first")
def first_run() -> Answer:
    if founding.has_school():
        abort(404)
    return render_template("classrooms/first_run.html")


@bp.post("/first")
def first_run_now() -> Answer:
    if founding.has_school():
        abort(404)
    code_file = current_app.config["INSTANCE"] / "first-run-code"
    form = request.form
    try:
        if not founding.first_code_fits(code_file, form.get("code", "")):
            raise Refused(
                _(
                    "This is not the code in the terminal window where the server started. "
                    "Look there and type it again."
                )
            )
        check_passphrase(form.get("secret", ""), form.get("again", ""))
        account = founding.found_school(
            form.get("school", ""), form.get("name", ""), chosen_lang()
        )
        set_passphrase(account, form.get("secret", ""), form.get("again", ""))
    except Refused as refusal:
        db.session.rollback()
        page = render_template("classrooms/first_run.html", error=str(refusal))
        return page, 422
    start_session(account)
    db.session.commit()
    code_file.unlink(missing_ok=True)
    return redirect(url_for("classrooms.my_classrooms"), code=303)


@bp.get("/sign-in")
def sign_in() -> Answer:
    if not founding.has_school():
        return redirect(url_for("classrooms.first_run"), code=303)
    return render_template("classrooms/sign_in.html")


@bp.post("/sign-in")
def sign_in_now() -> Answer:
    code, name = request.form.get("class", ""), request.form.get("name", "")
    try:
        check_and_sign_in(
            f"classroom {digits(code)}",
            name,
            class_list.who_signs_in(code, name),
            digits(request.form.get("secret", "")),
        )
    except Refused as refusal:
        page = render_template("classrooms/sign_in.html", error=str(refusal))
        return page, 422
    return redirect(next_page(), code=303)


@bp.get("/classrooms")
@login_required
def my_classrooms() -> Answer:
    _teachers_only()
    return _my_classrooms()


def _my_classrooms(error: str | None = None) -> str:
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
        return _my_classrooms(str(refusal)), 422
    db.session.commit()
    return redirect(
        url_for("classrooms.classroom", classroom_id=classroom.id), code=303
    )


@bp.get("/classrooms/<int:classroom_id>")
@login_required
def classroom(classroom_id: int) -> Answer:
    return _classroom_page(one_or_404(Classroom.taught_by(viewer()), id=classroom_id))


def _classroom_page(shown: Classroom, error: str | None = None) -> str:
    return render_template(
        "classrooms/classroom.html",
        classroom=shown,
        pupils=class_list.pupils(shown),
        teachers=class_list.teachers(shown),
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
        return _classroom_page(shown, str(refusal)), 422
    db.session.commit()
    cards = [(account, fresh.pin) for account, fresh in zip(added, pins, strict=True)]
    return _cards(shown, cards)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/pin")
@login_required
def new_pin(classroom_id: int, account_id: int) -> Answer:
    shown, account = _pupil_of(classroom_id, account_id)
    with reading():
        (fresh,) = fresh_pins(1)
    shown, account = _pupil_of(classroom_id, account_id)
    give_pin(account, fresh)
    db.session.commit()
    return _cards(shown, [(account, fresh.pin)])


@bp.post("/classrooms/<int:classroom_id>/cards")
@login_required
def new_cards(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    count = len(class_list.pupils(shown))
    with reading():
        pins = fresh_pins(count)
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    # Who came or went in that second gets a card by herself.
    cards = list(zip(class_list.pupils(shown), pins, strict=False))
    for account, fresh in cards:
        give_pin(account, fresh)
    db.session.commit()
    return _cards(shown, [(account, fresh.pin) for account, fresh in cards])


def _cards(shown: Classroom, cards: list[tuple[Account, str]]) -> str:
    # Answered by the POST itself: a page that could be opened again would have
    # to keep the secrets somewhere.
    return render_template("classrooms/cards.html", classroom=shown, cards=cards)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/leave")
@login_required
def leave(classroom_id: int, account_id: int) -> Answer:
    shown, account = _pupil_of(classroom_id, account_id)
    class_list.let_leave(shown, account)
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


@bp.post("/classrooms/<int:classroom_id>/teachers")
@login_required
def add_co_teacher(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    other = teacher_named(request.form.get("name", ""))
    if other is None or other.person.school_id != shown.school_id:
        said = _("No teacher of your school signs in by this name. Check the spelling.")
        return _classroom_page(shown, said), 422
    founding.add_teacher(shown, other)
    db.session.commit()
    return redirect(url_for("classrooms.classroom", classroom_id=shown.id), code=303)


@bp.post("/classrooms/<int:classroom_id>/partnerships")
@login_required
def propose(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    try:
        partnering.propose(
            shown,
            request.form.get("code", ""),
            request.form.get("title", ""),
            viewer(),
        )
    except Refused as refusal:
        db.session.rollback()
        return _classroom_page(shown, str(refusal)), 422
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


@bp.get("/school")
@login_required
def school() -> Answer:
    _admins_only()
    return _school_page()


def _school_page(error: str | None = None) -> str:
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


@bp.post("/school/teachers")
@login_required
def new_teacher() -> Answer:
    _admins_only()
    person = viewer().person
    try:
        account = make_teacher(
            person.school_id,
            request.form.get("name", ""),
            chosen_lang(),
            admin=False,
        )
    except Refused as refusal:
        db.session.rollback()
        return _school_page(str(refusal)), 422
    slip = give_slip(account)
    db.session.commit()
    return render_template("classrooms/slip.html", account=account, slip=slip)


@bp.post("/school/teachers/<int:account_id>/slip")
@login_required
def new_slip(account_id: int) -> Answer:
    _admins_only()
    account = one_or_404(_teachers_of(viewer().person.school_id), id=account_id)
    slip = give_slip(account)
    db.session.commit()
    return render_template("classrooms/slip.html", account=account, slip=slip)


def _pupil_of(classroom_id: int, account_id: int) -> tuple[Classroom, Account]:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    pupil = (
        select(Account)
        .join(Member, Member.person_id == Account.person_id)
        .where(
            Member.classroom_id == shown.id,
            Member.role == PUPIL,
            Member.left_at.is_(None),
        )
    )
    return shown, one_or_404(pupil, id=account_id)


def _teachers_only() -> None:
    if not is_teacher(viewer()):
        abort(404)


def _admins_only() -> None:
    if not viewer().admin:
        abort(404)
