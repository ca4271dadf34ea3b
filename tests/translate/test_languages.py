"""Languages of sentences: said when sure, and silent otherwise."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.translate.languages import (
    _WORDS,
    LEAST_LETTERS,
    commonest,
    is_foreign,
    other_language,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "own", "lang"),
    [
        ("My name is Otieno and I live in Kenya.", "es", "en"),
        ("Thank you very much for your letter!", "es", "en"),
        ("THANK YOU FOR YOUR LETTER", "es", "en"),
        ("I am happy.", "es", "en"),
        ("Thank you!", "es", "en"),
        ("Muchas gracias por tu carta.", "en", "es"),
        ("¿Cómo estás, querida amiga?", "en", "es"),
        ("Je suis très content avec vous.", "es", "fr"),
        ("J’aime beaucoup jouer avec mes amis.", "en", "fr"),
        ("Eu moro com a minha família.", "es", "pt"),
        ("Jina langu ni Otieno na ninaishi Kenya.", "en", "sw"),
        ("مرحبا يا أصدقاء", "en", "ar"),
        ("我是学生。", "en", "zh"),
        ("私は学生です。", "en", "ja"),
        ("My name is Otieno and I live in Kenya.", "ar", "en"),
    ],
)
def test_another_language_is_seen(text: str, own: str, lang: str) -> None:
    assert other_language(text, own, {"en", "es"}) == lang


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("My name is Otieno and I live in Kenya.", "en"),
        ("Muchas gracias por tu carta.", "es"),
        ("Me gusta la palabra butterfly.", "es"),
        ("We call it una fiesta de cumpleaños.", "en"),
        ("Kilimanjaro Serengeti Masai Mara", "en"),  # no word that holds a sentence
        ("Otieno Amina Lucía", "es"),
        ("Thank Otieno!", "es"),  # too short
        ("Hello!", "es"),
        ("¿Y tú?", "en"),
        ("No.", "fr"),
        ("Me gusta mucho leer con mi amiga.", "gl"),  # nothing speaks for it
        ("مرحبا يا أصدقاء", "fa"),
        ("1, 2, 3 ... 42", "es"),
        ("", "es"),
    ],
)
def test_what_is_not_sure_is_not_said(text: str, own: str) -> None:
    assert other_language(text, own, {"en", "es"}) is None


def test_one_script_of_two_likely_languages_says_nothing() -> None:
    assert other_language("مرحبا يا أصدقاء", "en", {"ar", "fa"}) is None
    assert other_language("مرحبا يا أصدقاء", "en", {"fa"}) == "fa"


def test_a_tie_is_nobodys() -> None:
    both = "de la vida que de la casa"  # es and ca have all of these
    assert other_language(both, "en") is None


def test_a_short_text_has_nothing_but_words_of_its_language() -> None:
    text = "Thank you Bo"
    assert sum(map(str.isalpha, text)) < LEAST_LETTERS
    assert other_language(text, "es", {"en"}) is None
    assert other_language(f"{text}, dear", "es", {"en"}) == "en"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("butterfly", "es"), ("mariposa", "en"), ("thank you", "es"), ("muchas gracias", "en"),
        ("I love you", "es"), ("مرحبا", "en"),
    ],
)  # fmt: skip
def test_quoted_words_are_foreign(words: str, own: str) -> None:
    assert is_foreign(words, own)


@pytest.mark.parametrize(
    ("words", "own"),
    [("hola", "es"), ("Me gusta el río", "es"), ("thank you", "en"), ("thank you", "gl"),
     ("sol naciente", "es"), ("42", "es")],
)  # fmt: skip
def test_quoted_words_are_its_own(words: str, own: str) -> None:
    assert not is_foreign(words, own)


def test_every_table_has_words_enough() -> None:
    assert all(len(set(words.split())) > 100 for words in _WORDS.values())


def test_no_library_is_needed() -> None:
    """It runs beside the models, in a worker whose memory is bounded."""
    code = "import sys, app.translate.languages; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert not {"numpy", "py3langid", "flask"} & set(done.stdout.split())


def test_the_commonest_words_are_known_or_none() -> None:
    assert {"the", "and"} <= commonest("en")
    assert "goat" not in commonest("en")
    assert commonest("xx") == frozenset()
