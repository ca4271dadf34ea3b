"""Whatever is typed or put into the address: a page, no fault, and the bound kept."""

import logging
import random
from collections.abc import Callable, Iterator
from itertools import product
from math import inf
from urllib.parse import quote_plus

import pytest
from flask import Flask

from app.search import matching
from app.search.asking import BEST, NEWEST, Question
from app.search.searching import Results, search
from tests.builders import a_post
from tests.clients import Client
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]

# Every sign that means something here or in Whoosh's own language, and neighbours.
SIGNS = [
    *"\"“”„«»「」*?:()[]{}~^+-'’|&!\\/%_<>=@#;,.",
    "**", "****", "a*", "un*", "*un", "tort*", "*tort*", "to*rt", '"tort*"', "~2", "a~",
    "[a TO b]", "text_es:tortuga", "post:1", "audience:1", "AND", "OR", "NOT", "^9", "--",
    '""', '"""', '"a', 'a"', "0", "9" * 30, "9999-99-99", "0000-00-00", "10000-01-01",
    "-1", "1e400", "NaN", "٣", "²", "½", "None", "null", "\x00", "\x01", "\x1b[31m", "\x7f",
    "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "\ufeff", "\u200b", "\u200d", "\u202e",
    "\u2067", "\u061c", "\ufffe", "\U0010ffff", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "🇪🇸", "e" + "\u0301" * 40, "\u0301" * 9, "İ", "ß", "ﬁ", "ﷺ", "\ufdfa", "ǅ", "ก็็็", "の",
    "河流", "학교", "नदी", "नदी*", "ال", "وال*", "لل", "\u0640" * 9, "l'", "d'", "'s", "n't",
    "tortuga", "la", "de", "the", "<script>", "{{7*7}}", "%(x)s", "%s", "' OR 1=1 --",
]  # fmt: skip
# As they stand in an address: bytes of no encoding, halves of characters, and so on.
RAW = [
    "%ED%A0%80", "%ED%B0%80", "%FF%FE", "%C0%AF", "%00", "%F4%90%80%80", "%", "%zz", "%u0041",
    "+", "%2B", "%252A", "%22", "%5B%5D", "&q=b", "&&&", "=", "%E2%80%9C", "tort%2A",
]  # fmt: skip
FIELDS = ["who", "where", "since", "until", "from", "to", "lang", "order", "page"]
JUNK = [
    "", "0", "-1", "1", "2", "99999999999999999999", "9" * 5_000, "1.5", "1e9", "x", "\x00",
    "letters", "new", "newest", "best", "es", "xx", "e" * 300, "*", '"', "ana", "Pupil",
    "2026-01-01", "2026-13-01", "9999-12-31", "9999-99-99", "0000-00-00", "0001-01-01",
    "10000-01-01", "-0001-01-01", "2026-02-30", "2026-W01", "20260101", "٢٠٢٦-٠١-٠١",
    "2026-01-01T00:00:00", "2026-01-01\n", " 2026-01-01 ", "\ud7ff", "河", "\u202e",
]  # fmt: skip


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    pair = Pair()
    thread = pair.thread()
    for n in range(12):
        post = a_post(thread, pair.maestra, f"Mi tortuga {n} vive cerca de la escuela.")
        translate(post, "en", f"My turtle {n} lives near the school.")
    a_post(thread, pair.maestra, "河流和学校。", lang="zh")
    settle()
    return pair


def by_dice(dice: random.Random) -> str:
    """Put signs, words and any characters at all together."""
    pieces = [
        dice.choice(SIGNS) if dice.random() < 0.8 else _any_character(dice)
        for _n in range(dice.randrange(1, 14))
    ]
    return dice.choice(["", "", " "]).join(pieces)


def _any_character(dice: random.Random) -> str:
    while True:
        found = chr(dice.randrange(0x110000))
        if not "\ud800" <= found <= "\udfff":
            return found


def questions(seed: int, most: int) -> Iterator[dict[str, str]]:
    dice = random.Random(seed)
    for _n in range(most):
        chosen = dice.sample(FIELDS, dice.choice([0, 0, 1, 2, 4]))
        asked = {name: dice.choice([*JUNK, *SIGNS]) for name in chosen}
        yield {"q": by_dice(dice), **asked}


def answers(
    app: Flask, pair: Pair, caplog: pytest.LogCaptureFixture, seed: int, most: int
) -> None:
    tom = Client(app, pair.tom)
    with caplog.at_level(logging.WARNING):
        for asked in questions(seed, most):
            answer = tom.get("/search", query_string=asked)
            assert answer.status_code == 200, ascii(asked)
            # The index is whole, and no question makes it look otherwise.
            assert "catching up" not in answer.text, ascii(asked)
            assert "<form" in answer.text
    assert caplog.records == []


def test_no_string_of_three_hundred_breaks_the_page(
    app: Flask, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    answers(app, pair, caplog, seed=6, most=300)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(10))
def test_no_string_of_ten_thousand_breaks_the_page(
    app: Flask, pair: Pair, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    answers(app, pair, caplog, seed=100 + seed, most=1_000)


def test_each_sign_alone_and_beside_a_word_is_answered(
    app: Flask, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    for sign in SIGNS:
        for typed in (sign, f"tortuga {sign}", f"{sign}tortuga", f"tortuga{sign}"):
            results = search(pair.tom, Question(typed))
            assert results.problem is None, ascii(typed)
            assert results.total <= 13
    assert caplog.records == []


def test_no_bytes_in_an_address_break_the_page(
    app: Flask, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    tom = Client(app, pair.tom)

    for field, raw in product(["q", *FIELDS], RAW):
        answer = tom.get(f"/search?q=tortuga&{field}={raw}")
        assert answer.status_code == 200, (field, raw)
        assert "catching up" not in answer.text
    assert caplog.records == []


def test_a_question_of_200_kb_is_cut_and_answered(app: Flask, pair: Pair) -> None:
    tom = Client(app, pair.tom)

    for field, sign in product(["q", *FIELDS], ["a", "a ", '"', "の", "*", "\u202e"]):
        most = 200_000 // len(quote_plus(sign))
        answer = tom.get("/search", query_string={"q": "tortuga", field: sign * most})
        assert answer.status_code == 200
        # What comes back on a weak link is no longer than what can be looked for.
        assert len(answer.data) < 14_000, (field, sign)


class Clock:
    """Stands for the CPU time of this thread: at the n-th look all of it is used up."""

    def __init__(self, looks: float) -> None:
        self.looks, self.left = 0, looks

    def thread_time(self) -> float:
        self.looks += 1
        return 0.0 if self.looks <= self.left else 1e9


WORST = [
    "tortuga vive cerca de la escuela turtle lives near the school mi my",
    '"tortuga vive" "vive cerca" "near the" "the school" "mi tortuga" "my turtle"',
    "tort* turt* escu* scho* live* vive* cerc* near* tortu* turtl* escue* schoo*",
    '"my turtle lives near the school"',
    "河流 学校",
    "tortuja",
    "tortuja turtel skool",
]


def test_a_search_stopped_at_any_moment_shows_first_results_and_says_so(
    app: Flask, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_now_and_then(monkeypatch, pair, moments=10)


@pytest.mark.sweep
def test_a_search_stopped_at_every_moment_shows_first_results_and_says_so(
    app: Flask, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_now_and_then(monkeypatch, pair, moments=10_000)


def stop_now_and_then(
    monkeypatch: pytest.MonkeyPatch, pair: Pair, *, moments: int
) -> None:
    for typed, order in product(WORST, [BEST, NEWEST]):
        asked = Question(typed, order=order)
        whole, looks = stopped_after(monkeypatch, pair, asked, inf)
        assert not whole.first_results
        assert looks > 10, typed
        for n in range(1, looks, max(1, looks // moments)):
            some, _looks = stopped_after(monkeypatch, pair, asked, n)
            assert some.problem is None
            assert some.total == whole.total or some.first_results, (typed, n)
            assert some.total <= whole.total
            assert set(some.suggestions) <= set(whole.suggestions)


def stopped_after(
    monkeypatch: pytest.MonkeyPatch, pair: Pair, asked: Question, looks: float
) -> tuple[Results, int]:
    clock = Clock(looks)
    with monkeypatch.context() as patch:
        patch.setattr(matching, "time", clock)
        return search(pair.tom, asked), clock.looks
