"""What a backup file holds, and checking one by taking it apart in a folder aside."""

import hashlib
import json
import re
import sqlite3
import stat
import struct
import zipfile
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from app.operations.durable import refusal
from app.web.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "paravion.db"
UPLOADS = "uploads/"
MAX_MANIFEST_BYTES = 10_000_000
CHUNK_BYTES = 1 << 20

# All that Python says of a zip file that is torn.
NOT_WHOLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError,
    OverflowError, RuntimeError, ValueError,
)  # fmt: skip

# As app/media names them: nothing that could lead out of a folder.
UPLOAD_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,99}")


@dataclass(frozen=True)
class Manifest:
    """What the file says of itself; each of `files` has its size and SHA-256.

    `version` is the database's, `rows` counts the rows of each table, `packs`
    names the language packs that were installed: they are not in the file.
    """

    format: int
    made_at: str
    version: str
    files: dict[str, tuple[int, str]]
    rows: dict[str, int]
    packs: list[str]

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @property
    def uploads(self) -> list[str]:
        return [name for name in self.files if name != DATABASE]


def take_apart(file: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and check every part of it.

    Refused when it is damaged, of another kind or from a newer Paravion.
    Reads all of it and needs its unpacked size on the folder's disk.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            _check_names(archive, manifest)
            for name, (size_bytes, sha256) in manifest.files.items():
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                with archive.open(name) as packed:
                    if _unpack(packed, target, size_bytes) != sha256:
                        raise Refused(_damaged(file, f"{name} has changed"))
    except NOT_WHOLE as error:
        raise Refused(_damaged(file, str(error))) from error
    except OSError as error:
        raise refusal(error, Path(error.filename or file)) from error
    if trouble := trouble_in(folder / DATABASE, manifest):
        raise Refused(_damaged(file, trouble))
    return manifest


def is_backup(file: Path) -> bool:
    """Whether a file says that it is a backup; a damaged one may say no."""
    try:
        with zipfile.ZipFile(file) as archive:
            _manifest(archive)
    except (Refused, OSError, *NOT_WHOLE):
        return False
    return True


def trouble_in(database: Path, manifest: Manifest) -> str:
    """Say in a few words what is wrong with a database, or nothing."""
    try:
        with closing(sqlite3.connect(database)) as opened:
            (found,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                return str(found)
            if opened.execute("PRAGMA foreign_key_check").fetchone():
                return "rows in it point to nothing"
            if count_rows(opened) != manifest.rows:
                return "rows are missing"
            return (
                "" if version_in(opened) == manifest.version else "its version is wrong"
            )
    except sqlite3.Error as error:
        return str(error)


def count_rows(opened: sqlite3.Connection) -> dict[str, int]:
    tables = opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # a table's own name
        for (name,) in tables
    }


def version_in(opened: sqlite3.Connection) -> str:
    """Read the version of a database; empty where no `flask setup` has made it."""
    try:
        row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(row[0]) if row else ""


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    foreign = Refused(
        f"{archive.filename} is no backup of Paravion. Choose a file that `flask backup` "
        "has made."
    )
    try:
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise foreign
        said = json.loads(archive.read(MANIFEST))
        if int(said["format"]) > FORMAT:
            raise Refused(
                f"{archive.filename} was made by a newer Paravion. Update this one, "
                "then restore."
            )
        return Manifest(
            format=int(said["format"]),
            made_at=str(said["made_at"]),
            version=str(said["version"]),
            files={str(n): (int(f[0]), str(f[1])) for n, f in said["files"].items()},
            rows={str(name): int(count) for name, count in said["rows"].items()},
            packs=[str(label) for label in said["packs"]],
        )
    except (LookupError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        # RuntimeError: too deep, or locked by a password.
        raise foreign from error


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Let through only names that we give ourselves, each once and a plain file."""
    there = [info.filename for info in archive.infolist()]
    ours = all(
        name == DATABASE
        or (name.startswith(UPLOADS) and UPLOAD_NAME.fullmatch(name[len(UPLOADS) :]))
        for name in manifest.files
    )
    plain = all(
        stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
        and info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        for info in archive.infolist()
    )
    whole = sorted(there) == sorted([MANIFEST, *manifest.files])
    if not (ours and plain and whole and DATABASE in manifest.files):
        raise Refused(
            f"{archive.filename} holds other files than a backup of Paravion does, so "
            "nothing of it was used. Choose another file."
        )


def _unpack(packed: IO[bytes], target: Path, size_bytes: int) -> str:
    """Write out at most the promised size, and return the SHA-256 of it."""
    summed, left = hashlib.sha256(), size_bytes
    with target.open("wb") as file:
        while chunk := packed.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile("more in it than it says")
            summed.update(chunk)
            file.write(chunk)
    return summed.hexdigest()


def _damaged(file: Path, why: str) -> str:
    return f"{file} is damaged ({why}). Nothing was changed; take another backup."
