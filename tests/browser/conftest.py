"""Fixtures: the machine's own Chromium, and a busy school on a real server."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.db import db, set_reading
from tests.apps import an_app
from tests.browser.serving import Served
from tests.serving import serving
from tests.web.test_every_page import School


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("PARAVION_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            # In a container root has no sandbox; nothing but our own pages is opened.
            args=["--no-sandbox", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Served]:
    """A busy school whose pages a browser can open; one for all tests of a file."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "secret_key").write_text("k" * 64, "ascii")
    shutil.copy(empty_database, folder / "paravion.db")
    app = an_app(folder)
    with app.app_context():
        set_reading(value=False)
        # A name that is read again while a browser waits would hold the one
        # writer's place.
        db.session().expire_on_commit = False
        school = School()
        with serving(app) as port:
            yield Served(app, school, f"http://127.0.0.1:{port}")
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
