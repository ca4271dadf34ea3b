"""Pages: a pupil's sign-in, by tapping her name, by card, or by typing."""

from typing import Literal

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.devices import renew_cookie, this_device
from app.accounts.models import Account, Device
from app.accounts.names import digits, fold
from app.accounts.signing_in import DidNotFit, sign_in
from app.accounts.symbols import PICTURES, SYMBOLS, symbol_names
from app.classrooms import claims, class_list, founding
from app.classrooms.claims import Named
from app.classrooms.models import Classroom
from app.db import db
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.going import next_page

bp = Blueprint("sign_in", __name__, template_folder="templates")


@bp.get("/sign-in")
def pupil() -> Answer:
    if not founding.has_school():
        return redirect(url_for("school.first_run"), code=303)
    asked = digits(request.args.get("class", ""))
    device = this_device()
    if device is not None and "plain" not in request.args:
        classroom = db.session.get_one(Classroom, device.classroom_id)
        if asked in ("", classroom.code):
            return _names_page(classroom, device)
    known = claims.classroom_with(asked) if asked else None
    if known is not None and device is None:
        # From a poster or a card: a choice of language must not lose the class.
        session["class"] = known.code
        _speak(known)
    code = asked if device else asked or session.get("class", "")
    return _typed_page(device, code)


@bp.post("/sign-in")
def pupil_now() -> Answer:
    typed = request.form.get("class", "")
    try:
        return _signed_in(_named_in_form(typed), "secret", _typed_pin())
    except Refused as refusal:
        return _typed_page(this_device(), typed, refusal), 422


def _named_in_form(typed: str) -> Named:
    if claims.is_card(typed):
        return claims.by_card(typed)
    if not digits(typed):
        raise Refused(_("Type the code of your class: figures."), "class")
    name = request.form.get("name", "")
    if not fold(name):
        raise Refused(_("Write your name."), "name")
    return claims.by_name(typed, name)


def _typed_page(
    device: Device | None,
    code: str,
    error: Refused | None = None,
    *,
    card: bool = False,
) -> str:
    return render_template(
        "classrooms/sign_in.html",
        code=code,
        device=device,
        card_is_unknown=card,
        error=error,
    )


def _names_page(classroom: Classroom, device: Device) -> str:
    _speak(classroom)
    pupils = db.session.scalars(class_list.accounts_of_pupils(classroom)).all()
    return render_template(
        "classrooms/sign_in_names.html",
        classroom=classroom,
        pupils=sorted(pupils, key=lambda pupil: fold(pupil.person.shown_name)),
        pictures=device.pictures,
    )


@bp.get("/sign-in/name/<int:account_id>")
def name(account_id: int) -> Answer:
    return _name_page(*_tapped(account_id))


@bp.post("/sign-in/name/<int:account_id>")
def name_now(account_id: int) -> Answer:
    device, account, named = _tapped(account_id)
    try:
        return _signed_in(named, "secret", _typed_pin())
    except Refused as refusal:
        return _name_page(device, account, named, _beside(refusal)), 422


def _name_page(
    device: Device, account: Account, named: Named, error: Refused | None = None
) -> str:
    return render_template(
        "classrooms/sign_in_secret.html",
        account=account,
        classroom=named.classroom,
        pictures=device.pictures and account.picture_secret is not None,
        error=error,
    )


@bp.get("/sign-in/name/<int:account_id>/pictures")
def pictures(account_id: int) -> Answer:
    account, _named = _tapped_for_pictures(account_id)
    return _pictures_page(account, [])


@bp.post("/sign-in/name/<int:account_id>/pictures")
def pictures_now(account_id: int) -> Answer:
    """Take one picture more; answered with the next page by the POST itself.

    An address stays in the browser's history, so nothing chosen may stand in it.
    """
    account, named = _tapped_for_pictures(account_id)
    form = request.form
    chosen = [*form.get("chosen", "").split(), form.get("picture", "")]
    if len(chosen) > PICTURES or not set(chosen) <= set(SYMBOLS):
        abort(400)
    if len(chosen) < PICTURES:
        return _pictures_page(account, chosen)
    try:
        return _signed_in(named, "picture_secret", " ".join(chosen))
    except Refused as refusal:
        if isinstance(refusal, DidNotFit):
            refusal = Refused(_("These were other pictures. Begin with the first."))
        return _pictures_page(account, [], refusal), 422


def _pictures_page(
    account: Account, chosen: list[str], error: Refused | None = None
) -> str:
    return render_template(
        "classrooms/sign_in_pictures.html",
        account=account,
        chosen=chosen,
        most=PICTURES,
        names=symbol_names(),
        error=error,
    )


@bp.get("/sign-in/card/<card>")
def card(card: str) -> Answer:
    """Show whose card it is, so that nobody works in another's name.

    A number that names nobody says so: that lets numbers be tried, but of 10^12
    a school has some thousands, and what a hit shows is a shared name.
    """
    named = claims.by_card(card)
    if named.classroom is None:
        return _typed_page(this_device(), "", card=True), 404
    return _card_page(named)


@bp.post("/sign-in/card/<card>")
def card_now(card: str) -> Answer:
    named = claims.by_card(card)
    try:
        return _signed_in(named, "secret", _typed_pin())
    except Refused as refusal:
        if named.classroom is None:
            return _typed_page(this_device(), "", card=True), 422
        return _card_page(named, _beside(refusal)), 422


def _card_page(named: Named, error: Refused | None = None) -> str:
    assert named.classroom is not None
    _speak(named.classroom)
    return render_template(
        "classrooms/sign_in_secret.html",
        account=named.account,
        classroom=named.classroom,
        may_be_own=this_device() is None,
        error=error,
    )


def _tapped(account_id: int) -> tuple[Device, Account, Named]:
    """Find a pupil of the class whose own device this is; elsewhere nobody is there."""
    device = this_device()
    if device is None:
        abort(404)
    classroom = db.session.get_one(Classroom, device.classroom_id)
    _speak(classroom)
    account = one_or_404(class_list.accounts_of_pupils(classroom), id=account_id)
    return device, account, claims.at_device(account, classroom, device)


def _tapped_for_pictures(account_id: int) -> tuple[Account, Named]:
    """Pictures count where a teacher opened the device, for who has a code."""
    device, account, named = _tapped(account_id)
    if not device.pictures or account.picture_secret is None:
        abort(404)
    return account, named


def _signed_in(
    named: Named, kind: Literal["secret", "picture_secret"], secret: str
) -> Response:
    """Sign in and go to where she wanted; Refused says why not."""
    enrolled = this_device() is not None
    sign_in(
        named.claim,
        secret,
        kind=kind,
        own="own" in request.form and not enrolled,
        remember=named.remember(),
    )
    answer = redirect(next_page(), code=303)
    if enrolled:
        renew_cookie(answer)
    return answer


def _typed_pin() -> str:
    pin = digits(request.form.get("secret", ""))
    if not pin:
        raise Refused(_("Type your PIN: six figures."), "secret")
    return pin


def _beside(refusal: Refused) -> Refused:
    """Where only the PIN is asked for, the words stand beside it."""
    said = str(refusal)
    if isinstance(refusal, DidNotFit):
        said = _("This PIN did not fit. Type it again.")
    return Refused(said, "secret")


def _speak(classroom: Classroom) -> None:
    """Let pages before sign-in speak the class's language, unless one was chosen."""
    if session.get("class_lang") != classroom.lang:
        session["class_lang"] = classroom.lang
