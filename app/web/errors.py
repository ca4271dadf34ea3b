"""What goes wrong, said in one sentence, with every typed word kept."""

import errno
import logging
from typing import Any, TypeVar

from flask import Flask, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.db import db, is_damaged
from app.web.large_forms import fields_before_the_picture

log = logging.getLogger(__name__)

T = TypeVar("T")

# Fields that are never shown again: they mean nothing to a reader or are secret.
HIDDEN_FIELDS = {
    "csrf_token",
    "key",
    "secret",
    "again",
    "code",
    "chosen",
    "picture",
    "slip",
    "do",
    "lang",
    "to_lang",
    "replace",
    "next",
    "tick",
    "plan",
    "codepage",
    "other",
    "read",
    "draft",
    "base",
    "parent",
    "quote",
    "without",
}


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """What was asked cannot be done; the text says why and what to do next.

    `field` names the field of the form that it is about; the words then stand
    beside it, else at the top of the form.
    """

    def __init__(self, said: str, field: str = "") -> None:
        super().__init__(said)
        self.field = field


def one_or_404(query: Select[tuple[T]], **equal: Any) -> T:
    """Fetch the one row that the viewer may see, or answer 404."""
    # Not `filter_by`: behind a join it would ask the table joined last.
    entity = query.column_descriptions[0]["entity"]
    asked = [getattr(entity, name) == value for name, value in equal.items()]
    row = db.session.scalars(query.where(*asked)).unique().one_or_none()
    if row is None:
        abort(404)
    return row


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _fault)


def kept_words() -> list[str]:
    """Collect what the person typed into the form that was refused."""
    try:
        fields = list(request.form.items(multi=True))
    except RequestEntityTooLarge:
        fields = fields_before_the_picture()
    except (HTTPException, OSError):  # no form at all, or no room to read it
        return []
    return [
        value for name, value in fields if name not in HIDDEN_FIELDS and value.strip()
    ]


def error_page(status: int, title: str, advice: str) -> tuple[str, int]:
    words = kept_words() if request.method == "POST" else []
    page = render_template("error.html", title=title, advice=advice, words=words)
    return page, status


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    title, advice = _explain(status)
    # `abort(403, "…")` in a view says more than the general words do.
    own = error.description
    if own and own != type(error).description:
        advice = own
    return error_page(status, title, advice)


def _explain(status: int) -> tuple[str, str]:
    said = {
        401: (_("Please sign in"), _("Sign in first, then try again.")),
        403: (_("You may not do this"), _("Ask your teacher if you think you should.")),
        404: (
            _("Nothing here"),
            _("This page is not there, or not for you. Go back to your post."),
        ),
        405: (_("Not this way"), _("Open the page again and use its buttons.")),
        413: (
            _("That is too big"),
            _("Choose a smaller picture or shorten the text, and send it again."),
        ),
    }
    if status in said:
        return said[status]
    if status < 500:
        return _("That did not work"), _("Open the page again and try once more.")
    return (
        _("Something broke here"),
        _(
            "It is not your fault. Wait a minute and try again; if it stays, tell your teacher."
        ),
    )


def stale_form(error: HTTPException) -> tuple[str, int]:
    return error_page(
        400,
        _("Not sent"),
        _(
            "This form belongs to an earlier sign-in. Copy your words from below, "
            "sign in, and send them again."
        ),
    )


def _database_error(error: DBAPIError) -> tuple[str, int]:
    db.session.rollback()
    log.error("the database answered: %s", error.orig)
    if is_damaged(error):
        advice = _(
            "The server's storage is damaged. Tell a teacher; she finds help on the "
            "health page."
        )
    elif "full" in str(error.orig):
        advice = _("The server's disk is full. Copy your words, and tell a teacher.")
    else:
        advice = _("The server is busy. Wait a moment and send it again.")
    return error_page(
        503, _("Not sent") if request.method == "POST" else _("Not now"), advice
    )


def _fault(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        log.error("no room at %s %s", request.method, request.endpoint)
        advice = _("The server's disk is full. Copy your words, and tell a teacher.")
        title = _("Not sent") if request.method == "POST" else _("Not now")
        return error_page(503, title, advice)
    log.error("fault at %s %s", request.method, request.endpoint, exc_info=error)
    title, advice = _explain(500)
    return error_page(500, title, advice)
