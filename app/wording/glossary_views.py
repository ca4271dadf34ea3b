"""Pages: the glossary of a class, for its teachers to keep and its pupils to read."""

from collections.abc import Mapping, Sequence
from functools import cache
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import Integer, Select, bindparam, select

from app.accounts.sessions import viewer
from app.classrooms.list_decoding import decoded
from app.classrooms.list_writing import file_name
from app.classrooms.models import Classroom, Member, SpaceClassroom
from app.classrooms.permissions import may_teach
from app.db import db
from app.translate.glossary import TERMS_MAX, checked, terms_of_class
from app.translate.models import TERM_MAX, GlossaryTerm
from app.web.answers import Answer
from app.web.errors import Refused, one_or_404
from app.web.langs import page_lang
from app.web.numbers import row_number
from app.wording import changing
from app.wording.carrying import sentences_out, take_in, terms_out
from app.wording.changing import Taken
from app.wording.spreadsheets import (
    OF_SENTENCES,
    OF_TERMS,
    Entry,
    entries_of,
    written,
)

bp = Blueprint("glossary", __name__, template_folder="templates")

PAGE_ROWS = 50
# Two thousand sentences of a letter and their translations, in two bytes a letter.
FILE_MAX_BYTES = 2_000_000
ROWS_MAX = 2_000


@bp.get("/classrooms/<int:classroom_id>/glossary")
@login_required
def page(classroom_id: int) -> Answer:
    """Show the terms to all of the class; who looks after it also changes them."""
    hers = select(Member.classroom_id).where(
        Member.person_id == viewer().person_id, Member.left_at.is_(None)
    )
    shown = one_or_404(select(Classroom).where(Classroom.id.in_(hers)), id=classroom_id)
    return _page(shown, teaches=may_teach(viewer(), shown))


@bp.post("/classrooms/<int:classroom_id>/glossary")
@login_required
def change(classroom_id: int) -> Answer:
    """`do` is add, paste, "change 7" or "remove 7"."""
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    act, _space, number = request.form.get("do", "").partition(" ")
    row = _row(shown, number) if act in ("change", "remove") else None
    try:
        done = _done(shown, act, row)
    except Refused as refusal:
        db.session.rollback()
        shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
        row = _row(shown, number) if row is not None else None
        return _page(shown, teaches=True, error=refusal, chosen=row), 422
    db.session.commit()
    return _back(shown, done)


@bp.get("/classrooms/<int:classroom_id>/glossary.csv")
@login_required
def download(classroom_id: int) -> Answer:
    """Give the terms as a file, or with `?sentences` what persons mended."""
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    if "sentences" in request.args:
        kinds, title = (
            OF_SENTENCES,
            _("Mended sentences of %(title)s", title=shown.title),
        )
        data = written(kinds, sentences_out(shown, viewer()), page_lang())
    else:
        kinds, title = OF_TERMS, _("Glossary of %(title)s", title=shown.title)
        data = written(kinds, terms_out(shown.id), page_lang())
    answer = Response(data, mimetype="text/csv")
    # Letters of all scripts; a header itself holds Latin ones alone.
    named = f"attachment; filename*=UTF-8''{quote(file_name(title))}"
    answer.headers["Content-Disposition"] = named
    return answer


@bp.post("/classrooms/<int:classroom_id>/glossary/file")
@login_required
def upload(classroom_id: int) -> Answer:
    """Take terms or mended sentences from a file, or nothing of it."""
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    try:
        entries = _sent_file(shown)
        took = take_in(
            entries, shown, viewer().person_id, replace="replace" in request.form
        )
    except Refused as refusal:
        db.session.rollback()
        shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
        return _page(shown, teaches=True, error=Refused(str(refusal), "file")), 422
    db.session.commit()
    return _back(shown, took.terms.plus(took.sentences))


def _page(
    shown: Classroom,
    *,
    teaches: bool,
    error: Refused | None = None,
    chosen: GlossaryTerm | None = None,
) -> str:
    rows = terms_of_class(shown.id)
    first = request.args.get("from", type=row_number, default=0)
    if chosen is None and teaches and "term" in request.args and error is None:
        chosen = _row(shown, request.args["term"])
    langs = db.session.scalars(_langs_beside(), {"room": shown.id}).all()
    return render_template(
        "wording/glossary.html",
        classroom=shown,
        teaches=teaches,
        rows=rows[first : first + PAGE_ROWS],
        count=len(rows),
        first=first,
        step=PAGE_ROWS,
        chosen=chosen,
        typed=_typed(shown, chosen, langs),
        langs=sorted({shown.lang, *langs}),
        most=TERMS_MAX,
        term_max=TERM_MAX,
        report=Taken(*(request.args.get(one, 0, row_number) for one in Taken._fields)),
        error=error,
    )


def _typed(
    shown: Classroom, chosen: GlossaryTerm | None, langs: Sequence[str]
) -> Mapping[str, str]:
    """Fill in the form: as it was sent, as the chosen term is, or empty."""
    empty = {
        "term": "",
        "lang": shown.lang,
        "to_lang": langs[0] if len(langs) == 1 else "",
        "said": "",
    }
    known = {name: getattr(chosen, name) for name in empty} if chosen else empty
    return {name: request.form.get(name, known[name]) for name in empty}


def _done(shown: Classroom, act: str, row: GlossaryTerm | None) -> Taken:
    form = request.form
    # What stays does so in all languages.
    to_lang = form.get("to_lang", "") if form.get("said", "").strip() else ""
    if act == "remove" and row is not None:
        changing.remove(row)
        return Taken()
    if act in ("add", "change"):
        line = checked(
            form.get("lang", ""), form.get("term", ""), to_lang, form.get("said", "")
        )
        if row is None:
            return changing.take(shown.id, [line], viewer().person_id)
        changing.change(row, line, viewer().person_id)
        return Taken(changed=1)
    if act != "paste":
        abort(400)
    return _pasted(shown)


def _pasted(shown: Classroom) -> Taken:
    form = request.form
    try:
        entries = entries_of(
            form.get("lines", "").replace("\0", ""),
            form.get("lang", ""),
            form.get("to_lang", ""),
            TERMS_MAX,
        )
        took = take_in(_terms_alone(entries), shown, viewer().person_id, replace=True)
    except Refused as refusal:
        raise Refused(str(refusal), "lines") from None
    return took.terms


def _terms_alone(entries: Sequence[Entry]) -> Sequence[Entry]:
    if any(one.sentence for one in entries):
        raise Refused(_("These are mended sentences. Send them as a file below."))
    return entries


def _sent_file(shown: Classroom) -> list[Entry]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_("Choose a file."))
    data = file.read(FILE_MAX_BYTES + 1)
    if len(data) > FILE_MAX_BYTES:
        raise Refused(
            _(
                "This file is too large. Send it in parts of %(most)s lines.",
                most=ROWS_MAX,
            )
        )
    langs = db.session.scalars(_langs_beside(), {"room": shown.id}).all()
    to_lang = langs[0] if len(langs) == 1 else ""
    entries = entries_of(decoded(data).text, shown.lang, to_lang, ROWS_MAX)
    if any(one.code not in ("", shown.code) for one in entries):
        raise Refused(
            _(
                "This file holds the words of a whole server. Who looks after the server "
                "takes it in."
            )
        )
    return entries


def _row(shown: Classroom, number: str) -> GlossaryTerm:
    theirs = select(GlossaryTerm).where(GlossaryTerm.classroom_id == shown.id)
    try:
        return one_or_404(theirs, id=row_number(number))
    except ValueError:
        abort(404)


def _back(shown: Classroom, done: Taken) -> Answer:
    told = {name: n for name, n in done._asdict().items() if n}
    return redirect(
        url_for("glossary.page", classroom_id=shown.id, done=1, **told), code=303
    )


@cache
def _langs_beside() -> Select[tuple[str]]:
    """Select the other languages of the classes that a class writes with."""
    room = bindparam("room", type_=Integer)
    hers = select(SpaceClassroom.space_id).where(
        SpaceClassroom.classroom_id == room, SpaceClassroom.joined_at.is_not(None)
    )
    own = select(Classroom.lang).where(Classroom.id == room).scalar_subquery()
    return (
        select(Classroom.lang)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Classroom.id)
        .where(
            SpaceClassroom.space_id.in_(hers),
            SpaceClassroom.joined_at.is_not(None),
            Classroom.lang != own,
        )
        .distinct()
        .order_by(Classroom.lang)
    )
