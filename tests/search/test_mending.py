"""What the worker notices by itself: lost jobs, other databases, a disk that is full."""

import errno
import os
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app.db import db, next_change_no
from app.jobs import Job
from app.jobs.models import open_jobs
from app.moderation.hiding import hide
from app.posts.models import Post, Rendition
from app.search import generations, indexing, mending
from app.search.asking import Question
from app.search.mending import mend, mend_after_reading, problem_of_index
from app.search.rebuilding import rebuild
from app.search.searching import search
from app.search.updating import index_posts
from tests.builders import a_post
from tests.clients import Client
from tests.search.holding import Held
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]
Read = Callable[[], Held]


def folder() -> Path:
    found = generations.current(generations.home())
    assert found is not None
    return found


def total(pair: Pair, typed: str) -> int:
    db.session.rollback()
    return search(pair.tom, Question(typed)).total


def lose_jobs() -> None:
    db.session.execute(db.delete(Job))
    db.session.commit()


@pytest.fixture
def pair(app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setattr(mending, "_tries", mending._Tries())
    pair = Pair()
    for n in range(3):
        a_post(pair.thread(), pair.maestra, f"La tortuga número {n}.")
        settle()
    return pair


def test_a_post_whose_job_was_lost_is_found_after_the_next_reading(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    lose_jobs()
    # The watermark is above it by now.
    a_post(pair.thread(), pair.maestra, "Una garza.")
    settle()
    assert total(pair, "iguana") == 0

    mend_after_reading()
    settle()

    assert total(pair, "iguana") == 1


def test_what_was_taken_back_in_a_lost_job_leaves_the_index(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    hide(db.session.scalars(db.select(Post)).all()[0], pair.maestra, "a test")
    lose_jobs()

    mend_after_reading()
    settle()

    before = held()
    rebuild()
    assert before == held()


def test_a_change_above_the_watermark_is_taken_in(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    post = db.session.scalars(db.select(Post)).all()[0]
    post.change_no = next_change_no()
    db.session.commit()

    mend_after_reading()

    assert open_jobs(indexing.KIND) == [post.id]


def test_where_nothing_is_lost_nothing_is_asked_for(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    before = generations.check(folder())

    mend_after_reading()

    assert open_jobs(indexing.KIND) == []
    assert generations.check(folder()) == before


def copied(app: Flask, to: Path) -> None:
    db.session.rollback()
    with (
        closing(sqlite3.connect(Path(app.config["INSTANCE"]) / "paravion.db")) as live,
        closing(sqlite3.connect(to)) as copy,
    ):
        live.backup(copy)


def put_back(app: Flask, copy: Path) -> None:
    db.session.rollback()
    db.engine.dispose()
    with (
        closing(sqlite3.connect(copy)) as old,
        closing(sqlite3.connect(Path(app.config["INSTANCE"]) / "paravion.db")) as live,
    ):
        old.backup(live)


def test_an_index_of_a_later_database_is_made_anew(
    app: Flask, settle: Settle, pair: Pair, tmp_path: Path, held: Read
) -> None:
    copied(app, tmp_path / "copy.db")
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    put_back(app, tmp_path / "copy.db")
    assert "later database" in (problem_of_index() or "")

    mend_after_reading()

    before = held()
    rebuild()
    assert before == held()
    assert not any(b"iguan" in key for key in before)


def test_also_where_only_translations_were_later(
    app: Flask, settle: Settle, pair: Pair, tmp_path: Path, held: Read
) -> None:
    """They have no change number; the index knows what the database once knew."""
    copied(app, tmp_path / "copy.db")
    for n, post_id in enumerate(db.session.scalars(db.select(Post.id)).all()[:2]):
        translate(db.session.get_one(Post, post_id), "en", f"The heron number {n}.")
        settle()
    put_back(app, tmp_path / "copy.db")
    assert not db.session.scalars(db.select(Rendition)).all()
    assert "later database" in (problem_of_index() or "")

    mend_after_reading()

    assert not any(b"heron" in key for key in held())


def test_a_worker_that_died_before_the_database_knew_is_no_later_database(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    """The commit of the index stood already; its job is still open."""
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    before = folder()
    ids = open_jobs(indexing.KIND)
    with pytest.MonkeyPatch.context() as dying:
        dying.setattr(indexing, "remember", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index_posts(ids)
    db.session.rollback()
    assert problem_of_index() is None

    settle()

    assert folder() == before
    assert problem_of_index() is None
    assert total(pair, "iguana") == 1


def test_an_index_that_names_classes_of_another_version_is_made_anew(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    old = folder()
    seal = generations.check(old)
    (toc,) = old.glob("*.toc")
    data = toc.read_bytes().replace(b"app.search.codec", b"app.search.kodek")
    assert data != toc.read_bytes()
    toc.write_bytes(data)
    seal.files[toc.name] = (len(data), zlib.crc32(data))
    generations.write_seal(old, seal)
    app.extensions.pop("search", None)
    assert problem_of_index() is None

    tom = Client(app, pair.tom)
    meanwhile = tom.get("/search?q=tortuga")
    assert meanwhile.status_code == 200
    assert "catching up" in meanwhile.text
    a_post(pair.thread(), pair.maestra, "Otra tortuga.")
    settle()

    assert folder() != old
    assert total(pair, "tortuga") == 4


class Disk:
    """A disk that is full after so many more files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fits: float = float("inf")
        self.real = os.fsync
        monkeypatch.setattr(os, "fsync", self.take)

    def take(self, handle: int) -> None:
        self.fits -= 1
        if self.fits < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.real(handle)


@pytest.fixture
def disk(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def test_a_rebuild_on_a_full_disk_leaves_the_old_index_and_no_rest(
    app: Flask, settle: Settle, pair: Pair, disk: Disk
) -> None:
    """Whichever of its files does not fit."""
    old, home = folder(), generations.home()
    files = 0
    while folder() == old:
        disk.fits = files
        mending._tries.failed = 0

        done = mend("a test")

        if not done and folder() == old:
            assert [path for path in home.iterdir() if path.is_dir()] == [old]
            assert generations.building(home) is None
        assert problem_of_index() is None
        assert total(pair, "tortuga") == 3
        files += 1
    assert files > 8


def test_one_that_failed_is_tried_again_at_once_and_then_later_and_later(
    app: Flask, pair: Pair, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    waited = []
    disk.fits = 0
    for _n in range(9):
        assert not mend("a test")
        waited.append(round(mending._tries.not_before - moment))
        moment = mending._tries.not_before
    assert waited == [0, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    disk.fits = float("inf")
    moment -= 1
    old = folder()

    assert not mend("too early")
    assert folder() == old
    moment += 1
    assert mend("in time")
    assert folder() != old
    assert mending._tries.failed == 0
