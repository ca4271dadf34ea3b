"""Hundreds of sends over links that break at every byte: each letter once, no word lost."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import KeptForm
from app.db import db
from app.posts.models import Draft, Post, Revision, Thread
from bench.weak_link import WeakLink
from tests.weak_link.faults import ALL
from tests.weak_link.hand import Hand
from tests.weak_link.school import a_school_that_writes, a_server

PUPILS = 4


@contextmanager
def somebody_else_writes(database: Path) -> Iterator[None]:
    """Take the one writer's place now and then, as a backup or the worker does."""
    over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=20)) as base:
            base.isolation_level = None
            while not over.wait(1.3):
                base.execute("begin immediate")
                over.wait(0.2)
                base.execute("rollback")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("sends", [100, pytest.param(1_400, marks=pytest.mark.sweep)])
def test_each_letter_is_there_once_and_no_word_that_arrived_is_lost(
    app: Flask, instance: Path, sends: int
) -> None:
    school = a_school_that_writes(app, PUPILS)
    with ExitStack() as open_links:
        site = open_links.enter_context(a_server(instance))
        links = [
            open_links.enter_context(
                WeakLink(site.port, rate_bits=None, delay_seconds=0)
            )
            for _pupil in school.pupils
        ]
        open_links.enter_context(somebody_else_writes(instance / "paravion.db"))
        hands = [Hand(school, n, instance, link) for n, link in enumerate(links)]
        with ThreadPoolExecutor(PUPILS) as writing:
            list(writing.map(lambda hand: hand.write(sends // PUPILS), hands))

    struck: Counter[str] = sum((hand.struck for hand in hands), Counter())
    ways: Counter[str] = sum((hand.ways for hand in hands), Counter())
    broken = sum(line.broken for link in links for line in link.lines)
    print("lines broken:", broken, *sorted((struck + ways).items()), sep="\n")
    assert {str(kind) for kind in ALL} == {*struck}
    assert broken > sends // 2
    for hand in hands:
        check_each_once(hand)
    kept = db.session.scalar(select(func.count(KeptForm.id)))
    assert kept == 0, "what was kept was sent by its author"


def check_each_once(hand: Hand) -> None:
    """Compare all that stands in the database with what she wrote."""
    author_id, written = hand.pupil.person_id, hand.written
    rows = db.session.execute(
        select(Post.id, Post.uid, Revision.source, Revision.n)
        .join(Revision, Revision.post_id == Post.id)
        .where(Post.author_id == author_id)
    ).all()
    drafts = Counter(
        db.session.scalars(select(Draft.source).where(Draft.person_id == author_id))
    )
    titles = select(Thread.title).where(Thread.made_by_id == author_id)

    assert Counter(row.source for row in rows) == written.posts
    assert {row.n for row in rows} == {1}
    assert written.drafts <= drafts
    beside = drafts - written.drafts
    assert {*beside} <= written.overtaken
    assert beside.total() <= len(written.overtaken) // 10
    assert Counter(db.session.scalars(titles)) == written.titles
    by_ref = {ref: row.source for row in rows for ref in (str(row.id), row.uid)}
    said = [(ref, by_ref.get(ref, "of nobody")) for ref, _words in written.receipts]
    assert said == written.receipts
