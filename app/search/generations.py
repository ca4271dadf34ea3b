"""The index's folders: which one answers, how far it has come, whether it is whole."""

import json
import os
import re
import shutil
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app

from app.search.analysis import ANALYSIS_VERSION

# Raise when the fields of the index change: older indexes are then rebuilt.
SCHEMA_VERSION = 2
VERSION = f"{SCHEMA_VERSION}.{ANALYSIS_VERSION}"

INDEX_NAME = "MAIN"
_TOC = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc\Z")
_SEAL = re.compile(r"seal_(\d+)\.json\Z")

# A commit that falls between two looks at a folder is over after one of these.
TRIES = 5
TRY_SECONDS = 0.05

# A rebuild writes down how far it is within so long, also on a slow card.
STILL_SECONDS = 120

# Size in bytes, time and CRC-32 of files this process has found whole.
_known: dict[Path, dict[str, tuple[int, int, int]]] = {}


class Damaged(Exception):  # noqa: N818  # a state of the index that mends itself
    """The index cannot be used as it is; the text says why."""


@dataclass(frozen=True)
class Seal:
    """What one commit holds: written just before it, so that it is as old as it.

    Whoosh neither checks nor syncs its files. Each stands here with its size
    in bytes and its CRC-32, so that damage is seen before it is read.
    """

    commit_no: int
    change_no: int
    # The commit that the database knew when this one was written.
    known_no: int
    texts: int
    version: str
    files: dict[str, tuple[int, int]]


def home() -> Path:
    """Say where this instance keeps its index."""
    folder: Path = current_app.config["INSTANCE"] / "index"
    return folder


def current(home: Path) -> Path | None:
    """Find the folder that answers; None when there is none."""
    return _pointed(home / "current")


def building(home: Path) -> Path | None:
    """Find the folder a rebuild is filling, or has left unfinished."""
    return _pointed(home / "building")


def point(home: Path, name: str, folder: Path) -> None:
    """Let `current` or `building` be this folder, from one moment to the next."""
    for tries_left in reversed(range(TRIES)):
        try:
            write_durably(home / name, folder.name.encode())
            break
        except PermissionError:
            # Windows replaces no file while another process reads it.
            if not tries_left:
                raise
            time.sleep(TRY_SECONDS)


def _pointed(pointer: Path) -> Path | None:
    try:
        name = pointer.read_text("ascii", errors="replace")
    except OSError:
        return None
    folder = pointer.parent / name
    return folder if re.fullmatch("[0-9a-f]{16}", name) and folder.is_dir() else None


def note_progress(folder: Path, done: int, total: int) -> None:
    """Write down how far a rebuild is, where a web process can see it."""
    beside = folder / "progress.part"
    beside.write_text(f"{done} {total}", "ascii")
    beside.replace(folder / "progress")


def progress(home: Path) -> tuple[int, int] | None:
    """Tell how many posts of how many a rebuild has read; None when none goes on.

    One that was killed goes on for a while, for nobody noted its end.
    """
    folder = building(home)
    try:
        noted = folder and folder / "progress"
        if not noted or abs(time.time() - noted.stat().st_mtime) > STILL_SECONDS:
            return None
        done, total = noted.read_text("ascii").split()
        return int(done), int(total)
    except (OSError, ValueError):
        return None


def remove_others(home: Path, kept: Path | None) -> None:
    """Delete every generation but one; what is still open goes the next time."""
    for folder in home.glob("[0-9a-f]*"):
        if folder.is_dir() and folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


def toc_name(commit_no: int) -> str:
    return f"_{INDEX_NAME}_{commit_no}.toc"


def write_seal(folder: Path, seal: Seal) -> None:
    body = json.dumps(asdict(seal)).encode()
    path = folder / f"seal_{seal.commit_no}.json"
    write_durably(path, b"%08x\n%s" % (zlib.crc32(body), body))


def remove_older_seals(folder: Path, commit_no: int) -> None:
    for path in folder.glob("seal_*.json"):
        found = _SEAL.match(path.name)
        if found and int(found[1]) < commit_no:
            path.unlink(missing_ok=True)


def check(folder: Path) -> Seal:
    """Read the newest seal and compare every file with it; `Damaged` if one differs.

    A file once found whole is read again only when its size or time has
    changed, so that most checks take microseconds.
    """
    for tries_left in reversed(range(TRIES)):
        commit_no = newest_commit(folder)
        try:
            return _check_commit(folder, commit_no)
        except Damaged:
            # A commit may have taken the place of the one just read.
            if newest_commit(folder) == commit_no or not tries_left:
                raise
            time.sleep(TRY_SECONDS)
    raise AssertionError("unreachable")


def check_afresh(folder: Path) -> Seal:
    """Check every byte again, whatever was found before."""
    _known.pop(folder, None)
    return check(folder)


def newest_commit(folder: Path) -> int:
    """Find the number of the commit readers see; -1 when there is none."""
    found = (_TOC.match(path.name) for path in folder.glob("_*.toc"))
    return max((int(one[1]) for one in found if one), default=-1)


def _check_commit(folder: Path, commit_no: int) -> Seal:
    known = _known.get(folder, {})
    seal = _read_seal(folder / f"seal_{commit_no}.json")
    if seal.version != VERSION:
        raise Damaged(f"it was written by version {seal.version} of the analysis")
    if toc_name(commit_no) not in seal.files or seal.commit_no != commit_no:
        raise Damaged("its seal belongs to another commit")
    found = {}
    for name, (size, crc) in seal.files.items():
        stamp = _stamp(folder / name, crc)
        if known.get(name) != stamp:
            check_files(folder, {name: (size, crc)})
        found[name] = stamp
    _known[folder] = found
    return seal


def check_files(folder: Path, files: Mapping[str, tuple[int, int]]) -> None:
    """Read every byte of these; `Damaged` where size or CRC-32 is another."""
    for name, (size, crc) in files.items():
        if _stamp(folder / name, crc)[0] != size or file_crc(folder / name) != crc:
            raise Damaged(f"{name} is not as it was written")


def _read_seal(path: Path) -> Seal:
    try:
        crc, body = path.read_bytes().split(b"\n", 1)
        if int(crc, 16) != zlib.crc32(body):
            raise Damaged("its seal is broken")
        seal = Seal(**json.loads(body))
    except OSError as error:
        raise Damaged(f"its seal cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise Damaged("its seal is broken") from error
    return seal


def _stamp(path: Path, crc: int) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror}") from error
    return found.st_size, found.st_mtime_ns, crc


def file_crc(path: Path) -> int:
    crc = 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                crc = zlib.crc32(block, crc)
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror}") from error
    return crc


def write_durably(path: Path, data: bytes) -> None:
    """Put a whole file into place, so that a pulled plug leaves the old or the new."""
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # there a folder cannot be opened, and needs no sync
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_bytes(home: Path) -> int:
    total = 0
    for path in home.rglob("*"):
        with suppress(FileNotFoundError):  # a commit has just taken it away
            total += path.stat().st_size if path.is_file() else 0
    return total
