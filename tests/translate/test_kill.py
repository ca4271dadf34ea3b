"""`kill -9` in every phase of translating: each letter is readable in the end, once."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app.db import db, reading
from app.jobs.models import open_jobs
from app.posts.models import Post, Rendition
from app.translate.models import Memory, MemorySource
from app.translate.translating import KIND
from tests.translate.test_translating import Two
from tests.translate.workers import Answer, Fate

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the victims are forked"),
]

LETTERS = 5
KILLS = 40
Worker = Callable[[Fate], Answer]

# Several portions, and several batches in each.
SMALL = Fate(characters_at_once=80, batch_tokens=8)


@pytest.mark.parametrize(
    "point",
    [
        "claimed",
        "loading",
        "translating",
        "translated",
        "writing",
        "written",
        "committed",
        "settled",
    ],
)
def test_a_worker_killed_in_any_phase_writes_each_copy_once(
    with_packs: Flask, worker: Worker, point: str
) -> None:
    waiting_letters()

    assert worker(replace(SMALL, dies_at=point)).signal == signal.SIGKILL
    assert copies() < LETTERS
    assert worker(SMALL).exit == 0

    check_each_once()


@pytest.mark.sweep
def test_forty_kills_at_any_moment_write_each_copy_once(
    with_packs: Flask, worker: Worker
) -> None:
    dice = random.Random(5)
    killed = 0
    for _n in range(KILLS):
        waiting_letters()
        fate = replace(SMALL, dies_after_seconds=dice.uniform(0, 0.6))
        killed += worker(fate).signal == signal.SIGKILL
        assert worker(SMALL).exit == 0
        check_each_once()

    assert killed > KILLS / 3


def test_a_kill_after_each_portion_still_comes_to_an_end(
    with_packs: Flask, worker: Worker
) -> None:
    waiting_letters()
    done = [copies()]
    while worker(replace(SMALL, dies_at="settled")).signal:
        done.append(copies())

    check_each_once()
    assert len(done) > 2
    assert done == sorted(done)


def waiting_letters() -> None:
    two = Two()
    for n in range(LETTERS):
        two.letter(f"Tengo {n + 2} libros. El río es grande. Me gusta leer y nadar.")
    db.session.commit()


def copies() -> int:
    with reading():  # and hold up no worker
        return db.session.query(Rendition).filter(Rendition.source.is_not(None)).count()


def check_each_once() -> None:
    with reading():
        _check_each_once()


def _check_each_once() -> None:
    assert open_jobs(KIND) == open_jobs("search.index_posts") == []
    posts = db.session.query(Post).all()
    made = Counter(
        (row.revision_id, row.lang, row.doubt, bool(row.html))
        for row in db.session.query(Rendition)
    )
    assert made == {(post.current_id, "en", 0, True): 1 for post in posts}
    said = Counter((row.pair, row.source, row.by) for row in db.session.query(Memory))
    # Each number of books, the river, and what they like.
    assert Counter(said.values()) == {1: LETTERS + 2}
    sources = Counter(
        (row.memory_id, row.revision_id) for row in db.session.query(MemorySource)
    )
    assert Counter(sources.values()) == {1: 3 * len(posts)}
