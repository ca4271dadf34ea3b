"""A pupil's ten minutes behind a weak link, in Chromium: sign in, read, answer, leave."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import Account
from app.classrooms.models import PARTNERSHIP, Space
from app.db import db, last_number, set_reading
from app.posts.models import ReadMark
from bench.chromium import chromium
from bench.figures import NotMeasured, Values, tell
from bench.letters import NEW_LETTERS, new_letters
from bench.processes import Started
from bench.texts import Letters
from bench.weak_link import DELAY_SECONDS, Way, WeakLink
from bench.world import POST_CHARACTERS, SPANISH_NAMES, SignIn

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TEACHER = "Ben Otieno"
# Drawn by lot otherwise; this one's path is of average length.
SYMBOL = "apple"


class Spent(NamedTuple):
    """What one visit took, without the pauses in which she reads and writes."""

    seconds: float
    down: int
    up: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.down} bytes down and {self.up} up"


def expect_post(app: Flask, visitors: list[SignIn]) -> None:
    """Let each of these pupils find five new letters of 600 characters; commits."""
    with app.app_context():
        set_reading(value=False)
        found = {
            account.full_name: account
            for account in db.session.scalars(select(Account))
        }
        space = db.session.scalars(select(Space).where(Space.kind == PARTNERSHIP)).one()
        pals = [found[name] for name in SPANISH_NAMES[:NEW_LETTERS]]
        for visitor in visitors:
            reader = found[visitor.name]
            reader.person.symbol = SYMBOL
            _has_read_all(reader)
            new_letters(space, found[TEACHER], reader, pals)
        db.session.commit()


def _has_read_all(reader: Account) -> None:
    """Leave nothing new of the threads she wrote in herself, and of her own posts."""
    so_far = last_number("change_no")
    hers = update(ReadMark).where(ReadMark.person_id == reader.person_id)
    db.session.execute(hers.values(change_no=so_far))
    reader.seen_no = so_far


def ten_minutes(
    web: Started, visitors: list[SignIn], memories: Path, *, quick: bool
) -> Values:
    """A visit with the stylesheet kept; without --quick a cold and a slower one beside."""
    with WeakLink(web.port) as link:
        if quick:
            _only_look(link, memories / "warm")
        else:
            cold = _visit(link, memories / "warm", visitors.pop())
            tell(f"ten minutes with an empty cache: {cold}")
        warm = _visit(link, memories / "warm", visitors.pop())
        tell(f"ten minutes with the stylesheet kept: {warm}")
    if not quick:
        with WeakLink(web.port, delay_seconds=2 * DELAY_SECONDS) as link:
            _only_look(link, memories / "later")
            later = _visit(link, memories / "later", visitors.pop())
        tell(f"the same with 800 ms each way, 1.6 s a round trip: {later}")
    return {"ten_minutes_bytes": warm.down, "ten_minutes_seconds": warm.seconds}


def _only_look(link: WeakLink, memory: Path) -> None:
    """Fetch the stylesheet with the page that everybody sees first."""
    with chromium(link, memory) as browser:
        browser.new_page().goto("/sign-in")


def _visit(link: WeakLink, memory: Path, who: SignIn) -> Spent:
    """From opening the sign-in page to the page after *I'm done*, on a new connection."""
    with chromium(link, memory) as browser:
        page = browser.new_page()
        before = {way: link.arrived(way) for way in Way}
        began = time.monotonic()
        _do(page, who)
        seconds = time.monotonic() - began
        down, up = (link.arrived(way) - before[way] for way in (Way.DOWN, Way.UP))
    return Spent(seconds, down, up)


def _do(page: "Page", who: SignIn) -> None:
    step = _stopwatch()
    page.goto("/sign-in")
    step("the form to sign in")
    for name, typed in (
        ("class", who.code),
        ("name", who.name),
        ("secret", who.secret),
    ):
        page.locator(f"[name={name}]").fill(typed)
    _press(page, page.locator("button.go"))
    step("My post")
    letters = page.locator("article").count()
    if letters != NEW_LETTERS:
        raise NotMeasured(f"My post shows {letters} of {NEW_LETTERS} letters")
    words = Letters("en", seed=11).write(POST_CHARACTERS)
    page.locator("textarea").first.fill(words)
    _press(page, page.locator("form:has(textarea) button.go"))
    if "/sent" not in page.url:
        raise NotMeasured(f"the answer led to {page.url}")
    step("the receipt")
    _press(page, page.locator("header button"))
    if page.locator("[name=secret]").count() != 1:
        raise NotMeasured(f"I'm done led to {page.url}")
    step("the form again")


def _press(page: "Page", button: "Locator") -> None:
    """Send a form, and wait until all of the next page is there."""
    with page.expect_navigation(wait_until="load"):
        button.click()


def _stopwatch() -> Callable[[str], None]:
    last = time.monotonic()

    def step(words: str) -> None:
        nonlocal last
        tell(f"  {words}: {time.monotonic() - last:.1f} s")
        last = time.monotonic()

    return step
