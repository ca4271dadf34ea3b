"""Catching up: old posts are translated when a pack, a class or a reader has come."""

import json

import pytest
from flask import Flask

from app.db import db
from app.jobs.models import open_jobs
from app.jobs.registry import at_start, when_idle
from app.packs import packs
from app.packs.packs import Pack
from app.posts.models import Post, Rendition
from app.translate import catching_up
from app.translate.catching_up import catch_up_after_changes, posts_lacking
from app.translate.speaking import usable
from app.translate.translating import KIND
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    letters_between,
    released,
    teacher_of,
)
from tests.starter_packs import STARTERS
from tests.translate.test_translating import Two, renditions, work


@pytest.fixture(autouse=True)
def _new_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "_seen", [])


def test_nothing_is_lacking_when_all_is_done(with_packs: Flask) -> None:
    two = Two()
    post = two.letter("El río es grande.")
    assert posts_lacking(usable()) == [post.id]

    work()

    assert posts_lacking(usable()) == []


def test_nothing_is_lacking_where_no_pack_speaks(app: Flask) -> None:
    Two().letter("El río es grande.")
    work()

    assert posts_lacking(usable()) == []


def test_a_new_pack_reaches_the_posts_it_can_speak(app: Flask) -> None:
    post = Two().letter("El río es grande.")
    work()
    assert renditions(post)["en"].source is None

    result = app.test_cli_runner().invoke(
        args=["packs", "install", str(STARTERS / "translate-es_en.argosmodel")]
    )
    work()

    assert result.exit_code == 0, result.output
    assert renditions(post)["en"].source == "The river is big."


def test_a_newer_pack_speaks_again(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    work()
    metadata = packs.packs_folder() / "es_en" / "metadata.json"
    told = json.loads(metadata.read_text())
    metadata.unlink()
    metadata.write_text(json.dumps(told | {"package_version": "1.9"}))

    assert posts_lacking(usable()) == [post.id]


def test_what_a_removed_pack_has_said_stays(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    work()

    packs.remove("es-en")
    catch_up_after_changes()
    work()

    assert renditions(post)["en"].source == "The river is big."


def test_a_partnership_brings_old_posts_to_new_readers(with_packs: Flask) -> None:
    two = Two()
    post = two.letter("El río es grande.")
    work()
    catch_up_after_changes()
    assert open_jobs(KIND) == []
    a_pupil(two.english).person.lang = "pt"
    db.session.commit()

    catch_up_after_changes()

    assert open_jobs(KIND) == [post.id]


def test_readers_elsewhere_are_no_readers(with_packs: Flask) -> None:
    Two().letter("El río es grande.")
    work()
    a_partnership(a_classroom(lang="es"), a_classroom(lang="fr"))

    assert posts_lacking(usable()) == []


def test_a_letter_lacks_nothing_for_those_who_may_not_read_it(
    with_packs: Flask,
) -> None:
    two = Two()
    other = a_pupil(two.english)
    a_pupil(two.english).person.lang = "fr"
    db.session.commit()
    pair = letters_between(two.space, teacher_of(two.spanish), two.pupil, other)
    letter = released(
        a_post(pair, two.pupil, "Me gusta leer."), teacher_of(two.spanish)
    )
    assert posts_lacking(usable()) == [letter.id]

    work()

    assert posts_lacking(usable()) == []


def test_a_letter_lacks_the_language_of_its_reader(with_packs: Flask) -> None:
    two = Two()
    other = a_pupil(two.english)
    pair = letters_between(two.space, teacher_of(two.spanish), two.pupil, other)
    letter = released(
        a_post(pair, two.pupil, "Me gusta leer."), teacher_of(two.spanish)
    )
    work()

    other.person.lang = "fr"
    db.session.commit()

    assert posts_lacking(usable()) == [letter.id]


def test_hidden_posts_wait(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    from app.db import now

    post.hidden_at = now()
    db.session.commit()

    assert posts_lacking(usable()) == []


def test_a_long_past_is_queued_in_portions(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "CATCH_UP_POSTS", 2)
    two = Two()
    posts: list[Post] = [two.letter(f"Tengo {n} libros.") for n in (2, 3, 4)]
    db.session.execute(db.text("DELETE FROM job"))
    db.session.commit()

    assert posts_lacking(usable(), 2) == [posts[2].id, posts[1].id]
    rounds = 0
    while db.session.query(Rendition).count() < 3:
        catch_up_after_changes()
        db.session.commit()
        work()
        rounds += 1
        assert rounds < 4

    assert rounds == 2


def test_the_worker_asks_at_its_start_and_while_idle(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    db.session.execute(db.text("DELETE FROM job"))
    packs.set_aside(packs.packs_folder() / "es_en", "It was tired.")
    db.session.commit()

    for chore in at_start:
        chore()
        db.session.commit()

    assert post.id in open_jobs(KIND)
    assert packs.damaged() == []
    assert {catching_up.catch_up_after_changes, catching_up.unload_models} <= set(
        when_idle
    )


def test_ways_name_the_packs_that_would_speak(with_packs: Flask) -> None:
    Two().letter("El río es grande.")
    known: list[Pack] = usable()

    good, mute = catching_up._ways(known)

    assert "es>en>es-en 0.2" in good
    assert "es>es" in mute
