"""The server that search is measured on: who may read how much of it, and its rows."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app import markup
from app.accounts.models import Account
from app.db import db, set_reading
from app.posts.models import LETTERS, Post, Revision, Thread
from app.posts.publishing import changed
from bench.prose import SHARES
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
