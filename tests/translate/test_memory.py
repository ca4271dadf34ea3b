"""The memory: what was said once serves again, by whom it was said, until it is erased."""

from flask import Flask

from app.db import db
from app.posts.models import Post
from app.translate import memory
from app.translate.interpreting import Asked, Told
from app.translate.memory import BY_PERSON, Remembered
from app.translate.models import Memory, MemorySource
from tests.builders import (
    a_classroom,
    a_post,
    a_teacher,
    a_thread,
    own_space,
    teacher_of,
)

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
    memory.say("es-en", "Hola.", "Hi there.", None)
    memory.store("es-en", {Asked("Hola."): Remembered(PACK, Told("Hold on."))}, {})

    said = Remembered(BY_PERSON, Told("Hi there."))
    assert memory.by_person("es-en", ["Hola.", "Adiós."]) == {"Hola.": said}
    assert memory.by_person("es-fr", ["Hola."]) == {}


def test_who_mends_last_is_who_is_asked(app: Flask) -> None:
    first, last = a_teacher().person_id, a_teacher().person_id
    revision = a_revision()
    memory.say("es-en", "Hola.", "Hi there.", first, [revision])
    memory.say("es-en", "Hola. ", "Hi, you.", last, [revision])

    (row,) = db.session.query(Memory)
    assert (row.target, row.person_id) == ("Hi, you.", last)
    assert db.session.query(MemorySource).count() == 1


def test_what_is_taken_back_is_gone_and_does_not_come_back(app: Flask) -> None:
    """A translation that was under way has read it before."""
    revision = a_revision()
    memory.say("es-en", "Hola.", "Hi there.", None, [revision])
    under_way = {
        Asked(sentence): known
        for sentence, known in memory.by_person("es-en", ["Hola."]).items()
    }

    assert memory.unsay("es-en", "Hola.")
    memory.store("es-en", under_way, {Asked("Hola."): [revision]})

    assert not memory.unsay("es-en", "Hola.")
    assert db.session.query(Memory).count() == 0
    assert db.session.query(MemorySource).count() == 0


def test_where_a_persons_sentence_stands_is_noted_as_it_is_used(app: Flask) -> None:
    revision = a_revision()
    memory.say("es-en", "Hola.", "Hi there.", None)
    known = memory.by_person("es-en", ["Hola."])["Hola."]

    memory.store("es-en", {Asked("Hola."): known}, {Asked("Hola."): [revision]})

    assert [row.revision_id for row in db.session.query(MemorySource)] == [revision]


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
    memory.say("es-en", "Sí.", "Yes.", None)
    memory.say("es-en", "No.", "No.", None, [gone])

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
