"""Checks: each fault seen in the wild is caught, and good sentences pass."""

import pytest

from app.translate.checks import problem

NAMES = {"Luna", "Otieno"}


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ("clap clap clap", "La clapapapapapapapa", "repeats"),
        ("El río es grande.", "THHSSSSSS is big.", "repeats"),
        ("Your friend,", "Tu amigo, tu amigo, tu amigo", "repeats"),
        ("Tenemos pollos.", "We have chicken chicken.", "repeats"),
        ("Vivo con mi mamá y mi abuela.", "My mother, my grandmother, my mother and my "
         "grandmother and my mother and my grandmother.", "repeats"),
        ("Tengo 42 libros.", "I have 22 books.", "42"),
        ("Tengo 42 libros y 3 gatos.", "I have 42 books.", "3"),
        ("A las 10:30", "At 10:03", "1030"),
        ("Tengo 2 gatos.", "I have 2 cats and 7 dogs.", "7"),
        ("Mi perra se llama Luna.", "My dog is called the moon.", "name"),
        ("Otieno y Luna", "Otieno and the moon", "name"),
        ("Hola.", "Hello, this is a very long story that nobody has told here before, "
         "and so on.", "length"),
        ("Me gusta mucho jugar al fútbol con mis amigos después de la escuela.", "I.", "length"),
        ("Me gusta el río.", "Me gusta el río.", "source"),
        ("Me gusta el río.", "me gusta el río", "source"),
        ("Hola.", "", "nothing"),
        ("Hola.", "  ", "nothing"),
        ("Mira esto.", "Look at http://evil.example", "link"),
        ("Mira esto.", "Look at www.evil.example", "link"),
    ],
)  # fmt: skip
def test_a_faulty_sentence_is_seen(source: str, target: str, fault: str) -> None:
    assert fault in (problem(source, target, NAMES) or "")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("El río es grande.", "The river is big."),
        ("no no no no", "no no no no"),
        ("No, no puedes.", "No, you cannot, no."),
        ("¡Qué barato! ¡Qué barato!", "How cheap! How cheap!"),
        ("Tengo 42 libros.", "I have 42 books."),
        ("Tengo 2 hermanos.", "I have two brothers."),
        ("Tengo doce años.", "I am 12 years old."),
        ("Cuesta 1.000 pesos.", "It costs 1,000 pesos."),
        ("El 3 de mayo", "May 3rd"),
        ("Mi perra se llama Luna.", "My dog is called Luna."),
        ("La luna es blanca.", "The moon is white."),
        ("Otieno", "Otieno"),
        ("no", "no"),
        ("Sí.", "Yes."),
        ("Lo había visto.", "I had had a look at it."),
        ("Si quieres, ven.", "If you want to, come, you and I."),
        ("jajaja", "hahaha"),
        ("Otieno, Luna", "Otieno, Luna"),
    ],
)
def test_a_good_sentence_passes(source: str, target: str) -> None:
    assert problem(source, target, NAMES) is None
