"""Pages: a pupil's sign-in."""

from flask import Blueprint, redirect, render_template, request, url_for

from app.accounts.names import digits, fold
from app.accounts.signing_in import Claim
from app.accounts.signing_in import sign_in as check_and_sign_in
from app.classrooms import class_list, founding
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.going import next_page

bp = Blueprint("sign_in", __name__, template_folder="templates")


@bp.get("/sign-in")
def pupil() -> Answer:
    if not founding.has_school():
        return redirect(url_for("school.first_run"), code=303)
    return render_template("classrooms/sign_in.html")


@bp.post("/sign-in")
def pupil_now() -> Answer:
    code, name = request.form.get("class", ""), request.form.get("name", "")
    try:
        check_and_sign_in(
            Claim(
                class_list.who_signs_in(code, name),
                f"pupil {digits(code)} {fold(name)}",
            ),
            digits(request.form.get("secret", "")),
        )
    except Refused as refusal:
        page = render_template("classrooms/sign_in.html", error=refusal)
        return page, 422
    return redirect(next_page(), code=303)
