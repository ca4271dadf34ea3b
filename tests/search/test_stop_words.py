"""Stop words are left out where others say more, and none of them names a thing."""

import pytest

from app.search.analysis import FIELDS, PLAIN
from app.search.asking import read
from app.search.folding import fold
from app.search.stop_words import names_of_things, stop_words


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("ar", "في"),
        ("en", "the"),
        ("es", "los"),
        ("fr", "même"),
        ("hi", "हैं"),
        ("pt", "não"),
        ("ro", "și"),
        ("sw", "katika"),
    ],
)
def test_words_that_say_little_are_known(lang: str, word: str) -> None:
    assert fold(word) in stop_words(lang)


@pytest.mark.parametrize("field", FIELDS)
def test_all_of_them_are_written_as_words_are_compared(field: str) -> None:
    assert all(word == fold(word) for word in stop_words(field))


def test_where_nobody_listed_them_there_are_none() -> None:
    assert stop_words(PLAIN) == frozenset()


@pytest.mark.parametrize(
    "word",
    ["dog", "man", "sea", "door", "hat", "mar", "ami", "ville", "mtoto", "नदी", "بحر"],
)
def test_a_thing_is_looked_for_whatever_another_language_calls_so(word: str) -> None:
    (clause,) = read(f"the {word}").required

    assert clause.text == word


@pytest.mark.parametrize("typed", ["the", "كان في", "ya kwa", "and los"])
def test_stop_words_alone_are_looked_for(typed: str) -> None:
    assert [one.text for one in read(typed).required] == typed.split()


@pytest.mark.parametrize(
    ("lang", "typed", "word"),
    [
        ("en", "the die", "die"),
        ("en", "my son", "son"),
        ("es", "las once", "once"),
        ("es", "un té", "té"),
        ("fr", "un été", "été"),
        ("pt", "o som", "som"),
        ("sw", "ya mia", "mia"),
        ("en", "the lake", "lake"),
        ("es", "el pelo", "pelo"),
        ("fr", "les île", "île"),
        ("pt", "o chá", "chá"),
    ],
)
def test_a_thing_in_the_language_of_who_asks_is_looked_for(
    lang: str, typed: str, word: str
) -> None:
    assert [one.text for one in read(f"{typed} qx", lang).required] == [word, "qx"]
    assert [one.text for one in read(f"{typed} qx").required] == ["qx"]


@pytest.mark.parametrize(
    ("lang", "typed"), [("es", "son"), ("fr", "ete"), ("en", "the"), ("de", "die")]
)
def test_what_says_little_to_who_asks_is_not_looked_for_beside_others(
    lang: str, typed: str
) -> None:
    assert [one.text for one in read(f"{typed} qx", lang).required] == ["qx"]


@pytest.mark.parametrize("lang", ["en", "es", "fr", "pt", "sw"])
def test_only_words_that_say_little_somewhere_are_listed_as_things(lang: str) -> None:
    little = frozenset().union(*map(stop_words, FIELDS))

    assert names_of_things(lang)
    assert {fold(word) for word in names_of_things(lang)} <= little
