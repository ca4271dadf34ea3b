"""The memory: what was said once serves again, by whom it was said, until it is erased."""

from flask import Flask

from app.db import db
from app.posts.models import Post
from app.translate import memory
from app.translate.interpreting import Asked, Told
from app.translate.memory import BY_PERSON, Remembered
from app.translate.models import Memory, MemorySource
from tests.builders import a_classroom, a_post, a_thread, own_space, teacher_of

PACK = "es-en 0.2"


def a_revision() -> int:
    classroom = a_classroom(lang="es")
    teacher = teacher_of(classroom)
    post: Post = a_post(a_thread(own_space(classroom), teacher), teacher, "Hola.")
    assert post.current_id is not None
    return post.current_id


def test_a_sentence_is_found_again_however_it_was_spaced(app: Flask) -> None:
    memory.store("es-en", {Asked("El río."): Remembered(PACK, Told("The river."))}, {})

    found = memory.look_up("es-en", PACK, [Asked("El  ri\u0301o. ")])

    assert [one.told for one in found.values()] == [Told("The river.")]


def test_another_pack_and_another_pair_know_nothing_of_it(app: Flask) -> None:
    memory.store("es-en", {Asked("Hola."): Remembered(PACK, Told("Hello."))}, {})

    assert memory.look_up("es-en", "es-en 1.0", [Asked("Hola.")]) == {}
    assert memory.look_up("es-fr", PACK, [Asked("Hola.")]) == {}


def test_a_person_is_asked_before_a_pack_and_about_a_direction(app: Flask) -> None:
    said = Remembered(BY_PERSON, Told("Hi there."))
    memory.store("es-en", {Asked("Hola."): said}, {})
    memory.store("es-en", {Asked("Hola."): Remembered(PACK, Told("Hold on."))}, {})

    assert memory.by_person("es-en", ["Hola.", "Adiós."]) == {"Hola.": said}
    assert memory.by_person("es-fr", ["Hola."]) == {}


def test_a_sentence_with_a_term_is_another_than_without(app: Flask) -> None:
    plain = Asked("Comemos mole.")
    term = Asked("Comemos mole.", terms=(("mole", "mole"),))
    told = Remembered(memory.signed(PACK, term), Told("We eat mole."))
    memory.store("es-en", {plain: Remembered(PACK, Told("We eat spring."))}, {})
    memory.store("es-en", {term: told}, {})

    assert memory.look_up("es-en", PACK, [term]) == {term: told}


def test_a_stumble_is_remembered_as_one(app: Flask) -> None:
    memory.store(
        "es-en", {Asked("Hola."): Remembered(PACK, Told("Hola.", doubt=True))}, {}
    )

    assert memory.look_up("es-en", PACK, [Asked("Hola.")])[Asked("Hola.")].told.doubt


def test_storing_twice_changes_nothing(app: Flask) -> None:
    revision = a_revision()
    for _turn in range(2):
        memory.store(
            "es-en",
            {Asked("Hola."): Remembered(PACK, Told("Hello."))},
            {Asked("Hola."): [revision]},
        )

    assert db.session.query(Memory).count() == 1
    assert db.session.query(MemorySource).count() == 1


def test_a_thousand_sentences_are_found_at_once(app: Flask) -> None:
    many = {
        Asked(f"Frase {n}."): Remembered(PACK, Told(f"Sentence {n}."))
        for n in range(1000)
    }
    memory.store("es-en", many, {})

    assert memory.look_up("es-en", PACK, list(many)) == many


def test_forgetting_spares_what_others_wrote_and_what_came_from_a_file(
    app: Flask,
) -> None:
    gone, stays = a_revision(), a_revision()
    both = {Asked("Hola."): Remembered(PACK, Told("Hello."))}
    memory.store("es-en", both, {Asked("Hola."): [gone, stays]})
    memory.store(
        "es-en",
        {Asked("Adiós."): Remembered(PACK, Told("Bye."))},
        {Asked("Adiós."): [gone]},
    )
    by_hand = Remembered(BY_PERSON, Told("Yes."))
    memory.store("es-en", {Asked("Sí."): by_hand}, {})
    memory.store("es-en", {Asked("No."): by_hand}, {Asked("No."): [gone]})

    memory.forget([gone])

    left = {row.source for row in db.session.query(Memory)}
    assert left == {"Hola.", "Sí."}
    assert [row.revision_id for row in db.session.query(MemorySource)] == [stays]


def test_stumbles_are_forgotten_and_all_else_is_kept(app: Flask) -> None:
    revision = a_revision()
    stumble = {Asked("Hola."): Remembered(PACK, Told("Hola.", doubt=True))}
    memory.store("es-en", stumble, {Asked("Hola."): [revision]})
    memory.store(
        "es-en",
        {Asked("Sí."): Remembered(PACK, Told("Yes."))},
        {Asked("Sí."): [revision]},
    )

    memory.forget_stumbles()

    assert [row.source for row in db.session.query(Memory)] == ["Sí."]
