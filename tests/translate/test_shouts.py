"""Capitals: what is a shout, and that it is one again afterwards."""

import pytest

from app.translate.shouts import (
    in_capitals,
    in_small_letters,
    is_shouted,
    softened,
)

NAMES = {"Luna", "Otieno"}
# Pieces as the tokenizers of packs have them: names are known with a capital only.
PIECES = {"España": 1, "españa": 3, "bogotá": 4, "Bogotá": 4, "Perro": 2, "nasa": 3}


def pieces(word: str) -> int:
    return PIECES.get(word, 1)


@pytest.mark.parametrize(
    "sentence",
    ["VIVO EN ESPAÑA", "¡HOLA! ME LLAMO LUNA", "MAYÚSCULAS", "NO NO", "I AM 12",
     "MI CASA ESTÁ A 3 km DE AQUÍ", "ESCRIBE A @ana_m YA"],
)  # fmt: skip
def test_a_shout_is_one(sentence: str) -> None:
    assert is_shouted(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Vivo en España", "ONU", "TV", "I", "Y", "42", "La NASA es grande", "", "A B C D",
     "@OTIENO", "你好", "Me GUSTA mucho"],
)  # fmt: skip
def test_an_abbreviation_or_a_word_is_no_shout(sentence: str) -> None:
    assert not is_shouted(sentence)


@pytest.mark.parametrize(
    ("shout", "said"),
    [
        ("¡VIVO EN ESPAÑA!", "¡Vivo en España!"),
        ("MI PERRO LUNA Y YO", "Mi perro Luna y yo"),
        ("VIVO EN BOGOTÁ", "Vivo en Bogotá"),  # no model has met it, so it is a name
        ("AND I LIVE WITH OTIENO", "And I live with Otieno"),
        ("VE A www_A Y @ANA", "Ve a www_A y @ANA"),
        ("TENGO 12 AÑOS", "Tengo 12 años"),
    ],
)
def test_a_shout_is_asked_for_in_small_letters(shout: str, said: str) -> None:
    assert in_small_letters(shout, NAMES, pieces) == said


def test_it_is_put_back_in_capitals_but_for_what_is_kept() -> None:
    source = "ESCRIBE A @ana_m A 3 km"

    assert in_capitals("Write to @ana_m at 3 km", source) == "WRITE TO @ana_m AT 3 km"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Me gusta MUCHO el río.", "Me gusta mucho el río."),
        ("La NASA es grande.", "La NASA es grande."),  # three pieces: no word
        ("Mi perra LUNA duerme.", "Mi perra LUNA duerme."),
        ("La ONU y yo", "La ONU y yo"),
        ("Mira MI_CASA", "Mira MI_CASA"),
    ],
)
def test_a_loud_word_is_softened(sentence: str, said: str) -> None:
    assert softened(sentence, NAMES, pieces) == said
