"""Whatever happens to the index's files, pages answer and the worker makes it anew."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.jobs.models import open_jobs
from app.search import generations, mending, rebuilding
from app.search.asking import Question
from app.search.mending import mend_after_reading, problem_of_index
from app.search.models import IndexState
from app.search.searching import search
from app.search.standing import describe_index
from tests.builders import a_post
from tests.clients import Client
from tests.search.holding import Held
from tests.search.test_searching import Pair

Settle = Callable[[], None]

# Segments, the list of them, and the seal over both.
KINDS = (".doc", ".trm", ".pst", ".toc", ".json")


def folder() -> Path:
    found = generations.current(generations.home())
    assert found is not None
    return found


def truncate(path: Path, dice: random.Random) -> None:
    with path.open("rb+") as file:
        file.truncate(dice.randrange(path.stat().st_size))


def flip(path: Path, dice: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def delete(path: Path, dice: random.Random) -> None:
    path.unlink()


def child_of_worker() -> subprocess.Popen[bytes]:
    child = mending._tries.child
    assert child
    return child


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    """A school whose index has two commits and an open searcher."""
    pair = Pair()
    thread = pair.thread()
    a_post(thread, pair.maestra, "Una tortuga.")
    settle()
    a_post(thread, pair.maestra, "Otra tortuga.")
    settle()
    assert search(pair.tom, Question("tortuga")).total == 2
    assert problem_of_index() is None
    return pair


def heals(app: Flask, pair: Pair, settle: Settle, *, hits: int = 2) -> None:
    """Ask by the page, as a pupil would; let the worker work; ask again."""
    tom = Client(app, pair.tom)

    meanwhile = tom.get("/search?q=tortuga")
    assert meanwhile.status_code == 200
    assert "catching up" in meanwhile.text
    assert "Look at the spelling" not in meanwhile.text
    assert open_jobs(mending.KIND)
    assert tom.get("/search?q=tortuga").status_code == 200
    settle()

    afterwards = tom.get("/search?q=tortuga")
    assert "catching up" not in afterwards.text
    assert afterwards.text.count("<mark>") == hits
    assert problem_of_index() is None


@pytest.mark.parametrize("harm", [truncate, flip, delete])
@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_a_harmed_file_is_noticed_and_healed(
    app: Flask,
    pair: Pair,
    settle: Settle,
    harm: Callable[[Path, random.Random], None],
    seed: int,
) -> None:
    dice = random.Random(seed)
    files = [path for path in folder().iterdir() if path.suffix in KINDS]
    assert {path.suffix for path in files} == set(KINDS)
    victim = dice.choice([p for p in files if p.suffix == KINDS[seed % len(KINDS)]])

    harm(victim, dice)

    assert problem_of_index()
    heals(app, pair, settle)


def test_a_lost_folder_is_noticed_and_healed(
    app: Flask, pair: Pair, settle: Settle
) -> None:
    shutil.rmtree(generations.home())

    heals(app, pair, settle)


@pytest.mark.parametrize("pointer", [b"", b"../..", b"\xff\x00", b"0123456789abcdef"])
def test_a_lost_pointer_is_noticed_and_healed(
    app: Flask, pair: Pair, settle: Settle, pointer: bytes
) -> None:
    (generations.home() / "current").write_bytes(pointer)

    heals(app, pair, settle)


def test_an_older_copy_still_answers_and_is_healed(
    app: Flask, pair: Pair, settle: Settle, tmp_path: Path
) -> None:
    live = folder()
    shutil.copytree(live, tmp_path / "copy")
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    shutil.rmtree(live)
    shutil.copytree(tmp_path / "copy", live)

    older = search(pair.tom, Question("tortuga"))

    assert older.total == 2
    assert older.catching_up
    assert search(pair.tom, Question("iguana")).total == 0
    heals(app, pair, settle)
    assert search(pair.tom, Question("iguana")).total == 1


def test_an_older_copy_is_not_made_to_look_new_by_the_next_post(
    app: Flask, pair: Pair, settle: Settle, tmp_path: Path
) -> None:
    live = folder()
    shutil.copytree(live, tmp_path / "copy")
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    shutil.rmtree(live)
    shutil.copytree(tmp_path / "copy", live)

    a_post(pair.thread(), pair.maestra, "Una iguana más.")
    settle()

    assert search(pair.tom, Question("iguana")).total == 2
    assert problem_of_index() is None


def test_an_index_the_database_does_not_know_is_healed(
    app: Flask, pair: Pair, settle: Settle
) -> None:
    db.session.execute(db.delete(IndexState))
    db.session.commit()

    heals(app, pair, settle)


def test_other_analysers_make_the_index_anew(
    app: Flask, pair: Pair, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "VERSION", "another")
    assert "version" in (problem_of_index() or "")

    heals(app, pair, settle)


def test_damage_that_leaves_no_trace_outside_is_found_when_it_is_read(
    app: Flask, pair: Pair, settle: Settle
) -> None:
    thread = pair.thread()
    for n in range(5):
        a_post(thread, pair.maestra, f"La tortuga número {n}.")
    settle()
    rebuilding.rebuild()
    assert search(pair.tom, Question("tortuga")).total == 7
    for path in folder().glob("*.pst"):
        before = path.stat()
        path.write_bytes(b"\xff" * before.st_size)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert problem_of_index() is None
    # What an open searcher has read already it would not read again.
    del app.extensions["search"]

    heals(app, pair, settle, hits=7)


def test_a_worker_reads_every_byte_when_it_starts(
    app: Flask, pair: Pair, settle: Settle
) -> None:
    for path in folder().glob("*.trm"):
        before = path.stat()
        flip(path, random.Random(1))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    harmed = folder()

    mend_after_reading()

    assert folder() != harmed
    assert search(pair.tom, Question("tortuga")).total == 2


def test_a_whole_index_is_left_alone_when_a_worker_starts(
    app: Flask, pair: Pair
) -> None:
    before = folder()

    mend_after_reading()

    assert folder() == before


def test_a_worker_begins_with_an_index_for_an_empty_school(app: Flask) -> None:
    mend_after_reading()

    assert problem_of_index() is None
    assert describe_index().texts == 0


def test_a_large_index_is_made_anew_in_a_process_of_its_own(
    app: Flask, pair: Pair, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "IN_WORKER_POSTS", 1)
    shutil.rmtree(generations.home())

    mending.mend("a test")
    child = child_of_worker()
    mending.mend("asked again")

    assert child_of_worker() is child
    assert child.wait(timeout=60) == 0
    assert problem_of_index() is None
    assert search(pair.tom, Question("tortuga")).total == 2


def test_a_rebuild_that_died_is_begun_again(
    app: Flask, pair: Pair, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "IN_WORKER_POSTS", 1)
    shutil.rmtree(generations.home())
    mending.mend("a test")
    killed = child_of_worker()
    killed.kill()
    killed.wait()

    mending.mend_when_idle()

    assert child_of_worker().wait(timeout=60) == 0
    assert search(pair.tom, Question("tortuga")).total == 2


def test_what_a_killed_rebuild_left_is_no_harm(
    app: Flask, pair: Pair, settle: Settle, held: Callable[[], Held]
) -> None:
    before = held()
    home = generations.home()
    left = home / "00000000deadbeef"
    left.mkdir()
    (left / "MAIN_half.seg").write_bytes(b"half")
    generations.point(home, "building", left)

    post = a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    assert search(pair.tom, Question("iguana")).total == 1
    assert str(post.id) in (left / "late").read_text("ascii").split()
    rebuilding.rebuild()

    assert not left.exists()
    assert generations.building(home) is None
    assert search(pair.tom, Question("tortuga")).total == 2
    assert held().keys() > before.keys()


def test_a_commit_cut_off_before_its_rename_never_was(
    app: Flask, pair: Pair, settle: Settle, held: Callable[[], Held]
) -> None:
    before = held()
    newest = generations.newest_commit(folder())
    seal = folder() / f"seal_{newest}.json"
    shutil.copy(seal, folder() / f"seal_{newest + 1}.json")
    (folder() / "MAIN_0000000000000000.seg").write_bytes(b"half a segment")

    assert problem_of_index() is None
    assert search(pair.tom, Question("tortuga")).total == 2
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()

    assert problem_of_index() is None
    assert search(pair.tom, Question("iguana")).total == 1
    assert held().keys() > before.keys()
    assert not (folder() / "MAIN_0000000000000000.seg").exists()


def test_the_health_page_gets_the_facts(app: Flask, pair: Pair, settle: Settle) -> None:
    whole = describe_index()
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    waiting = describe_index()
    shutil.rmtree(generations.home())
    lost = describe_index()

    assert (whole.texts, whole.waiting, whole.problem) == (2, 0, None)
    assert whole.size_bytes > 1000
    assert waiting.waiting == 1
    assert lost.problem
    assert lost.size_bytes == 0
