"""Little memory, a full disk, large packs, no network: each letter is readable, once."""

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.db import db, now, reading
from app.jobs import runner
from app.jobs.models import open_jobs
from app.packs import packs
from app.posts.models import Rendition
from app.translate import translating
from app.translate.translating import KIND
from bench.big_pack import make_big_pack
from tests.builders import a_pupil
from tests.starter_packs import ROOT
from tests.translate.test_translating import Two, renditions, work
from tests.translate.victims import TOO_LARGE
from tests.translate.workers import Answer, Fate

Worker = Callable[[Fate], Answer]

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the workers with bounds are forked"
)
LANGS = ("en", "fr", "pt", "de", "it", "ca")
BUDGET_BYTES = 700_000_000  # of a worker with six pairs, on a machine of 2 GB
ONE_GB = Fate(most_data_bytes=1_000_000_000)


@pytest.fixture
def six_large_packs(with_packs: Flask, tmp_path: Path) -> Iterator[None]:
    """From Spanish into six languages, each as large as the official packs."""
    home = packs.packs_folder()
    made = tmp_path / "large"
    make_big_pack(home / "es_en", made, "es", "en")
    shutil.rmtree(home / "es_en")
    for lang in LANGS:
        folder = home / f"es_{lang}"
        (folder / "model").mkdir(parents=True)
        for file in made.rglob("*"):
            if file.is_file() and file.name != "metadata.json":
                (folder / file.relative_to(made)).hardlink_to(file)
        told = json.loads((made / "metadata.json").read_text("utf-8"))
        (folder / "metadata.json").write_text(json.dumps(told | {"to_code": lang}))
    yield
    shutil.rmtree(made)


@needs_fork
def test_one_gigabyte_is_enough_for_the_starter_packs(
    with_packs: Flask, worker: Worker
) -> None:
    two = Two()
    posts = [two.letter(f"Tengo {n} libros.") for n in range(2, 30)]
    db.session.commit()

    lived = worker(ONE_GB)

    assert (lived.signal, lived.exit) == (0, 0)
    with reading():
        assert open_jobs(KIND) == []
        rows = db.session.query(Rendition).all()
        assert sorted(row.revision_id for row in rows) == sorted(
            post.current_id or 0 for post in posts
        )
        assert all(row.source for row in rows)


@needs_fork
def test_one_gigabyte_is_enough_for_six_large_packs(
    six_large_packs: None, worker: Worker
) -> None:
    """Their weights are drawn by lot, so all they say is doubtful and stays Spanish."""
    two = Two()
    for lang in LANGS[1:]:
        a_pupil(two.english).person.lang = lang
    post = two.letter("El río es grande. Me gusta leer.")
    db.session.commit()

    lived = worker(ONE_GB)

    assert (lived.signal, lived.exit) == (0, 0)
    assert lived.peak_bytes < BUDGET_BYTES
    with reading():
        assert open_jobs(KIND) == []
        assert db.session.query(Rendition).count() == len(LANGS)
        made = renditions(post)
        assert set(made) == set(LANGS)
        assert {row.source for row in made.values()} == {
            "El río es grande. Me gusta leer."
        }
        assert {row.pack for row in made.values()} == {f"es-{x} 9.9" for x in LANGS}
        assert packs.damaged() == []


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file's size")
def test_a_full_disk_delays_letters_and_doubles_none(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Two().letter("El río es grande.")
    db.session.commit()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    real = translating._write
    full: list[bool] = []

    def filling(*given: Any) -> None:
        if not full:
            full.append(True)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        real(*given)

    monkeypatch.setattr(translating, "_write", filling)
    try:
        with with_packs.app_context():
            runner.work_once([KIND])
            assert not runner.work_once([KIND])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert renditions(post) == {}
    later = now() + timedelta(seconds=runner.LEASE_SECONDS + 5)
    monkeypatch.setattr(runner, "now", lambda: later)

    work()

    assert full
    assert open_jobs(KIND) == []
    assert renditions(post)["en"].source == "The river is big."
    assert db.session.query(Rendition).count() == 1


@needs_fork
def test_what_fills_a_disk_is_never_asked_for(
    with_packs: Flask, worker: Worker
) -> None:
    """The worker cannot import them, and would end with 3 had it tried."""
    post = Two().letter("El río es grande.")
    db.session.commit()

    assert worker(Fate()).exit == 0

    assert renditions(post)["en"].source == "The river is big."


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_fills_a_disk_is_not_in_the_locked_requirements(name: str) -> None:
    locked = (ROOT / "requirements.txt").read_text("utf-8").lower()

    assert f"\n{name}==" not in f"\n{locked}"
    assert "\nctranslate2==" in locked
