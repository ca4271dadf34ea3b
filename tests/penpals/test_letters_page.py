"""A pair's letters: what is new in them, and what a page proves as read."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.posts.models import LETTERS, ReadMark, Thread
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client
from tests.forums.test_reading_on import come_back
from tests.forums.test_thread_page import ids_on, link
from tests.web.test_every_page import MOST_QUERIES, counted
from tests.year import YearHere


class Pair:
    """Two pen pals; the Spanish one writes."""

    def __init__(self) -> None:
        one, other = a_classroom(lang="es"), a_classroom(lang="en")
        space = a_partnership(one, other)
        self.teacher = teacher_of(one)
        self.writer, self.reader = a_pupil(one, "Lucía Ramos"), a_pupil(other)
        self.letters = letters_between(space, self.teacher, self.writer, self.reader)
        self.url = f"/letters/{self.letters.id}"

    def a_letter(self, source: str = "Hola.") -> int:
        return released(a_post(self.letters, self.writer, source), self.teacher).id

    def mark(self) -> int | None:
        db.session.rollback()
        return db.session.scalar(
            select(ReadMark.change_no).where(
                ReadMark.person_id == self.reader.person_id
            )
        )


@pytest.fixture
def pair(app: Flask) -> Pair:
    return Pair()


def test_only_new_letters_come_once_each(app: Flask, pair: Pair) -> None:
    first = pair.a_letter()
    reader = Client(app, pair.reader)
    assert come_back(reader, reader.get(pair.url).text)
    second = pair.a_letter("Adiós.")

    page = reader.get(f"{pair.url}?new").text
    assert ids_on(page) == [second]
    assert "Lucía R." in page.split("<main>")[1]
    assert 'class="letter"' in page
    assert link(page, "Your letter") == f"/write/{pair.letters.id}"
    assert come_back(reader, page)

    page = reader.get(f"{pair.url}?new").text
    assert ids_on(page) == []
    assert "You have read everything here." in page
    assert ids_on(reader.get(pair.url).text) == [first, second]


def test_a_teacher_reads_along_without_answering_or_marking(
    app: Flask, pair: Pair
) -> None:
    pair.a_letter()
    teacher = Client(app, pair.teacher)

    page = teacher.get(f"{pair.url}?new").text
    assert len(ids_on(page)) == 1
    assert link(page, "Your letter") is None
    assert come_back(teacher, page)

    assert pair.mark() is None


def test_a_stranger_finds_no_letters_new_or_old(app: Flask, pair: Pair) -> None:
    pair.a_letter()
    stranger = Client(app, a_pupil(a_classroom()))

    assert stranger.get(pair.url).status_code == 404
    assert stranger.get(f"{pair.url}?new").status_code == 404


def test_letters_cost_four_queries_at_most_however_many(app: Flask, pair: Pair) -> None:
    for n in range(25):
        pair.a_letter(f"Carta {n}.")
    reader = Client(app, pair.reader)
    urls = (pair.url, f"{pair.url}?at=3", f"{pair.url}?new")
    for url in urls:
        reader.get(url)
    costs = []

    for url in urls:
        with counted() as said:
            assert reader.get(url).status_code == 200
        costs.append(len(said))

    assert costs == [4, 4, 3]
    assert max(costs) < MOST_QUERIES


def test_every_pair_is_come_to_from_the_list(
    here: YearHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.penpals.views.PAIRS_A_PAGE", 10)
    client, url, found = here.client("teacher"), "/letters", []
    while url:
        page = client.get(url).text
        shown = [int(n) for n in re.findall(r'href="/letters/(\d+)"', page)]
        assert 0 < len(shown) <= 10
        found += shown
        links = re.findall(r'href="(/letters\?before=\d+)"', page)
        url = links[0] if links else ""

    pairs = db.session.scalars(select(Thread.id).where(Thread.kind == LETTERS))
    assert found == sorted(pairs, reverse=True)
