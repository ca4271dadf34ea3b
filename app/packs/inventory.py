"""What lies in a pack's folder, as it was installed, and what that takes of the machine."""

import hashlib
import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.packs.archive import belongs
from app.packs.errors import PackBrokenError

NAME = "inventory.json"
MAX_INVENTORY_BYTES = 200_000
# Beside its weights a model needs room to work. Measured: 31 MB with a model of 8, and
# 97 loaded, 169 at full work, with one of 61.
WORKING_BYTES = 18_000_000

# Small enough to be read each time; it says who a pack is.
_METADATA = "metadata.json"
# Words for people, which no model needs.
_WORDS = re.compile(r"(README|LICEN[CS]E)(\..*)?", re.I)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """One file of a pack; `path` is within its folder."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    files: tuple[File, ...]
    # What the model took when it was tried; 0 where that could not be measured.
    memory_bytes: int = 0

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True)
class Taken:
    """What an installed pack takes of the machine."""

    disk_bytes: int
    memory_bytes: int
    # Else it is told from the size of the model.
    is_measured: bool


def take(folder: Path, memory_bytes: int = 0) -> Inventory:
    """Read all files of an unpacked pack and keep what they are; takes 0.1 s for 60 MB."""
    files = tuple(
        File(path.relative_to(folder).as_posix(), path.stat().st_size, digest(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and belongs(path.relative_to(folder).as_posix())
    )
    told = {"memory_bytes": memory_bytes, "files": [vars(file) for file in files]}
    (folder / NAME).write_text(json.dumps(told, indent=1), "utf-8")
    return Inventory(files, memory_bytes)


def read(folder: Path) -> Inventory | None:
    """Read what was kept of a pack; None for one from before there were inventories.

    Raises `ValueError` for one that is damaged, and `OSError`.
    """
    try:
        with (folder / NAME).open("rb") as file:
            told = json.loads(file.read(MAX_INVENTORY_BYTES))
    except FileNotFoundError:
        return None
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(told, dict) or not isinstance(told.get("files"), list):
        raise ValueError("no inventory")
    memory_bytes = told.get("memory_bytes")
    return Inventory(
        tuple(read_file(one) for one in told["files"]),
        memory_bytes if isinstance(memory_bytes, int) else 0,
    )


def read_file(told: Any) -> File:
    """Read one line of an inventory, which may come from elsewhere; or `ValueError`."""
    if not isinstance(told, dict):
        raise ValueError("no file")
    path, size, sha256 = (told.get(k) for k in ("path", "size_bytes", "sha256"))
    if not isinstance(path, str) or not isinstance(sha256, str):
        raise ValueError("no file")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError("no size")
    if not _SHA256.fullmatch(sha256):
        raise ValueError("no checksum")
    return File(path, size, sha256)


def fault(folder: Path) -> str | None:
    """Say what is plainly not as it was installed; None where nothing is seen.

    Reads nothing but the metadata, so that every job and page may ask.
    """
    try:
        known = read(folder)
    except (OSError, ValueError):
        return f"Its {NAME} cannot be read. Install it again."
    for file in _needed(known):
        if reason := _seen(folder, file):
            return reason
    return None


def check(folder: Path) -> None:
    """Compare every byte with what was installed, just before a model is loaded.

    What is damaged must not reach the library: it is native, and may crash.
    Raises `PackBrokenError`.
    """
    if reason := fault(folder):
        raise PackBrokenError(folder, reason)
    for file in _needed(read(folder)):
        try:
            same = digest(folder / file.path) == file.sha256
        except OSError as error:
            raise PackBrokenError(folder, _unreadable(file)) from error
        if not same:
            raise PackBrokenError(folder, _changed(file))


def taken(folder: Path) -> Taken:
    """Say what a pack takes; reads no more than its inventory and sizes."""
    try:
        known = read(folder)
        model_bytes = (folder / "model" / "model.bin").stat().st_size
        disk_bytes = sum(
            path.stat().st_size for path in folder.rglob("*") if path.is_file()
        )
    except (OSError, ValueError):
        return Taken(0, 0, is_measured=False)
    if known and known.memory_bytes:
        return Taken(disk_bytes, known.memory_bytes, is_measured=True)
    return Taken(disk_bytes, memory_of(model_bytes), is_measured=False)


def memory_of(model_bytes: int) -> int:
    """Estimate what a model takes that nobody has tried yet."""
    return model_bytes * 3 // 2 + WORKING_BYTES


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _needed(known: Inventory | None) -> list[File]:
    files = known.files if known else ()
    return [file for file in files if not _WORDS.fullmatch(file.path)]


def _seen(folder: Path, file: File) -> str | None:
    path = folder / file.path
    try:
        found = path.lstat()
    except FileNotFoundError:
        return f"{file.path} is missing. Install it again."
    except OSError:
        return _unreadable(file)
    if not stat.S_ISREG(found.st_mode):
        return f"{file.path} is no plain file any more. Install it again."
    if found.st_size != file.size_bytes:
        return (
            f"{file.path} had {file.size_bytes:,} bytes when it was installed and has "
            f"{found.st_size:,}. Install it again."
        )
    if file.path != _METADATA:
        return None
    try:
        return None if digest(path) == file.sha256 else _changed(file)
    except OSError:
        return _unreadable(file)


def _changed(file: File) -> str:
    return f"{file.path} has changed since it was installed. Install it again."


def _unreadable(file: File) -> str:
    return f"{file.path} cannot be read on this machine. Install it again."
