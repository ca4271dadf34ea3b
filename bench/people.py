"""The people bench: a class that signs in at the bell, and what its pages weigh."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from flask import Flask

from app.accounts import devices
from app.accounts.people import FreshPin, fresh_pins, make_teacher
from app.accounts.secrets import hash_secret
from app.classrooms.founding import make_classroom, make_school
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom
from app.db import db, set_reading
from app.factory import create_app
from bench.browsing import page, signed_in
from bench.figures import PEOPLE, NotMeasured, Values, report, tell
from bench.processes import Started, a_web, an_instance
from bench.wire import Wire, fetched_with, field
from bench.world import ENGLISH_NAMES, PASSPHRASE, SPANISH_NAMES, SignIn

AT_THE_BELL, CLASS = 35, 30
TEACHER = "Ben Otieno"


@dataclass(frozen=True)
class School:
    """A class that comes in at the bell, and one of thirty with a tablet of its own."""

    pupils: list[SignIn]
    teacher: SignIn
    room: int
    code: str
    # The token of the tablet's cookie.
    tablet: str


def run(*, quick: bool) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    tell("setting up an instance with two classes")
    with an_instance() as instance:
        school = fill(create_app(instance))
        _sign_ins(instance, school, rounds=1 if quick else 5)
        with a_web(instance) as web:
            _report(lambda: sign_in_page(web, school), "signin_bytes")
            _report(lambda: card_page(web, school), "cards_30_bytes")
            _report(lambda: classroom_page(web, school), "classroom_bytes")
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _report(measured: Callable[[], Values], *names: str) -> None:
    report(PEOPLE, names, measured)


def fill(app: Flask) -> School:
    """Make a school with two classes; commits."""
    with app.app_context():
        set_reading(value=False)
        teacher = make_teacher(make_school("The bench's school", "en").id, TEACHER, "en", admin=False)  # fmt: skip
        teacher.secret = hash_secret(PASSPHRASE)
        bell = make_classroom(teacher, "Class at the bell", "en")
        room = make_classroom(teacher, "Class of thirty", "en")
        fresh = fresh_pins(AT_THE_BELL)
        names = _add(bell, fresh)
        _add(room, fresh[:CLASS])
        _device, token = devices.enrol(room.id, "Tablet by the window", teacher)
        db.session.commit()
        return School(
            pupils=[SignIn(name, one.pin, bell.code) for name, one in zip(names, fresh, strict=True)],
            teacher=SignIn(TEACHER, PASSPHRASE),
            room=room.id,
            code=room.code,
            tablet=token,
        )  # fmt: skip


def _add(room: Classroom, fresh: list[FreshPin]) -> list[str]:
    """Add pupils whose names are no two alike, as in a class."""
    given = [*ENGLISH_NAMES, *SPANISH_NAMES]
    names = [
        name if n < len(given) else f"{name.split()[0]} {given[n % 5].split()[1]}"
        for n, name in zip(range(len(fresh)), given + given[::-1], strict=False)
    ]
    add_pupils(room, names, fresh)
    return names


def _sign_ins(instance: Path, school: School, rounds: int) -> None:
    with a_web(instance) as web:
        _report(
            lambda: sign_ins(web, school, rounds),
            "signins_35_seconds", "signins_peak_mb",
        )  # fmt: skip


def sign_ins(web: Started, school: School, rounds: int) -> Values:
    """All at once from a fresh browser each: the form, the secret, the first page."""
    signed_in(web.port, school.teacher).close()  # a server that has seen somebody
    seconds, spent = [], web.cpu_seconds()
    for _n in range(rounds):
        began = time.monotonic()
        with ThreadPoolExecutor(AT_THE_BELL) as crowd:
            for done in [
                crowd.submit(_comes_in, web.port, one) for one in school.pupils
            ]:
                done.result()
        seconds.append(time.monotonic() - began)
    spent = (web.cpu_seconds() - spent) / rounds
    told = " ".join(f"{one:.2f}" for one in seconds)
    tell(f"35 sign-ins, each time: {told} s; {spent:.2f} s of CPU a time")
    return {
        "signins_35_seconds": median(seconds),
        "signins_peak_mb": web.memory_mb("VmHWM"),
    }


def _comes_in(port: int, who: SignIn) -> None:
    browser = signed_in(port, who)
    page(browser, "/")
    browser.close()


def sign_in_page(web: Started, school: School) -> Values:
    """The larger of the form, come to by a poster, and the names on the class's tablet."""
    browser = Wire(web.port)
    plain = page(browser, f"/sign-in?class={school.code}")
    browser.close()
    tablet = Wire(web.port)
    tablet.cookie = f"{devices.COOKIE}={school.tablet}"
    names = page(tablet, "/sign-in")
    tablet.close()
    listed = names.text.count("/sign-in/name/")
    if listed != CLASS:
        raise NotMeasured(f"the tablet's page lists {listed} of {CLASS} names")
    tell(f"sign-in: the form {plain.received} bytes, thirty names {names.received}")
    return {"signin_bytes": max(plain.received, names.received)}


def card_page(web: Started, school: School) -> Values:
    """New cards for thirty, with all that a browser fetches to print them."""
    browser = signed_in(web.port, school.teacher)
    path = f"/classrooms/{school.room}/cards"
    token = field(page(browser, f"/classrooms/{school.room}").text, "csrf_token")
    answer = browser.send(path, {"csrf_token": token})
    if answer.status != 200:
        raise NotMeasured(f"{path} answered {answer.status}")
    drawn = answer.text.count("<svg")
    if drawn < CLASS:
        raise NotMeasured(f"the page has {drawn} drawings for {CLASS} cards")
    total = answer.received
    for one in fetched_with(answer.text, path):
        fetched = page(browser, one)
        tell(f"cards: {one} {fetched.received} bytes")
        total += fetched.received
    browser.close()
    tell(f"cards: the page {answer.received} bytes, {len(answer.text)} before gzip")
    return {"cards_30_bytes": total}


def classroom_page(web: Started, school: School) -> Values:
    browser = signed_in(web.port, school.teacher)
    answer = page(browser, f"/classrooms/{school.room}")
    browser.close()
    return {"classroom_bytes": answer.received}
