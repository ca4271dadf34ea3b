"""The worker's sign of life, as another process sees it."""

import time
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

# The worker touches its file every 10 s, but not in the middle of a long job.
QUIET_SECONDS = 45


@dataclass
class _Seen:
    """When this process saw the sign change, by a clock that cannot jump."""

    mtime: float | None = None
    changed_at: float = float("-inf")


_seen = _Seen()


def quiet_seconds() -> float | None:
    """Tell how long the worker gave no sign; None where it never did.

    A file's age lies after the clock was set, so a sign that came while this
    process looked counts as well.
    """
    try:
        mtime = (Path(current_app.config["INSTANCE"]) / "worker-alive").stat().st_mtime
    except FileNotFoundError:
        return None
    if _seen.mtime is not None and mtime != _seen.mtime:
        _seen.changed_at = time.monotonic()
    _seen.mtime = mtime
    return min(abs(time.time() - mtime), time.monotonic() - _seen.changed_at)
