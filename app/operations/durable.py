"""Files that a pulled plug leaves whole or not there at all."""

import errno
import os
import sqlite3
from pathlib import Path

from app.web.errors import Refused

# Windows has no quotas of this name.
NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_whole(path: Path, words: str) -> None:
    """Write a small file for this server's own eyes: all of it, or the old one stays."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  # a descriptor has no Path
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(fresh, path)


def put_in_place(fresh: Path, path: Path) -> None:
    """Rename over what was there, and let the disk remember it."""
    fresh.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders; it writes renames down by itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refusal(error: BaseException, place: Path) -> Refused:
    """Turn what a disk or SQLite said into a sentence on what to do next."""
    code = error.errno if isinstance(error, OSError) else None
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        code = errno.ENOSPC
    if code in NO_ROOM:
        return Refused(
            f"The disk that holds {place} is full. Free some space and try again."
        )
    if code == errno.EFBIG:
        return Refused(
            f"{place} lies on a disk that takes no file this big. Format the stick as "
            "exFAT, or take another disk."
        )
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Refused(f"{place} may not be written or read. Choose another folder.")
    if code == errno.ENOENT:
        return Refused(
            f"{place} is not there. Check the name, and that the stick is in."
        )
    return Refused(f"{place}: {error}. Mend that and try again.")
