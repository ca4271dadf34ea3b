"""Whole words, in scripts with spaces between them and without."""

import re
import unicodedata

import pytest

from app.translate.words import folded, however_typed, says


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("quinceañera", "Su Quinceañera es hoy."),
        ("quinceañera", "¡QUINCEAÑERA!"),
        ("quinceañera", unicodedata.normalize("NFD", "una quinceañera.")),
        (unicodedata.normalize("NFD", "quinceañera"), "una quinceañera"),
        ("Río Magdalena", "el RÍO MAGDALENA crece"),
        ("N'Djamena", "à N’Djamena."),
        ("straße", "DIE STRASSE"),
        ("istanbul", "İSTANBUL"),
        ("春节", "我们的春节很好"),
        ("ひなまつり", "きょうはひなまつりです"),
        ("สงกรานต์", "วันสงกรานต์สนุก"),
        ("김치", "김치는 맛있다"),
        ("مدرسة", "هذه مدرسة كبيرة"),
        ("مدرسة", "والمدرسة كبيرة"),
        ("مدرسة", "في مدرسة."),
        ("दिवाली", "कल दिवाली है।"),
    ],
)
def test_words_are_found_however_they_are_typed(words: str, text: str) -> None:
    assert re.search(however_typed(words), text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("quinceañera", "dos quinceañeras"),
        ("ano", "el año nuevo"),
        ("papa", "mi papá"),
        ("quincean", unicodedata.normalize("NFD", "quinceañera")),
        ("era", unicodedata.normalize("NFD", "quinceañera")),
        ("Luna", "la luna es blanca"),
        ("mole", "es amole"),
        ("مدرسة", "مدرستي كبيرة"),
        ("دار", "مدار"),
        ("राम", "रामायण"),
    ],
)
def test_other_words_are_not_taken_for_them(words: str, text: str) -> None:
    assert not re.search(however_typed(words), text, re.IGNORECASE)


def test_a_word_of_ours_is_whole_beside_a_script_without_spaces() -> None:
    assert says("Tomは犬です", "Tom")
    assert not says("Tommyは犬です", "Tom")
    assert not says("tomは犬です", "Tom")


def test_whole_words_are_those_in_latin_letters_alone() -> None:
    assert says("Tom, ven.", "Tom")
    assert not says("Tommy, ven.", "Tom")
    assert not says("tom, ven.", "Tom")
    assert not says("Rom\u00e1n", "Rom")


def test_what_begins_with_a_sign_has_no_letter_to_part_from() -> None:
    assert says("ONU(UN)y", "(UN)")
    assert says("ONU(UN)yは", "(UN)")
    assert re.search(however_typed("¡Olé!"), "dice ¡Olé!y")


def test_folding_keeps_accents_and_forgets_capitals() -> None:
    assert folded("RÍO") == folded("Ri\u0301o") == "río"
    assert folded("papá") != folded("papa")
