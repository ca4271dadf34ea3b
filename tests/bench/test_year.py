"""The year that budgets are measured on: sums as the door keeps them, the same each time."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.db import db, set_reading
from app.posts.models import LETTERS, Post, ReadMark, Rendition, Revision, Thread
from app.posts.publishing import changed
from bench.crowding import a_forum
from bench.year import LETTERS_A_PAIR, MORE_LETTERS, a_year
from tests.apps import an_app
from tests.year import YearHere

SUMS = (Thread.begun_no, Thread.last_no, Thread.last_key, Thread.post_count)


def _sums() -> dict[int, tuple[int | None, ...]]:
    rows = db.session.execute(select(Thread.id, *SUMS)).all()
    return {row[0]: tuple(row[1:]) for row in rows}


def test_bulk_leaves_threads_summed_up_as_the_door_does(here: YearHere) -> None:
    a_forum(here.year.ids["space"], [30, 1, 5])
    before = _sums()

    one_of_each = select(func.max(Post.id)).group_by(Post.thread_id)
    for post in db.session.scalars(select(Post).where(Post.id.in_(one_of_each))).all():
        changed(post)

    assert _sums() == before
    assert min(begun or 0 for begun, *_rest in before.values()) == 0  # one waits
    assert sum(count or 0 for *_rest, count in before.values()) > 2_000


def test_pairs_have_their_twenty_letters_and_one_pupil_has_more_pals(
    here: YearHere,
) -> None:
    year = here.year

    counts = select(Thread.post_count).where(Thread.kind == LETTERS)
    found = Counter(db.session.scalars(counts).all())

    assert len(year.pupils) == len(year.friends) == 30
    assert set(found) <= {
        n for most in (LETTERS_A_PAIR, MORE_LETTERS) for n in (most, most - 1)
    }
    assert found[LETTERS_A_PAIR] > 20


def test_who_was_away_has_more_to_read_than_who_was_not(here: YearHere) -> None:
    year = here.year

    new = {who: _new_for(year.accounts[who]) for who in ("late", "mate", "up_to_date")}

    assert new["late"] > 300
    assert new["late"] > new["mate"] >= new["up_to_date"]


def _new_for(account_id: int) -> int:
    """Count the posts behind her mark in threads she has opened."""
    person_id = db.session.get_one(Account, account_id).person_id
    newer = (
        select(func.count())
        .select_from(ReadMark)
        .join(Post, Post.thread_id == ReadMark.thread_id)
        .where(
            ReadMark.person_id == person_id,
            ReadMark.change_no > 0,
            Post.is_published(),
            Post.author_id != person_id,
            Post.change_no > ReadMark.change_no,
        )
    )
    return db.session.scalar(newer) or 0


def test_a_crowd_is_read_by_all_and_translated(here: YearHere) -> None:
    year = here.year

    crowd = a_forum(year.ids["space"], [10] * 40)

    mine = Post.thread_id.in_(crowd.thread_ids)
    posts = db.session.scalar(select(func.count(Post.id)).where(mine))
    spoken = (
        select(func.count(Rendition.id))
        .join(Revision, Revision.id == Rendition.revision_id)
        .join(Post, Post.id == Revision.post_id)
    )
    marks = select(func.count(ReadMark.id)).where(
        ReadMark.thread_id.in_(crowd.thread_ids)
    )
    assert posts == db.session.scalar(spoken.where(mine)) == 400
    assert db.session.scalar(marks) == 40 * 60


@pytest.mark.parametrize("seed", [1, 2])
def test_the_seed_decides_what_is_written(
    here: YearHere, tmp_path: Path, seed: int
) -> None:
    known = _sources()
    db.session.remove()
    db.engine.dispose()
    (tmp_path / "secret_key").write_text("k" * 64, "ascii")

    with an_app(tmp_path).app_context():
        set_reading(value=False)
        db.create_all()
        a_year(seed)
        again = _sources()
        db.session.remove()
        db.engine.dispose()

    assert (again == known) is (seed == 1)


def _sources() -> list[tuple[str, int]]:
    rows = select(Revision.source, Post.thread_id).join(
        Post, Post.id == Revision.post_id
    )
    found = db.session.execute(rows.order_by(Revision.id)).tuples()
    return [(source, thread_id) for source, thread_id in found]
