"""The bench runs from the checkout, prints every name with a figure, and nothing else."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.chrf import chrf
from bench.figures import LINK, PAGES, PEOPLE, SEARCH, TRANSLATE, NotMeasured
from bench.pairs import made, read
from bench.texts import BY_LANG, Letters
from bench.wire import fetched_with
from bench.words import words_of_page, words_of_posts
from launch.places import ROOT

LINE = re.compile(
    r"(?P<name>[a-z0-9_]+) [0-9.]+(?: (?P<unit>bytes|ms|s|MB|ratio|points|characters/CPU-s))?"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("link", LINK),
        ("pages", PAGES),
        ("people", PEOPLE),
        ("search", SEARCH),
        ("translate", TRANSLATE),
    ],
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


def test_the_same_words_have_all_points_and_others_few() -> None:
    reference = "The river is high this week."

    assert chrf([(reference, reference)]) == pytest.approx(100)
    assert 40 < chrf([("The river is low this week.", reference)]) < 95
    assert chrf([("Xyz", reference)]) == 0.0


def test_made_pairs_come_once_and_in_both_languages() -> None:
    pairs = made(seed=1)

    assert len(pairs) > 1500
    assert len({pair.english for pair in pairs}) == len(pairs)
    assert len({pair.spanish for pair in pairs}) == len(pairs)
    assert made(seed=1) == pairs != made(seed=2)
    assert not any(" a el " in pair.spanish for pair in pairs)


@pytest.mark.parametrize("name", ["pairs.tsv", "pairs.tsv.gz"])
def test_a_file_of_pairs_is_read_packed_or_not(tmp_path: Path, name: str) -> None:
    lines = [f"Sentence {n}.\tFrase {n}.\tmore" for n in range(500)]
    raw = "\n".join([*lines, lines[0], "no tab", ""]).encode()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)

    pairs = read(tmp_path / name, seed=1)

    assert len(pairs) == 500
    assert ("Sentence 7.", "Frase 7.") in pairs


def test_a_file_without_pairs_is_no_measure(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("One.\tUno.\n", "utf-8")

    with pytest.raises(NotMeasured, match="too few"):
        read(tmp_path / "pairs.tsv", seed=1)
    with pytest.raises(NotMeasured, match="cannot be read"):
        read(tmp_path / "nothing.tsv", seed=1)
