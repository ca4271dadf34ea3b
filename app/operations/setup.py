"""`flask setup`: makes an instance ready for this version, whatever it was before."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import DatabaseError, OperationalError

from app.accounts.names import digits
from app.classrooms.founding import has_school
from app.db import db, now
from app.operations import migrating
from app.operations.backup import back_up, stamped
from app.operations.durable import refusal, write_whole
from app.packs import installing, packs
from app.packs.errors import PackRefused
from app.web.errors import Refused

FOLDERS = ("backups", "packs", "uploads")
BACKUPS_KEPT = 5
CODE_DIGITS = 8


def instance_folder() -> Path:
    return Path(current_app.config["INSTANCE"])


def set_up(say: Callable[[str], None]) -> None:
    """Make folders, the database, packs and the first-run code where they lack.

    Safe to run again after any interruption: the database comes last, and
    `run.py` asks for this as long as its version is not ours. Refused says in
    one sentence what is in the way.
    """
    instance = instance_folder()
    try:
        _set_up(instance, say)
    except OSError as error:
        raise refusal(error, instance) from error
    except OperationalError as error:
        raise refusal(error.orig or error, instance) from error


def _set_up(instance: Path, say: Callable[[str], None]) -> None:
    make_folders()
    present = _present_version(instance)
    if present is None:
        install_starters(say)
        _make_code(instance)
    elif present != migrating.newest():
        _back_up_first(instance, present, say)
    if present != migrating.newest():
        migrating.upgrade(db.engine)
    keep_first_run_code()


def make_folders() -> None:
    for name in FOLDERS:
        (instance_folder() / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def keep_first_run_code() -> None:
    """Have a code lie there exactly as long as there is no school."""
    if has_school():
        (instance_folder() / "first-run-code").unlink(missing_ok=True)
    else:
        _make_code(instance_folder())
    db.session.rollback()


def _present_version(instance: Path) -> str | None:
    try:
        present = migrating.version_of(db.engine)
    except ValueError as error:
        raise Refused(
            f"The database in {instance} has tables that `flask setup` did not make. "
            "Move it elsewhere and start again."
        ) from error
    except DatabaseError as error:
        raise Refused(
            f"The database in {instance} cannot be read ({error.orig}). Restore the last "
            "backup: python3 run.py flask restore FILE"
        ) from error
    if present is not None and present not in migrating.known():
        raise Refused(
            f"The database in {instance} is newer ({present}) than this Paravion "
            f"({migrating.newest()}). Put the newer Paravion back, or restore a backup "
            "from before."
        )
    return present


def _back_up_first(instance: Path, present: str, say: Callable[[str], None]) -> None:
    if db.engine.dialect.name != "sqlite":
        say("This database is PostgreSQL: its backups are made with pg_dump.")
        return
    folder = instance / "backups"
    file = stamped(folder, f"before-{migrating.newest()}", now(), ".zip")
    back_up(instance, file, [pack.label for pack in packs.installed()])
    say(f"Kept the database of version {present} as backups/{file.name}.")
    older = sorted(
        (path for path in folder.glob("before-*.zip") if path != file),
        key=lambda path: path.stat().st_mtime,
    )
    for path in older[: -(BACKUPS_KEPT - 1)]:
        path.unlink()


def install_starters(say: Callable[[str], None]) -> None:
    """Install the packs that ship with the server where they are missing."""
    try:
        for pack in installing.install_starters():
            say(f"Installed the language pack {pack.label}.")
    except PackRefused as refusal:
        say(str(refusal))


def _make_code(instance: Path) -> None:
    path = instance / "first-run-code"
    with contextlib.suppress(OSError, ValueError):
        if len(digits(path.read_text("ascii"))) == CODE_DIGITS:
            return
    drawn = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    write_whole(path, f"{drawn[:4]} {drawn[4:]}\n")
