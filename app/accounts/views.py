"""Pages: a teacher's sign-in, using a slip, and *I'm done*."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import login_required

from app.accounts import copying, tries
from app.accounts.devices import this_device
from app.accounts.models import Account
from app.accounts.names import fold
from app.accounts.passphrases import hashed_passphrase
from app.accounts.people import slip_owner, teacher_named, use_slip
from app.accounts.sessions import end_session, start_session, viewer
from app.accounts.signing_in import Claim, counted_code, sign_in
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.going import next_page
from app.web.langs import chosen_lang

# What a browser keeps of whose sign-in page it last showed.
CLASS_KEYS = ("class", "class_lang")

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.get("/sign-in/teacher")
def sign_in_teacher() -> Answer:
    return _sign_in_teacher_page()


def _sign_in_teacher_page(error: Refused | None = None) -> str:
    return render_template(
        "accounts/sign_in_teacher.html", device=this_device(), error=error
    )


@bp.post("/sign-in/teacher")
def sign_in_teacher_now() -> Answer:
    name = request.form.get("name", "")
    account = teacher_named(name)
    try:
        sign_in(
            Claim(
                account.id if account else None,
                f"adult {fold(name)}",
                device=this_device(),
                adult=True,
            ),
            request.form.get("secret", ""),
            own="own" in request.form,
            # On a class's tablet its own page comes back after *I'm done*.
            remember={key: session[key] for key in CLASS_KEYS if key in session},
        )
    except Refused as refusal:
        return _sign_in_teacher_page(refusal), 422
    return redirect(next_page(), code=303)


@bp.get("/slip")
def slip() -> Answer:
    return render_template("accounts/slip.html")


@bp.post("/slip")
def slip_now() -> Answer:
    form = request.form
    typed = form.get("slip", "")
    try:
        with counted_code("slip"):
            known = [slip_owner(typed).full_name]
        with reading():
            hashed = hashed_passphrase(
                form.get("secret", ""), form.get("again", ""), known
            )
        account = use_slip(typed, hashed)
    except Refused as refusal:
        return render_template("accounts/slip.html", error=refusal), 422
    # Her wrong tries here were of the passphrase that she had lost.
    tries.forget([Claim(account.id, "", adult=True).account_key()])
    start_session(account)
    db.session.commit()
    return redirect(url_for("home.my_post"), code=303)


@bp.get("/me")
@login_required
def me() -> Answer:
    return render_template("accounts/me.html")


@bp.post("/me")
@login_required
def me_now() -> Answer:
    # The viewer is a copy that outlives the transaction; the row is changed.
    account = db.session.get_one(Account, viewer().id)
    account.person.lang = chosen_lang()
    wanted = request.form.get("text_size", "")
    if wanted in ("0", "1", "2"):
        account.text_size = int(wanted)
    account.keeps_copy = copying.choose(keeps="keeps_copy" in request.form)
    db.session.commit()
    return redirect(url_for("accounts.me"), code=303)


@bp.post("/done")
def done() -> Answer:
    ended = end_session()
    db.session.commit()
    to_class = ended is None or not ended.account.adult
    if ended is not None and (ended.device_id is not None or "class" in session):
        to_class = True
    page = "sign_in.pupil" if to_class else "accounts.sign_in_teacher"
    answer = redirect(url_for(page), code=303)
    if ended is not None and ended.own:
        # Where the browser hears it, what it kept of her goes too.
        answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
