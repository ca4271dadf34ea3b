"""The search page: hits, help for odd questions, bounds on bytes and queries."""

import errno
import gzip
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.accounts.models import Account
from app.classrooms.models import School
from app.db import db
from app.forums.models import Forum
from app.search import cli, generations, index
from app.search.asking import MAX_WORDS, Question
from app.search.searching import search
from tests.builders import a_forum, a_post, a_pupil, letters_between
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


def page_of(app: Flask, viewer: Account, **asked: str) -> str:
    answer = Client(app, viewer).get("/search", query_string=asked)
    assert answer.status_code == 200
    return re.sub('name="csrf_token" value="[^"]*"', "", answer.text)


def links_in(page: str) -> list[str]:
    """Give the addresses of further searches, without what is the same in all."""
    found = re.findall('href="/search[?]([^"]*)#found"', page)
    return [unescape(one) for one in found]


def test_the_page_shows_hits_in_the_readers_language(app: Flask, pair: Pair) -> None:
    page = page_of(app, pair.tom, q="turtles")

    assert page.count("<article>") == 10
    assert "<mark>turtle</mark>" in page
    assert "15 posts" in page
    assert "<title>15 found – Search</title>" in page
    assert "By a machine, from Spanish" in page
    assert "page=2" in page


def test_a_hit_leads_straight_to_its_post(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)
    page = tom.get("/search?q=tortuga").text
    address, _, place = page.split('<h2><a href="')[1].split('"')[0].partition("#")

    answer = tom.get(address)

    assert answer.status_code == 200
    assert f'id="{place}"' in answer.text
    assert "turtle" in answer.text


def test_a_page_of_hits_costs_few_queries_and_bytes(app: Flask, pair: Pair) -> None:
    pair.maestra.person.shown_name = "River Turtle"
    db.session.commit()
    tom = Client(app, pair.tom)
    tom.get("/search?q=turtle+river")  # the school's time zone is read once a minute
    limits = "&who=river&from=2026-01-01&to=2099-01-01&in=es&order=newest"

    for asked in ("q=turtle+river", f"q=turtle+river{limits}", limits[1:]):
        with queries() as said:
            answer = tom.get(f"/search?{asked}")

        assert answer.text.count("<article>") == 10
        assert len(said) <= 6, said
        assert len(gzip.compress(answer.data, 6)) < 14_000


def test_the_longest_hits_there_are_fit_a_page(app: Flask, settle: Settle) -> None:
    dice, pair = random.Random(6), Pair()

    def said(length: int) -> str:
        letters = (dice.choice("abcdefghijklmnopqrstuvwxyz    ") for _ in range(length))
        return "river " + " ".join("".join(letters).split())[: length - 6]

    for n in range(60):
        title = said(120)
        db.session.add(Forum(space_id=pair.space.id, title=title, lang="en"))
        if n < 5:
            a_pupil(pair.spanish, said(50)).person.shown_name = said(60)
    for _n in range(16):
        thread = pair.thread()
        thread.title = said(120)
        post = a_post(thread, pair.maestra, said(16_000))
        translate(post, "en", said(16_000).replace("river", "brook"))
    settle()

    answer = Client(app, pair.tom).get(
        "/search", query_string={"q": "river", "who": pair.maestra.person.shown_name}
    )

    assert answer.text.count("<article>") == 10
    assert answer.text.count("<mark>") >= 20
    assert len(gzip.compress(answer.data, 6)) < 13_500


# Who, where and when.


def test_the_form_keeps_all_that_was_asked_for(app: Flask, pair: Pair) -> None:
    forum = a_forum(pair.space)
    letters_between(pair.space, pair.maestra, pair.ana, pair.tom)

    page = page_of(
        app, pair.tom, q='turtle "río"', who="Ana", where=str(forum.id),
        to="2026-06-01", order="newest", **{"from": "2026-05-01", "in": "es"},
    )  # fmt: skip

    assert "<details open>" in page
    assert 'value="turtle &#34;río&#34;"' in page
    for kept in ('value="Ana"', 'value="2026-05-01"', 'value="2026-06-01"'):
        assert kept in page
    for chosen in (str(forum.id), "newest", "es"):
        assert f'<option value="{chosen}" selected' in page
    assert page.count(" selected") == 3
    assert '<option value="letters">' in page


def test_the_form_is_folded_until_a_limit_is_used(app: Flask, pair: Pair) -> None:
    for asked in ({}, {"q": "turtle"}, {"q": "turtle", "order": "newest", "who": " "}):
        assert "<details>" in page_of(app, pair.tom, **asked)
    for asked in ({"who": "a"}, {"where": "letters"}, {"in": "es"}, {"from": "x"}):
        assert "<details open>" in page_of(app, pair.tom, **asked)


def test_links_keep_what_was_asked_for_and_nothing_empty(
    app: Flask, pair: Pair
) -> None:
    everything = {"q": "tortuga río", "who": pair.maestra.person.shown_name, "in": "es"}
    empty = {"where": "", "from": "", "to": "", "order": ""}

    bare = links_in(page_of(app, pair.tom, q="turtle", **empty))
    full = links_in(page_of(app, pair.tom, **everything, **empty))
    second = links_in(page_of(app, pair.tom, q="turtle", order="newest", page="2"))

    assert bare == ["q=turtle&order=newest", "q=turtle&page=2"]
    kept = f"q=tortuga+r%C3%ADo&who={everything['who'].replace(' ', '+')}&in=es"
    assert full == [f"{kept}&order=newest", f"{kept}&page=2"]
    assert second == ["q=turtle", "q=turtle&order=newest&page=1"]


def test_limits_alone_find_the_newest_and_offer_no_order(
    app: Flask, pair: Pair
) -> None:
    page = page_of(app, pair.tom, who=pair.maestra.person.shown_name)

    assert page.count("<article>") == 10
    assert page.index("number 14") < page.index("number 13")
    assert "Newest first</a>" not in page
    assert "Newest first</a>" in page_of(app, pair.tom, q="turtle")


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("day", ["yesterday", "9999-99-99", "0000-00-00", "0001-01-01"])
def test_a_wrong_day_is_said_beside_it_and_nothing_is_lost(
    app: Flask, pair: Pair, name: str, day: str
) -> None:
    page = page_of(app, pair.tom, **{"q": "turtle", "who": "Ana", name: day})

    said = page.index("Write the day as year, month and day")
    assert page.index(f'for="{name}"') < said < page.index(f'id="{name}"')
    assert f'value="{day}" aria-invalid="true"' in page
    assert 'value="turtle"' in page
    assert 'value="Ana"' in page
    assert "<article>" not in page
    assert "<title>Search</title>" in page


def test_a_last_day_before_the_first_is_said_beside_it(app: Flask, pair: Pair) -> None:
    first, last = "2026-05-02", "2026-05-01"

    wrong = page_of(app, pair.tom, q="turtle", to=last, **{"from": first})
    right = page_of(app, pair.tom, q="turtle", to=first, **{"from": last})

    said = wrong.index("The last day is before the first.")
    assert wrong.index('for="to"') < said < wrong.index('id="to"')
    assert "before the first" not in right


def test_days_are_those_of_the_readers_school_and_both_included(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    # Five hours behind Greenwich, and nine ahead of it.
    for viewer, zone in ((pair.ana, "America/Bogota"), (pair.tom, "Asia/Tokyo")):
        db.session.get_one(School, viewer.person.school_id).time_zone = zone
    for n, hour in enumerate((4, 5, 14, 15)):
        post = a_post(pair.thread(), pair.maestra, f"Tortuga{n}.")
        post.published_at = datetime(2026, 5, 1, hour, tzinfo=UTC)
    settle()

    def found(viewer: Account, day: str) -> list[str]:
        page = page_of(app, viewer, to=day, **{"from": day})
        return sorted(re.findall(r"Tortuga\d", page))

    assert found(pair.ana, "2026-04-30") == ["Tortuga0"]
    assert found(pair.ana, "2026-05-01") == ["Tortuga1", "Tortuga2", "Tortuga3"]
    assert found(pair.tom, "2026-05-01") == ["Tortuga0", "Tortuga1", "Tortuga2"]
    assert found(pair.tom, "2026-05-02") == ["Tortuga3"]


def test_a_forum_of_others_is_said_like_one_that_is_not_there(
    app: Flask, pair: Pair
) -> None:
    theirs = a_forum(Pair().space)

    pages = {
        page_of(app, pair.tom, q="turtle", where=where)
        for where in (str(theirs.id), "9876", "x", "-1")
    }

    assert len(pages) == 1
    assert "This place is not there, or not for you." in pages.pop()


def test_a_name_of_others_is_said_like_one_that_nobody_has(
    app: Flask, pair: Pair
) -> None:
    a_pupil(Pair().spanish, "Zoraida Paz")
    a_pupil(pair.spanish, "Zenobia Paz")

    theirs, nobodys, ours = (
        page_of(app, pair.tom, who=name).replace(name, "")
        for name in ("Zoraida", "Zeferina", "Zenobia")
    )

    assert theirs == nobodys
    assert "nobody of this name" in theirs
    assert "nobody of this name" not in ours
    words = [page_of(app, pair.tom, q=name) for name in ("Zoraida", "Zeferina")]
    assert words[0].replace("Zoraida", "") == words[1].replace("Zeferina", "")


def test_a_person_that_is_found_leads_to_all_she_wrote(app: Flask, pair: Pair) -> None:
    pair.maestra.person.shown_name = "Zoraida P."
    db.session.commit()

    page = page_of(app, pair.tom, q="zoraida", **{"in": "es"})
    (link,) = links_in(page)

    assert "<title>1 found – Search</title>" in page
    assert "No post has this word." in page
    assert link == "in=es&who=Zoraida+P."
    tom = Client(app, pair.tom)
    assert tom.get(f"/search?{link}").text.count("<article>") == 10


def test_a_forum_leads_to_its_page_and_its_page_to_a_search_in_it(
    app: Flask, pair: Pair
) -> None:
    forum = a_forum(pair.space)
    forum.title = "Mountains"
    db.session.commit()

    found = page_of(app, pair.tom, q="mountain")
    page = Client(app, pair.tom).get(f"/forums/{forum.id}").text

    assert f'href="/forums/{forum.id}"' in found
    assert f'href="/search?where={forum.id}"' in page


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
    page = page_of(app, pair.tom, q="zeppelin")

    assert "Nothing found" in page
    assert "<title>0 found – Search</title>" in page


def test_what_was_cut_is_said(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)

    assert "first 12 words" in tom.get("/search?q=" + "w+" * (MAX_WORDS + 1)).text
    assert "first 12 words" not in tom.get("/search?q=" + "w+" * MAX_WORDS).text


def test_a_beginning_that_is_too_short_is_said(app: Flask, pair: Pair) -> None:
    assert "at least 4 letters" in page_of(app, pair.tom, q="tur*")
    assert "at least 4 letters" not in page_of(app, pair.tom, q="turt*")


def test_a_search_that_was_stopped_says_so(
    app: Flask, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count(step=10)
    monkeypatch.setattr(time, "thread_time", lambda: next(clock))

    page = page_of(app, pair.tom, q="turtle river")

    assert "That is too much to look through. Add a rarer word." in page
    assert "Nothing found" not in page


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
        for _ in range(150)
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
