"""Thousands of guesses over days, through restarts and clocks that jump, and a class that comes in."""

import random
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts import secrets, tries
from app.accounts.people import FreshPin
from app.accounts.secrets import hash_secret, new_pin
from app.accounts.signing_in import Claim, sign_in
from app.accounts.tries import CALENDAR_SLACK_SECONDS, MOST_A_DAY
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom
from app.db import db, set_reading
from app.web.errors import Refused
from tests.apps import an_app
from tests.builders import a_classroom, a_device, a_teacher
from tests.clients import Client
from tests.clocks import Clocks

CLASS = 35
DAY = 24 * 3600
BELL_SECONDS = 120
TYPING_SECONDS = 3
# The class and, at times, who guesses are behind one; the other class behind another.
SHARED, OTHER = "10.0.0.1", "10.0.0.2"


@dataclass(frozen=True)
class Pupil:
    """What she knows and holds; needs no database."""

    id: int
    name: str
    code: str
    pin: str
    card: str
    hashed: str


class School:
    """Two classes of 35, one of which is guessed at, on a server that starts anew."""

    def __init__(self, app: Flask, instance: Path, clocks: Clocks) -> None:
        self.app, self.instance, self.clocks = app, instance, clocks
        self.dice = random.Random(7)
        self.passed = 0
        teacher = a_teacher(lang="en")
        room, other = a_classroom(teacher), a_classroom(teacher)
        self.tablets = [a_device(room) for _n in range(4)]
        self.attacked, self.spared = self._pupils(room), self._pupils(other)
        # Else the test's own would hold the one writer's place.
        db.session.commit()

    def _pupils(self, room: Classroom) -> list[Pupil]:
        pins = [FreshPin(pin, hash_secret(pin)) for pin in (new_pin() for _n in range(CLASS))]  # fmt: skip
        names = [f"Pupil {n:02} of {room.code}" for n in range(CLASS)]
        added = add_pupils(room, names, pins)
        return [
            Pupil(
                one.id,
                one.full_name,
                room.code,
                fresh.pin,
                one.card or "",
                fresh.hashed,
            )
            for one, fresh in zip(added, pins, strict=True)
        ]

    def pass_seconds(self, seconds: int) -> None:
        self.clocks.pass_seconds(seconds)
        self.passed += seconds

    def guess(self, address: str = "") -> None:
        """Guess once, at anybody, from one of sixty addresses unless one is told."""
        pupil = self.dice.choice(self.attacked)
        # Nobody has such a PIN, so that none is hit by chance.
        pin = f"{self.dice.choice(range(10)) * 111111:06}"
        address = address or f"10.0.1.{self.dice.randrange(60)}"

        def on_the_server() -> None:
            with (
                self.app.test_request_context(environ_base={"REMOTE_ADDR": address}),
                suppress(Refused),
            ):
                set_reading(value=False)
                sign_in(Claim(pupil.id, ""), pin)

        Context().run(on_the_server)

    def disturb(self) -> None:
        """Start the server or the machine anew, or set the calendar."""
        match self.dice.randrange(3):
            case 0:
                self.app = an_app(self.instance)
            case 1:
                off = self.dice.randrange(10, 1000)
                self.clocks.reboot(off_seconds=off)
                self.passed += off
            case _:
                days = self.dice.choice([-4000, -400, -1, 1, 400, 4000])
                self.clocks.set_calendar(days=days)

        def the_workers_minute() -> None:
            with self.app.app_context():
                tries.sweep_tries()

        Context().run(the_workers_minute)

    def come_in(self, way: str, pupils: list[Pupil]) -> int:
        """Let a class sign in, one typo in ten, under guesses; gives the seconds."""
        began, done = self.passed, 0
        for n, pupil in enumerate(pupils):
            for pin in ["000000"] * (n % 10 == 4) + [pupil.pin]:
                self.pass_seconds(TYPING_SECONDS)
                self.guess(SHARED)
                status = self._tap(way, n, pupil, pin).status_code
            done += status == 303
        assert done == len(pupils), f"{way}: {done} are in"
        return self.passed - began

    def _tap(self, way: str, n: int, pupil: Pupil, pin: str) -> TestResponse:
        address = SHARED if way != "name" else OTHER
        device = self.tablets[n % 4] if way == "tablet" else ""
        paths = {"tablet": f"/sign-in/name/{pupil.id}", "card": f"/sign-in/card/{pupil.card}"}  # fmt: skip
        form = {"secret": pin, "class": pupil.code, "name": pupil.name}
        return Client(self.app, device=device).post(
            paths.get(way, "/sign-in"), form, environ_overrides={"REMOTE_ADDR": address}
        )


@pytest.fixture
def school(
    app: Flask, instance: Path, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> School:
    """With hashes that cost next to nothing; the checking is the same."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "_hasher", hasher)
    monkeypatch.setattr(secrets, "_NOBODY", hasher.hash("nobody's"))
    return School(app, instance, clocks)


@pytest.mark.parametrize(
    ("guesses", "days"),
    [(1_300, 1), pytest.param(13_000, 5, marks=pytest.mark.sweep)],
)
def test_guesses_of_days_test_ten_secrets_a_day_and_the_class_comes_in(
    school: School, monkeypatch: pytest.MonkeyPatch, guesses: int, days: int
) -> None:
    tested: dict[str, list[int]] = {pupil.hashed: [] for pupil in school.attacked}
    verify = PasswordHasher.verify

    def noted(hasher: PasswordHasher, hashed: str, secret: str) -> bool:
        if guessing:
            tested[hashed].append(school.passed)
        return verify(hasher, hashed, secret)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    mornings = []
    for n in range(guesses):
        guessing = True
        school.pass_seconds(days * DAY // guesses)
        school.guess(SHARED if n % 3 == 0 else "")
        if n % (guesses // 40) == 0:
            school.disturb()
        if n % (guesses // days) == guesses // days // 2:
            guessing = False
            mornings += [
                school.come_in("tablet", school.attacked),
                school.come_in("card", school.attacked),
                school.come_in("name", school.spared),
            ]

    assert len(mornings) == 3 * days
    assert max(mornings) <= BELL_SECONDS
    for times in tested.values():
        # Any eleven in a row take longer than a day.
        gaps = [late - early for early, late in zip(times, times[MOST_A_DAY:], strict=False)]  # fmt: skip
        assert min(gaps, default=DAY) >= DAY - CALENDAR_SLACK_SECONDS
    assert sum(map(len, tested.values())) > CLASS * days * MOST_A_DAY * 0.8
