"""`flask backup`: one file that is known to restore, made while the server runs."""

import glob
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from app.db import now
from app.operations.backup_file import (
    DATABASE,
    FORMAT,
    MANIFEST,
    UPLOADS,
    Manifest,
    count_rows,
    digest,
    is_backup,
    take_apart,
    trouble_in,
    version_in,
)
from app.operations.durable import put_in_place, refusal, sync_file
from app.web.errors import Refused

# The worker may take an upload away between the two copies; then we copy anew.
ATTEMPTS = 5
BACKUPS = "backups"


def back_up(instance: Path, file: Path, packs: Sequence[str]) -> Manifest:
    """Write a backup, take it apart aside to check it, then put it in place.

    Refused leaves no half file, and an older file of this name as it was. Needs
    about three times the database's size beside `file` while it runs.
    """
    database = instance / DATABASE
    if not database.exists():
        raise Refused(f"There is no database in {instance} yet, so nothing to back up.")
    if file.is_dir():
        raise Refused(
            f"{file} is a folder. Add a name for the file, such as {example()}."
        )
    _spare_other_files(instance, file)
    try:
        with _beside(file) as work:
            manifest = _copy(instance, work, packs)
            if trouble := trouble_in(work / DATABASE, manifest):
                raise Refused(
                    f"The database itself is damaged ({trouble}), so no backup was made. "
                    "Keep all older backups and restore the newest of them."
                )
            fresh = _pack(work, manifest)
            aside = work / "aside"
            aside.mkdir()
            take_apart(fresh, aside)
            put_in_place(fresh, file)
    except (OSError, sqlite3.Error) as error:
        raise refusal(error, file) from error
    return manifest


def example() -> str:
    return f"paravion-{now():%Y-%m-%d}.zip"


def stamped(folder: Path, stem: str, moment: datetime, suffix: str = "") -> Path:
    """Find a name that is free, also when a clock stands still."""
    name = f"{stem}-{moment:%Y%m%d-%H%M%S}"
    path, count = folder / f"{name}{suffix}", 1
    while path.exists():
        count += 1
        path = folder / f"{name}-{count}{suffix}"
    return path


def _spare_other_files(instance: Path, file: Path) -> None:
    """Refuse a name whose file is needed: the server's own, or another program's."""
    resolved, home = file.resolve(), instance.resolve()
    if resolved.is_relative_to(home) and not resolved.is_relative_to(home / BACKUPS):
        raise Refused(
            f"{file} lies among the server's own files. Choose a name on a stick, or in "
            f"{instance / BACKUPS}, such as {example()}."
        )
    if file.exists() and not is_backup(file):
        raise Refused(
            f"{file} is there already and is no backup of Paravion, so it was left "
            "alone. Choose another name."
        )


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder on the disk of the file, so that the last step is one rename."""
    prefix = f".{file.name}-"
    for left in file.parent.glob(
        f"{glob.escape(prefix)}*"
    ):  # by a plug pulled meanwhile
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=file.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy(instance: Path, work: Path, packs: Sequence[str]) -> Manifest:
    """Copy the database as it is at one moment, and the uploads it waits for."""
    uploads = work / UPLOADS
    missing: set[str] | None = None
    for _attempt in range(ATTEMPTS):
        waiting = _copy_database(instance / DATABASE, work / DATABASE)
        shutil.rmtree(uploads, ignore_errors=True)
        uploads.mkdir()
        still_missing = {
            name for name in waiting if not _copied(instance / UPLOADS / name, uploads)
        }
        # What is missing twice was lost before; the worker will say so.
        if still_missing == (missing or set()):
            break
        missing = still_missing
    with closing(sqlite3.connect(work / DATABASE)) as copy:
        rows, version = count_rows(copy), version_in(copy)
    names = [DATABASE, *(f"{UPLOADS}{path.name}" for path in sorted(uploads.iterdir()))]
    return Manifest(
        format=FORMAT,
        made_at=now().isoformat(timespec="seconds"),
        version=version,
        files={
            name: ((work / name).stat().st_size, digest(work / name)) for name in names
        },
        rows=rows,
        packs=list(packs),
    )


def _copy_database(source: Path, target: Path) -> list[str]:
    """Copy in one go, so that writers do not wait; return the uploads it names."""
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(source, timeout=20)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # One file, with no log beside it that could be left behind.
        copy.execute("PRAGMA journal_mode=DELETE")
        named = copy.execute("SELECT upload FROM media WHERE upload IS NOT NULL")
        return [name for (name,) in named]


def _copied(upload: Path, folder: Path) -> bool:
    try:
        shutil.copyfile(upload, folder / upload.name)
    except FileNotFoundError:
        return False
    return True


def _pack(work: Path, manifest: Manifest) -> Path:
    packed = work / "packed"
    descriptor = os.open(packed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        open(descriptor, "w+b") as file,  # noqa: PTH123  # a descriptor has no Path
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(MANIFEST, manifest.as_json())
        for name in manifest.files:
            # A picture is packed already; the words of the database are not.
            how = zipfile.ZIP_DEFLATED if name == DATABASE else zipfile.ZIP_STORED
            archive.write(work / name, name, how)
    sync_file(packed)
    return packed
