"""The look keeps to its budget and its rules: bytes, mirroring, symbols, calm words."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.symbols import SYMBOLS
from app.web.messages import collected, read_po
from tests.builders import a_classroom, a_pupil
from tests.clients import Client

APP = Path(__file__).resolve().parents[2] / "app"


def css() -> str:
    return (APP / "static" / "site.css").read_text("utf-8")


def test_the_stylesheet_fits_its_budget() -> None:
    plain = css().encode()

    assert len(plain) <= 3000
    assert len(gzip.compress(plain, 6)) <= 1500


def test_the_stylesheet_names_no_side_so_that_arabic_mirrors_itself() -> None:
    assert not re.search(r"\b(left|right)\b", css())


def test_without_the_stylesheet_nothing_stands_elsewhere_or_appears() -> None:
    on_screen = css().split("@media print")[0]

    moves = r"(display:none|visibility|order|float|position|clip|opacity)\s*:?"

    assert re.findall(rf"[{{;]{moves}", on_screen) == []
    assert re.findall(rf"[{{;]{moves}", css())


def test_each_symbol_has_one_shape_of_its_own(app: Flask) -> None:
    page = app.jinja_env.get_template("_symbols.html").module
    shapes = page.shapes  # type: ignore[attr-defined]  # what the template sets

    assert set(shapes) == set(SYMBOLS)
    assert len(set(shapes.values())) == 24


def test_a_symbol_is_small_without_the_stylesheet(app: Flask) -> None:
    page = app.jinja_env.get_template("_symbols.html").module

    drawn = page.symbol("fish")  # type: ignore[attr-defined]  # a macro of it

    # As wide as high, by its own shape.
    assert 'height="22" viewBox="0 0 24 24"' in drawn
    assert 'aria-hidden="true"' in drawn


def test_words_on_pages_do_not_shout(app: Flask) -> None:
    said = [
        form
        for lang in app.config["LANGUAGES"]
        for message in read_po(lang)
        if message.id
        for form in (
            [message.string]
            if isinstance(message.string, str)
            else message.string or []
        )
    ]
    assert len(said) > 6 * len(collected()) * 0.9

    shouting = [
        words
        for words in said
        if re.search(r"[!¡]|\b(invalid|rejected|illegal)\b", words, re.I)
    ]

    assert shouting == []


def test_a_text_size_is_kept_with_the_person(app: Flask) -> None:
    pupil = a_pupil(a_classroom(lang="en"))
    Client(app, pupil).post("/me", {"lang": "en", "text_size": "2"})

    elsewhere = Client(app, pupil)

    assert '<html lang="en" class="t2">' in elsewhere.get("/").text
    assert re.search(r'value="2" checked>', elsewhere.get("/me").text)


def test_who_changes_no_size_pays_no_byte_for_it(app: Flask) -> None:
    pupil = a_pupil(a_classroom(lang="en"))

    for page in (Client(app, pupil).get("/").text, Client(app).get("/sign-in").text):
        assert '<html lang="en">' in page


@pytest.mark.parametrize("sent", ["", "3", "-1", "large", "٢"])
def test_a_text_size_that_we_do_not_have_changes_nothing(app: Flask, sent: str) -> None:
    client = Client(app, a_pupil(a_classroom(lang="en")))
    client.post("/me", {"lang": "en", "text_size": "1"})

    answer = client.post("/me", {"lang": "en", "text_size": sent})

    assert answer.status_code == 303
    assert 'class="t1"' in client.get("/").text


def test_each_size_of_a_person_has_its_rule(app: Flask) -> None:
    assert re.findall(r"\.t(\d)\{font-size:\d+%\}", css()) == ["1", "2"]
