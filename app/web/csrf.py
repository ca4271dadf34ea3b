"""Forms come from our own pages: one token a session, in each of them."""

import base64
import hmac
import secrets
from itertools import cycle

from flask import Flask, g, request, session
from werkzeug.exceptions import BadRequest

from app.web.errors import stale_form

TOKEN_FIELD = "csrf_token"  # noqa: S105  # a name, no secret
# For a request of our own, which has no field to put it into.
TOKEN_HEADER = "X-CSRFToken"  # noqa: S105  # a name, no secret
# 72 bits, never to be guessed through a server; each more costs every page.
TOKEN_BYTES = 9
# Nobody learns a token from the lengths of packed pages that hold words of his:
# a guess fits one page in 16 million, whether it is right or wrong.
MASK_BYTES = 3
SENT_BY = {"POST", "PUT", "PATCH", "DELETE"}


class CSRFError(BadRequest):
    """A form of another sign-in, of another site, or damaged."""


def register(app: Flask) -> None:
    app.before_request(_refuse_strange_forms)
    app.register_error_handler(CSRFError, stale_form)
    app.jinja_env.globals["csrf_token"] = csrf_token


def new_token() -> str:
    """Make the token of a session; it stands there under `TOKEN_FIELD`."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def csrf_token() -> str:
    """Give the token as it stands in all forms of this page."""
    known: str | None = g.get("csrf_token")
    if known is None:
        if TOKEN_FIELD not in session:
            session[TOKEN_FIELD] = new_token()
        known = g.csrf_token = masked(session[TOKEN_FIELD])
    return known


def masked(token: str) -> str:
    """Write the token so that it looks another on each page."""
    mask = secrets.token_bytes(MASK_BYTES)
    hidden = mask + _mixed(base64.urlsafe_b64decode(token), mask)
    return base64.urlsafe_b64encode(hidden).decode()


def sent_token() -> str:
    """Read which session's form was sent; "" when it does not say."""
    sent = request.form.get(TOKEN_FIELD) or request.headers.get(TOKEN_HEADER, "")
    try:
        found = base64.urlsafe_b64decode(sent)
    except ValueError:
        return ""
    token = _mixed(found[MASK_BYTES:], found[:MASK_BYTES])
    return base64.urlsafe_b64encode(token).decode()


def _refuse_strange_forms() -> None:
    if request.method not in SENT_BY or request.endpoint is None:
        return
    token, own = sent_token(), session.get(TOKEN_FIELD, "")
    if not token or not hmac.compare_digest(token, own):
        raise CSRFError


def _mixed(words: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(words, cycle(mask), strict=False))
