"""Segments are written anew beside the index: nothing is lost, and nothing held back."""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.db import db, now
from app.jobs import enqueue
from app.jobs.models import open_jobs
from app.moderation.hiding import hide, show_again
from app.posts.editing import change
from app.posts.models import Post
from app.posts.publishing import changed
from app.posts.withdrawing import withdraw
from app.search import generations, index, indexing, merging, tidying, updating
from app.search.asking import Question
from app.search.codec import read_column
from app.search.generations import Damaged
from app.search.mending import problem_of_index
from app.search.rebuilding import rebuild
from app.search.searching import search
from app.search.tidying import tidy
from tests.builders import a_post
from tests.search.holding import Held
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]
Read = Callable[[], Held]


def folder() -> Path:
    found = generations.current(generations.home())
    assert found is not None
    return found


def sizes() -> list[int]:
    """Texts in each segment, in the order of the index."""
    db.session.rollback()
    segments = merging.segments_in(folder(), generations.check(folder()))
    return [segment.doc_count() for segment in segments]


def as_anew(held: Read) -> Held:
    rebuild()
    return held()


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    """A school whose index has a segment for each of its posts."""
    pair = Pair()
    thread = pair.thread()
    for n in range(5):
        a_post(thread, pair.maestra, f"La tortuga número {n}.")
        settle()
    return pair


def anew(segments: list[Any]) -> merging.Anew:
    merging.clear(folder())
    written = merging.write_anew(folder(), segments)
    assert written
    return written


def all_segments() -> list[Any]:
    return merging.segments_in(folder(), generations.check(folder()))


def test_a_quiet_minute_merges_what_belongs_together(
    app: Flask, pair: Pair, held: Read
) -> None:
    before = held()
    assert sizes() == [1] * 5

    tidy()

    assert sizes() == [5]
    assert held() == before
    assert search(pair.tom, Question("tortuga")).total == 5
    assert problem_of_index() is None
    assert not (folder() / merging.FOLDER).exists()


def test_an_index_that_is_tidy_is_left_alone(app: Flask, pair: Pair) -> None:
    tidy()
    before = generations.check(folder())

    tidy()

    assert generations.check(folder()) == before


def test_no_segment_grows_without_bound(
    app: Flask, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "LARGEST_SEGMENT", 3)

    tidy()

    assert sorted(sizes()) == [2, 3]


def test_a_large_segment_is_not_written_anew_for_a_small_one(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    tidy()
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()

    tidy()

    assert sizes() == [5, 1]


def test_a_small_segment_holds_up_none_that_belong_together(
    app: Flask, settle: Settle, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy()
    thread = pair.thread()
    for count in (5, 1):
        for n in range(count):
            a_post(thread, pair.maestra, f"Una iguana {n}.")
        settle()
    assert sizes() == [5, 5, 1]

    tidy()

    assert sizes() == [10, 1]


def test_what_is_deleted_takes_no_room_for_long(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    tidy()
    for post in list(db.session.scalars(db.select(Post).limit(2))):
        translate(post, "en", "One turtle.")
        settle()
    deleted = sum(segment.deleted_count() for segment in all_segments())
    assert deleted == 2

    tidy()

    assert not any(segment.deleted_count() for segment in all_segments())
    assert held() == as_anew(held)


@pytest.mark.parametrize(("waits", "left"), [(False, [1, 2, 2]), (True, [1, 1, 1, 2])])
def test_merging_gives_way_to_what_waits(
    app: Flask,
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
    waits: bool,
    left: list[int],
) -> None:
    monkeypatch.setattr(merging, "LARGEST_SEGMENT", 2)
    enqueue(indexing.KIND, [1] if waits else [])
    db.session.commit()

    tidy()

    assert sorted(sizes()) == left


def test_what_comes_and_goes_while_segments_are_merged_is_no_matter(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    tidy()
    first, second, *_others = db.session.scalars(db.select(Post)).all()
    written = anew(all_segments())

    a_post(pair.thread(), pair.maestra, "Una tortuga más.")
    translate(first, "en", "One turtle.")
    hide(second, pair.maestra, "a test")
    # The job that forgets is to come afterwards, as in a thread of its own.
    db.session.commit()
    updating.index_posts(open_jobs(indexing.KIND))
    assert search(pair.tom, Question("tortuga")).total == 5
    assert merging.put_in_place(folder(), written)

    assert [s.doc_count() for s in all_segments()] == [3, 3]
    assert [s.deleted_count() for s in all_segments()] == [2, 0]
    assert search(pair.tom, Question("tortuga")).total == 5
    assert search(pair.tom, Question("turtle")).total == 1
    settle()
    assert held() == as_anew(held)


def test_segments_that_a_commit_took_in_are_not_there_twice(
    app: Flask, settle: Settle, pair: Pair, held: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = anew(all_segments()[:2])
    monkeypatch.setattr(index, "MOST_SEGMENTS", 2)
    a_post(pair.thread(), pair.maestra, "Una tortuga más.")
    settle()
    before = generations.check(folder())

    assert merging.put_in_place(folder(), written) is None

    assert generations.check(folder()) == before
    assert held() == as_anew(held)


def test_a_segment_that_goes_while_it_is_read_is_no_damage(
    app: Flask, settle: Settle, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = all_segments()
    tidy()
    real = generations.newest_commit
    seen: list[int] = []

    def as_before_the_commit(folder: Path) -> int:
        """The first look, before the segments are read."""
        seen.append(real(folder))
        return seen[0] - 1 if len(seen) == 1 else seen[-1]

    monkeypatch.setattr(generations, "newest_commit", as_before_the_commit)
    assert merging.write_anew(folder(), old) is None

    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        merging.write_anew(folder(), old)


def test_a_flipped_bit_gets_no_new_seal(app: Flask, pair: Pair) -> None:
    """Not even one that no stamp of the file tells of."""
    for kind in (".pst", ".doc", ".trm"):
        (path,) = list(folder().glob(f"{all_segments()[0].segment_id()}*{kind}"))
        whole = path.read_bytes()
        flip_unseen(path)

        with pytest.raises(Damaged):
            merging.write_anew(folder(), all_segments())

        path.write_bytes(whole)


def test_a_flipped_bit_that_a_merge_meets_is_mended(
    app: Flask, settle: Settle, pair: Pair, held: Read
) -> None:
    before, harmed = held(), folder()
    assert problem_of_index() is None
    flip_unseen(*harmed.glob("*.pst"))
    assert problem_of_index() is None

    tidy()
    settle()

    assert folder() != harmed
    assert held() == before


def flip_unseen(*paths: Path) -> None:
    """Flip a bit as a bad card does: no stamp of the file tells."""
    for path in paths:
        whole, stamp = path.read_bytes(), path.stat()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def test_nor_does_a_commit_that_takes_small_segments_in_pass_one_on(
    app: Flask, settle: Settle, pair: Pair, held: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problem_of_index() is None
    flip_unseen(*folder().glob("*.pst"))
    assert problem_of_index() is None
    harmed = folder()
    monkeypatch.setattr(index, "MOST_SEGMENTS", 2)

    a_post(pair.thread(), pair.maestra, "Una tortuga más.")
    settle()

    assert folder() != harmed
    assert search(pair.tom, Question("tortuga")).total == 6


def test_many_posts_that_come_one_by_one_make_few_segments(
    app: Flask, settle: Settle, pair: Pair, held: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MOST_SEGMENTS", 4)
    for n in range(12):
        a_post(pair.thread(), pair.maestra, f"Una iguana {n}.")
        settle()
        assert len(sizes()) <= 4

    assert sum(sizes()) == 17
    assert held() == as_anew(held)


def test_a_commit_writes_no_large_segment_anew(
    app: Flask, settle: Settle, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy()
    (before,) = all_segments()
    monkeypatch.setattr(index, "MOST_SEGMENTS", 2)
    monkeypatch.setattr(index, "SMALL_TEXTS", 5)
    monkeypatch.setattr(tidying, "LARGE_BYTES", 1)

    for n in range(4):
        a_post(pair.thread(), pair.maestra, f"Una iguana {n}.")
        settle()

    assert before.segment_id() in {one.segment_id() for one in all_segments()}
    assert sum(sizes()) == 9
    assert len(sizes()) <= 3


def test_where_much_comes_no_quiet_minute_is_waited_for(
    app: Flask, settle: Settle, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MANY_SEGMENTS", 6)
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    assert sizes() == [1] * 6

    a_post(pair.thread(), pair.maestra, "Una garza.")
    settle()

    assert sizes() == [7]


def test_a_class_that_is_taken_down_is_forgotten_at_one_go(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    thread = pair.thread()
    posts = [a_post(thread, pair.maestra, f"Una iguana {n}.") for n in range(30)]
    settle()
    rebuild()
    before = generations.check(folder()).commit_no

    for post in posts:
        hide(post, pair.maestra, "a test")
    settle()

    # One commit takes all of them out, and one their words.
    assert generations.check(folder()).commit_no == before + 2
    assert sizes() == [5]


def test_only_segments_that_hold_such_words_are_written_anew(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    before = [segment.segment_id() for segment in all_segments()]
    rebuild()
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    first, *_middle, last = db.session.scalars(db.select(Post)).all()
    translate(first, "en", "One turtle.")
    settle()
    large = all_segments()[0].segment_id()
    assert all_segments()[0].deleted_count() == 1

    withdraw(last)
    settle()

    assert all_segments()[0].segment_id() == large
    assert large not in before
    assert problem_of_index() is None


def test_what_a_killed_merge_left_goes_with_the_words_that_are_forgotten(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    anew(all_segments())
    left = folder() / merging.FOLDER
    assert any(b"tortug" in path.read_bytes() for path in left.glob("*.trm"))

    withdraw(db.session.scalars(db.select(Post)).all()[-1])
    settle()

    assert not left.exists()


def test_a_segment_written_anew_stands_where_it_stood(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    first = db.session.scalars(db.select(Post)).all()[0]
    a_post(pair.thread(), pair.maestra, "Una iguana.")
    settle()
    rebuild()
    a_post(pair.thread(), pair.maestra, "Otra iguana.")
    settle()
    assert sizes() == [6, 1]

    withdraw(first)
    settle()

    assert sizes() == [5, 1]


def test_what_the_disk_does_not_take_is_merged_later(
    app: Flask, pair: Pair, held: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(), generations.check(folder())

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        tidy()
    assert (held(), generations.check(folder())) == before
    assert not (folder() / merging.FOLDER).exists()

    tidy()

    assert sizes() == [5]
    assert held() == before[0]


class Life:
    """A school in which anything may happen next, by the dice."""

    def __init__(self, seed: int, settle: Settle) -> None:
        self.dice = random.Random(seed)
        self.settle = settle
        self.pair = Pair()
        self.thread = self.pair.thread()
        self.written = 0

    def step(self) -> None:
        what = self.dice.choices(
            ["write", "edit", "translate", "hide", "show", "withdraw", "erase", "tidy",
             "rebuild", "settle"],
            weights=[6, 3, 4, 2, 2, 1, 1, 2, 0.5, 6],
        )[0]  # fmt: skip
        getattr(self, what)()
        db.session.commit()

    def words(self) -> str:
        self.written += 1
        few = self.dice.sample(["tortuga", "iguana", "garza", "zorro", "rana"], 2)
        return f"{few[0]} y {few[1]} {self.written}"

    def any_post(self) -> Post | None:
        posts = db.session.scalars(
            db.select(Post).where(Post.withdrawn_at.is_(None), Post.erased_at.is_(None))
        ).all()
        return self.dice.choice(posts) if posts else None

    def write(self) -> None:
        for _n in range(self.dice.choice([1, 1, 1, 4])):
            a_post(self.thread, self.pair.maestra, self.words())

    def edit(self) -> None:
        post = self.any_post()
        if post and post.hidden_at is None and post.current:
            change(post, self.pair.maestra, self.words(), "es", base=post.current.n)

    def translate(self) -> None:
        post = self.any_post()
        if post and post.current and not post.current.renditions:
            translate(post, "en", f"turtle {self.written}")

    def hide(self) -> None:
        if post := self.any_post():
            hide(post, self.pair.maestra, "a test")

    def show(self) -> None:
        if post := self.any_post():
            show_again(post, self.pair.maestra)

    def withdraw(self) -> None:
        if post := self.any_post():
            withdraw(post)

    def erase(self) -> None:
        if post := self.any_post():
            post.erased_at = now()
            changed(post)

    def tidy(self) -> None:
        db.session.commit()
        tidy()

    def rebuild(self) -> None:
        db.session.commit()
        rebuild()


@pytest.mark.parametrize(
    "seed",
    [*range(3), *(pytest.param(n, marks=pytest.mark.sweep) for n in range(3, 60))],
)
def test_whatever_happens_the_index_is_as_one_made_anew(
    app: Flask,
    settle: Settle,
    held: Read,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(merging, "LARGEST_SEGMENT", 6)
    monkeypatch.setattr(index, "MOST_SEGMENTS", 3)
    life = Life(seed, settle)

    for _n in range(60):
        life.step()
    settle()
    before = held()

    assert problem_of_index(afresh=True) is None
    assert not open_jobs(indexing.KIND)
    # No word of what was taken back stands in a file.
    assert not indexing.taken_back(sorted(deleted_posts()))
    assert before == as_anew(held)


def deleted_posts() -> set[int]:
    """Of which posts a text is deleted whose words still stand in a file."""
    storage = index.ClosingStorage(folder())
    try:
        return {
            read_column(storage, segment, "post")[n]
            for segment in all_segments()
            for n in segment.deleted_docs()
        }
    finally:
        storage.close_files()
