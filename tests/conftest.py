"""Fixtures: a real app on a real SQLite file in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.db import db, set_reading
from app.factory import create_app


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "secret_key").write_text("k" * 64, "ascii")
    return folder


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    """An application with empty tables, its context pushed."""
    made = create_app(instance, TESTING=True)
    with made.app_context():
        set_reading(value=False)
        db.create_all()
        yield made
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
