"""Flipped bits and deleted files, one after the other: pages answer, and the index heals."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.search import generations
from app.search.mending import problem_of_index
from app.search.rebuilding import rebuild
from tests.builders import a_post
from tests.clients import Client
from tests.search.holding import Held
from tests.search.test_healing import KINDS, delete, flip, folder
from tests.search.test_searching import Pair

Settle = Callable[[], None]
Harm = Callable[[Path, random.Random], None]

# One of these is harmed each time, by turns, and sometimes others with it.
VICTIMS = (*KINDS, "current")
HARMS, HARMS_LONG = 12, 50


def victims(n: int, dice: random.Random) -> list[Path]:
    files = [path for path in folder().iterdir() if path.suffix in KINDS]
    files.append(generations.home() / "current")
    kind = VICTIMS[n % len(VICTIMS)]
    first = dice.choice([path for path in files if path.name.endswith(kind)])
    files.remove(first)
    return [first, *dice.sample(files, dice.choice([0, 0, 1, 3]))]


@pytest.mark.parametrize("harm", [flip, delete])
@pytest.mark.parametrize(
    "times", [HARMS, pytest.param(HARMS_LONG, marks=pytest.mark.sweep)]
)
def test_the_server_answers_and_the_index_ends_as_one_made_anew(
    app: Flask, settle: Settle, held: Callable[[], Held], harm: Harm, times: int
) -> None:
    pair = Pair()
    thread = pair.thread()
    a_post(thread, pair.maestra, "La primera tortuga.")
    settle()
    tom = Client(app, pair.tom)
    dice = random.Random(times)
    healed = set()

    for n in range(times):
        a_post(thread, pair.maestra, f"La tortuga número {n}.")
        settle()
        before, harmed = held(), folder()
        assert "catching up" not in tom.get("/search?q=tortuga").text

        for victim in victims(n, dice):
            harm(victim, dice)

        meanwhile = tom.get("/search?q=tortuga")
        assert meanwhile.status_code == 200
        assert "catching up" in meanwhile.text
        settle()
        assert problem_of_index(afresh=True) is None
        assert held() == before
        assert "<mark>" in tom.get("/search?q=tortuga").text
        healed.add(harmed)

    assert len(healed) == times
    db.session.commit()
    rebuild()
    assert held() == before
