"""`flask jobs work`: the worker process."""

import os
import signal
import sys
import threading
from types import FrameType

from flask.cli import AppGroup

from app.jobs.runner import work

commands = AppGroup("jobs", help="The worker: search, translation, pictures.")


@commands.command("work")
def work_command() -> None:
    """Do what waits, until told to end."""
    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    if os.environ.get("PARAVION_PARENT_PIPE") == "1":
        threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    work(stop)


def _end_with_parent(stop: threading.Event) -> None:
    # Not through the buffer: its lock would be held when the process ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()
