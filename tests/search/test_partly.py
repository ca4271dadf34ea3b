"""Where few posts have all that was asked, those that have most of it stand below."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from app.db import db
from app.posts.models import Post
from app.search import partly
from app.search.asking import NEWEST, Question
from app.search.searching import search
from tests.builders import a_post
from tests.clients import Client
from tests.search.test_searching import Pair

Settle = Callable[[], None]

# Common, so that it says little about a post.
SCHOOLS = 8


class Village(Pair):
    """A thread with many schools, a river, and a turtle or two."""

    def __init__(self, settle: Settle) -> None:
        super().__init__()
        self.talk = self.thread()
        for n in range(SCHOOLS):
            a_post(self.talk, self.teacher, f"Our school number {n}.")
        self.both = a_post(self.talk, self.teacher, "The turtle of our school.")
        self.turtle = a_post(self.talk, self.teacher, "A turtle sleeps here.")
        settle()

    def asks(self, typed: str, **more: str) -> tuple[list[str], list[str]]:
        """Give the posts that have all, and those that have most of it."""
        results = search(self.tom, Question(typed=typed, **more))  # type: ignore[arg-type]  # names of fields
        assert results.total == len(results.hits)
        return (
            [hit.post_uid for hit in results.hits],
            [hit.post_uid for hit in results.partly],
        )


@pytest.fixture
def village(app: Flask, settle: Settle) -> Village:
    return Village(settle)


def test_a_post_with_the_rarer_word_stands_below_those_with_all(
    village: Village,
) -> None:
    # None of the eight with the common word alone.
    assert village.asks("school turtle") == ([village.both.uid], [village.turtle.uid])


def test_where_no_post_has_all_those_with_most_are_found(village: Village) -> None:
    whole, some = village.asks("sleeping turtles xylophone")

    assert whole == []
    assert some == [village.turtle.uid]


def test_the_more_of_it_the_further_up(village: Village, settle: Settle) -> None:
    for words in ("A turtle in the garden.", "A dragon.", "A dragon in our garden."):
        a_post(village.talk, village.teacher, words)
    best = a_post(village.talk, village.teacher, "A dragon met a turtle.")
    settle()

    whole, some = village.asks("dragon turtle garden")

    assert whole == []
    assert best.uid in some[:3]
    assert village.turtle.uid not in some[:3]


@pytest.mark.parametrize("typed", ["turtle", '"sleeping turtle"', "the turtle"])
def test_one_word_is_found_or_not(village: Village, typed: str) -> None:
    assert village.asks(typed)[1] == []


def test_newest_first_shows_only_what_has_all(village: Village) -> None:
    assert village.asks("school turtle", order=NEWEST) == ([village.both.uid], [])


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_is_full_needs_no_others(
    village: Village, settle: Settle, page: int
) -> None:
    for n in range(partly.ENOUGH + 1):
        a_post(village.talk, village.teacher, f"Turtle {n} of the school.")
    settle()

    results = search(village.tom, Question("school turtle"), page=page)

    assert results.total == partly.ENOUGH + 2
    assert results.partly == []


def test_both_together_fill_one_page(village: Village, settle: Settle) -> None:
    for n in range(15):
        a_post(village.talk, village.teacher, f"Turtle number {n}.")
    settle()

    whole, some = village.asks("school turtle")

    assert (len(whole), len(some)) == (1, 9)


def test_nothing_that_may_not_be_read_is_found_by_a_part(
    village: Village, settle: Settle
) -> None:
    theirs = Pair()
    a_post(theirs.thread(), theirs.teacher, "A turtle of strangers.")
    a_post(village.talk, village.lena, "A turtle that waits.")
    settle()
    assert village.asks("school turtle")[1] == [village.turtle.uid]

    # Hidden behind the worker's back: no job, so the index keeps it.
    hidden = update(Post).where(Post.id == village.turtle.id)
    db.session.execute(hidden.values(hidden_at=village.turtle.sent_at))
    db.session.commit()

    assert village.asks("school turtle") == ([village.both.uid], [])


def test_limits_hold_for_a_part_too(village: Village) -> None:
    assert village.asks("school turtle", lang="es") == ([], [])
    assert village.asks("school turtle", lang="en")[1] == [village.turtle.uid]


def test_when_time_is_up_nobody_waits_for_parts(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.matching.MOST_SECONDS", 0)
    monkeypatch.setattr("app.search.matching.Deadline.__init__.__defaults__", (0,))

    assert village.asks("school turtle") == ([], [])


def test_the_page_says_what_has_most_of_it(app: Flask, village: Village) -> None:
    page = Client(app, village.tom).get("/search?q=school+turtle").text
    nothing = Client(app, village.tom).get("/search?q=turtle+xylophone").text
    one = Client(app, village.tom).get("/search?q=turtle").text

    whole, _heading, some = page.partition("These have most of it:")
    assert "of our <mark>school</mark>" in whole
    assert "<mark>turtle</mark> sleeps" in some
    assert "No post has all of it." in nothing
    assert "<mark>turtle</mark> sleeps" in nothing
    assert "most of it" not in one
