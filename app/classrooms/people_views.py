"""Pages: the adults of a school, their roles and slips, and classes without a teacher."""

from itertools import groupby, islice

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from app.accounts import access_log
from app.accounts.models import AccessLog, Account
from app.accounts.people import SLIP_DAYS, give_slip, make_adult
from app.accounts.sessions import viewer
from app.classrooms import roles
from app.classrooms.models import Classroom
from app.classrooms.school_views import bp
from app.db import db
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.langs import chosen_lang, page_lang, speaking
from app.web.numbers import row_number
from app.web.pages import school_address

LOG_LINES = 30
# Enough that a whole class's new cards, one line, push nothing else off the page.
LOG_ROWS = 300


@bp.get("/school/people")
@login_required
def people() -> Answer:
    return _people_page(_admins_school())


def _people_page(school_id: int, error: Refused | None = None) -> str:
    adults = db.session.scalars(roles.adults_of(school_id)).all()
    alone = db.session.scalars(roles.without_teacher(school_id)).all()
    co_teaching = roles.co_teachers(alone) if alone else set()
    teachers = [account for account in adults if account.teacher]
    return render_template(
        "classrooms/people.html",
        adults=adults,
        roles_of=roles.roles_of,
        # Who co-teaches a class is offered first.
        alone=[
            (room, sorted(teachers, key=lambda who: _key(room, who) not in co_teaching))
            for room in alone
        ],
        log=_log_lines(school_id),
        error=error,
    )


def _log_lines(school_id: int) -> list[list[AccessLog]]:
    """List what was done last; what one did to many in a minute is one line."""
    rows = db.session.scalars(access_log.about_school(school_id).limit(LOG_ROWS))
    lines = groupby(
        rows,
        lambda row: (row.act, row.actor_id, row.at.replace(second=0, microsecond=0)),
    )
    return [list(done) for _key, done in islice(lines, LOG_LINES)]


def _key(room: Classroom, teacher: Account) -> tuple[int, int]:
    return room.id, teacher.person_id


@bp.post("/school/people")
@login_required
def new_adult() -> Answer:
    school_id = _admins_school()
    try:
        account = make_adult(school_id, request.form.get("name", ""), chosen_lang())
        roles.set_roles(account, request.form.getlist("role"))
    except Refused as refusal:
        db.session.rollback()
        return _people_page(school_id, refusal), 422
    access_log.record(viewer(), access_log.ROLES, account.person_id)
    return _slip_page(account)


@bp.get("/school/people/<int:account_id>")
@login_required
def adult(account_id: int) -> Answer:
    return _adult_page(_adult(account_id))


def _adult_page(account: Account, error: Refused | None = None) -> str:
    return render_template(
        "classrooms/adult.html",
        account=account,
        chosen=request.form.getlist("role") if error else roles.roles_of(account),
        classrooms=db.session.scalars(Classroom.taught_by(account)).all(),
        error=error,
    )


@bp.post("/school/people/<int:account_id>")
@login_required
def change_roles(account_id: int) -> Answer:
    account = _adult(account_id)
    if account.left_at is not None:
        abort(404)
    try:
        roles.set_roles(account, request.form.getlist("role"))
    except Refused as refusal:
        db.session.rollback()
        return _adult_page(_adult(account_id), refusal), 422
    access_log.record(viewer(), access_log.ROLES, account.person_id)
    return _done()


@bp.post("/school/people/<int:account_id>/slip")
@login_required
def new_slip(account_id: int) -> Answer:
    account = _adult(account_id)
    # Not for herself: who sits down at her device could take the account over.
    if account.id == viewer().id or account.left_at is not None:
        abort(404)
    return _slip_page(account)


@bp.post("/school/people/<int:account_id>/leave")
@login_required
def leave(account_id: int) -> Answer:
    account = _adult(account_id)
    try:
        roles.leave(account)
    except Refused as refusal:
        db.session.rollback()
        return _adult_page(_adult(account_id), refusal), 422
    access_log.record(viewer(), access_log.LEFT, account.person_id)
    return _done()


@bp.post("/school/people/<int:account_id>/come-back")
@login_required
def come_back(account_id: int) -> Answer:
    account = _adult(account_id)
    if account.left_at is None:
        abort(404)
    try:
        roles.come_back(account, request.form.getlist("role"))
    except Refused as refusal:
        db.session.rollback()
        return _adult_page(_adult(account_id), refusal), 422
    access_log.record(viewer(), access_log.CAME_BACK, account.person_id)
    return _slip_page(account)


@bp.post("/school/classes/<int:classroom_id>/teacher")
@login_required
def give_class(classroom_id: int) -> Answer:
    """Give a class that nobody leads to a teacher of the school."""
    school_id = _admins_school()
    room = one_or_404(roles.without_teacher(school_id), id=classroom_id)
    teachers = roles.adults_of(school_id).where(Account.teacher)
    chosen = request.form.get("teacher", type=row_number, default=0)
    account = one_or_404(teachers, id=chosen)
    roles.give_class(room, account)
    access_log.record(viewer(), access_log.ROLES, account.person_id)
    return _done()


def _slip_page(account: Account) -> str:
    """Give a slip and show it, in the words of who will hold it."""
    ended = account.secret is not None
    slip = give_slip(account)
    access_log.record(viewer(), access_log.SLIP, account.person_id)
    db.session.commit()
    with speaking(account.person.lang):
        lang = page_lang()
        words = _(
            "It works once, for %(count)s days: open this address, type the code and "
            "choose a passphrase. You sign in with this name:",
            count=SLIP_DAYS,
        )
    return render_template(
        "classrooms/slip.html",
        account=account,
        slip=slip,
        ended=ended,
        words=words,
        lang=lang,
        address=school_address() + "slip",
    )


def _done() -> Answer:
    db.session.commit()
    return redirect(url_for("school.people", done=1), code=303)


def _admins_school() -> int:
    if not viewer().admin:
        abort(404)
    return viewer().person.school_id


def _adult(account_id: int) -> Account:
    return one_or_404(roles.adults_of(_admins_school()), id=account_id)
