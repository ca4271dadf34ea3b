"""A process that forks workers which die at a given point, or live within bounds.

Reads lines of JSON, see `Fate`, and answers each with a line of JSON; see test_kill.py
and test_limits.py. None of them can import what would fill a school's disk.
"""

import importlib.abc
import json
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.db import set_reading
from app.factory import create_app
from app.jobs import runner
from app.packs import engine
from app.packs.engine import Model
from app.translate import memory, translating

TOO_LARGE = ("stanza", "torch", "spacy", "minisbd", "onnxruntime")


@dataclass(frozen=True)
class Fate:
    """What one worker meets: a point where it dies, or so many seconds, or bounds."""

    dies_at: str = ""
    dies_after_seconds: float | None = None
    characters_at_once: int = translating.CHARACTERS_AT_ONCE
    batch_tokens: int = engine.BATCH_TOKENS
    most_data_bytes: int | None = None


class Absent(importlib.abc.MetaPathFinder):
    """Hides what is not in the locked requirements, and notes who asks for it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.split(".")[0] in TOO_LARGE:
            self.asked.append(name)
            raise ModuleNotFoundError(f"the test hides {name}", name=name)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], *, before: bool, when: int = 1) -> Any:
    """Wrap a function so that its n-th call ends the process."""
    calls = 0

    def wrapped(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == when:
            die()
        answer = function(*given, **named)
        if calls == when:
            die()
        return answer

    return wrapped


def meet(fate: Fate) -> None:
    # In the child alone: the process that forks stays as it was.
    change: Any = setattr
    change(translating, "CHARACTERS_AT_ONCE", fate.characters_at_once)
    change(engine, "BATCH_TOKENS", fate.batch_tokens)
    if fate.most_data_bytes:
        most = (fate.most_data_bytes, fate.most_data_bytes)
        resource.setrlimit(resource.RLIMIT_DATA, most)
    if fate.dies_after_seconds is not None:
        threading.Timer(fate.dies_after_seconds, die).start()
    points: dict[str, tuple[Any, str, bool, int]] = {
        "claimed": (translating, "_portion", True, 2),
        "loading": (engine, "_argos_at", False, 1),
        "translating": (Model, "_start", False, 2),
        "translated": (translating, "_copies", True, 2),
        "writing": (memory, "store", False, 3),
        "written": (translating, "_write", False, 2),
        "committed": (runner, "_settle", True, 2),
        "settled": (runner, "_settle", False, 2),
    }
    if fate.dies_at:
        owner, name, before, when = points[fate.dies_at]
        change(owner, name, dying(getattr(owner, name), before=before, when=when))


def work(app: Flask, fate: Fate, absent: Absent) -> None:
    """Do as the worker does, until nothing waits."""
    with app.app_context():
        set_reading(value=False)
        meet(fate)
        runner.free_leases()
        while runner.work_once():
            pass
    if absent.asked:
        print(f"asked for {absent.asked}", file=sys.stderr, flush=True)
        os._exit(3)


def lived(app: Flask, fate: Fate, absent: Absent) -> dict[str, int]:
    child = os.fork()
    if not child:
        try:
            work(app, fate, absent)
            os._exit(0)
        finally:  # an error, and this is no place to go on from
            traceback.print_exc()
            os._exit(1)
    _child, status, used = os.wait4(child, 0)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
        "peak_bytes": used.ru_maxrss * 1024,
    }


def main(arguments: Sequence[str]) -> None:
    absent = Absent()
    sys.meta_path.insert(0, absent)
    app = create_app(Path(arguments[0]), TESTING=True)
    for line in sys.stdin:
        print(json.dumps(lived(app, Fate(**json.loads(line)), absent)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
