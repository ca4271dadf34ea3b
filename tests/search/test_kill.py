"""`kill -9` while the index is written, merged or made anew: nothing is lost."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.search import generations
from app.search.asking import Question
from app.search.mending import mend_after_reading, problem_of_index
from app.search.rebuilding import rebuild
from app.search.searching import search
from tests.builders import a_post
from tests.search.holding import Held
from tests.search.test_searching import Pair

# Of each kind of victim.
KILLS, KILLS_LONG = 10, 34
ROOT = Path(__file__).resolve().parents[2]

Kill = Callable[[str, float], str]


@pytest.fixture
def kill(app: Flask, instance: Path) -> Iterator[Kill]:
    """Let a process write to the index and kill it after so many seconds."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.search.victims", str(instance)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        sent, heard = process.stdin, process.stdout

        def kill_one(what: str, seconds: float) -> str:
            sent.write(f"{what} {seconds}\n")
            sent.flush()
            return heard.readline().strip()

        yield kill_one


@pytest.mark.kill
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the victims are forked")
@pytest.mark.parametrize(
    "kills", [KILLS, pytest.param(KILLS_LONG, marks=pytest.mark.sweep)]
)
@pytest.mark.parametrize("what", ["index", "merge", "rebuild"])
def test_a_killed_worker_loses_nothing(
    app: Flask,
    settle: Callable[[], None],
    held: Callable[[], Held],
    kill: Kill,
    what: str,
    kills: int,
) -> None:
    pair = Pair()
    thread = pair.thread()
    for n in range(40):
        a_post(thread, pair.maestra, f"La tortuga número {n} nada en el río.")
    settle()
    before = held()
    dice = random.Random(9)
    whole = 0

    for _n in range(kills):
        assert kill(what, dice.uniform(0, 0.3)) == "killed"
        # What stands is whole, or known not to be, and then made anew.
        whole += problem_of_index() is None
        assert search(pair.tom, Question("tortuga")).total == (
            40 if problem_of_index() is None else 0
        )
        mend_after_reading()
        assert problem_of_index() is None
        assert held() == before

    assert whole > kills / 2
    rebuild()
    home = generations.home()
    assert held() == before
    assert [path for path in home.iterdir() if path.is_dir()] == [
        generations.current(home)
    ]
