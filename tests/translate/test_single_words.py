"""A post's words are said one by one, so that search finds what a sentence lost."""

import pytest
from flask import Flask
from sqlalchemy import update

from app.db import db
from app.jobs.models import open_jobs
from app.moderation.hiding import hide
from app.packs import engine, packs
from app.posts.models import Post, Rendition
from app.posts.withdrawing import withdraw
from app.search.asking import Question
from app.search.searching import search
from app.translate import single_words, speaking
from app.translate.single_words import catch_up_with_words, say_words
from app.translate.translating import WORDS_KIND, make_again, translate_posts
from tests.builders import a_pupil, teacher_of
from tests.translate.test_translating import Two, renditions, work

# The small pack says nothing of this sentence, and knows the word.
GOATS = "Por las tardes cuido las cabras de mi familia."


@pytest.fixture(autouse=True)
def _new_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_words, "_kept", {})


def words_of(post: Post) -> list[str]:
    """Give what was said of single words; fails where nothing was."""
    said = renditions(post)["en"].words
    assert said is not None
    return said.split()


def test_a_word_that_its_sentence_lost_is_said(with_packs: Flask) -> None:
    post = Two().letter(GOATS)

    work()

    assert "goat" not in (renditions(post)["en"].source or "")
    assert "goats" in words_of(post)


@pytest.mark.parametrize(
    ("word", "said"),
    [("cabras", "goats"), ("tortuga", "turtles"), ("camello", "camel")],
)
def test_a_word_is_said_bare_with_its_article_and_in_a_sentence(
    with_packs: Flask, word: str, said: str
) -> None:
    post = Two().letter(f"Por las tardes xyz {word} de mi familia.")

    work()

    assert said in words_of(post) + (renditions(post)["en"].source or "").split()


def test_search_finds_a_post_by_a_word_that_was_said_alone(with_packs: Flask) -> None:
    two = Two()
    post, other = two.letter(GOATS), two.letter("Tengo dos libros.")
    reader = a_pupil(two.english)

    work()
    found = [hit.post_uid for hit in search(reader, Question(typed="goat")).hits]

    assert found == [post.uid]
    assert other.uid not in found


def test_what_the_sentences_say_is_not_said_again(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")

    work()

    english = renditions(post)["en"]
    assert english.source == "The river is big."
    assert {"river", "big", "the"}.isdisjoint(words_of(post))


def test_names_of_the_class_and_little_words_are_not_asked_for(
    with_packs: Flask,
) -> None:
    post = Two().letter("Luna cuida las cabras.")

    work()

    assert {"luna", "moon"}.isdisjoint(words_of(post))
    asked = {word for _label, word in single_words._kept}
    assert "cabras" in asked
    assert {"luna", "las"}.isdisjoint(asked)


def test_a_second_run_changes_nothing(with_packs: Flask) -> None:
    post = Two().letter(GOATS)
    work()
    before = words_of(post)

    assert say_words([post.id]) == []
    work()

    assert words_of(post) == before
    assert open_jobs(WORDS_KIND) == []


def test_a_known_word_needs_no_model(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    two.letter(GOATS)
    work()
    again = two.letter(GOATS)
    translate_posts([again.id])
    monkeypatch.setattr(speaking, "models", None)  # asking it would fail

    work()

    assert "goats" in words_of(again)


def test_a_copy_made_again_has_its_words_said_again(with_packs: Flask) -> None:
    post = Two().letter(GOATS)
    work()
    make_again([post.current_id or 0])
    db.session.commit()

    translate_posts([post.id])

    assert renditions(post)["en"].words is None
    work()
    assert "goats" in words_of(post)


def test_a_long_backlog_is_done_in_portions(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_words, "WORDS_AT_ONCE", 4)
    two = Two()
    posts = [two.letter(text) for text in ("Tengo cabras.", "Mi zapato rojo.", GOATS)]
    ids = [post.id for post in posts]
    translate_posts(ids)

    assert say_words(ids) == ids[2:]
    db.session.commit()

    assert [renditions(post)["en"].words is None for post in posts] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("how", ["hidden", "withdrawn"])
def test_what_is_gone_meanwhile_gets_no_words(with_packs: Flask, how: str) -> None:
    two = Two()
    post = two.letter(GOATS)
    translate_posts([post.id])
    if how == "hidden":
        hide(post, teacher_of(two.spanish), "a test")
    else:
        withdraw(post)
    db.session.commit()

    assert say_words([post.id]) == []
    work()

    assert all(not row.words for row in renditions(post).values())


def test_what_was_translated_before_is_caught_up_with(with_packs: Flask) -> None:
    post = Two().letter(GOATS)
    work()
    db.session.execute(update(Rendition).values(words=None))
    db.session.commit()

    catch_up_with_words()

    assert open_jobs(WORDS_KIND) == [post.id]
    work()
    assert "goats" in words_of(post)
    catch_up_with_words()
    assert open_jobs(WORDS_KIND) == []


def test_where_no_pack_speaks_no_words_wait(app: Flask) -> None:
    post = Two().letter(GOATS)
    work()
    assert renditions(post)["en"].source is None

    catch_up_with_words()

    assert open_jobs(WORDS_KIND) == []


def test_a_pack_that_fails_is_set_aside_with_its_reason(with_packs: Flask) -> None:
    post = Two().letter(GOATS)
    translate_posts([post.id])
    engine.models.unload_idle(0)
    broken = packs.packs_folder() / "es_en" / "model" / "model.bin"
    broken.unlink()
    broken.write_bytes(b"noise")

    work()

    assert renditions(post)["en"].words is None
    assert "Install it again" in packs.damaged()[0].reason
    assert open_jobs(WORDS_KIND) == []
