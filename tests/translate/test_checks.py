"""Checks: each fault seen in the wild is caught, and good sentences pass."""

import pytest

from app.translate.checks import likeness, problem

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
        ("A las 10:30", "At 10:03", "30"),
        ("Tengo 64 libros.", "I have sixty books.", "64"),
        ("Tengo doce años.", "I am 22 years old.", "22"),
        ("Hay 2013 libros.", "There are two thousand and thirty books.", "2013"),
        ("Coleccionamos sellos del mundo.", "We collect stamps of stamps.", "repeats"),
        ("Japón tiene mucha gente.", "A population of population is in Japan.", "repeats"),
        ("Recuerdo bonjour.", 'I remembers."', "quote"),
        ("Vivo en Pasto.", "I live in \u2047.", "word"),
        ("My dog (he is black) eats bread.", "Mi perro come el pan es negro.", "bracket"),
        ("La mamá de Luna", "The mother of the moon", "name"),
        ("Luna's mother", "The mother of the moon", "name"),
        ("Bueno... pues... no sé...", "Well.", "length"),
        ("ñ", "make it", "length"),
        ("Tengo 2 gatos.", "I have 2 cats and 7 dogs.", "7"),
        ("Mi perra se llama Luna.", "My dog is called the moon.", "name"),
        ("Otieno y Luna", "Otieno and the moon", "name"),
        ("Hola.", "Hello, this is a very long story that nobody has told here before, "
         "and so on.", "length"),
        ("Me gusta mucho jugar al fútbol con mis amigos después de la escuela.", "I.", "length"),
        ("The wash will have to be put in the sun to dry.", "La lavará el sol.", "length"),
        ("昨日私はとても楽しかったです。", "It was.", "length"),
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
        ("Tengo 64 libros.", "I have sixty-four books."),
        ("There are 22 of us.", "Somos veintidós."),
        ("In 2013", "En dos mil trece"),
        ("It costs 500 pesos.", "Cuesta quinientos pesos."),
        ("At 2:30", "A las dos y media"),
        ("A las 3:00", "At three"),
        ("H2O", "H₂O"),
        ("Tengo ٣ gatos.", "I have 3 cats."),
        ("Los días son cada vez más cortos.", "The days grow shorter and shorter."),
        ("Iban de la mano.", "They went hand in hand."),
        ("Poco a poco.", "Little by little."),
        ('Dijo: "Hola".', 'He said: "Hello".'),
        (
            "昨日私はとても楽しかったです。",
            "I had a lot of fun yesterday, it was very nice.",
        ),
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


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("El río es grande.", "El río es grande.", True),
        ("El río es grande.", "el rio, es muy grande", True),
        ("Me gusta el fútbol.", "Mi perro come pan.", False),
        ("Me gusta el fútbol.", "", False),
        ("", "", True),
    ],
)
def test_wordings_are_alike_by_their_letters(one: str, other: str, alike: bool) -> None:
    assert (likeness(one, other) > 0.3) is alike


def test_the_same_letters_are_all_of_likeness() -> None:
    assert likeness("Uno dos", "uno, dos.") == 1
