"""The search page: hits, help for odd questions, bounds on bytes and queries."""

import errno
import gzip
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.db import db
from app.search import cli, generations, index
from app.search.asking import MAX_WORDS, Question
from app.search.searching import search
from tests.builders import a_post
from tests.clients import Client
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]


@contextmanager
def queries() -> Iterator[list[str]]:
    said: list[str] = []

    def note(*args: object) -> None:
        said.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    pair = Pair()
    thread = pair.thread()
    for n in range(15):
        post = a_post(
            thread, pair.maestra, f"Mi tortuga número {n} vive en el río. " * 9
        )
        translate(post, "en", f"My turtle number {n} lives in the river. " * 9)
    settle()
    return pair


def test_the_page_shows_hits_in_the_readers_language(app: Flask, pair: Pair) -> None:
    page = Client(app, pair.tom).get("/search?q=turtles").text

    assert page.count("<article>") == 10
    assert "<mark>turtle</mark>" in page
    assert "15 posts" in page
    assert "Translated by a machine, from Spanish." in page
    assert "page=2" in page


def test_a_hit_leads_to_its_post(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)
    page = tom.get("/search?q=tortuga").text
    address = page.split('<h2><a href="')[1].split('"')[0]

    answer = tom.get(address, follow_redirects=True)

    assert answer.status_code == 200
    assert "turtle" in answer.text


def test_a_page_of_hits_costs_few_queries_and_bytes(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)
    tom.get("/search?q=turtle+river")  # the school's time zone is read once a minute

    with queries() as said:
        answer = tom.get("/search?q=turtle+river")

    assert answer.text.count("<article>") == 10
    assert len(said) <= 6, said
    assert len(gzip.compress(answer.data, 6)) < 14_000


def test_who_is_not_signed_in_is_asked_to(app: Flask) -> None:
    assert Client(app).get("/search?q=x").status_code in (302, 303)


def test_an_empty_question_gets_help(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)

    for typed in ("", "?q=", "?q=%20", "?q=***", "?q=%00%01", "?page=x", "?q=a&page=0"):
        answer = tom.get(f"/search{typed}")
        assert answer.status_code == 200, typed
        assert "<form" in answer.text
    assert "There is no word in that" in tom.get("/search?q=***").text
    assert "There is no word in that" not in tom.get("/search").text


def test_nothing_found_gets_help(app: Flask, pair: Pair) -> None:
    assert "Nothing found" in Client(app, pair.tom).get("/search?q=zeppelin").text


def test_what_was_cut_is_said(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)

    assert "first 12 words" in tom.get("/search?q=" + "w+" * (MAX_WORDS + 1)).text
    assert "first 12 words" not in tom.get("/search?q=" + "w+" * MAX_WORDS).text


def test_hostile_words_stay_words(app: Flask, pair: Pair) -> None:
    page = Client(app, pair.tom).get('/search?q="><script>alert(1)</script>').text

    assert "<script" not in page


def test_no_string_breaks_the_page(app: Flask, pair: Pair) -> None:
    dice = random.Random(2026)
    tom = Client(app, pair.tom)
    signs = [
        '"', '""', '"""', "*", "?", "un*", "*un", "~2", "a~", "[a TO b]", "[", "]", "{",
        "(", ")", "((", "text_en:x", "post:1", "audience:s1", "AND", "OR NOT", "NOT a",
        "^2", "a^9", "\\", "'", "’", "--", "a--b", "%", "_", "\u202e", "\u200d", "\ufdfa",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467", "İ", "ß", "ﬁ", "ﷺ" * 50, "e\u0301" * 90,
        "\u0301" * 200, "の" * 200, "ก็็็็" * 40, "'" * 200, "a'" * 100, "\u0640" * 40,
        "ا" * 5, "ال", "للل", "وال", "\U0002f800" * 30, "\x00", "\ud83d"[:0], "1" * 200,
    ]  # fmt: skip
    letters = "aeinrst río école नदी 川東 نهر ноч \"*?:()[]{}~^+-'’\u0301\u200d\u202e0٣"
    strings = [
        "".join(
            dice.choice(letters) if dice.random() < 0.8 else _any_character(dice)
            for _ in range(dice.randrange(1, 60))
        )
        for _ in range(1000)
    ]

    for typed in signs:
        answer = tom.get("/search", query_string={"q": typed})
        assert answer.status_code == 200, ascii(typed)
    for typed in strings:
        results = search(pair.tom, Question(typed))
        assert results.problem is None, ascii(typed)
        assert results.total <= 15


def _any_character(dice: random.Random) -> str:
    while True:
        found = chr(dice.randrange(0x110000))
        if not "\ud800" <= found <= "\udfff":
            return found


def test_the_command_makes_the_index_anew(app: Flask, pair: Pair) -> None:
    db.session.commit()

    said = app.test_cli_runner().invoke(cli.commands, ["rebuild"])

    assert said.exit_code == 0, said.output
    assert "Search is up to date." in said.output


def test_the_command_waits_for_no_other(app: Flask, pair: Pair) -> None:
    db.session.commit()
    with index.rebuild_lock(generations.home()):
        said = app.test_cli_runner().invoke(cli.commands, ["rebuild"])

    assert said.exit_code == 1
    assert "being made anew already" in said.output


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (
            OperationalError("", None, sqlite3.OperationalError("disk is full")),
            "the disk is full",
        ),
    ],
)
def test_a_rebuild_that_finds_no_room_says_so_in_one_sentence(
    app: Flask,
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    sentence: str,
) -> None:
    before = generations.current(generations.home())

    def fails(*given: object) -> None:
        raise error

    monkeypatch.setattr(generations, "write_durably", fails)
    said = app.test_cli_runner().invoke(cli.commands, ["rebuild"])

    assert said.exit_code == 1
    assert sentence in said.output
    assert said.output.strip().splitlines()[-1].startswith("Error: The old index stays")
    assert isinstance(said.exception, SystemExit)
    assert generations.current(generations.home()) == before
