"""Uneasy sentences come back in their own language, or they are doubted."""

import signal
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.db import db
from app.jobs import enqueue
from app.jobs.models import open_jobs
from app.jobs.registry import when_idle
from app.packs import engine, packs
from app.posts.models import STUMBLED, Post
from app.translate import checking, memory
from app.translate.checking import check_uneasy
from app.translate.interpreting import Asked, Told
from app.translate.memory import Remembered
from app.translate.models import Memory
from app.translate.translating import KIND, translate_posts
from tests.starter_packs import ROOT
from tests.translate.test_translating import Two, renditions, work

LABEL = "es-en 0.2"
RIVER, HOUSE = "El río es grande.", "Mi casa es verde."


def learn(source: str, target: str, post: Post | None = None, **told: Any) -> Memory:
    """Put a machine's sentence into the memory, an uneasy one."""
    asked = Asked(source)
    told = {"score": -0.6, "uneasy": True} | told
    origin = {asked: [post.current_id]} if post and post.current_id else {}
    memory.store("es-en", {asked: Remembered(LABEL, Told(target, **told))}, origin)
    db.session.commit()
    return row_of(source)


def row_of(source: str) -> Memory:
    db.session.expire_all()
    return db.session.query(Memory).filter_by(source=source).one()


def check() -> None:
    """Run the chore as the worker does."""
    db.session.commit()
    check_uneasy()
    db.session.commit()


def test_what_comes_back_the_same_is_good(with_packs: Flask) -> None:
    learn(RIVER, "The river is big.")

    check()

    row = row_of(RIVER)
    assert (row.doubt, row.to_check) == (False, False)
    assert row.target == "The river is big."


def test_what_comes_back_as_another_is_doubted(with_packs: Flask) -> None:
    learn(RIVER, "My mother has three dogs.")

    check()

    row = row_of(RIVER)
    assert (row.doubt, row.to_check) == (True, False)


def test_copies_with_a_doubted_sentence_are_made_again(with_packs: Flask) -> None:
    two = Two()
    post, other = two.letter(f"{RIVER} {HOUSE}"), two.letter(HOUSE)
    learn(RIVER, "My mother has three dogs.", post)
    work()
    assert (renditions(post)["en"].source or "").startswith("My mother has three dogs.")

    check()
    assert open_jobs(KIND) == [post.id]
    work()

    copy = renditions(post)["en"]
    assert (copy.source or "").startswith(RIVER)
    assert copy.doubt == 1
    assert next(one.how for one in copy.sentences) == STUMBLED
    assert renditions(other)["en"].doubt == 0


def test_a_version_that_is_out_no_more_is_left_alone(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    learn(RIVER, "My mother has three dogs.", post)
    work()
    post.current_id = None
    db.session.commit()

    check()

    assert row_of(RIVER).doubt
    assert open_jobs(KIND) == []


def test_a_name_that_no_model_knows_tells_nothing(with_packs: Flask) -> None:
    learn("Wanjiru y Otieno viven aquí.", "Wanjiru and Otieno live here.")

    check()

    assert not row_of("Wanjiru y Otieno viven aquí.").doubt


def test_what_is_at_ease_is_not_said_back(with_packs: Flask) -> None:
    learn(RIVER, "My mother has three dogs.", uneasy=False)

    check()

    assert not row_of(RIVER).doubt


def test_without_a_pack_back_it_waits(with_packs: Flask) -> None:
    learn(RIVER, "My mother has three dogs.")
    packs.remove("en-es")

    check()

    row = row_of(RIVER)
    assert (row.doubt, row.to_check) == (False, True)


def test_a_waiting_letter_goes_first(with_packs: Flask) -> None:
    learn(RIVER, "The river is big.")
    enqueue(KIND, [Two().letter(HOUSE).id])

    check()
    assert row_of(RIVER).to_check

    work()
    check()
    assert not row_of(RIVER).to_check


def test_a_letter_that_comes_meanwhile_waits_for_one_portion(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Two().letter("Me gusta leer.")
    work()
    learn(RIVER, "The river is big.")
    learn(HOUSE, "My house is green.")
    monkeypatch.setattr(checking, "CHARACTERS_AT_ONCE", 1)
    said: list[str] = []
    real = engine.Model.translate

    def letter_comes(self: engine.Model, sentences: Any, *, careful: bool) -> Any:
        said.extend(sentences)
        enqueue(KIND, [post.id])
        db.session.commit()
        return real(self, sentences, careful=careful)

    monkeypatch.setattr(engine.Model, "translate", letter_comes)
    check()

    assert said == ["My house is green."]  # the newest
    assert not row_of(HOUSE).to_check
    assert row_of(RIVER).to_check


def test_all_portions_are_done_when_nothing_waits(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CHARACTERS_AT_ONCE", 1)
    for n in range(25):
        learn(f"Tengo {n + 20} libros.", f"I have {n + 20} books.")

    check()

    assert db.session.query(Memory).filter(Memory.to_check).count() == 0


def test_no_transaction_is_open_while_a_model_speaks(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(RIVER, "The river is big.")
    open_ones: list[bool] = []
    real = engine.Model.translate

    def watched(self: engine.Model, sentences: Any, *, careful: bool) -> Any:
        session: Session = db.session()
        open_ones.append(session.in_transaction())
        return real(self, sentences, careful=careful)

    monkeypatch.setattr(engine.Model, "translate", watched)
    check()

    assert open_ones == [False]


def test_what_was_said_otherwise_meanwhile_keeps_its_own_verdict(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(RIVER, "My mother has three dogs.")
    real = engine.Model.translate

    def said_anew(self: engine.Model, sentences: Any, *, careful: bool) -> Any:
        row_of(RIVER).target = "The river is big."
        db.session.commit()
        return real(self, sentences, careful=careful)

    monkeypatch.setattr(engine.Model, "translate", said_anew)
    check()

    row = row_of(RIVER)
    assert (row.doubt, row.to_check) == (False, True)


def test_a_pack_back_that_cannot_be_used_is_set_aside(with_packs: Flask) -> None:
    learn(RIVER, "My mother has three dogs.")
    engine.models.unload_idle(0)
    model = packs.packs_folder() / "en_es" / "model" / "model.bin"
    model.unlink()
    model.write_bytes(b"no model")

    check()

    row = row_of(RIVER)
    assert (row.doubt, row.to_check) == (False, True)
    assert [pack.pair for pack in packs.installed()] == ["es-en"]


KILLED = """
import os, signal, sys
from pathlib import Path
from app.packs import engine
from app.translate.checking import check_uneasy
from tests.apps import an_app

def killed(self, sentences, *, careful):
    os.kill(os.getpid(), signal.SIGKILL)

engine.Model.translate = killed
with an_app(Path(sys.argv[1])).app_context():
    check_uneasy()
"""


def test_a_worker_killed_in_the_middle_checks_again(with_packs: Flask) -> None:
    learn(RIVER, "My mother has three dogs.")
    instance = str(with_packs.config["INSTANCE"])

    ended = subprocess.run(
        [sys.executable, "-c", KILLED, instance], cwd=ROOT, check=False
    ).returncode
    assert ended == -signal.SIGKILL
    assert row_of(RIVER).to_check
    check()

    assert row_of(RIVER).doubt


def test_the_worker_does_it_while_idle() -> None:
    assert check_uneasy in when_idle


def test_a_real_letter_is_checked_once(with_packs: Flask) -> None:
    post = Two().letter("Estudio la historia de mi pueblo y de mi país.")
    translate_posts([post.id])
    db.session.query(Memory).update({"to_check": True})
    db.session.commit()

    work()
    check()
    check()

    assert db.session.query(Memory).filter(Memory.to_check).count() == 0
