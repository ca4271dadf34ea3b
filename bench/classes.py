"""Two schools with a class of thirty each, their adults, tablets and sign-ins."""

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.accounts import access_log, devices, elapsed
from app.accounts.models import Account, KeptForm, SignInSession
from app.accounts.people import FreshPin, make_adult, make_teacher
from app.accounts.secrets import hash_secret
from app.accounts.symbols import SYMBOLS
from app.classrooms.founding import (
    add_teacher,
    make_classroom,
    make_school,
    read_along,
)
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import (
    CLASSROOM_SPACE,
    CO_TEACHER,
    Classroom,
    School,
    SchoolDays,
    Space,
    SpaceClassroom,
)
from app.classrooms.partnering import accept, propose
from app.db import db, now
from bench.texts import Letters
from bench.world import ENGLISH_NAMES, PASSPHRASE, PIN, SPANISH_NAMES

PUPILS = 30
CARD, PICTURES = "481526481526", "fish kite drum"
TABLETS, COLLEAGUES, OTHER_CLASSES, PARTNERS, ASKED = 6, 10, 3, 3, 3
LATE_FORMS = 10
LOGGED = 200
NAMES = {"es": SPANISH_NAMES, "en": ENGLISH_NAMES}


@dataclass
class Side:
    """One of the two classes with its people."""

    school: School
    room: Classroom
    teacher: Account
    pupils: list[Account]
    lang: str

    def own_space(self) -> Space:
        return db.session.scalars(
            select(Space)
            .join(SpaceClassroom)
            .where(
                SpaceClassroom.classroom_id == self.room.id,
                Space.kind == CLASSROOM_SPACE,
            )
        ).one()


def a_class(lang: str, school: str, teacher_name: str) -> Side:
    """Make a school with a teacher and her class of thirty; flushes."""
    made = make_school(school, lang)
    teacher = make_teacher(made.id, teacher_name, lang, admin=False)
    teacher.secret = hash_secret(PASSPHRASE)
    room = make_classroom(teacher, f"Class of {teacher_name}", lang)
    pin = FreshPin(PIN, hash_secret(PIN))
    pupils = add_pupils(room, _full_names(lang), [pin] * PUPILS)
    for n, pupil in enumerate(pupils):
        # Drawn by lot otherwise; each symbol has a path of its own length.
        pupil.person.symbol = SYMBOLS[n % len(SYMBOLS)]
    return Side(made, room, teacher, pupils, lang)


def _full_names(lang: str) -> list[str]:
    """Thirty that differ: each first name, with its own family's or another's."""
    given = [name.split() for name in NAMES[lang]]
    return [
        f"{given[n % 12][0]} {given[(n + n // 12 * 5) % 12][1]}" for n in range(PUPILS)
    ]


def partners(one: Side, other: Side) -> Space:
    asked = propose(one.room, other.room.code, "The river and the lake", one.teacher)
    accept(asked)
    db.session.flush()
    return asked.space


def adults(side: Side) -> dict[str, Account]:
    """Give a school its other adults by what they do there; flushes."""
    school_id, lang = side.school.id, side.lang
    co_teacher = make_teacher(school_id, "Carla Restrepo", lang, admin=False)
    add_teacher(side.room, co_teacher, CO_TEACHER)
    found = {"teacher": side.teacher, "co_teacher": co_teacher}
    for role, name in (
        ("admin", "Rodrigo Salas"), ("keeper", "Inés Duarte"), ("safeguarding", "Marta Ochoa"),
    ):  # fmt: skip
        found[role] = make_adult(school_id, name, lang)
        setattr(found[role], role, True)
    found["lead"] = found.pop("safeguarding")
    read_along(found["lead"])
    secret = hash_secret(PASSPHRASE)
    for n in range(COLLEAGUES):
        colleague = make_teacher(school_id, f"Teacher {chr(65 + n)}lba Rojas", lang, admin=False)  # fmt: skip
        colleague.secret = secret
        make_classroom(colleague, f"Year {n}", lang)
    for account in found.values():
        account.secret = secret
    return found


def school_life(side: Side, other: Side, admin: Account, chance: random.Random) -> None:
    """Add what a year leaves behind: terms, classes, partners, questions, a log; flushes."""
    school = side.school
    school.place, school.country, school.time_zone = "Pasto", "CO", "America/Bogota"
    other.school.place, other.school.time_zone = "Kisumu", "Africa/Nairobi"
    today = now().date()
    for n in range(8):
        first = today + timedelta(weeks=13 * n - 52)
        kind = "holiday" if n % 2 else "term"
        db.session.add(
            SchoolDays(
                school_id=school.id, kind=kind, title=f"{kind} {n}", first_on=first,
                last_on=first + timedelta(weeks=12),
            )
        )  # fmt: skip
    for n in range(OTHER_CLASSES):
        make_classroom(side.teacher, f"Reading club {n}", side.lang)
    for n in range(PARTNERS + ASKED):
        far = make_school(f"School by the sea {n}", "fr")
        teacher = make_teacher(far.id, f"Luc Martin {chr(65 + n)}", "fr", admin=False)
        room = make_classroom(teacher, f"Class by the sea {n}", "fr")
        asked = propose(room, side.room.code, f"Sea and mountain {n}", teacher)
        if n < PARTNERS:
            accept(asked)
    everybody = [pupil.person_id for pupil in side.pupils]
    for _n in range(LOGGED):
        act = chance.choice([access_log.NEW_CARD, access_log.ENDED, access_log.ROLES])
        access_log.record(admin, act, chance.choice(everybody))
    db.session.flush()


def tablets(side: Side) -> str:
    """Make tablets the class's own; gives the cookie of one where pictures open."""
    token = ""
    for n in range(TABLETS):
        device, token = devices.enrol(side.room.id, f"Tablet {n + 1}", side.teacher)
        devices.open_to_pictures(device, opened=True)
        for pupil in side.pupils[n::TABLETS]:
            _sign_in(pupil, device.id)
    for own in (False, True, True):
        _sign_in(side.teacher, None, own=own)
    given_back, _token = devices.enrol(side.room.id, "Tablet that broke", side.teacher)
    devices.end(given_back)
    db.session.flush()
    return token


def give_card(account: Account) -> None:
    """Give a pupil the card and the pictures that tests and figures know."""
    account.card, account.picture_secret = CARD, hash_secret(PICTURES)


def _sign_in(account: Account, device_id: int | None, *, own: bool = False) -> None:
    digest = hashlib.sha256(secrets.token_bytes()).hexdigest()
    db.session.add(
        SignInSession(
            token_sha256=digest, csrf_token=digest[:16], account=account,
            device_id=device_id, own=own, data={}, boot=elapsed.boot(),
            seen_steady=elapsed.steady(), until_steady=elapsed.steady() + 3600,
        )
    )  # fmt: skip


def late_forms(account: Account, path: str, letters: Letters) -> None:
    """Let as many forms of one person wait as the server ever keeps; flushes."""
    for n in range(LATE_FORMS):
        words = letters.write(2_000)
        form = KeptForm(
            account_id=account.id, path=path, words=words,
            content_type="application/x-www-form-urlencoded",
            body=f"key=late-form-{n:04}&source={n}".encode(),
        )  # fmt: skip
        db.session.add(form)
    db.session.flush()
