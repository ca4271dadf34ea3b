"""An instance made by `flask setup` itself, and one with letters in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.db import db, set_reading
from app.factory import create_app
from app.operations.setup import set_up


def opened(instance: Path, **changed: Any) -> Flask:
    """An application on this folder; packs are left out, because they take seconds."""
    return create_app(
        instance, TESTING=True, STARTER_PACKS=instance / "no packs", **changed
    )


def quiet(words: str) -> None:
    """Take what setup would print."""


@pytest.fixture
def bare(instance: Path) -> Iterator[Flask]:
    """An application whose instance is an empty folder."""
    app = opened(instance)
    with app.app_context():
        set_reading(value=False)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ready(bare: Flask) -> Flask:
    """An application after `flask setup`."""
    set_up(quiet)
    return bare
