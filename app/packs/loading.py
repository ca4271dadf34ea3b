"""The moment a pack is loaded: its files are checked, and a mark outlives a crash."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.packs import inventory

MARK = "being-loaded.note"
# The power may fail just then, but not so often; after that it was the pack.
MOST_CRASHES = 3


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Check a pack before it is loaded, and leave a mark should that end the process.

    Raises `PackBrokenError` where a file is not as it was installed.
    """
    inventory.check(folder)
    mark, before = folder / MARK, crashes(folder)
    # A disk that is full keeps nobody from loading.
    with contextlib.suppress(OSError):
        mark.write_text(str(before + 1), "ascii")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def crashes(folder: Path) -> int:
    """How often in a row a process has ended while it loaded this pack."""
    try:
        told = (folder / MARK).read_text("ascii")
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return 1
    return int(told) if told.isdecimal() and len(told) < 4 else 1
