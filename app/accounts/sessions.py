"""Sessions kept by the server: a sign-out is true the moment it is said."""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import String, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from app.accounts import elapsed
from app.accounts.models import Account, SignInSession
from app.db import db, now, set_reading, write_at_once

# A cookie that starts so names a row; others are signed and belong to nobody.
TOKEN_MARK = "t-"  # noqa: S105  # a mark, no secret
SEEN_EVERY_SECONDS = 60

# Built once: every request of everybody runs it.
LIVE = select(SignInSession).where(
    SignInSession.token_sha256 == bindparam("digest", type_=String),
    SignInSession.ended_at.is_(None),
)

log = logging.getLogger(__name__)


class ServerSession(SecureCookieSession):
    """The session of one request; `row` is set when somebody is signed in."""

    row: SignInSession | None = None
    fault: DBAPIError | None = None


class ServerSessionInterface(SecureCookieSessionInterface):
    """Keeps signed-in sessions in the table, all others in a signed cookie."""

    session_class = ServerSession

    def open_session(self, app: Flask, request: Request) -> ServerSession | None:
        # Who is there is read before anything is written: a busy database must
        # not hide whose words these are.
        set_reading(value=True)
        # Not yet matched to an endpoint here; these two belong to nobody.
        if request.path.startswith("/static/") or request.path == "/ping":
            return ServerSession()
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if not cookie.startswith(TOKEN_MARK):
            return cast(ServerSession, super().open_session(app, request))
        try:
            row = _live_row(cookie)
        except DBAPIError as error:
            # Raised once the request has begun, so that its words are kept.
            broken = ServerSession()
            broken.fault = error
            return broken
        opened = ServerSession(row.data if row else None)
        opened.modified = False
        opened.row = row
        return opened

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        token = g.get("session_token")
        if token and response.status_code < 400:
            self._set_cookie(app, response, token)
        elif getattr(session, "row", None) is None:
            # Only a form needs a cookie before sign-in; plain pages set none.
            super().save_session(app, session, response)
            # No store keeps our pages, so "Cookie" would only cost bytes.
            response.vary.discard("cookie")  # in small letters, or Werkzeug keeps it

    def _set_cookie(self, app: Flask, response: Response, token: str) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            token,
            path="/",
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
        )


def register(app: Flask) -> None:
    app.session_interface = ServerSessionInterface()
    manager = LoginManager()
    manager.session_protection = None  # addresses change on a telephone
    manager.login_view = "sign_in.pupil"
    manager.login_message = None
    manager.init_app(app)
    manager.user_loader(_account_of_session)
    # Before the check of the form's token, which would blame the form.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    # Globals, so that the shared pieces of pages see them too.
    app.jinja_env.globals["current_user"] = current_user
    app.jinja_env.globals["form_token"] = _form_token
    app.after_request(_note_seen)
    app.teardown_request(_end_reading)


def _end_reading(error: BaseException | None) -> None:
    set_reading(value=False)


def viewer() -> Account:
    """Who is signed in, as read when the request began; only behind `login_required`.

    Not in the database session: it outlives a rollback, and what is changed
    in it is not stored.
    """
    # The account itself: each look through the proxy costs like ten without.
    return cast(Account, current_user._get_current_object())  # noqa: SLF001  # its own way


def start_session(
    account: Account,
    *,
    device_id: int | None = None,
    own: bool = False,
    remember: dict[str, str] | None = None,
) -> None:
    """Sign the account in on this device; the caller commits.

    The cookie is new, so a token planted before sign-in is worth nothing, and
    who sat here before is signed out. `remember` outlives the sign-in in this
    browser: which class's page comes after *I'm done*.
    """
    _end_row()
    token = TOKEN_MARK + secrets.token_urlsafe(24)
    session.clear()
    login_user(account)
    session["csrf_token"] = secrets.token_urlsafe(12)
    session["remember"] = remember or {}
    row = SignInSession(
        token_sha256=_digest(token),
        csrf_token=session["csrf_token"],
        account=account,
        device_id=device_id,
        own=own,
        data=dict(session),
        boot=elapsed.boot(),
        seen_steady=elapsed.steady(),
        until_steady=elapsed.steady() + _valid_seconds(own=own, form=False),
    )
    db.session.add(row)
    db.session.flush()
    g.session_token = token
    cast(ServerSession, session).row = row


def end_session() -> None:
    """Sign out on this device for good; the caller commits."""
    _end_row()
    logout_user()
    remembered = session.get("remember", {})
    session.clear()
    session.update(remembered)
    cast(ServerSession, session).row = None


def end_all_sessions(accounts: Iterable[Account]) -> None:
    """Sign these people out everywhere; the caller commits."""
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.account_id.in_([account.id for account in accounts]),
            SignInSession.ended_at.is_(None),
        )
        .values(ended_at=now())
    )


def _begin() -> None:
    """Say which kind of transactions this request makes, now that it is known who asks."""
    fault = getattr(session, "fault", None)
    if fault is not None:
        raise fault
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        db.session.rollback()
        set_reading(value=False)


def _end_row() -> None:
    row = cast(ServerSession, session).row
    if row is not None:
        db.session.execute(
            update(SignInSession)
            .where(SignInSession.id == row.id)
            .values(ended_at=now())
            .execution_options(synchronize_session=False)
        )


def _live_row(token: str) -> SignInSession | None:
    row = db.session.scalars(LIVE, {"digest": _digest(token)}).one_or_none()
    if row is None or not row.account.may_sign_in:
        return None
    # Set back across a restart, a calendar tells nothing: then it is over too.
    passed = abs(elapsed.seconds_since(row.boot, row.seen_steady, row.seen_at))
    if passed > row.until_steady - row.seen_steady:
        return None
    # An error page still has to say who is there, whatever broke.
    for kept in (row, row.account, row.account.person):
        db.session.expunge(kept)
    return row


def _account_of_session(account_id: str) -> Account | None:
    row = cast(ServerSession, session).row
    if row is None or str(row.account_id) != account_id:
        return None
    return row.account


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _form_token() -> str:
    """Give a form its token, and its page the longer time that writing takes."""
    g.page_has_form = True
    return str(generate_csrf())


def _valid_seconds(*, own: bool, form: bool) -> int:
    config: dict[str, Any] = current_app.config
    if own:
        return int(config["SESSION_OWN_SECONDS"])
    return int(config["SESSION_FORM_SECONDS" if form else "SESSION_IDLE_SECONDS"])


def _note_seen(response: Response) -> Response:
    """Write once the page is made until when it is good, at most once a minute."""
    row = cast(ServerSession, session).row if session else None
    if row is None or "session_token" in g:
        return response
    seen = {"seen_at": now(), "boot": elapsed.boot(), "seen_steady": elapsed.steady()}
    until = elapsed.steady() + _valid_seconds(
        own=row.own, form=g.get("page_has_form", False)
    )
    if row.boot == elapsed.boot():
        # A form opened earlier stays good while other pages are read.
        until = max(until, row.until_steady)
        recent = elapsed.steady() - row.seen_steady < SEEN_EVERY_SECONDS
        if recent and until - row.until_steady < SEEN_EVERY_SECONDS:
            return response
    db.session.rollback()
    try:
        write_at_once(
            update(SignInSession)
            .where(SignInSession.id == row.id)
            .values(**seen, until_steady=until)
        )
    except DBAPIError as error:  # a busy database must not cost the reader her page
        log.info("seen_at is not written: %s", error.orig)
    return response
