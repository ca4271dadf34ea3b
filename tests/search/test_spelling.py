"""How far two words are apart: a letter too many, too few, another or swapped."""

import pytest

from app.search.asking import read
from app.search.spelling import distance, spots_of


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("tortuga", "tortuga", 0),
        ("tortuga", "tortura", 1),
        ("tortuga", "totuga", 1),
        ("tortuga", "torttuga", 1),
        ("tortuga", "tortgua", 1),
        ("otrtuga", "tortuga", 1),
        ("tortuag", "tortuga", 1),
        ("tortuga", "totruag", 2),
        ("tortuga", "artuga", 2),
        ("tortuga", "tor", 3),
        ("tortuga", "ballena", 3),
        ("", "ab", 2),
    ],
)
def test_each_mistake_counts_one_up_to_the_most(
    one: str, other: str, apart: int
) -> None:
    assert distance(one, other, 2) == apart
    assert distance(other, one, 2) == apart


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("drawnig", "draw", 0),
        ("drawnig", "drow", 1),
        ("drawnig", "dra", 1),
        ("drawnig", "drain", 1),
        ("draw", "drawing", 3),
    ],
)
def test_an_ending_of_the_first_is_no_mistake(one: str, other: str, apart: int) -> None:
    assert distance(one, other, 2, ending=3) == apart


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("tortuag", ["tortuag"]),
        ('mi "casa azul" ríos*', ["casa", "azul", "rios"]),
        ("sol mar pez", []),
        ("where also para", []),
        ("abc123 2024", []),
        ("我们的学校 ภาษาไทยครับ", []),
        ("مدرصة школо", ["مدرصه", "школо"]),
    ],
)
def test_words_of_four_letters_can_be_wrong(typed: str, words: list[str]) -> None:
    assert [spot.bare for spot in spots_of(read(typed))] == words
