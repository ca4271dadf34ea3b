"""How much time has passed, by a clock that nobody can set.

A small machine's calendar jumps: after a power cut, or when it hears the right
time. Its count of seconds since it was switched on does not. Only across a
restart of the machine is the calendar believed.
"""

import time
from datetime import datetime
from functools import cache
from pathlib import Path

from app.db import now

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot() -> str:
    """Name the time since this machine was last switched on.

    Where the system does not tell, all are the same and `steady` decides.
    """
    try:
        return _BOOT_ID.read_text("ascii").strip()[:36]
    except OSError:
        return "-"


def steady() -> int:
    """Count the seconds since this machine was switched on, its sleep included."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return int(time.monotonic() if clock is None else time.clock_gettime(clock))


def seconds_since(then_boot: str, then_steady: int, then: datetime) -> float:
    """Say how long ago something was; below zero when the calendar was set back."""
    if then_boot == boot() and then_steady <= steady():
        return steady() - then_steady
    return (now() - then).total_seconds()
