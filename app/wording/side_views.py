"""Pages of a post sentence under sentence: to learn, to check, to mend."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from app.accounts.sessions import viewer
from app.db import db
from app.posts.permissions import may_write
from app.posts.publishing import is_held
from app.web.answers import Answer
from app.web.errors import Refused
from app.web.numbers import row_number
from app.wording import mending
from app.wording.side_by_side import (
    Line,
    SideBySide,
    key_of,
    lines,
    page_of,
    side_by_side,
)
from app.wording.wrong_readings import say_wrong

bp = Blueprint("sentences", __name__, template_folder="templates")


@bp.get("/p/<ref>/sentences")
@login_required
def page(ref: str) -> Answer:
    side = side_by_side(viewer(), ref, request.args.get("lang", ""))
    at = request.args.get("at", type=row_number, default=0)
    return render_template(
        "wording/sentences.html",
        side=side,
        shown=page_of(side, viewer(), at),
        done=request.args.get("done", type=row_number, default=-1),
        asks=_may_ask(side),
    )


@bp.post("/p/<ref>/sentences/<int:n>/wrong")
@login_required
def wrong(ref: str, n: int) -> Answer:
    """`said` names the sentence, in case others stand before it now."""
    side = side_by_side(viewer(), ref, request.values.get("lang", ""))
    n = _place(side, n, request.values.get("said", ""))
    say_wrong(side.revision.id, side.lang, side.sentences[n].source, viewer())
    db.session.commit()
    return _back_to(side, n)


@bp.get("/p/<ref>/sentences/<int:n>")
@login_required
def one(ref: str, n: int) -> Answer:
    side = _to_mend(ref, request.args.get("lang", ""))
    if n >= len(side.sentences):
        abort(404)
    return _form(side, _line(side, n))


@bp.post("/p/<ref>/sentences/<int:n>")
@login_required
def mend(ref: str, n: int) -> Answer:
    """`do` is "back" to take a mend back; else `target` is how the sentence reads."""
    side = _to_mend(ref, request.form.get("lang", ""))
    line = _line(side, _place(side, n, key_of(request.form.get("source", ""))))
    try:
        if request.form.get("do") == "back":
            mending.take_back(side, line, viewer())
        else:
            mending.mend(side, line, request.form.get("target", ""), viewer())
    except Refused as refusal:
        db.session.rollback()
        return _form(side, line, refusal), 422
    db.session.commit()
    return _back_to(side, line.n)


def _may_ask(side: SideBySide) -> bool:
    """A reader asks the author what a word means, where she may write to her."""
    hers = side.lang == viewer().person.lang and not side.own
    return hers and may_write(viewer(), side.post.thread)


def _to_mend(ref: str, lang: str) -> SideBySide:
    side = side_by_side(viewer(), ref, lang)
    if not side.may_mend:
        abort(
            403,
            _(
                "Who wrote a post mends its sentences, and the teachers of its readers. "
                "Say that a sentence reads wrong, and they will see it."
            ),
        )
    return side


def _place(side: SideBySide, n: int, key: str) -> int:
    place = side.place(n, key)
    if place is None:
        abort(
            409,
            _(
                "This sentence stands in the post no more: its author has changed it. "
                "Open the post again and look what it says now."
            ),
        )
    return place


def _line(side: SideBySide, n: int) -> Line:
    (line,) = lines(side, viewer(), n, n + 1)
    return line


def _form(side: SideBySide, line: Line, error: Refused | None = None) -> str:
    return render_template(
        "wording/sentence.html",
        side=side,
        line=line,
        waits=mending.waiting_at(side, line, viewer()),
        held=is_held(side.post.thread, viewer()),
        most=mending.TARGET_MAX,
        error=error,
    )


def _back_to(side: SideBySide, n: int) -> Answer:
    return redirect(
        url_for(
            "sentences.page",
            ref=side.post.id,
            lang=side.lang,
            at=n,
            done=n,
            _anchor=f"s{n}",
        ),
        code=303,
    )
