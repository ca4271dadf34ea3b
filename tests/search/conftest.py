"""Fixtures: a worker that does what waits, and what an index really holds."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.db import db
from app.jobs.registry import handlers
from app.jobs.runner import work_once
from app.search import generations
from tests.search.holding import Held, held_in

Settle = Callable[[], None]


@pytest.fixture
def settle(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Do what waits for search, as the worker would, in a context of its own.

    Other rooms' jobs stay waiting, so that a test has the translations it made.
    """
    for kind in [kind for kind in handlers if not kind.startswith("search.")]:
        monkeypatch.delitem(handlers, kind)

    def work_all() -> None:
        db.session.commit()
        with app.app_context():
            while work_once():
                pass

    return work_all


@pytest.fixture
def held(app: Flask) -> Callable[[], Held]:
    """Read what the index that answers holds."""

    def read() -> Held:
        folder = generations.current(generations.home())
        assert folder is not None
        return held_in(folder)

    return read
