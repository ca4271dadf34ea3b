"""The job: released posts become readable in the languages of their readers, once."""

import json
import os
import socket
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app

from app.accounts.models import Account
from app.classrooms.models import Classroom, Space
from app.db import db, now
from app.jobs import Job, enqueue, hurry, runner
from app.jobs.models import open_jobs
from app.jobs.runner import work_once
from app.packs import engine, packs
from app.posts.models import BY_MACHINE, STAYS, STUMBLED, Post, Rendition, Sentence
from app.posts.publishing import conceal
from app.translate import memory, speaking, translating
from app.translate.catching_up import catch_up_after_changes, unload_models
from app.translate.interpreting import Asked, Told, interpret
from app.translate.memory import Remembered
from app.translate.models import Memory, MemorySource
from app.translate.translating import KIND, bring_in_line, translate_posts
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)


class Two:
    """A Spanish and an English class that write with each other."""

    def __init__(self) -> None:
        self.spanish: Classroom = a_classroom(lang="es")
        self.english: Classroom = a_classroom(lang="en")
        self.space: Space = a_partnership(self.spanish, self.english)
        self.pupil: Account = a_pupil(self.spanish, "Luna Mora")
        self.thread = a_thread(self.space, self.pupil)

    def letter(self, text: str) -> Post:
        return released(a_post(self.thread, self.pupil, text), teacher_of(self.spanish))


def renditions(post: Post) -> dict[str, Rendition]:
    db.session.expire_all()
    rows = db.session.scalars(
        db.select(Rendition).where(Rendition.revision_id == post.current_id)
    )
    return {row.lang: row for row in rows}


def work() -> None:
    """Do all that waits as the worker does, in a session of its own."""
    db.session.commit()
    with current_app.app_context():
        while work_once():
            pass


def test_a_released_letter_is_read_in_english(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.\n\n- Me gusta leer\n- **Me gusta nadar** 🌊")

    work()

    (english,) = renditions(post).values()
    assert english.lang == "en"
    assert english.html == (
        "<p>The river is big.</p><ul><li>I like reading</li>"
        "<li><strong>I like swimming</strong> 🌊</li></ul>"
    )
    assert english.pack == "es-en 0.2"
    assert english.doubt == 0


def test_a_held_letter_is_not_translated(with_packs: Flask) -> None:
    two = Two()
    post = a_post(two.thread, two.pupil, "El río es grande.")
    assert post.current_id is None

    translate_posts([post.id])

    assert db.session.query(Rendition).count() == 0


def test_the_names_of_the_class_are_kept(with_packs: Flask) -> None:
    post = Two().letter("Me llamo Luna.")

    work()

    assert "Luna" in (renditions(post)["en"].source or "")


def test_a_second_run_changes_nothing(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    translate_posts([post.id])
    before = (renditions(post)["en"].id, db.session.query(Memory).count())
    db.session.query(Job).delete()
    db.session.commit()

    translate_posts([post.id])

    assert (renditions(post)["en"].id, db.session.query(Memory).count()) == before
    assert db.session.query(Job).count() == 0


def test_search_follows_a_new_rendition(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    db.session.query(Job).delete()
    db.session.commit()

    translate_posts([post.id])

    assert open_jobs("search.index_posts") == [post.id]


def test_a_known_sentence_needs_no_model(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    translate_posts([two.letter("El río es grande.").id])
    monkeypatch.setattr(speaking, "models", None)  # asking it would fail

    post = two.letter("El río es grande. El río es grande.")
    translate_posts([post.id])

    assert renditions(post)["en"].source == "The river is big. The river is big."
    assert db.session.query(MemorySource).count() == 2


def test_what_was_learned_elsewhere_spares_a_name_of_this_class(
    with_packs: Flask,
) -> None:
    """Elsewhere nobody is called so, and the word was translated."""
    two = Two()
    text = "Mi perra se llama Luna."
    learned = Remembered("es-en 0.2", Told("My dog is called the moon."))
    memory.store("es-en", {Asked(text): learned}, {})

    post = two.letter(text)
    translate_posts([post.id])

    assert "Luna" in (renditions(post)["en"].source or "")


def test_what_waits_is_translated_together(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    posts = [two.letter(f"Tengo {n} libros.") for n in (3, 4, 5)]
    calls: list[int] = []
    real = engine.Model.translate

    def counted(self: engine.Model, sentences: Any, *, careful: bool) -> Any:
        calls.append(len(sentences))
        return real(self, sentences, careful=careful)

    monkeypatch.setattr(engine.Model, "translate", counted)
    translate_posts([post.id for post in posts])

    assert calls[0] == 3
    assert all(renditions(post) for post in posts)


def test_a_post_hidden_meanwhile_gets_no_copy(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Two().letter("El río es grande.")
    real = translating._translate

    def hide_meanwhile(letters: Any) -> Any:
        learned = real(letters)
        conceal(db.session.get_one(Post, post.id), hidden=True)
        db.session.commit()
        return learned

    monkeypatch.setattr(translating, "_translate", hide_meanwhile)
    translate_posts([post.id])

    assert renditions(post) == {}
    assert db.session.query(Memory).count() == 0


@pytest.mark.parametrize("how", ["withdrawn_at", "erased_at"])
def test_what_is_withdrawn_leaves_no_copy_behind(with_packs: Flask, how: str) -> None:
    two = Two()
    gone, stays = two.letter("El río es grande."), two.letter("Me gusta leer.")
    translate_posts([gone.id, stays.id])
    setattr(gone, how, now())
    db.session.commit()

    translate_posts([gone.id])

    assert renditions(gone) == {}
    assert renditions(stays)
    assert [row.source for row in db.session.query(Memory)] == ["Me gusta leer."]


def test_a_hidden_post_keeps_its_copies_until_it_is_shown_again(
    with_packs: Flask,
) -> None:
    post = Two().letter("El río es grande.")
    translate_posts([post.id])
    conceal(post, hidden=True)
    db.session.commit()

    work()

    assert renditions(post)["en"].source == "The river is big."


def test_where_no_pack_speaks_the_row_says_so(app: Flask) -> None:
    post = Two().letter("El río es grande.")

    work()

    row = renditions(post)["en"]
    assert (row.source, row.html, row.pack, row.doubt) == (None, None, None, 0)
    assert row.sentences == [
        Sentence(0, "El río es grande.", "El río es grande.", STUMBLED)
    ]


def test_what_has_no_words_is_the_same_everywhere(app: Flask) -> None:
    post = Two().letter("🌊 42")

    work()

    assert renditions(post)["en"].source == "🌊 42"


def test_a_sentence_the_machine_stumbled_at_is_counted(with_packs: Flask) -> None:
    post = Two().letter(
        "El río es grande. en mi casa vivimos mi mamá, mi papá, mi abuela y yo"
    )

    work()

    row = renditions(post)["en"]
    assert row.doubt == 1
    assert row.source == (
        "The river is big. en mi casa vivimos mi mamá, mi papá, mi abuela y yo"
    )


def test_a_quote_in_the_readers_own_language_is_no_stumble(with_packs: Flask) -> None:
    two = Two()
    two.letter("¿Es peligroso nadar allí?")
    work()
    answer = released(
        a_post(two.thread, a_pupil(two.english), "> ¿Es peligroso nadar allí?\n\nYes."),
        teacher_of(two.english),
    )

    work()

    row = renditions(answer)["es"]
    assert (row.source, row.doubt) == ("> ¿Es peligroso nadar allí?\n\nSí.", 0)


def test_a_letter_of_two_goes_into_the_languages_of_its_readers(
    with_packs: Flask,
) -> None:
    two = Two()
    other, french = a_pupil(two.english), a_pupil(two.english)
    french.person.lang = "fr"
    db.session.commit()
    pair = letters_between(two.space, teacher_of(two.spanish), two.pupil, other)
    forum_post = two.letter("El río es grande.")
    letter = released(
        a_post(pair, two.pupil, "Me gusta leer."), teacher_of(two.spanish)
    )

    work()

    assert set(renditions(letter)) == {"en"}
    assert set(renditions(forum_post)) == {"en", "fr"}


def test_two_packs_speak_through_english(with_packs: Flask) -> None:
    """English to French is not at hand here, so its place has English to Spanish."""
    home = packs.packs_folder()
    metadata = home / "en_es" / "metadata.json"
    told = json.loads(metadata.read_text())
    metadata.unlink()
    metadata.write_text(json.dumps(told | {"to_code": "fr"}))
    (home / "en_es").rename(home / "en_fr")
    two = Two()
    a_pupil(two.english).person.lang = "fr"
    db.session.commit()
    post = two.letter("El río es grande.")

    work()

    through = renditions(post)["fr"]
    assert through.pack == "es-en 0.2+en-fr 0.2"
    assert through.source == "El río es grande."
    assert {row.pair for row in db.session.query(Memory)} == {"es-en", "en-fr"}


def test_a_sentence_in_the_readers_language_stays(with_packs: Flask) -> None:
    text = "El río es grande. My name is Otieno and I live in Kenya. Me gusta leer."
    post = Two().letter(text)

    translate_posts([post.id])

    english = renditions(post)["en"]
    assert english.source == (
        "The river is big. My name is Otieno and I live in Kenya. I like reading."
    )
    assert [one.how for one in english.sentences] == [BY_MACHINE, STAYS, BY_MACHINE]
    assert english.doubt == 0
    assert db.session.query(Memory).count() == 2


def test_a_post_in_the_readers_language_by_mistake_stays(with_packs: Flask) -> None:
    post = Two().letter("My name is Otieno and I live in Kenya.")

    translate_posts([post.id])

    english = renditions(post)["en"]
    assert english.source == "My name is Otieno and I live in Kenya."
    assert [one.how for one in english.sentences] == [STAYS]


def test_a_sentence_of_a_third_language_goes_its_own_way(
    with_packs: Flask,
) -> None:
    """French to English is not at hand here, so its place has English to Spanish."""
    home = packs.packs_folder()
    metadata = home / "en_es" / "metadata.json"
    told = json.loads(metadata.read_text())
    metadata.unlink()
    metadata.write_text(json.dumps(told | {"from_code": "fr", "to_code": "en"}))
    (home / "en_es").rename(home / "fr_en")
    asked: list[tuple[str, str]] = []
    real = interpret

    def noted(model: Any, sentences: Any, from_lang: str, to_lang: str) -> Any:
        asked.extend((from_lang, one.text) for one in sentences)
        return real(model, sentences, from_lang, to_lang)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speaking, "interpret", noted)
        post = Two().letter("El río es grande. Je suis très content avec vous.")
        translate_posts([post.id])

    assert asked == [
        ("es", "El río es grande."),
        ("fr", "Je suis très content avec vous."),
    ]
    assert [row.pair for row in db.session.query(Memory)] == ["es-en", "fr-en"]


def test_a_sentence_no_pack_speaks_is_left_alone(with_packs: Flask) -> None:
    post = Two().letter("El río es grande. مرحبا يا أصدقاء كيف حالكم اليوم")

    translate_posts([post.id])

    english = renditions(post)["en"]
    assert english.source == "The river is big. مرحبا يا أصدقاء كيف حالكم اليوم"


def test_a_pack_that_fails_at_work_is_set_aside_with_its_reason(
    with_packs: Flask,
) -> None:
    broken = packs.packs_folder() / "es_en" / "model" / "model.bin"
    broken.unlink()
    broken.write_bytes(b"noise")
    two = Two()
    spanish = two.letter("El río es grande.")
    english_pupil = a_pupil(two.english)
    english = released(
        a_post(two.thread, english_pupil, "The river is big."), teacher_of(two.english)
    )

    work()

    assert renditions(spanish)["en"].source is None
    assert renditions(english)["es"].source == "El río es grande."
    assert "Install it again" in packs.damaged()[0].reason
    assert open_jobs(KIND) == []


def test_a_machine_without_the_engine_runs_on(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PARTS", ("no_such_library",))
    for name in ("ctranslate2", "sentencepiece", "argostranslate", "sentencex"):
        monkeypatch.setitem(sys.modules, name, None)
    post = Two().letter("El río es grande.")

    work()

    assert renditions(post)["en"].source is None
    assert open_jobs(KIND) == []


def test_remaking_brings_back_what_was_lost_or_spoiled(with_packs: Flask) -> None:
    two = Two()
    lost, spoiled = two.letter("El río es grande."), two.letter("Me gusta leer.")
    work()
    db.session.query(Rendition).filter_by(revision_id=lost.current_id).delete()
    renditions(spoiled)["en"].html = "spoiled"
    db.session.commit()

    bring_in_line([lost.id, spoiled.id], anew=True)

    assert renditions(lost)["en"].html == "<p>The river is big.</p>"
    assert renditions(spoiled)["en"].html == "<p>I like reading.</p>"


def test_no_network_is_asked_for_anything(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*arguments: object, **named: object) -> None:
        raise AssertionError("a translation asked the network")

    monkeypatch.setattr(socket.socket, "connect", cut)
    monkeypatch.setattr(socket, "getaddrinfo", cut)
    post = Two().letter("El río es grande.")

    translate_posts([post.id])

    assert renditions(post)["en"].source == "The river is big."


def test_a_long_backlog_is_done_in_portions(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 40)
    two = Two()
    posts = [two.letter(f"Tengo {n} libros.") for n in (3, 4, 5)]
    ids = [post.id for post in posts][::-1]

    assert translate_posts(ids) == ids[2:]

    assert [set(renditions(post)) for post in posts] == [set(), {"en"}, {"en"}]


def test_a_post_longer_than_a_portion_is_done_alone(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 3)
    two = Two()
    first, second = two.letter("El río es grande."), two.letter("Me gusta leer.")

    assert translate_posts([first.id, second.id]) == [second.id]
    assert translate_posts([second.id]) == []

    assert renditions(first)
    assert renditions(second)


def test_each_language_of_a_post_counts_in_a_portion(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    a_pupil(two.english).person.lang = "fr"
    db.session.commit()
    posts = [two.letter("El río es grande.") for _n in range(3)]
    ids = [post.id for post in posts]
    length = len("El río es grande.")
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 4 * length)

    assert translate_posts(ids) == ids[2:]


def test_what_is_in_line_already_takes_no_portion(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    old, new = two.letter("El río es grande."), two.letter("Me gusta leer.")
    translate_posts([old.id])
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 3)

    assert translate_posts([old.id, new.id]) == []

    assert renditions(new)


def test_a_click_and_a_new_letter_go_before_what_waits(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 3)
    two = Two()
    *old, fresh = [two.letter(f"Tengo {n} libros.").id for n in (3, 4, 5, 6, 7)]
    db.session.query(Job).filter_by(key=fresh).delete()
    order: list[int] = []
    real = translating._write

    def noted(letters: Any, *more: Any) -> None:
        if not order:
            hurry(KIND, old[1])
            enqueue(KIND, [fresh])
            db.session.commit()
        order.extend(letter.post_id for letter in letters)
        real(letters, *more)

    monkeypatch.setattr(translating, "_write", noted)

    work()

    assert order == [old[3], old[1], fresh, old[2], old[0]]
    assert open_jobs(KIND) == []


def test_search_has_its_turn_between_portions(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translating, "CHARACTERS_AT_ONCE", 3)
    two = Two()
    posts = [two.letter(f"Tengo {n} libros.") for n in (3, 4, 5)]
    turns: list[str] = []
    real = runner.claim

    def noted(kind: str) -> dict[int, int]:
        claimed = real(kind)
        turns.extend([kind] if claimed else [])
        return claimed

    monkeypatch.setattr(runner, "claim", noted)

    work()

    first = turns.index(KIND)
    # One portion of single words may come between, and no other sentences.
    assert KIND not in turns[first + 1 : turns.index("search.index_posts", first)]
    assert turns.count(KIND) == len(posts)


def test_no_writer_waits_while_letters_are_translated_and_rendered(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Two().letter("El río es grande.")
    db.session.commit()
    free: list[bool] = []
    real = translating._copies

    def look(letters: Any) -> Any:
        with sqlite3.connect(with_packs.config["INSTANCE"] / "paravion.db") as base:
            base.execute("BEGIN IMMEDIATE")
            free.append(base.in_transaction)
        return real(letters)

    monkeypatch.setattr(translating, "_copies", look)

    translate_posts([post.id])

    assert free == [True]
    assert renditions(post)


def test_a_lack_of_memory_is_met_by_unloading_what_is_idle(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    english = released(
        a_post(two.thread, a_pupil(two.english), "The river is big."),
        teacher_of(two.english),
    )
    translate_posts([english.id])
    spanish = two.letter("Me gusta leer.")
    real = engine.Model.translate
    loaded: list[int] = []

    def lacking(self: engine.Model, sentences: Any, *, careful: bool) -> Any:
        loaded.append(len(engine.models))
        if len(engine.models) > 1:
            raise RuntimeError("mkl_malloc: failed to allocate memory")
        return real(self, sentences, careful=careful)

    monkeypatch.setattr(engine.Model, "translate", lacking)

    assert translate_posts([spanish.id]) == []

    assert loaded[:2] == [2, 1]
    assert renditions(spanish)["en"].source == "I like reading."
    assert packs.damaged() == []


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        RuntimeError("mkl_malloc: failed to allocate memory"),
        RuntimeError("Resource temporarily unavailable"),
    ],
)
def test_a_pack_that_lacked_memory_gets_another_chance(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    two = Two()
    spanish = two.letter("El río es grande.")
    english = released(
        a_post(two.thread, a_pupil(two.english), "The river is big."),
        teacher_of(two.english),
    )
    real = engine.Model.__init__

    def lacks(self: engine.Model, folder: Path, scratch: Path) -> None:
        if folder.name == "es_en":
            raise fault
        real(self, folder, scratch)

    with monkeypatch.context() as patched:
        patched.setattr(engine.Model, "__init__", lacks)
        work()
    assert renditions(spanish)["en"].source is None
    assert renditions(english)["es"].source == "El río es grande."
    assert "no memory left" in packs.damaged()[0].reason

    unload_models()
    assert packs.damaged() != []  # at once it would fail again
    real_clock = time.monotonic
    monkeypatch.setattr(
        "app.translate.speaking.time.monotonic",
        lambda: real_clock() + engine.IDLE_SECONDS,
    )
    unload_models()
    catch_up_after_changes()
    work()

    assert packs.damaged() == []
    assert renditions(spanish)["en"].source == "The river is big."


def test_a_pack_with_a_fault_gets_no_other_chance_by_waiting(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = packs.packs_folder() / "es_en" / "model" / "model.bin"
    broken.unlink()
    broken.write_bytes(b"noise")
    Two().letter("El río es grande.")
    work()
    real_clock = time.monotonic
    monkeypatch.setattr(
        "app.translate.speaking.time.monotonic",
        lambda: real_clock() + 10 * engine.IDLE_SECONDS,
    )

    unload_models()

    assert len(packs.damaged()) == 1


def test_nothing_is_written_into_the_home(
    with_packs: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    post = Two().letter("El río es grande.")

    translate_posts([post.id])

    assert renditions(post)
    assert not os.path.lexists(tmp_path / "home")
