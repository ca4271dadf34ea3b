"""Packs for the tests: the real ones that ship with the server, unpacked once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.packs import engine, packs
from app.packs.archive import unpack
from app.packs.engine import Model

ROOT = Path(__file__).parents[1]
STARTERS = ROOT / "packs"


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two starter packs, as they lie in an instance."""
    folder = tmp_path_factory.mktemp("packs")
    for pair in ("es_en", "en_es"):
        unpack(STARTERS / f"translate-{pair}.argosmodel", folder / pair)
    return folder


@pytest.fixture(scope="session")
def es_en(unpacked: Path) -> Model:
    return Model(unpacked / "es_en", scratch=unpacked)


@pytest.fixture(scope="session")
def en_es(unpacked: Path) -> Model:
    return Model(unpacked / "en_es", scratch=unpacked)


@pytest.fixture
def with_packs(app: Flask, unpacked: Path) -> Iterator[Flask]:
    """An instance with both starter packs; links, since copying takes longer."""
    home = packs.packs_folder()
    for pack in ("es_en", "en_es"):
        (home / pack / "model").mkdir(parents=True)
        for file in (unpacked / pack).rglob("*"):
            if file.is_file():
                (home / pack / file.relative_to(unpacked / pack)).hardlink_to(file)
    yield app
    engine.models.unload_idle(0)
