"""Forms come from our own pages: one token a session, and one-time keys."""

import re
import secrets

from flask import Flask, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from app.web.errors import Refused

csrf = CSRFProtect()

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}\Z")


def register(app: Flask) -> None:
    csrf.init_app(app)
    app.jinja_env.globals["new_form_key"] = new_form_key


def new_form_key() -> str:
    """Make the one-time key of a form: what is sent twice is one post."""
    return secrets.token_urlsafe(9)


def sent_form_key() -> str:
    """Read the key of the form that was sent; Refused when it is damaged."""
    key = request.form.get("key", "")
    if not FORM_KEY.match(key):
        raise Refused(_("The form lost its key on the way. Send it once more."))
    return key
