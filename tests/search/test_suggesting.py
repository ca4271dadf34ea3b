"""Did you mean: words that stand in what the reader may read, and only those."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import Account
from app.db import db
from app.posts.models import Post
from app.search import respelling, suggesting
from app.search.asking import Question
from app.search.searching import search
from tests.builders import a_post, letters_between, released
from tests.search.test_searching import Pair, translate

Settle = Callable[[], None]


def suggested(viewer: Account, typed: str, **limits: str) -> list[str]:
    results = search(viewer, Question(typed, **limits))
    assert results.total == 0
    for one in results.suggestions:
        assert search(viewer, Question(one, **limits)).total > 0, one
    return list(results.suggestions)


def write(pair: Pair, *sources: str) -> None:
    thread = pair.thread()
    for source in sources:
        a_post(thread, pair.maestra, source)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bicilceta", "bicicleta"),
        ("biccicleta", "bicicleta"),
        ("bicicleat", "bicicleta"),
        ("bisikleta", "bicicleta"),
        ("icicleta", "bicicleta"),
        ("vicicletas", "bicicleta"),
        ("BICICLRTA", "bicicleta"),
        ("vaxa", "vaca"),
        ("monatña", "montaña"),
        ("ecsuelas", "escuela"),
    ],
)
def test_a_word_with_a_mistake_is_suggested_as_it_is_written(
    app: Flask, settle: Settle, typed: str, meant: str
) -> None:
    pair = Pair()
    write(pair, "Mi bicicleta está en la montaña.", "La escuela tiene una vaca.")
    settle()

    assert suggested(pair.ana, typed) == [meant]


@pytest.mark.parametrize(
    "typed", ["xylophon", "casita", "bisiklta", "qo", "123456", "***", "la los"]
)
def test_what_is_like_no_word_gets_no_suggestion(
    app: Flask, settle: Settle, typed: str
) -> None:
    pair = Pair()
    write(pair, "Mi bicicleta.", "Una vaca.")
    settle()

    assert suggested(pair.ana, typed) == []
