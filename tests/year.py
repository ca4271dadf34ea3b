"""The seeded year, built once for all tests that ask for it; each gets a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.accounts.models import Account
from app.db import db, set_reading
from bench.year import Year, a_year
from tests.apps import an_app
from tests.clients import Client


@dataclass(frozen=True)
class YearHere:
    """An application on a copy of the year, its context pushed."""

    app: Flask
    year: Year

    def account(self, who: str) -> Account:
        return db.session.get_one(Account, self.year.accounts[who])

    def client(self, who: str) -> Client:
        """A browser in which this person is signed in; `nobody` and `tablet` are not."""
        if who in self.year.accounts:
            return Client(self.app, self.account(who))
        return Client(self.app, device=self.year.device if who == "tablet" else "")


def built(folder: Path) -> Year:
    """Build the year in an empty folder; takes some seconds."""
    (folder / "secret_key").write_text("k" * 64, "ascii")
    with _opened(folder):
        db.create_all()
        return a_year()


@contextmanager
def copied(folder: Path, year: Year, to: Path) -> Iterator[YearHere]:
    shutil.copytree(folder, to)
    with _opened(to) as app:
        yield YearHere(app, year)


@contextmanager
def _opened(folder: Path) -> Iterator[Flask]:
    app = an_app(folder)
    with app.app_context():
        set_reading(value=False)
        try:
            yield app
        finally:
            db.session.rollback()
            db.session.remove()
            db.engine.dispose()
