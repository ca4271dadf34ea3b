"""The memory: what was said once serves again, by whom it was said, until it is erased."""

from flask import Flask

from app.db import db
from app.posts.models import Post
from app.translate import memory
from app.translate.interpreting import Told
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
    memory.store("es-en", {"El río.": Remembered(PACK, Told("The river."))}, {})

    found = memory.look_up("es-en", PACK, ["El  ri\u0301o. "])

    assert [one.told for one in found.values()] == [Told("The river.")]


def test_another_pack_and_another_pair_know_nothing_of_it(app: Flask) -> None:
    memory.store("es-en", {"Hola.": Remembered(PACK, Told("Hello."))}, {})

    assert memory.look_up("es-en", "es-en 1.0", ["Hola."]) == {}
    assert memory.look_up("es-fr", PACK, ["Hola."]) == {}


def test_a_person_knows_better_than_a_pack(app: Flask) -> None:
    memory.store("es-en", {"Hola.": Remembered(BY_PERSON, Told("Hi there."))}, {})
    memory.store("es-en", {"Hola.": Remembered(PACK, Told("Hold on."))}, {})

    found = memory.look_up("es-en", PACK, ["Hola."])

    assert found["Hola."] == Remembered(BY_PERSON, Told("Hi there."))


def test_a_stumble_is_remembered_as_one(app: Flask) -> None:
    memory.store("es-en", {"Hola.": Remembered(PACK, Told("Hola.", doubt=True))}, {})

    assert memory.look_up("es-en", PACK, ["Hola."])["Hola."].told.doubt


def test_storing_twice_changes_nothing(app: Flask) -> None:
    revision = a_revision()
    for _turn in range(2):
        memory.store(
            "es-en", {"Hola.": Remembered(PACK, Told("Hello."))}, {"Hola.": [revision]}
        )

    assert db.session.query(Memory).count() == 1
    assert db.session.query(MemorySource).count() == 1


def test_a_thousand_sentences_are_found_at_once(app: Flask) -> None:
    many = {
        f"Frase {n}.": Remembered(PACK, Told(f"Sentence {n}.")) for n in range(1000)
    }
    memory.store("es-en", many, {})

    assert memory.look_up("es-en", PACK, list(many)) == many


def test_forgetting_spares_what_others_wrote_and_people_said(app: Flask) -> None:
    gone, stays = a_revision(), a_revision()
    both = {"Hola.": Remembered(PACK, Told("Hello."))}
    memory.store("es-en", both, {"Hola.": [gone, stays]})
    memory.store(
        "es-en", {"Adiós.": Remembered(PACK, Told("Bye."))}, {"Adiós.": [gone]}
    )
    memory.store("es-en", {"Sí.": Remembered(BY_PERSON, Told("Yes."))}, {"Sí.": [gone]})

    memory.forget([gone])

    left = {row.source for row in db.session.query(Memory)}
    assert left == {"Hola.", "Sí."}
    assert [row.revision_id for row in db.session.query(MemorySource)] == [stays]


def test_stumbles_are_forgotten_and_all_else_is_kept(app: Flask) -> None:
    revision = a_revision()
    stumble = {"Hola.": Remembered(PACK, Told("Hola.", doubt=True))}
    memory.store("es-en", stumble, {"Hola.": [revision]})
    memory.store("es-en", {"Sí.": Remembered(PACK, Told("Yes."))}, {"Sí.": [revision]})

    memory.forget_stumbles()

    assert [row.source for row in db.session.query(Memory)] == ["Sí."]
