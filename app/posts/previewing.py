"""*How will it read?*: words that are not sent, said by the worker while the writer waits."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from flask import current_app, g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import OperationalError

from app.accounts.models import Account, Person
from app.classrooms.models import Member, SpaceClassroom
from app.db import db, is_damaged, now, reading
from app.jobs import Job, enqueue
from app.jobs.heartbeat import QUIET_SECONDS, quiet_seconds
from app.jobs.registry import chore_at_start, chore_when_idle
from app.posts.form import Written
from app.posts.models import LETTERS, Preview, Thread
from app.posts.publishing import checked_source
from app.web.csrf import TOKEN_HEADER
from app.web.langs import lang_name

KIND = "translate.preview"
PREVIEW = "preview"  # what the button says
# Before all else: somebody looks at the page and waits.
URGENCY = 1_000
WAIT_SECONDS = 3.0
POLL_SECONDS = 0.1
# Of the eight threads that answer a class.
MOST_WAITING = 2
# A row that outlives its page was left by a process that was killed.
LEFT_BEHIND_SECONDS = 60

log = logging.getLogger(__name__)

_waiting: set[int] = set()
_lock = threading.Lock()


class Readers(NamedTuple):
    """Who will read what is written: all of a space, or a pair who write letters."""

    space_id: int = 0
    letters: Thread | None = None


class Said(NamedTuple):
    """A sentence as it will be read; what has no `back` was not translated back."""

    source: str
    target: str
    back: str
    # What helps, each with the word it is about; the template says them.
    hints: list[tuple[str, str]]


class TriedOut(NamedTuple):
    """How words will read; `word` says why there is nothing to see."""

    lang: str
    to_lang: str
    word: str = ""
    said: Sequence[Said] = ()
    # More was written than could be tried in the time.
    has_more: bool = False
    # What else is read there.
    langs: tuple[str, ...] = ()


def asks_to_preview() -> bool:
    """Whether this form asks how it will read.

    Not one that came too late, was kept and is sent now: its answer has to leave
    her words where she finds them again.
    """
    return request.form.get("do") == PREVIEW and TOKEN_HEADER not in request.headers


def try_out(writer: Account, readers: Readers, written: Written) -> TriedOut:
    """Find how these words will read, also for `how_it_reads`; waits, and commits.

    Refused for what could not be sent for its words alone. Nothing of it stays.
    """
    source = checked_source(written.source, may_be_empty=False)
    langs = _langs_read(writer, readers)
    others = tuple(lang for lang in langs if lang != written.lang)
    asked = request.form.get("reads", "")
    to_lang = asked if asked in others else next(iter(others), "")
    found = _tried_out(writer, readers, written.lang, to_lang, source)
    g.tried_out = found = found._replace(langs=others)
    return found


def how_it_reads() -> Markup:
    """Give the part of the page that shows it; empty on all other pages."""
    found: TriedOut | None = g.get("tried_out")
    if found is None:
        return Markup()
    return Markup(render_template("posts/_preview.html", tried=found))  # noqa: S704  # our own template


def _tried_out(
    writer: Account, readers: Readers, lang: str, to_lang: str, source: str
) -> TriedOut:
    nothing = TriedOut(lang, to_lang)
    if not to_lang:
        same = _(
            "Who reads this reads %(lang)s: it stays as you wrote it.",
            lang=lang_name(lang),
        )
        return nothing._replace(word=same)
    word = _why_not(lang, to_lang) or _why_no_worker()
    if word is not None:
        return nothing._replace(word=word)
    row = Preview(
        person_id=writer.person_id,
        space_id=readers.space_id,
        lang=lang,
        to_lang=to_lang,
        source=source,
    )
    with _seat(writer.person_id) as is_free:
        result = _said_by_worker(row) if is_free else None
    if result is None:
        busy = _(
            "The translator is busy. Your words are here; send them, or try again in a "
            "moment."
        )
        return nothing._replace(word=busy)
    if result["said"] is None:
        return nothing._replace(word=no_pack(lang, to_lang))
    if not result["said"]:
        return nothing._replace(word=_("There is nothing here to translate."))
    said = [Said(*one) for one in result["said"]]
    return nothing._replace(said=said, has_more=bool(result["left"]))


def _why_not(lang: str, to_lang: str) -> str | None:
    """Say why no machine here can; the room that translates knows."""
    asked: Callable[[str, str], str | None] | None
    asked = current_app.extensions.get("why_no_translation")
    return asked(lang, to_lang) if asked else no_pack(lang, to_lang)


def no_pack(lang: str, to_lang: str) -> str:
    return _(
        "This server has no language pack from %(one)s to %(other)s. Your words are "
        "here; they go out as you wrote them.",
        one=lang_name(lang),
        other=lang_name(to_lang),
    )


def _why_no_worker() -> str | None:
    quiet = quiet_seconds()
    if quiet is not None and quiet <= QUIET_SECONDS:
        return None
    # In a long job it gives no sign.
    if db.session.scalar(select(Job.id).where(Job.lease_until > now()).limit(1)):
        return None
    return _(
        "The translator is not running now. Your words are here; send them, and they "
        "are translated when it runs again."
    )


@contextmanager
def _seat(person_id: int) -> Iterator[bool]:
    """Take one of the few places to wait; a person has one at most."""
    with _lock:
        is_free = person_id not in _waiting and len(_waiting) < MOST_WAITING
        if is_free:
            _waiting.add(person_id)
    try:
        yield is_free
    finally:
        if is_free:
            with _lock:
                _waiting.discard(person_id)


def _said_by_worker(row: Preview) -> dict[str, Any] | None:
    """Put the words where the worker finds them, and take them away whatever comes."""
    db.session.add(row)
    db.session.flush()
    row_id = row.id
    enqueue(KIND, [row_id], urgency=URGENCY)
    db.session.commit()
    try:
        return _awaited(row_id)
    finally:
        _take_away(row_id)


def _awaited(row_id: int) -> dict[str, Any] | None:
    """Wait for the result; when time is up, what there is of it."""
    until = time.monotonic() + WAIT_SECONDS
    result: dict[str, Any] | None = None
    while True:
        with reading():
            result = db.session.scalar(
                select(Preview.result).where(Preview.id == row_id)
            )
        if (result and result["done"]) or time.monotonic() >= until:
            return result
        time.sleep(POLL_SECONDS)


def _take_away(row_id: int) -> None:
    try:
        db.session.execute(delete(Preview).where(Preview.id == row_id))
        db.session.commit()
    except OperationalError as error:
        db.session.rollback()
        if is_damaged(error):
            raise
        log.warning("words that were tried out stay for a minute: %s", error.orig)


def _langs_read(writer: Account, readers: Readers) -> list[str]:
    """List the languages it will be read in, that of most readers first."""
    if readers.letters is not None:
        pair = readers.letters.readers
        return [one.person.lang for one in pair if one.person_id != writer.person_id]
    count = func.count(Person.id.distinct())
    found = db.session.scalars(
        select(Person.lang)
        .join(Member, Member.person_id == Person.id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(
            SpaceClassroom.space_id == readers.space_id,
            SpaceClassroom.joined_at.is_not(None),
            Member.left_at.is_(None),
        )
        .group_by(Person.lang)
        .order_by(count.desc(), Person.lang)
    )
    return list(found)


def readers_of(thread: Thread) -> Readers:
    return Readers(thread.space_id, thread if thread.kind == LETTERS else None)


@chore_at_start
def sweep_at_start() -> None:
    sweep()


@chore_when_idle
def sweep() -> None:
    """Drop the words that a killed process left; commits."""
    spare = timedelta(seconds=LEFT_BEHIND_SECONDS)
    # A clock that was set back leaves them in the future.
    left = or_(Preview.made_at < now() - spare, Preview.made_at > now() + spare)
    with reading():
        ids = db.session.scalars(select(Preview.id).where(left)).all()
    if ids:
        db.session.execute(delete(Preview).where(Preview.id.in_(ids)))
        db.session.commit()
