"""The job brings the index in line; twice is as once, bit by bit is as all anew."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.jobs import enqueue
from app.jobs.models import open_jobs
from app.moderation.hiding import hide, show_again
from app.posts.models import Post, Rendition
from app.search import generations, indexing, searching
from app.search.asking import Question
from app.search.mending import problem_of_index
from app.search.models import IndexState
from app.search.rebuilding import Busy, rebuild
from app.search.searching import search
from app.search.updating import index_posts
from tests.builders import a_post, released
from tests.search.holding import Held
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]


def a_lively_school(settle: Settle) -> Pair:
    """Posts that came, were translated, hidden and shown again, step by step."""
    pair = Pair()
    thread = pair.thread()
    posts = [a_post(thread, pair.maestra, f"El río número {n}.") for n in range(6)]
    settle()
    translate(posts[0], "en", "The river number zero.")
    translate(posts[1], "en", "The river number one.")
    settle()
    hide(posts[1], pair.maestra, "a test")
    hide(posts[2], pair.maestra, "a test")
    db.session.commit()
    settle()
    show_again(posts[2], pair.maestra)
    a_post(thread, pair.ana, "Esto espera.")
    released(a_post(thread, pair.ana, "Esto salió."), pair.maestra)
    settle()
    return pair


def test_all_anew_is_as_bit_by_bit(
    app: Flask, settle: Settle, held: Callable[[], Held]
) -> None:
    a_lively_school(settle)
    before, folder = held(), generations.current(generations.home())

    rebuild()

    assert len(before) > 10
    assert held() == before
    assert generations.current(generations.home()) != folder


def test_a_job_done_twice_changes_nothing(
    app: Flask, settle: Settle, held: Callable[[], Held]
) -> None:
    pair = a_lively_school(settle)
    before = held()
    ids = list(db.session.scalars(db.select(Post.id)))

    index_posts(ids)
    db.session.commit()
    index_posts([*ids, 10**9])
    db.session.commit()

    assert held() == before
    assert search(pair.maestra, Question("río")).total == 5


def test_the_watermark_is_held_back_by_what_waits(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    one, two = (a_post(thread, pair.maestra, f"Post {n}.") for n in range(2))

    assert indexing.indexed_up_to([one.id, two.id]) == two.change_no
    assert indexing.indexed_up_to([one.id]) == two.change_no - 1
    assert indexing.indexed_up_to([two.id]) == one.change_no - 1


def test_the_database_knows_each_commit(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    a_post(thread, pair.maestra, "Uno.")
    settle()
    first = db.session.scalars(db.select(IndexState)).one()
    generation, commit_no, change_no = (
        first.generation,
        first.commit_no,
        first.change_no,
    )
    post = a_post(thread, pair.maestra, "Dos.")
    settle()
    db.session.expire_all()

    state = db.session.scalars(db.select(IndexState)).one()

    assert state.generation == generation
    assert state.commit_no == commit_no + 1
    assert state.change_no == post.change_no > change_no
    assert problem_of_index() is None


def test_pages_say_when_search_is_catching_up(app: Flask, settle: Settle) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Una tortuga.")
    settle()
    assert not search(pair.tom, Question("tortuga")).catching_up
    assert not searching.catching_up()

    a_post(pair.thread(), pair.maestra, "Otra tortuga.")

    assert search(pair.tom, Question("tortuga")).catching_up
    assert searching.catching_up()
    settle()
    assert not searching.catching_up()


def test_a_post_that_changes_during_a_rebuild_is_in_it(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    for n in range(3):
        a_post(thread, pair.maestra, f"Tortuga {n}.")
    settle()
    late: list[Post] = []

    def meanwhile(done: int, total: int) -> None:
        """All old posts are read by now; the worker goes on."""
        if not late:
            late.append(a_post(thread, pair.maestra, "Una tortuga tarde."))
            translate(db.session.get_one(Post, 1), "en", "A late turtle.")
            settle()
            assert search(pair.tom, Question("tarde")).total == 1

    rebuild(meanwhile)

    assert late
    assert search(pair.tom, Question("tarde")).total == 1
    assert search(pair.tom, Question("turtle")).total == 1
    assert search(pair.tom, Question("tortuga")).total == 4
    assert problem_of_index() is None
    assert not open_jobs(indexing.KIND)


def test_only_one_rebuild_runs_at_a_time(app: Flask, settle: Settle) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Una tortuga.")
    refused: list[bool] = []

    def another(done: int, total: int) -> None:
        with pytest.raises(Busy):
            rebuild()
        refused.append(True)

    rebuild(another)

    assert refused
    assert search(pair.tom, Question("tortuga")).total == 1


def test_old_generations_are_swept_away(app: Flask, settle: Settle) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Una tortuga.")
    settle()

    rebuild()
    rebuild()

    home = generations.home()
    assert [path for path in home.iterdir() if path.is_dir()] == [
        generations.current(home)
    ]
    assert len(db.session.scalars(db.select(IndexState)).all()) <= 2


def test_jobs_of_posts_that_are_gone_end(app: Flask, settle: Settle) -> None:
    enqueue(indexing.KIND, [4711])

    settle()

    assert not open_jobs(indexing.KIND)


def test_words_said_alone_find_a_post_and_make_no_phrase(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Cuido las cabras blancas.")
    translate(post, "en", "I care.")
    rendition = db.session.scalars(select(Rendition)).one()
    rendition.words = "white goats"
    settle()

    def total(typed: str) -> int:
        return search(pair.tom, Question(typed)).total

    assert [total("goat"), total("white goats"), total("black")] == [1, 1, 0]
    assert total('"white goats"') == 0
