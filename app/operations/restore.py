"""`flask restore`: checks everything aside, then changes places in one step."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.models import SignInSession
from app.db import now
from app.operations.backup import stamped
from app.operations.backup_file import DATABASE, UPLOADS, Manifest, take_apart
from app.operations.durable import put_in_place, refusal, sync_file, sync_folder
from app.operations.migrating import known, newest, upgrade
from app.web.errors import Refused
from launch.locking import only_one

# SQLite's own files beside the database; one that stayed would be read into the new.
BESIDE_DATABASE = ("-wal", "-shm", "-journal")
SQLITE_START = b"SQLite format 3\0"


def restore(instance: Path, file: Path) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of what is here; return also where that is kept.

    Refused changes nothing: while the server runs, and when the file is
    damaged, of another kind or newer than this Paravion. The database itself
    changes places in one rename. Everyone is signed out, because a restore
    must not bring an ended sign-in back to life.
    """
    try:
        with nobody_else(instance), _aside(instance) as aside:
            manifest = take_apart(file, aside)
            _check_version(file, manifest)
            _make_ready(aside / DATABASE)
            kept = _keep(instance)
            _change_places(aside, instance)
    except (OSError, sqlite3.Error) as error:
        raise refusal(error, instance) from error
    except DBAPIError as error:
        raise refusal(error.orig or error, instance) from error
    return manifest, kept


@contextmanager
def nobody_else(instance: Path) -> Iterator[None]:
    """Keep `run.py` from starting, or Refused where somebody has the database open."""
    running = Refused(
        "Paravion is running with this folder. End it (Ctrl-C in its window), then restore."
    )
    with only_one(instance / "run.lock") as ours:
        if not ours or _is_open(instance / DATABASE):
            raise running
        yield


def _is_open(database: Path) -> bool:
    """Whether another process has it open, however that was started.

    Leaving the write-ahead log is what SQLite does only for one who is alone;
    it also folds the log into the file, which can then be kept as one.
    """
    if not database.exists() or database.stat().st_size == 0:
        return False
    with database.open("rb") as file:
        if file.read(len(SQLITE_START)) != SQLITE_START:
            return False  # SQLite would clear away the log of what it cannot read
    with closing(sqlite3.connect(database, timeout=1)) as opened:
        try:
            opened.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
        except sqlite3.DatabaseError:
            return False  # damaged: a reason to restore
    return False


@contextmanager
def _aside(instance: Path) -> Iterator[Path]:
    for left in instance.glob(".restoring-*"):  # by a plug pulled meanwhile
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".restoring-", dir=instance))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_version(file: Path, manifest: Manifest) -> None:
    if manifest.version not in known():
        raise Refused(
            f"{file} comes from a newer Paravion (database {manifest.version}; this one "
            f"knows up to {newest()}). Update this one, then restore."
        )


def _make_ready(database: Path) -> None:
    """Bring the database aside to our version and sign everyone out in it."""
    engine = create_engine(f"sqlite:///{database}")
    try:
        upgrade(engine)
        with Session(engine) as session, session.begin():
            session.execute(
                update(SignInSession)
                .where(SignInSession.ended_at.is_(None))
                .values(ended_at=now())
            )
    finally:
        engine.dispose()
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")
    sync_file(database)


def _keep(instance: Path) -> Path | None:
    """Keep what is here, the database still being in its place as well."""
    database = instance / DATABASE
    if not database.exists():
        return None
    kept = stamped(instance, "before-restore", now())
    kept.mkdir(mode=0o700)
    _link_or_copy(database, kept / DATABASE)
    for ending in BESIDE_DATABASE:
        with contextlib.suppress(FileNotFoundError):
            (instance / f"{DATABASE}{ending}").rename(kept / f"{DATABASE}{ending}")
    uploads = instance / UPLOADS
    if uploads.is_dir():
        (kept / UPLOADS).mkdir()
        for upload in uploads.iterdir():
            _link_or_copy(upload, kept / UPLOADS / upload.name)
    sync_folder(kept)
    return kept


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk that knows no second name for a file
        shutil.copyfile(source, target)
        sync_file(target)


def _change_places(aside: Path, instance: Path) -> None:
    uploads = instance / UPLOADS
    uploads.mkdir(mode=0o700, exist_ok=True)
    if (aside / UPLOADS).is_dir():
        for upload in (aside / UPLOADS).iterdir():
            sync_file(upload)
            put_in_place(upload, uploads / upload.name)
    # An index of other posts must not be taken for one of these.
    shutil.rmtree(instance / "index", ignore_errors=True)
    put_in_place(aside / DATABASE, instance / DATABASE)
