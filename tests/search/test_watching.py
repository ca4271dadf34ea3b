"""Several web processes search while the worker commits, merges, forgets and makes anew."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.posts.withdrawing import withdraw
from app.search import generations
from app.search.rebuilding import rebuild
from app.search.tidying import tidy
from tests.builders import a_post
from tests.search.test_searching import Pair

Settle = Callable[[], None]
Watchers = list[subprocess.Popen[str]]

ROOT = Path(__file__).resolve().parents[2]
WATCHERS, OLD_POSTS, ROUNDS = 2, 12, 15


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    pair = Pair()
    thread = pair.thread()
    for n in range(OLD_POSTS):
        a_post(thread, pair.maestra, f"La tortuga número {n}.")
        settle()
    return pair


@pytest.fixture
def watchers(pair: Pair, instance: Path) -> Iterator[Watchers]:
    """Two processes that look for the old posts, each with a searcher of its own."""
    account = str(pair.tom.id)
    db.session.commit()
    command = [
        sys.executable, "-W", "ignore", "-m", "tests.search.watchers",
        str(instance), account, "tortuga",
    ]  # fmt: skip
    with ExitStack() as opened:
        started = [
            opened.enter_context(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _n in range(WATCHERS)
        ]
        for one in started:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        yield started


def test_no_reader_misses_what_is_old_or_meets_an_error(
    app: Flask, settle: Settle, pair: Pair, watchers: Watchers
) -> None:
    thread = pair.thread()
    commits = 0
    for n in range(ROUNDS):
        post = a_post(thread, pair.maestra, f"Una iguana {n}.")
        settle()
        if n % 2:
            tidy()
        if n % 3 == 0:
            withdraw(post)
            settle()
        if n % 4 == 0:
            commits += commits_so_far()
            db.session.commit()
            rebuild()
    commits += commits_so_far()

    told = [json.loads(one.communicate()[0]) for one in watchers]

    assert commits > 2 * ROUNDS
    for seen in told:
        assert seen["totals"] == [OLD_POSTS]
        assert seen["problems"] == [None]
        assert seen["searches"] > ROUNDS
    assert [one.returncode for one in watchers] == [0] * WATCHERS


def commits_so_far() -> int:
    folder = generations.current(generations.home())
    assert folder is not None
    return generations.newest_commit(folder)
