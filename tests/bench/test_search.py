"""The search bench: the server it fills, what it asks, and FTS5 beside it."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app import markup
from app.accounts.models import Account
from app.db import db, set_reading
from app.posts.models import LETTERS, Post, Revision, Thread
from app.posts.publishing import changed
from bench.fts import match_of
from bench.prose import SHARES
from bench.search import KINDS, percentiles, sorted_out
from bench.search_asking import ask_all
from bench.search_questions import Asked, Questions
from bench.search_world import SearchWorld, fill
from tests.apps import an_app

POSTS = 2_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchWorld]:
    folder = tmp_path_factory.mktemp("search-world")
    (folder / "secret_key").write_text("k" * 64, "ascii")
    app = an_app(folder)
    with app.app_context():
        db.create_all()
    made = fill(app, POSTS)
    with app.app_context():
        set_reading(value=False)
        yield made
        db.session.remove()
        db.engine.dispose()


def _readable(account_id: int) -> float:
    account = db.session.get_one(Account, account_id)
    found = Post.visible_to(account).order_by(None).with_only_columns(func.count())
    return (db.session.scalar(found) or 0) / POSTS


def test_the_pupil_reads_a_third_or_more_and_the_teacher_nearly_all(
    world: SearchWorld,
) -> None:
    assert db.session.scalar(select(func.count(Post.id))) == POSTS
    assert 0.33 < _readable(world.pupil) < 0.6
    assert 0.75 < _readable(world.teacher) < 0.99


def test_both_read_the_thread_where_one_more_comes(world: SearchWorld) -> None:
    assert world.thread_id in _read_by(world.pupil) & _read_by(world.teacher)


def test_languages_and_letters_have_their_shares(world: SearchWorld) -> None:
    langs = Counter(db.session.scalars(select(Revision.lang)))
    letters = select(func.count(Post.id)).where(Post.kind == LETTERS)

    for lang, share in SHARES.items():
        assert langs[lang] / world.posts == pytest.approx(share, abs=0.05)
    assert 0.06 < (db.session.scalar(letters) or 0) / world.posts < 0.16


def test_rows_are_as_the_doors_would_leave_them(world: SearchWorld) -> None:
    assert world.posts == POSTS
    sums = select(Thread.id, Thread.post_count, Thread.last_no, Thread.begun_no)
    before = db.session.execute(sums).all()
    for post in db.session.scalars(select(Post).where(Post.id % 25 == 0)).all():
        changed(post)
    revisions = db.session.scalars(select(Revision).where(Revision.id % 25 == 0)).all()

    assert db.session.execute(sums).all() == before
    assert [one.html for one in revisions] == [
        str(markup.render(one.source)) for one in revisions
    ]


QUESTIONS = 24


@pytest.fixture(scope="module")
def questions(world: SearchWorld) -> dict[str, list[Asked]]:
    assert world.posts == POSTS
    return Questions(QUESTIONS, _read_by(world.pupil), seed=5).sets()


def _read_by(account_id: int) -> set[int]:
    account = db.session.get_one(Account, account_id)
    return {thread.id for thread in db.session.scalars(Thread.visible_to(account))}


def _posts_with(*words: str) -> int:
    found = db.session.scalars(select(Revision.source))
    return sum(set(words) <= set(re.findall(r"\w+", one.casefold())) for one in found)


def test_each_kind_of_question_is_asked_so_often(
    questions: dict[str, list[Asked]],
) -> None:
    assert {kind: len(questions[kind]) for kind in KINDS} == dict.fromkeys(
        KINDS, QUESTIONS
    )
    assert set(questions) - set(KINDS) == {"warm"}


def test_words_stand_in_as_many_posts_as_their_kind_says(
    questions: dict[str, list[Asked]],
) -> None:
    shares = {
        kind: [_posts_with(asked["typed"]) / POSTS for asked in questions[kind][:8]]
        for kind in ("rare", "ordinary", "common")
    }

    assert all(5 <= share * POSTS <= 10 for share in shares["rare"])
    assert all(0.01 <= share <= 0.02 for share in shares["ordinary"])
    assert all(share >= 0.2 for share in shares["common"])
    for kind in ("two", "and"):
        for asked in questions[kind][:8]:
            assert _posts_with(*asked["typed"].split()) > 0


def test_half_of_the_phrases_are_of_the_commonest_words(
    questions: dict[str, list[Asked]],
) -> None:
    sources = db.session.scalars(select(Revision.source)).all()
    folded = [" ".join(re.findall(r"[^\W\d_]{2,}", one.casefold())) for one in sources]

    found = [
        sum(asked["typed"].strip('"') in one for one in folded)
        for asked in questions["phrase"]
    ]

    assert min(found) > 0
    assert sum(count > POSTS / 100 for count in found) == QUESTIONS // 2


def test_the_same_seed_asks_the_same(
    world: SearchWorld, questions: dict[str, list[Asked]]
) -> None:
    readable = _read_by(world.pupil)

    assert Questions(QUESTIONS, readable, seed=5).sets() == questions
    assert Questions(QUESTIONS, readable, seed=6).sets() != questions


def test_who_may_not_read_a_forum_is_not_made_to_ask_for_it(
    world: SearchWorld, questions: dict[str, list[Asked]]
) -> None:
    readable = Thread.id.in_(_read_by(world.pupil))
    forums = set(db.session.scalars(select(Thread.forum_id).where(readable)))

    asked = {one["where"] for one in questions["who"] if "where" in one} - {"letters"}

    assert asked
    assert {int(forum_id) for forum_id in asked} <= forums


@pytest.mark.parametrize(
    ("typed", "found"),
    [("river", [1, 2]), ("tort*", [2]), ('"old river"', [1]), ("river old", [1]), ("or", [])],
)  # fmt: skip
def test_fts5_is_asked_the_same(typed: str, found: list[int]) -> None:
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table texts using fts5 (words)")
    rows = [(1, "The old river"), (2, "A river of tortoises")]
    index.executemany("insert into texts (rowid, words) values (?, ?)", rows)

    hits = index.execute(
        "select rowid from texts where texts match ? order by rowid", (match_of(typed),)
    )

    assert [row[0] for row in hits] == found
    index.close()


def test_questions_that_take_too_long_end_and_warming_up_does_not_count() -> None:
    sets = {"warm": [{"typed": "a"}], "slow": [{"typed": "b"}] * 9, "fast": [{"typed": "c"}] * 9}  # fmt: skip

    answers = ask_all(
        sets, lambda asked: (20_000.0 if asked["typed"] == "b" else 1.0, 3)
    )

    assert {kind: len(found) for kind, found in answers.items()} == {
        "slow": 2,
        "fast": 9,
    }
    values = percentiles({"fast": [(float(n), n) for n in range(21)]}, "fts_")
    assert values == {"fts_fast_p50": 10.0, "fts_fast_p95": 19.0}


def test_what_finds_nothing_is_counted_with_misspelt_words() -> None:
    answers = {"rare": [(2.0, 3), (200.0, 0)], "wrong": [(150.0, 0), (9.0, 1)]}

    assert sorted_out(answers) == {
        "rare": [(2.0, 3)],
        "wrong": [(150.0, 0), (9.0, 1), (200.0, 0)],
    }
