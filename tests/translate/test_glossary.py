"""Terms of a class: where they stand, and how they are said or that they stay."""

import time
import unicodedata
from itertools import combinations

import pytest
from flask import Flask

from app.db import db
from app.translate.glossary import (
    TERMS_MAX,
    Line,
    checked,
    terms_in,
    terms_of,
    terms_of_class,
)
from app.translate.models import TERM_MAX
from app.web.errors import Refused
from app.wording import changing
from tests.builders import a_classroom, a_partnership, own_space, teacher_of
from tests.translate.test_translating import Two

# Terms of one class in Arabic, whose patterns take longest to make.
MANY = {f"{one}{other}درس": "x" for one in "بتثج" for other in "سشصض"}


def put(room_id: int, *lines: Line) -> None:
    changing.take(room_id, lines, None)
    db.session.commit()


def test_a_term_is_found_however_it_is_typed() -> None:
    terms = {"quinceañera": "sweet fifteen"}

    assert terms_in("Hoy es su quinceañera.", terms) == (
        ("quinceañera", "sweet fifteen"),
    )
    assert terms_in("HOY ES SU QUINCEAÑERA", terms) == (
        ("QUINCEAÑERA", "SWEET FIFTEEN"),
    )
    apart = unicodedata.normalize("NFD", "su quinceañera")
    assert terms_in(apart, terms) == ((apart.split()[1], "sweet fifteen"),)


def test_a_capital_is_kept_but_for_the_one_that_begins_a_sentence() -> None:
    terms = {"quinceañera": "sweet fifteen"}

    assert terms_in("¡Quinceañera hoy!", terms) == (("Quinceañera", "sweet fifteen"),)
    assert terms_in("La Quinceañera", terms) == (("Quinceañera", "Sweet fifteen"),)


def test_what_stays_stays_as_it_is_typed() -> None:
    terms = {"mole": "mole", "Luna": "Luna"}

    assert terms_in("Al Mole y al MOLE.", terms) == (("MOLE", "MOLE"), ("Mole", "Mole"))
    assert terms_in("Mole para todos.", terms) == (("Mole", "mole"),)
    assert terms_in("Luna mira la luna.", terms) == (("Luna", "Luna"),)


def test_the_longer_of_two_terms_counts() -> None:
    terms = {"Río": "River", "Río Magdalena": "Magdalena"}

    assert terms_in("El Río Magdalena.", terms) == (("Río Magdalena", "Magdalena"),)
    assert terms_in("El Río Magdalena es un Río.", terms) == (
        ("Río Magdalena", "Magdalena"),
        ("Río", "River"),
    )


def test_a_word_that_only_begins_like_a_term_is_none() -> None:
    assert terms_in("Los moles y el amole.", {"mole": "mole"}) == ()
    assert terms_in("我们的春节很好", {"春节": "Spring Festival"}) == (
        ("春节", "Spring Festival"),
    )


def test_a_space_has_the_terms_of_all_its_classes(app: Flask) -> None:
    two = Two()
    elsewhere = a_classroom(lang="es")
    put(two.spanish.id, Line("es", "minga", "en", "work party"), Line("es", "guaro"))
    put(two.english.id, Line("es", "minga", "en", "community work"))
    put(elsewhere.id, Line("es", "tinto", "en", "black coffee"))

    assert terms_of(two.space.id, "es", "en") == {
        "minga": "community work",
        "guaro": "guaro",
    }
    assert terms_of(two.space.id, "es", "fr") == {"guaro": "guaro"}
    assert terms_of(own_space(two.spanish).id, "es", "en")["minga"] == "work party"


def test_a_class_that_was_asked_and_has_not_come_says_nothing(app: Flask) -> None:
    two = Two()
    put(two.english.id, Line("es", "minga"))
    for joined in two.space.classrooms:
        if joined.classroom_id == two.english.id:
            joined.joined_at = None
    db.session.commit()

    assert terms_of(two.space.id, "es", "en") == {}


def test_one_language_goes_before_all(app: Flask) -> None:
    two = Two()
    put(two.spanish.id, Line("es", "minga", "en", "work party"), Line("es", "minga"))

    assert terms_of(two.space.id, "es", "en") == {"minga": "work party"}
    assert terms_of(two.space.id, "es", "fr") == {"minga": "minga"}


def test_a_name_stays_in_posts_of_every_language(app: Flask) -> None:
    """The dog is called so whoever writes of her; a word is a word of one language."""
    two = Two()
    put(two.spanish.id, Line("es", "Luna"), Line("es", "mole"), Line("es", "春节"))

    assert terms_of(two.space.id, "en", "es") == {"Luna": "Luna", "春节": "春节"}


def test_what_is_typed_is_tidied() -> None:
    typed = checked("es", "  Feria \n de\u0301 ", "en", " Fair\t")

    assert typed == Line("es", "Feria dé", "en", "Fair")
    assert checked("es", "Luna", "en", "Luna") == Line("es", "Luna", "en", "")
    assert checked("ar", "مدرسة النور") == Line("ar", "مدرسة النور")
    assert checked("es", "Dr. Peña (6.º B), ¿sí?").term == "Dr. Peña (6.º B), ¿sí?"


@pytest.mark.parametrize(
    ("lang", "term", "to_lang", "said", "field", "words"),
    [
        ("", "Luna", "", "", "lang", "language of the word"),
        ("xx", "Luna", "", "", "lang", "language of the word"),
        ("es", "Luna", "xx", "", "to_lang", "in which language"),
        ("es", "Luna", "es", "Moon", "to_lang", "another language"),
        ("es", " ", "", "", "term", "Write the word"),
        ("es", "42", "", "", "term", "has no letter"),
        ("es", "a" * (TERM_MAX + 1), "", "", "term", "has 81 characters; 80 fit"),
        ("es", "Luna", "en", "b" * 900, "said", "has 900 characters"),
        ("es", "**Luna**", "", "", "term", "the sign *"),
        ("es", "Luna", "en", "a <b>", "said", "the sign <"),
        ("es", "@luna", "", "", "term", "the sign @"),
        ("es", "https://luna", "", "", "term", "the sign ://"),
        ("es", "Fiesta 🎉", "", "", "term", "the sign 🎉"),
    ],
)
def test_what_cannot_be_a_term_is_refused_with_a_sentence(
    app: Flask, lang: str, term: str, to_lang: str, said: str, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words.replace("*", r"\*")) as refusal:
        checked(lang, term, to_lang, said)

    assert refusal.value.field == field


def test_a_list_that_would_be_too_long_is_refused_whole(app: Flask) -> None:
    room = a_classroom()
    put(room.id, *[Line("es", f"palabra {n}") for n in range(TERMS_MAX - 1)])
    one_more, two_more = [Line("es", "una")], [Line("es", "una"), Line("es", "dos")]

    with pytest.raises(Refused, match="501 words; 500 fit"):
        changing.take(room.id, two_more, None)
    assert len(terms_of_class(room.id)) == TERMS_MAX - 1
    assert changing.take(room.id, one_more, None).new == 1


def test_sentences_with_other_terms_each_are_looked_through_in_no_time() -> None:
    """Patterns made anew for each sentence took a second for each."""
    sentences = [" ".join(some) for some in combinations(MANY, 3)][:120]
    began = time.process_time()

    found = [terms_in(sentence, MANY) for sentence in sentences]

    assert {len(some) for some in found} == {3}
    assert time.process_time() - began < 8


def test_terms_of_other_classes_are_not_listed(app: Flask) -> None:
    space = a_partnership()
    one, other = (joined.classroom for joined in space.classrooms)
    changing.take(one.id, [Line("es", "minga")], teacher_of(one).person_id)

    assert [row.term for row in terms_of_class(one.id)] == ["minga"]
    assert terms_of_class(other.id) == []
