"""The search page: one field for words, and who, where and when folded below it."""

import logging
from functools import partial

from flask import render_template, request, url_for
from sqlalchemy.exc import DBAPIError

from app.accounts.sessions import viewer
from app.db import db, set_reading
from app.posts.showing import thread_endpoints
from app.search.asking import BEST, MAX_CHARACTERS, NEWEST, Question
from app.search.mending import ask_for_mending
from app.search.names import reach_of
from app.search.searching import Results, search
from app.web.days import read_day
from app.web.errors import Refused
from app.web.langs import OWN_NAMES

FROM, TO = "from", "to"
# As they stand in an address; `lang` would be the language of the page.
FIELDS = ("q", "who", "where", FROM, TO, "in", "order")

log = logging.getLogger(__name__)


def answer() -> str:
    """Answer what the address asks for; `room` has its route."""
    typed = _typed()
    page = request.args.get("page", 1, type=int)
    refused: Refused | None = None
    try:
        results = search(viewer(), _question(typed), page=page)
    except Refused as refusal:
        refused, results = refusal, Results(empty=True, reach=reach_of(viewer()))
    page_text = render_template(
        "search/search.html",
        typed=typed,
        results=results,
        refusal=refused,
        address=partial(_address, typed),
        endpoints=thread_endpoints,
    )
    if results.problem:
        _tell_worker()
    return page_text


def _typed() -> dict[str, str]:
    """Read the fields that are not empty, as they were typed."""
    # One more than is looked for, so that the page can say that it was too much.
    read = {
        name: request.args.get(name, "").strip()[: MAX_CHARACTERS + 1]
        for name in FIELDS
    }
    if read["order"] != NEWEST:
        del read["order"]
    if read["in"] not in OWN_NAMES:
        del read["in"]
    return {name: said for name, said in read.items() if said}


def _question(typed: dict[str, str]) -> Question:
    since, until = (
        read_day(typed[name], name) if name in typed else None for name in (FROM, TO)
    )
    return Question(
        typed=typed.get("q", ""),
        who=typed.get("who", ""),
        where=typed.get("where", ""),
        since=since,
        until=until,
        lang=typed.get("in", ""),
        order=typed.get("order", BEST),
    )


def _address(typed: dict[str, str], **changed: object) -> str:
    """Say where the same is asked for, save what is changed."""
    asked = {name: said for name, said in {**typed, **changed}.items() if said}
    return url_for("search.search_page", **asked, _anchor="found")  # type: ignore[arg-type]  # names of fields, not of options


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
