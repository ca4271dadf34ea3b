"""A child process: what searches cost as a page does them, in CPU of the process."""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from bench.search_questions import Asked

# What one kind of questions may take; those that come later are left out.
SECONDS_A_KIND = 30.0

# Milliseconds, and how many were found.
Answer = tuple[float, int]


def main() -> None:
    asked = json.load(sys.stdin)
    from app.factory import create_app

    asking = _Asking(create_app(Path(asked["instance"])), asked["accounts"])
    answers = ask_all(asked["sets"], asking.ask)
    json.dump({"answers": answers, "memory_mb": memory_mb("VmHWM")}, sys.stdout)


def ask_all(
    sets: Mapping[str, Sequence["Asked"]], ask: Callable[["Asked"], Answer]
) -> dict[str, list[Answer]]:
    """Ask all questions of each kind, as long as there is time; "warm" does not count."""
    answers: dict[str, list[Answer]] = {}
    for kind, questions in sets.items():
        answers[kind], left = [], SECONDS_A_KIND
        for question in questions:
            answers[kind].append(ask(question))
            left -= answers[kind][-1][0] / 1000
            if left < 0:
                break
    answers.pop("warm", None)
    return answers


class _Asking:
    """One app, as a web process keeps it, and who asks: by turns."""

    def __init__(self, app: "Flask", account_ids: Sequence[int]) -> None:
        self.app = app
        self.askers = cycle(account_ids)

    def ask(self, asked: "Asked") -> Answer:
        from app.accounts.models import Account
        from app.db import db, set_reading
        from app.search.asking import Question
        from app.search.searching import search

        fields: dict[str, Any] = dict(asked)
        for day in {"since", "until"}.intersection(fields):
            fields[day] = date.fromisoformat(fields[day])
        with self.app.test_request_context("/search"):
            set_reading(value=True)
            viewer = db.session.get_one(Account, next(self.askers))
            began = time.process_time()
            results = search(viewer, Question(**fields))
            spent = time.process_time() - began
        if results.problem:
            raise RuntimeError(results.problem)
        return spent * 1000, results.total


def memory_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text("ascii")
    (line,) = (one for one in status.splitlines() if one.startswith(field))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
