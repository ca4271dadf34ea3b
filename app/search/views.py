"""The search page."""

import logging

from flask import Blueprint, render_template, request
from flask_login import login_required
from sqlalchemy.exc import DBAPIError

from app.accounts.sessions import viewer
from app.db import db, set_reading
from app.search.asking import MAX_CHARACTERS, Question
from app.search.rebuilding import ask_for_mending
from app.search.searching import search

bp = Blueprint("search", __name__, template_folder="templates")

log = logging.getLogger(__name__)


@bp.get("/search")
@login_required
def search_page() -> str:
    # One more than is looked for, so that the page can say that it was too much.
    typed = request.args.get("q", "")[: MAX_CHARACTERS + 1]
    page = request.args.get("page", 1, type=int)
    results = search(viewer(), Question(typed), page=page)
    answer = render_template("search/search.html", typed=typed, results=results)
    if results.problem:
        _tell_worker()
    return answer


def _tell_worker() -> None:
    """The page is made by now; a busy database must not take it away."""
    db.session.rollback()
    set_reading(value=False)
    try:
        ask_for_mending()
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        log.warning("the worker could not be told to mend the index: %s", error.orig)
    finally:
        set_reading(value=True)
