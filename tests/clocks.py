"""The machine's two clocks, set by hand: the calendar, and the seconds since it was switched on."""

from datetime import datetime, timedelta

import pytest

from app import db as database
from app.accounts import elapsed, sessions, sweeping, tries, validity


class Clocks:
    """Stands at the edge for the machine's own; all of accounts asks these."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calendar: datetime = database.now()
        self.seconds = 100_000
        self.boots = 1
        for module in (elapsed, sessions, sweeping, tries, validity):
            monkeypatch.setattr(module, "now", lambda: self.calendar)
        monkeypatch.setattr(elapsed, "steady", lambda: self.seconds)
        monkeypatch.setattr(elapsed, "boot", lambda: f"boot {self.boots}")

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass, as it does."""
        self.seconds += seconds
        self.calendar += timedelta(seconds=seconds)

    def set_calendar(self, **by: int) -> None:
        """Set the calendar forth or back, which the count of seconds does not heed."""
        self.calendar += timedelta(**by)

    def reboot(self, *, off_seconds: int) -> None:
        """Switch off and on again; the calendar has gone on meanwhile, or says so."""
        self.boots += 1
        self.seconds = 30
        self.calendar += timedelta(seconds=off_seconds)
