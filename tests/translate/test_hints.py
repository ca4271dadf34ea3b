"""Plain hints: few, calm, and only where they help."""

import pytest

from app.packs.engine import Model
from app.translate.hints import (
    CAPITALS,
    DIFFERS,
    IDIOM,
    LONG,
    NO_STOP,
    SMALL_NAME,
    STUMBLED,
    UNKNOWN,
    Hint,
    Tried,
    has_stops,
    hints_for,
)

LONG_ES = (
    "Me gusta jugar con mis hermanos en el río después de la escuela porque hace mucho "
    "calor y el agua está muy fría y siempre vemos peces pequeños y a veces una tortuga"
)
NAMES = frozenset({"Amina", "Luna"})


def known(word: str) -> int:
    return 1


def hints(one: Tried | str, lang: str = "es", *, stops: bool = True) -> list[Hint]:
    tried = Tried(one, "") if isinstance(one, str) else one
    return hints_for(tried, lang, names=NAMES, pieces=known, has_stops=stops)


@pytest.mark.parametrize(
    ("sentence", "lang", "found"),
    [
        (f"{LONG_ES}.", "es", [(LONG, "")]),
        ("ME GUSTA LEER.", "es", [(CAPITALS, "")]),
        ("Mi amiga amina lee.", "es", [(SMALL_NAME, "amina")]),
        ("luna y yo jugamos.", "es", [(SMALL_NAME, "luna")]),
        ("Ayer llovía a cántaros.", "es", [(IDIOM, "a cántaros")]),
        ("Siempre me tomas el pelo.", "es", [(IDIOM, "tomas el pelo")]),
        ("It is raining cats and dogs.", "en", [(IDIOM, "cats and dogs")]),
        ("The test was a Piece of cake!", "en", [(IDIOM, "Piece of cake")]),
        ("Elle est tombée dans les pommes.", "fr", [(IDIOM, "dans les pommes")]),
        ("Ce n’est pas tes oignons.", "fr", [(IDIOM, "tes oignons")]),
        ("Ele sempre paga o pato.", "pt", [(IDIOM, "paga o pato")]),
    ],
)
def test_what_she_can_mend_is_named(
    sentence: str, lang: str, found: list[Hint]
) -> None:
    assert hints(sentence, lang) == found


@pytest.mark.parametrize(
    ("sentence", "lang"),
    [
        ("Me gusta leer con mis amigos.", "es"),
        ("Amina y Luna leen.", "es"),
        ("La luna brilla.", "es"),
        ("The luna of the story sleeps.", "en"),
        ("OK", "es"),
        ("TV", "en"),
        ("I have cats and two dogs.", "en"),
        ("Tomo el autobús.", "es"),
        ("Ayer llovía a cántaros.", "sw"),
    ],
)
def test_a_plain_sentence_gets_no_hint(sentence: str, lang: str) -> None:
    assert hints(sentence, lang) == []


def test_a_text_without_stops_is_told_so_and_not_that_it_is_long() -> None:
    assert not has_stops(LONG_ES)
    assert hints(LONG_ES, stops=False) == [(NO_STOP, "")]


def test_a_few_words_need_no_stop() -> None:
    assert has_stops("Hola Amina")
    assert has_stops(f"{LONG_ES}.")


def test_two_hints_at_most_and_a_stumble_first() -> None:
    everything = Tried(f"amina y luna: {LONG_ES.upper()} a cántaros", "", stumbled=True)

    found = hints(everything)

    assert [code for code, _word in found] == [STUMBLED, SMALL_NAME]


def test_what_comes_back_as_something_else_is_told() -> None:
    wrong = Tried("El dinero vino por correo.", "Tom.", "Tom se cayó ahí.")
    right = wrong._replace(back="El dinero llegó por correo.")

    assert hints(wrong) == [(DIFFERS, "")]
    assert hints(right) == []


@pytest.mark.parametrize(
    ("one", "word"),
    [
        # It never comes back, it stands there as it was, or nothing was said at all.
        (Tried("El sancocho es lo mejor.", "The dog is best.", "El perro es lo mejor."), "sancocho"),
        (Tried("Comemos sancocho hoy.", "We eat sancocho today.", "Comemos sancocho hoy."), "sancocho"),
        (Tried("El sancocho es de ayer.", "El sancocho es de ayer.", stumbled=True), "sancocho"),
    ],
)  # fmt: skip
def test_a_word_that_no_model_has_met_is_named(
    es_en: Model, one: Tried, word: str
) -> None:
    found = hints_for(one, "es", names=(), pieces=es_en.tokens_of)

    assert (UNKNOWN, word) in found


@pytest.mark.parametrize(
    "one",
    [
        Tried("El hospital es final.", "The hospital is final.", "El hospital es final."),
        Tried("Construyeron una casa.", "They built a house.", "Construyó una casa."),
        Tried("El sancocho es bueno.", "Sancocho is good.", "El sancocho es bueno."),
        Tried("Mi abuela está contenta.", "She is happy.", "Mi abuela está feliz."),
    ],
)  # fmt: skip
def test_words_that_models_know_or_carry_over_are_not(es_en: Model, one: Tried) -> None:
    assert hints_for(one, "es", names=(), pieces=es_en.tokens_of) == []
