"""Pages: a *Send* that came too late asks for one secret; what waits is sent or dropped."""

from collections.abc import Callable

from flask import (
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.accounts import kept
from app.accounts.devices import this_device
from app.accounts.models import Account, Device, SignInSession
from app.accounts.names import digits
from app.accounts.sessions import viewer
from app.accounts.signing_in import Claim, DidNotFit, sign_in
from app.accounts.views import bp, done
from app.db import db
from app.web.answers import Answer
from app.web.csrf import TOKEN_FIELD, CSRFError
from app.web.errors import Refused, stale_form
from app.web.langs import speaking


def register(app: Flask) -> None:
    # After the ground's own, which it takes the place of.
    app.register_error_handler(CSRFError, late_form)


def late_form(error: CSRFError) -> Answer:
    """Keep the words of a form whose sign-in has ended, for its author alone."""
    if request.endpoint == "accounts.done":
        return _late_done(error)
    if request.endpoint == "accounts.late_now":
        return _late_again()
    try:
        author = kept.author_of_form()
        uid = kept.keep(author) if author else None
        db.session.commit()
    except DBAPIError as busy:
        answer: Answer = current_app.handle_user_exception(busy)  # type: ignore[assignment]  # our handlers' answers
        return answer
    if author is None or uid is None:
        return stale_form(error)
    if current_user.is_authenticated and viewer().id == author.id:
        return redirect(kept.first_page(), code=303)
    return _late_page(author, uid), 422


def _late_done(error: CSRFError) -> Answer:
    """Sign her out from a page of her earlier sign-in, too: she leaves this device."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.pupil"), code=303)
    author = kept.author_of_form()
    if author is None or author.id != viewer().id:
        return stale_form(error)
    return done()


def _late_page(author: Account, uid: str, error: Refused | None = None) -> str:
    """Show whose words are kept and ask for her secret; the words are not shown.

    In the author's language, whoever is signed in here by now.
    """
    with speaking(author.person.lang):
        return render_template(
            "accounts/late.html", author=author, uid=uid, error=error
        )


def _late_again() -> Answer:
    """Ask anew when the page's own token is stale, as after a second tap."""
    assert request.view_args is not None
    uid = request.view_args["uid"]
    author_id = kept.author_id(uid)
    if author_id is None:
        return redirect(url_for("home.my_post"), code=303)
    return _late_page(db.session.get_one(Account, author_id), uid), 422


@bp.post("/sign-in/late/<uid>")
def late_now(uid: str) -> Answer:
    author_id = kept.author_id(uid)
    if author_id is None:
        # Sent or thrown away meanwhile, as by a second tap: then all is done.
        return redirect(url_for("home.my_post"), code=303)
    author = db.session.get_one(Account, author_id)
    secret = request.form.get("secret", "")
    claim = Claim(
        author_id, "", device=_device_of_her_class(author), adult=author.adult
    )
    try:
        with speaking(author.person.lang):
            _sign_in_late(claim, author, secret)
    except Refused as refusal:
        beside = Refused(str(refusal), "secret")
        return _late_page(db.session.get_one(Account, author_id), uid, beside), 422
    # Whatever her form is answered, she is signed in.
    g.session_stored = True
    return kept.deliver(uid, g.session_token, session[TOKEN_FIELD])


def _sign_in_late(claim: Claim, author: Account, secret: str) -> None:
    remember = _remembered(author)
    if author.adult:
        sign_in(claim, secret, remember=remember)
        return
    try:
        sign_in(claim, digits(secret), remember=remember)
    except DidNotFit:
        # There is but one line to check.
        raise Refused(_("This PIN did not fit. Type it again.")) from None


def _device_of_her_class(author: Account) -> Device | None:
    """Which of her class's devices this is; the room of classes knows who is in which."""
    device = this_device()
    is_of_class: Callable[[Account, int], bool]
    is_of_class = current_app.extensions["is_of_class"]
    if device is None or not is_of_class(author, device.classroom_id):
        return None
    return device


def _remembered(author: Account) -> dict[str, str]:
    """Hand on which class's page comes after *I'm done*, as at her last sign-in."""
    last = db.session.scalar(
        select(SignInSession.data)
        .where(SignInSession.account_id == author.id)
        .order_by(SignInSession.id.desc())
        .limit(1)
    )
    return dict((last or {}).get("remember") or {})


@bp.post("/kept/<uid>/send")
@login_required
def send_kept(uid: str) -> Answer:
    if not _still_hers(uid):
        return redirect(url_for("home.my_post"), code=303)
    db.session.rollback()
    cookie = request.cookies[current_app.config["SESSION_COOKIE_NAME"]]
    return kept.deliver(uid, cookie, session[TOKEN_FIELD])


@bp.post("/kept/<uid>/drop")
@login_required
def drop_kept(uid: str) -> Answer:
    if _still_hers(uid):
        kept.forget(uid)
        db.session.commit()
    return redirect(url_for("home.my_post"), code=303)


def _still_hers(uid: str) -> bool:
    """Whether it is still there; another's is 404."""
    author_id = kept.author_id(uid)
    if author_id is not None and author_id != viewer().id:
        abort(404)
    return author_id is not None
