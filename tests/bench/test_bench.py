"""The bench runs from the checkout, prints every name with a figure, and nothing else."""

import re
import subprocess
import sys

import pytest

from bench.figures import LINK, PAGES, PEOPLE
from bench.texts import BY_LANG, Letters
from bench.wire import fetched_with
from bench.words import words_of_page, words_of_posts
from launch.places import ROOT

LINE = re.compile(r"(?P<name>[a-z0-9_]+) [0-9.]+(?: (?P<unit>bytes|ms|s|MB|ratio))?")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "figures"), [("link", LINK), ("pages", PAGES), ("people", PEOPLE)]
)
def test_the_quick_bench_prints_every_figure(
    name: str, figures: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--quick"],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    units = {line["name"]: line["unit"] or "" for line in found if line}
    assert None not in found, done.stdout + done.stderr
    assert units == figures


def test_a_bench_that_is_not_there_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nothing"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stdout == ""
    assert "pages" in done.stderr


@pytest.mark.parametrize("lang", BY_LANG)
def test_letters_use_all_sentences_before_one_comes_again(lang: str) -> None:
    sentences = BY_LANG[lang]
    letters = Letters(lang, seed=5)

    written = letters.write(sum(map(len, sentences)) - 2000)

    assert len(set(sentences)) == len(sentences)
    assert [one for one in sentences if written.count(one) > 1] == []
    assert len(Letters(lang, seed=6).write(600)) in range(598, 601)


def test_a_browser_fetches_stylesheet_pictures_and_an_icon() -> None:
    page = (
        '<link rel="stylesheet" href="/static/site.css?1"><img src="a.png">'
        '<img src="a.png"><a href="/elsewhere">read</a>'
    )

    assert fetched_with(page, "/threads/1") == [
        "/static/site.css?1", "/threads/a.png", "/favicon.ico",
    ]  # fmt: skip
    no_icon = page + '<link rel="icon" href="data:,">'
    assert "/favicon.ico" not in fetched_with(no_icon, "/threads/1")


def test_the_words_of_a_page_are_taken_without_what_stands_around() -> None:
    page = (
        "<title>No</title><header><div>No</div></header><main><h1>Rivers</h1>"
        "<article><h2>Ana</h2><div>One <b>two</b>.</div><footer>Answer</footer></article>"
        "<article><h2>Ben</h2><div>Three.</div></article><div>Page 1</div></main>No"
    )

    assert words_of_posts(page).split("\n") == ["One ", "two", ".", "Three."]
    assert words_of_page(page).split() == [
        "Rivers",
        "Ana",
        "One",
        "two",
        ".",
        "Answer",
        "Ben",
        "Three.",
        "Page",
        "1",
    ]
    assert words_of_page("<head>No</head><body><h1>A file</h1></body>") == "A file"
