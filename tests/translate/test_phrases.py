"""Sayings: greetings and closings in four languages, and nothing else."""

import pytest

from app.translate.phrases import _ROWS, LANGS, opening, saying

NAMES = {"Amina", "Otieno", "Lucía"}


@pytest.mark.parametrize(
    ("sentence", "langs", "said"),
    [
        ("Querida Amina", ("es", "en"), "dear Amina"),
        ("Dear Lucía", ("en", "es"), "querida Lucía"),
        ("Dear Otieno", ("en", "es"), "querido Otieno"),
        ("Hola Otieno y Amina!", ("es", "en"), "hello Otieno and Amina!"),
        ("¡Hola, Lucía!", ("es", "en"), "hello, Lucía!"),
        ("Hello friends!", ("en", "fr"), "bonjour les amis!"),
        ("Bonjour les amis!", ("fr", "es"), "¡hola amigos!"),
        ("Thank you!", ("en", "es"), "¡gracias!"),
        ("How are you?", ("en", "es"), "¿cómo estás?"),
        ("Tu amiga", ("es", "fr"), "ton amie"),
        ("Tu amigo", ("es", "pt"), "seu amigo"),
        ("Tu amiga, Lucía", ("es", "en"), "your friend, Lucía"),
        ("SÍ", ("es", "en"), "yes"),
        ("Me llamo Amina.", ("es", "en"), "my name is Amina."),
        (
            "Saludos de Otieno, Lucía y Amina",
            ("es", "en"),
            "greetings from Otieno, Lucía and Amina",
        ),
        ("And you?", ("en", "es"), "¿y tú?"),
        ("y", ("es", "en"), "and"),
        ("but", ("en", "es"), "pero"),
        ("no", ("es", "en"), "no"),
    ],
)
def test_a_saying_is_known(sentence: str, langs: tuple[str, str], said: str) -> None:
    assert saying(sentence, *langs, NAMES) == said


@pytest.mark.parametrize(
    ("sentence", "langs"),
    [
        ("El río es grande.", ("es", "en")),
        ("Querida Luna", ("es", "en")),  # nobody here is called so
        ("Hola amigos del mundo", ("es", "en")),
        ("Hola", ("es", "sw")),
        ("Hola", ("ar", "en")),
        ("A" * 300, ("es", "en")),
        ("", ("es", "en")),
    ],
)
def test_all_else_is_left_to_the_machine(sentence: str, langs: tuple[str, str]) -> None:
    assert saying(sentence, *langs, NAMES) is None


def test_every_row_speaks_every_language() -> None:
    assert all(len(row) == len(LANGS) for row in _ROWS)
    assert all(form.plain for row in _ROWS for forms in row for form in forms)


@pytest.mark.parametrize(
    ("sentence", "langs", "parted"),
    [
        ("Hola, me gusta leer.", ("es", "en"), ("hello, ", "me gusta leer.")),
        ("Pero me gusta leer.", ("es", "en"), ("but ", "me gusta leer.")),
        ("Me llamo Lucía y tengo diez años.", ("es", "en"),
         ("my name is Lucía and ", "tengo diez años.")),
        ("My name is Otieno and I read.", ("en", "es"),
         ("me llamo Otieno y ", "I read.")),
        # Two are called so, or nobody is.
        ("Me llamo Lucía y Otieno lee.", ("es", "en"),
         ("", "Me llamo Lucía y Otieno lee.")),
        ("Mi casa y mi perro", ("es", "en"), ("", "Mi casa y mi perro")),
    ],
)  # fmt: skip
def test_what_a_sentence_opens_with_is_parted_off(
    sentence: str, langs: tuple[str, str], parted: tuple[str, str]
) -> None:
    assert opening(sentence, *langs, NAMES) == parted
