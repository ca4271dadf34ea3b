"""The look keeps to its budget and its rules: bytes, mirroring, symbols, calm words."""

import gzip
import re
from pathlib import Path

from flask import Flask

from app.accounts.symbols import SYMBOLS
from app.web.messages import collected, read_po

APP = Path(__file__).resolve().parents[2] / "app"


def css() -> str:
    return (APP / "static" / "site.css").read_text("utf-8")


def test_the_stylesheet_fits_its_budget() -> None:
    plain = css().encode()

    assert len(plain) <= 3000
    assert len(gzip.compress(plain, 6)) <= 1500


def test_the_stylesheet_names_no_side_so_that_arabic_mirrors_itself() -> None:
    assert not re.search(r"\b(left|right)\b", css())


def test_each_symbol_has_one_shape_of_its_own(app: Flask) -> None:
    page = app.jinja_env.get_template("_symbols.html").module
    shapes = page.shapes  # type: ignore[attr-defined]  # what the template sets

    assert set(shapes) == set(SYMBOLS)
    assert len(set(shapes.values())) == 24


def test_a_symbol_is_small_without_the_stylesheet(app: Flask) -> None:
    page = app.jinja_env.get_template("_symbols.html").module

    drawn = page.symbol("fish")  # type: ignore[attr-defined]  # a macro of it

    assert 'width="22" height="22"' in drawn
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
