"""The job that takes posts in: together, the newest first, and again when the disk is full."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app.db import db
from app.jobs.models import open_jobs
from app.jobs.registry import batch_sizes
from app.jobs.runner import work_once
from app.moderation.hiding import hide
from app.posts.models import Post
from app.search import generations, indexing, merging
from app.search.asking import Question
from app.search.mending import problem_of_index
from app.search.rebuilding import rebuild
from app.search.searching import search
from app.search.tidying import FORGET, tidy
from app.search.updating import index_posts
from tests.builders import a_post
from tests.search.holding import Held
from tests.search.test_mending import Disk, folder
from tests.search.test_searching import Pair

Settle = Callable[[], None]
Read = Callable[[], Held]


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    pair = Pair()
    for n in range(3):
        a_post(pair.thread(), pair.maestra, f"La tortuga número {n}.")
        settle()
    return pair


@pytest.fixture
def disk(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def work(app: Flask, kind: str) -> bool:
    """Do one batch, as the worker would, in a context of its own."""
    db.session.commit()
    with app.app_context():
        return work_once([kind])


def total(pair: Pair, typed: str) -> int:
    db.session.rollback()
    return search(pair.tom, Question(typed)).total


def test_what_waits_together_is_one_commit(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    before = generations.check(folder()).commit_no
    thread = pair.thread()
    for n in range(200):
        a_post(thread, pair.maestra, f"Una iguana {n}.")

    settle()

    assert generations.check(folder()).commit_no == before + 1
    assert total(pair, "iguana") == 200


def test_a_new_post_does_not_wait_behind_thousands(
    app: Flask, settle: Settle, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(batch_sizes, indexing.KIND, 1)
    a_post(pair.thread(), pair.maestra, "Una garza.")
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    db.session.commit()

    work(app, indexing.KIND)

    assert (total(pair, "garza"), total(pair, "iguana")) == (0, 1)


def test_a_commit_on_a_full_disk_is_made_later_and_leaves_no_rest(
    app: Flask, settle: Settle, pair: Pair, disk: Disk, held: Read
) -> None:
    """Whichever of its files does not fit, while the old ones answer."""
    post = a_post(pair.thread(), pair.maestra, "Una iguana.")
    db.session.commit()
    files = 0
    while open_jobs(indexing.KIND):
        disk.fits = files
        before = generations.newest_commit(folder())

        work(app, indexing.KIND)

        disk.fits = float("inf")
        assert problem_of_index() is None
        assert total(pair, "tortuga") == 3
        segments = merging.segments_in(folder(), generations.check(folder()))
        stands = {segment.segment_id() for segment in segments}
        names = {path.name.split(".")[0] for path in folder().glob("MAIN_*.*")}
        if generations.newest_commit(folder()) == before:
            assert names == stands
            assert open_jobs(indexing.KIND) == [post.id]
        files += 1
    assert files == 9
    assert total(pair, "iguana") == 1
    settle()
    before_it = held()
    rebuild()
    assert held() == before_it


def test_a_folder_that_takes_nothing_leaves_all_for_later(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    lock = generations.home() / "write.lock"
    lock.unlink()
    lock.mkdir()
    posts = [a_post(pair.thread(), pair.maestra, "Una iguana.") for _n in range(2)]
    db.session.commit()

    assert list(index_posts([post.id for post in posts])) == [post.id for post in posts]
    assert total(pair, "tortuga") == 3

    lock.rmdir()
    settle()
    assert total(pair, "iguana") == 2


def test_words_wait_to_be_forgotten_where_the_disk_is_full(
    app: Flask, settle: Settle, pair: Pair, disk: Disk
) -> None:
    tidy()
    hide(db.session.scalars(db.select(Post)).all()[0], pair.maestra, "a test")
    work(app, indexing.KIND)
    disk.fits = 0

    assert work(app, FORGET)
    waiting = open_jobs(FORGET)
    disk.fits = float("inf")
    settle()

    assert waiting
    assert not open_jobs(FORGET)


def tidy_and_forget() -> None:
    work_once([FORGET])
    tidy()


def test_two_workers_by_mistake_do_no_harm(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    """Each with a thread that indexes and one that forgets and merges."""
    stop = threading.Event()

    def go_on(rounds: Callable[[], object]) -> None:
        with app.app_context():
            while not stop.is_set():
                rounds()
                db.session.remove()

    lanes: list[Callable[[], object]] = [
        lambda: work_once([indexing.KIND]),
        tidy_and_forget,
    ]
    threads = ThreadPoolExecutor(4)
    running = [threads.submit(go_on, lane) for lane in lanes * 2]
    for n in range(30):
        post = a_post(pair.thread(), pair.maestra, f"Una iguana {n}.")
        db.session.commit()
        if n % 3 == 0:
            hide(post, pair.maestra, "a test")
            db.session.commit()
    while open_jobs(indexing.KIND) or open_jobs(FORGET):
        assert not any(lane.done() for lane in running)
        db.session.rollback()
        stop.wait(0.05)
    # Or this transaction, begun to write, is in the way of theirs.
    db.session.rollback()
    stop.set()

    assert [lane.result(30) for lane in running] == [None] * 4
    threads.shutdown()
    assert problem_of_index() is None
    assert total(pair, "iguana") == 20
    before = held()
    rebuild()
    assert held() == before
