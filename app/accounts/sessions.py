"""Sessions kept by the server: a sign-out is true the moment it is said."""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from flask import Flask, Request, Response, g, request, session
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import String, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError

from app.accounts import elapsed, validity
from app.accounts.models import Account, KeptForm, SignInSession
from app.db import db, now, set_reading, write_at_once
from app.web.csrf import TOKEN_FIELD, csrf_token, new_token

# A cookie that starts so names a row; others are signed and belong to nobody.
TOKEN_MARK = "t-"  # noqa: S105  # a mark, no secret
# 128 bits; each letter goes up with every request.
TOKEN_BYTES = 16
# As much of a kept form as a page shows that lists it.
KEPT_SHOWN_CHARACTERS = 1_500

# Built once: every request of everybody runs it. With the forms that wait for her,
# since her first page has no query to spare for them.
BY_TOKEN = (
    select(
        SignInSession,
        KeptForm.id,
        KeptForm.uid,
        func.substr(KeptForm.words, 1, KEPT_SHOWN_CHARACTERS + 1),
    )
    .outerjoin(KeptForm, KeptForm.account_id == SignInSession.account_id)
    .where(SignInSession.token_sha256 == bindparam("digest", type_=String))
)

log = logging.getLogger(__name__)


class Waiting(NamedTuple):
    """The beginning of a form that came too late and waits for its author."""

    id: int
    uid: str
    words: str


class ServerSession(SecureCookieSession):
    """The session of one request; `row` is set when somebody is signed in."""

    row: SignInSession | None = None
    kept: Sequence[Waiting] = ()
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
            return _opened(cookie)
        except DBAPIError as error:
            # Raised once the request has begun, so that its words are kept.
            broken = ServerSession()
            broken.fault = error
            return broken

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        token = g.get("session_token")
        if token and (response.status_code < 400 or "session_stored" in g):
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
    app.jinja_env.globals["kept_forms"] = kept_forms
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
    return cast(Account, current_user._get_current_object())  # noqa: SLF001  # no public name gives it


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
    _end_row(cast(ServerSession, session).row)
    token = TOKEN_MARK + secrets.token_urlsafe(TOKEN_BYTES)
    # A class's tablet is nobody's own, whatever was ticked.
    own = own and device_id is None
    session.clear()
    login_user(account)
    session[TOKEN_FIELD] = new_token()
    session["remember"] = remember or {}
    row = SignInSession(
        token_sha256=_digest(token),
        csrf_token=session[TOKEN_FIELD],
        account=account,
        device_id=device_id,
        own=own,
        data=dict(session),
        boot=elapsed.boot(),
        seen_steady=elapsed.steady(),
        until_steady=elapsed.steady() + validity.valid_seconds(own=own, form=False),
    )
    db.session.add(row)
    db.session.flush()
    g.session_token = token
    cast(ServerSession, session).row = row


def kept_forms() -> Sequence[Waiting]:
    """List what came too late and waits for who is signed in, in order; no query."""
    return cast(ServerSession, session).kept


def end_session() -> SignInSession | None:
    """Sign out on this device for good, and give what ended; the caller commits.

    The browser forgets first: it does so even where nothing can be written.
    """
    ended = cast(ServerSession, session).row
    logout_user()
    remembered = session.get("remember", {})
    session.clear()
    session.update(remembered)
    cast(ServerSession, session).row = None
    _end_row(ended)
    return ended


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


def end_sessions(rows: Iterable[SignInSession]) -> None:
    """End these sign-ins, and no others of the same people; the caller commits."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id.in_([row.id for row in rows]))
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )


def _begin() -> None:
    """Say which kind of transactions this request makes, now that it is known who asks."""
    fault = getattr(session, "fault", None)
    if fault is not None:
        raise fault
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        db.session.rollback()
        set_reading(value=False)


def _end_row(row: SignInSession | None) -> None:
    if row is not None:
        db.session.execute(
            update(SignInSession)
            .where(SignInSession.id == row.id)
            .values(ended_at=now())
            .execution_options(synchronize_session=False)
        )


def _opened(token: str) -> ServerSession:
    """Read who is there; of a sign-in that is over, only which class's page it was."""
    rows = db.session.execute(BY_TOKEN, {"digest": _digest(token)}).all()
    row = rows[0][0] if rows else None
    live = row is not None and validity.is_live(row)
    data = row.data if row is not None else {}
    opened = ServerSession(data if live else data.get("remember"))
    opened.modified = False
    if row is None or not live:
        return opened
    opened.row = row
    opened.kept = sorted(Waiting(*rest) for _row, *rest in rows if rest[0] is not None)
    # An error page still has to say who is there, whatever broke.
    for read in (row, row.account, row.account.person):
        db.session.expunge(read)
    return opened


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
    return csrf_token()


def _note_seen(response: Response) -> Response:
    """Write once the page is made until when it is good, at most once a minute."""
    row = cast(ServerSession, session).row if session else None
    if row is None or "session_token" in g:
        return response
    more: dict[str, Any] = {}
    if row.own:
        g.keeps_pages = _page_mark(row)
        if request.method == "POST":
            more["data"] = row.data | {"sent": row.data.get("sent", 0) + 1}
    until = validity.until_after_page(row, form=g.get("page_has_form", False))
    if not more and not validity.is_news(row, until):
        return response
    db.session.rollback()
    try:
        write_at_once(validity.seen_until(row, until, **more))
    except DBAPIError as error:  # a busy database must not cost the reader her page
        log.info("seen_at is not written: %s", error.orig)
    return response


def _page_mark(row: SignInSession) -> str:
    """Tell apart what a browser may keep: this sign-in, and since her last sending.

    A page from before would have a form whose token or one-time key is used up.
    """
    return f"{row.csrf_token} {row.data.get('sent', 0)}"
