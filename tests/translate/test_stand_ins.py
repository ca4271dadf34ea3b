"""Stand-ins: what has one, and that everything comes back or nothing does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.translate.stand_ins import (
    Masked,
    kept_in,
    mask,
    numbers_in,
    quoted_in,
    without_terms,
    words_in,
)


def kept(
    text: str, terms: dict[str, str] | None = None, pair: str = "es-en"
) -> list[str]:
    found = kept_in(text, [*(terms or {}).items()], *pair.split("-"))
    return [text[one.start : one.end] for one in found]


def masked(
    text: str, terms: dict[str, str] | None = None, pair: str = "es-en"
) -> Masked:
    from_lang, to_lang = pair.split("-")
    found = kept_in(text, [*(terms or {}).items()], from_lang, to_lang)
    return mask(text, found, from_lang, to_lang)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("El 12/03/2026 fuimos", ["12/03/2026"]),
        ("El 2026-03-12 fuimos", ["2026-03-12"]),
        ("El 3 de mayo de 2012 nací", ["3 de mayo de 2012"]),
        ("a 3,5 km de aquí", ["3,5 km"]),
        ("Peso 35 kg y mido 1,42 m.", ["35 kg", "1,42 m"]),
        ("a las 10:30", ["10:30"]),
        ("en 2.º grado, en el 3.er piso", ["2.º", "3.er"]),
        ("Somos 1.250, o 12 500", ["1.250", "12 500"]),
        ("Mi teléfono es 555-1234.", ["555-1234"]),
        ("Hace 25 °C y -3,5 ºC", ["25 °C", "-3,5 ºC"]),
        ("Cuesta 15 €", ["15 €"]),
        ("Hola @otieno y ana@x.org", ["@otieno", "ana@x.org"]),
        ('Usa main(), print("a") y mi_casa', ["main()", 'print("a")', "mi_casa"]),
        ("Abre notas.txt en YouTube", ["notas.txt", "YouTube"]),
        ("Bebo H2O en 6B", ["H2O", "6B"]),
        ('Se dice "thank you" y «butterfly»', ["thank you", "butterfly"]),
        ("Tengo 42 gatos y 3 perros", []),
        ('Dijo: "Me gusta el río"', []),
        ('El libro "Cien años de soledad" es', ["Cien años de soledad"]),
        ('El letrero dice "No pasar."', []),
        ('"Hola", dijo Ana', []),
        ("niño(a) y amigos(as)", []),
        ("Me gusta. Y a ti?", []),
    ],
)
def test_what_a_model_would_garble_gets_a_stand_in(text: str, stays: list[str]) -> None:
    assert kept(text) == stays


def test_a_term_is_a_whole_word() -> None:
    terms = {"arepa": "arepa"}

    assert kept("La arepa y las arepas y arepa.", terms) == ["arepa", "arepa"]


def test_a_longer_term_goes_first() -> None:
    terms = {"Día de los Muertos": "Day of the Dead", "Muertos": "dead"}

    assert kept("El Día de los Muertos", terms) == ["Día de los Muertos"]


@pytest.mark.parametrize(
    ("text", "terms", "asked"),
    [
        ("La arepa es rica", {"arepa": "arepa"}, "La mesa es rica"),
        ("Como arepas", {"arepas": "arepas"}, "Como casas"),
        ("El recreo", {"recreo": "playtime"}, "El libro"),
        ("Usamos Paravion", {"Paravion": "Paravion"}, "Usamos Tom"),
        ("La arepa y la mesa", {"arepa": "arepa"}, "La casa y la mesa"),
        ("El 12/03/2026 fuimos", {}, "El lunes fuimos"),
        ("A 3,5 km de aquí", {}, "A 20 kilómetros de aquí"),
        ("Tengo 1.250 y 20", {}, "Tengo 30 y 20"),
    ],
)
def test_the_stand_in_is_of_the_same_kind(
    text: str, terms: dict[str, str], asked: str
) -> None:
    assert masked(text, terms).asked == asked


@pytest.mark.parametrize(
    ("text", "terms", "answer", "read"),
    [
        ("Como una arepa.", {"arepa": "arepa"}, "I eat a table.", "I eat an arepa."),
        ("El 12/03/2026 fuimos", {}, "We went on Monday", "We went on 12/03/2026"),
        ("A 3,5 km", {}, "20 kilometres away", "3,5 km away"),
        ('Se dice "butterfly".', {}, 'You say " Tom".', 'You say "butterfly".'),
        ("Usa \\1 y a_b", {}, "Use \\1 and Tom", "Use \\1 and a_b"),
        ("Usa a_b", {}, "Mary uses Tom", None),  # nobody spoke of her
    ],
)
def test_what_was_kept_is_put_back(
    text: str, terms: dict[str, str], answer: str, read: str | None
) -> None:
    assert masked(text, terms).put_back(answer, "en") == read


@pytest.mark.parametrize(
    "answer", ["I eat.", "I eat a table with a table.", "I eat tables"]
)
def test_a_stand_in_lost_or_doubled_spoils_the_answer(answer: str) -> None:
    assert masked("Como una arepa.", {"arepa": "arepa"}).put_back(answer, "en") is None


def test_french_and_portuguese_days_have_their_little_words() -> None:
    spanish = "Nací el 3 de mayo."

    assert masked(spanish, pair="es-fr").put_back("Né lundi.", "fr") == "Né le 3 mai."
    assert (
        masked(spanish, pair="es-fr").put_back("Né le lundi.", "fr") == "Né le 3 mai."
    )
    assert (
        masked(spanish, pair="es-pt").put_back("Nasci na segunda-feira.", "pt")
        == "Nasci em 3 de maio."
    )


def test_names_and_easy_numbers_are_listed_apart() -> None:
    text = "Luna tiene 3 gatos y 1.250 libros."
    first = kept_in(text, [], "es", "en")
    names = words_in(text, ["Luna"], first)
    numbers = numbers_in(text, [*first, *names])

    assert [one.said for one in first] == ["1.250"]
    assert [one.said for one in names] == ["Luna"]
    assert [one.said for one in numbers] == ["3"]


def test_quotes_of_another_language_are_known() -> None:
    assert quoted_in('Se dice "thank you", y "gracias".', "es") == ["thank you"]


def test_terms_alone_are_said_at_once() -> None:
    assert without_terms("Arepa, arepa!", [("arepa", "pan")]) == (" ,  !", "pan, pan!")


WORDS = st.sampled_from(
    [
        "Luna",
        "3,5",
        "km",
        "12/03/2026",
        "10:30",
        "2.º",
        "@ana",
        "a_b",
        "main()",
        "555-1234",
        "25",
        "°C",
        "arepa",
        "arepas",
        "Tom",
        "mesa",
        '"butterfly"',
        "YouTube",
        "1.250",
        "me",
        "gusta",
        "el",
        "río",
        "y",
        "42",
    ]
)


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.lists(WORDS, max_size=12).map(" ".join), st.booleans())
def test_an_answer_that_copies_all_stand_ins_says_all(text: str, other: bool) -> None:
    """A model that echoes what it is asked, in languages without tables of words."""
    terms = [("arepa", "arepa"), ("arepas", "arepas")]
    found = kept_in(text, terms, "es", "sw")
    found += words_in(text, ["Luna"], found)

    made = mask(text, found, "es", "sw", other=other)

    assert made.put_back(made.asked, "sw") == text
