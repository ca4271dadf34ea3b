"""How this server is: one line each with a word, a fact and what to do."""

import json
import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from flask import current_app
from flask_babel import (
    format_date,
    format_number,
    format_time,
    format_timedelta,
    ngettext,
)
from flask_babel import gettext as _
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.accounts import tries
from app.accounts.models import SignInSession
from app.db import db, now, reading
from app.jobs.heartbeat import QUIET_SECONDS, quiet_seconds
from app.jobs.models import Job
from app.jobs.registry import chore_when_idle
from app.operations.backup_file import DATABASE
from app.operations.durable import write_whole
from app.packs import engine, packs
from app.posts.models import Post
from app.search.standing import describe_index
from app.web.pages import reader_zone

Word = Literal["fine", "look", "broken"]

CHECK_EVERY_SECONDS = 6 * 3600
LONG_JOB_SECONDS = 600
OLD_JOB_SECONDS = 300
MANY_TRIES = 8
DISK_LOOK_BYTES = 2_000_000_000
DISK_BROKEN_BYTES = 300_000_000
BACKUP_LOOK_DAYS = 8
CLOCK_SLACK_SECONDS = 300


@dataclass(frozen=True)
class Line:
    """One thing that can be well or not; `advice` is empty where nothing is to do."""

    name: str
    word: Word
    fact: str
    advice: str = ""


def lines() -> list[Line]:
    """Look at everything once; five queries, and no long reading."""
    return [
        database_line(),
        worker_line(),
        queue_line(),
        index_line(),
        packs_line(),
        disk_line(),
        clock_line(),
        backup_line(),
        tries_line(),
    ]


def database_line() -> Line:
    name = _("Database")
    if db.engine.dialect.name != "sqlite":
        return Line(name, "fine", _("It is PostgreSQL and answers."))
    size_bytes = sum(path.stat().st_size for path in _instance().glob(f"{DATABASE}*"))
    fact = _("%(size)s.", size=_size(size_bytes))
    checked = _read("database-check.json")
    if checked is None:
        return Line(
            name, "look", fact, _("The worker checks it within minutes of its start.")
        )
    if checked["found"] != "ok":
        return Line(
            name,
            "broken",
            _("It is damaged: %(found)s", found=checked["found"]),
            _(
                "End Paravion and restore the last backup: python3 run.py flask restore FILE"
            ),
        )
    return Line(
        name, "fine", fact + " " + _("Checked %(when)s.", when=_moment(checked["at"]))
    )


@dataclass
class _Seen:
    """What this process did when, by a clock that cannot jump."""

    checked_at: float = float("-inf")


_seen = _Seen()


def worker_line() -> Line:
    name = _("Worker")
    start = _("Start the server with python3 run.py: it keeps a worker running.")
    quiet = quiet_seconds()
    if quiet is None:
        return Line(name, "broken", _("It has never run here."), start)
    if quiet <= QUIET_SECONDS:
        return Line(name, "fine", _("It is at work."))
    since = _("No sign of it for %(time)s.", time=_span(quiet))
    at_work = db.session.scalar(
        select(Job.kind).where(Job.lease_until > now()).limit(1)
    )
    if at_work and quiet <= LONG_JOB_SECONDS:
        return Line(
            name, "fine", _("It has a long job in hand: %(kind)s.", kind=at_work)
        )
    return Line(name, "broken", since, start)


def queue_line() -> Line:
    name = _("Queue")
    moment = now()
    old = moment - timedelta(seconds=OLD_JOB_SECONDS)
    waiting, oldest, failing, tries, problem = db.session.execute(
        select(
            func.count(),
            func.min(Job.ready_at),
            func.count().filter(Job.tries > 0),
            func.max(Job.tries),
            func.max(Job.problem),
        ).where(Job.open())
    ).one()
    if not waiting:
        return Line(name, "fine", _("Nothing waits."))
    fact = ngettext("%(num)s job waits.", "%(num)s jobs wait.", waiting)
    if failing:
        fact += " " + ngettext(
            "%(num)s failed (%(problem)s) and is tried again.",
            "%(num)s failed (%(problem)s) and are tried again.",
            failing,
            problem=problem or "?",
        )
        return Line(
            name,
            "broken" if tries >= MANY_TRIES else "look",
            fact,
            _("If it stays so, read in the window of run.py what the worker says."),
        )
    if oldest < old:
        fact += " " + _(
            "The oldest for %(time)s.", time=_span((moment - oldest).total_seconds())
        )
        return Line(
            name, "look", fact, _("Much at once takes its time; look again later.")
        )
    return Line(name, "fine", fact)


def index_line() -> Line:
    name = _("Search index")
    facts = describe_index()
    if facts.full:
        return Line(
            name,
            "broken",
            _("Nothing new can be found: the disk is full."),
            _("Free some space: old backups are a good start."),
        )
    if facts.closed:
        return Line(
            name,
            "broken",
            _("Nothing new can be found: its folder cannot be written."),
            _("Let Paravion write in %(folder)s again.", folder=facts.closed),
        )
    if facts.progress:
        done, total = map(format_number, facts.progress)
        fact = _(
            "Search is being made anew: %(done)s of %(total)s posts.",
            done=done,
            total=total,
        )
        return Line(name, "look" if facts.problem else "fine", fact)
    if facts.problem:
        return Line(
            name,
            "look",
            _("It has to be made anew: %(why)s.", why=facts.problem),
            _(
                "The worker does it by itself; or run: python3 run.py flask search rebuild"
            ),
        )
    fact = ngettext("%(num)s text", "%(num)s texts", facts.texts)
    fact = _("%(texts)s, %(size)s.", texts=fact, size=_size(facts.size_bytes))
    if facts.waiting:
        fact += " " + ngettext(
            "%(num)s post is not in it yet.",
            "%(num)s posts are not in it yet.",
            facts.waiting,
        )
    return Line(name, "fine", fact)


def packs_line() -> Line:
    name = _("Language packs")
    reason = engine.unavailable()
    if reason:
        return Line(name, "look", reason, _("Posts are read in their own language."))
    damaged = packs.damaged()
    if damaged:
        return Line(
            name,
            "broken",
            _(
                "Damaged: %(names)s",
                names=", ".join(f"{one.folder.name} ({one.reason})" for one in damaged),
            ),
            _("Install it again: python3 run.py flask packs install FILE"),
        )
    there = packs.installed()
    if not there:
        return Line(
            name,
            "look",
            _("None is installed, so nothing is translated."),
            _("Install one: python3 run.py flask packs install FILE"),
        )
    return Line(name, "fine", ", ".join(pack.label for pack in there))


def disk_line() -> Line:
    free = shutil.disk_usage(_instance()).free
    word: Word = "fine"
    if free < DISK_LOOK_BYTES:
        word = "broken" if free < DISK_BROKEN_BYTES else "look"
    advice = (
        "" if word == "fine" else _("Free some space: old backups are a good start.")
    )
    return Line(_("Disk"), word, _("%(size)s are free.", size=_size(free)), advice)


def clock_line() -> Line:
    name = _("Clock")
    moment = now()
    fact = _(
        "It says %(moment)s (%(zone)s).",
        moment=_moment(moment.isoformat()),
        zone=reader_zone(),
    )
    newest = max(_newest_moments(), default=moment)
    advice = _(
        "Set the clock of this machine: it orders nothing, but dates would be wrong."
    )
    if newest > moment + timedelta(seconds=CLOCK_SLACK_SECONDS):
        later = _(
            "Something here is from %(later)s.", later=_moment(newest.isoformat())
        )
        return Line(name, "look", f"{fact} {later}", advice)
    # Nobody can run a program before it was put on the machine.
    if time.time() < Path(__file__).stat().st_mtime - 24 * 3600:
        return Line(name, "look", fact, advice)
    return Line(name, "fine", fact)


def backup_line() -> Line:
    name = _("Last backup")
    make = _("Make one, and keep it elsewhere: python3 run.py flask backup FILE")
    if db.engine.dialect.name != "sqlite":
        return Line(
            name, "look", _("PostgreSQL is not backed up from here."), _("Use pg_dump.")
        )
    last = _read("last-backup.json")
    if last is None:
        return Line(name, "look", _("There is none yet."), make)
    fact = _(
        "%(when)s: %(file)s, %(size)s.",
        when=_moment(last["at"]),
        file=last["file"],
        size=_size(int(last["bytes"])),
    )
    age = now() - datetime.fromisoformat(last["at"])
    if age > timedelta(days=BACKUP_LOOK_DAYS):
        return Line(name, "look", fact, make)
    return Line(name, "fine", fact)


def tries_line() -> Line:
    name, count = _("Signing in"), tries.last_hour()
    fact = ngettext(
        "%(num)s wrong try in the last hour.",
        "%(num)s wrong tries in the last hour.",
        count,
    )
    if count < tries.ALARM_AN_HOUR:
        return Line(name, "fine", fact)
    return Line(
        name,
        "look",
        fact,
        _(
            "Somebody may be guessing. Nobody tests more than ten secrets of a pupil a "
            "day; tell the teachers, and look for the device it comes from."
        ),
    )


def note_backup(file: Path) -> None:
    """Remember a backup that was made and checked."""
    _write("last-backup.json", file=file.name, bytes=str(file.stat().st_size))


@chore_when_idle
def check_database() -> None:
    """Read all pages of the database every few hours, so that damage is seen early."""
    if time.monotonic() - _seen.checked_at < CHECK_EVERY_SECONDS:
        return
    _seen.checked_at = time.monotonic()
    if db.engine.dialect.name == "sqlite":
        check_database_now()


def check_database_now() -> None:
    try:
        with reading():
            found = db.session.scalar(text("PRAGMA quick_check(1)"))
    except DatabaseError as error:
        found = str(error.orig)
    _write("database-check.json", found=str(found))


def _newest_moments() -> list[datetime]:
    row = db.session.execute(
        select(
            select(func.max(Post.sent_at)).scalar_subquery(),
            select(func.max(SignInSession.seen_at)).scalar_subquery(),
        )
    ).one()
    return [moment for moment in row if moment is not None]


def _instance() -> Path:
    return Path(current_app.config["INSTANCE"])


def _write(name: str, **facts: str) -> None:
    facts["at"] = now().isoformat(timespec="seconds")
    write_whole(_instance() / name, json.dumps(facts))


def _read(name: str) -> dict[str, str] | None:
    """Read what was noted; a torn or missing note is as good as none."""
    try:
        noted = json.loads((_instance() / name).read_text("utf-8"))
        datetime.fromisoformat(noted["at"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return {str(key): str(value) for key, value in noted.items()}


def _moment(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{format_date(at, 'medium')} {format_time(at, 'short')}"


def _span(seconds: float) -> str:
    return format_timedelta(timedelta(seconds=seconds))


def _size(size_bytes: int) -> str:
    """Say a size as one who looks after a disk counts."""
    for unit, bytes_each in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= bytes_each:
            return f"{format_number(round(size_bytes / bytes_each, 1))} {unit}"
    return f"{format_number(-(-size_bytes // 1000))} kB"
