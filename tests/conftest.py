"""Fixtures: a real app on a real SQLite file in a folder of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.db import db, set_reading
from bench.year import Year
from tests.apps import an_app
from tests.clocks import Clocks
from tests.starter_packs import (  # noqa: F401  # fixtures for all that translates
    en_es,
    es_en,
    unpacked,
    with_packs,
)
from tests.year import YearHere, built, copied


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "secret_key").write_text("k" * 64, "ascii")
    return folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables in one file; making them anew for each test would take a minute."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "secret_key").write_text("k" * 64, "ascii")
    with an_app(folder).app_context():
        set_reading(value=False)
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    return folder / "paravion.db"


@pytest.fixture
def app(instance: Path, empty_database: Path) -> Iterator[Flask]:
    """An application with empty tables, its context pushed."""
    shutil.copy(empty_database, instance / "paravion.db")
    made = an_app(instance)
    with made.app_context():
        set_reading(value=False)
        yield made
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def built_year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Year]:
    """The seeded year of two classes: building it takes some seconds, a copy none."""
    folder = tmp_path_factory.mktemp("year")
    return folder, built(folder)


@pytest.fixture
def here(built_year: tuple[Path, Year], tmp_path: Path) -> Iterator[YearHere]:
    """An application on a copy of the seeded year, its context pushed."""
    with copied(*built_year, tmp_path / "year") as opened:
        yield opened
