"""The link bench: what a pupil's pages and sends cost behind a weak link."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

from app.factory import create_app
from bench.browsing import page, signed_in, thread_form
from bench.chromium import chromium
from bench.crowds import FEW, MANY, MANY_QUICK, crowds, fill_crowd
from bench.figures import LINK, Values, report, tell
from bench.processes import Started, a_hello, a_web, an_instance
from bench.ten_minutes import expect_post, ten_minutes
from bench.texts import Letters
from bench.weak_link import Way, WeakLink
from bench.wire import Wire
from bench.world import POST_CHARACTERS, SignIn, World, fill
from bench.year_pages import fill_year, my_post, nothing_new, only_new_one, worst_page

VISITS = 3


def run(*, quick: bool) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    tell("setting up instances: two classes, a year, few posts, many posts")
    with an_instance() as empty, ThreadPoolExecutor(1) as beside:
        partners, year, few, many = (
            _copy(empty, name) for name in ("partners", "year", "few", "many")
        )
        app = create_app(partners)
        world = fill(app)
        expect_post(app, world.classmates[-VISITS:])
        # It waits for the link more than it works, so a quick run does the rest meanwhile.
        done = beside.submit(_with_partners, partners, world, quick=quick)
        if not quick:
            done.result()
        _with_a_year(year, quick=quick)
        _with_few_and_many(few, many, quick=quick)
        done.result()
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _copy(instance: Path, name: str) -> Path:
    return Path(copytree(instance, instance.parent / name))


def _report(measured: Callable[[], Values], *names: str) -> None:
    report(LINK, names, measured)


def _with_partners(instance: Path, world: World, *, quick: bool) -> None:
    visitors = world.classmates[-VISITS:]
    with a_web(instance) as web:
        _report(
            lambda: ten_minutes(web, visitors, instance, quick=quick),
            "ten_minutes_bytes", "ten_minutes_seconds",
        )  # fmt: skip
        _report(lambda: sending(web, world), "send_up", "send_down", "send_seconds")
        _report(lambda: opening(web, world, instance), "thread_cold_seconds")


def _with_a_year(instance: Path, *, quick: bool) -> None:
    here = fill_year(create_app(instance), searched=not quick)
    with a_web(instance) as web:
        _report(lambda: my_post(web, here), "my_post")
        _report(lambda: nothing_new(web, here), "my_post_nothing_new")
        _report(lambda: only_new_one(web, here), "only_new_one")
        _report(lambda: worst_page(web, here, quick=quick), "worst_page_bytes")


def _with_few_and_many(few: Path, many: Path, *, quick: bool) -> None:
    most = MANY_QUICK if quick else MANY
    filled = [fill_crowd(create_app(few), FEW), fill_crowd(create_app(many), most)]
    with a_web(few) as one, a_web(many) as other, a_hello(few) as hello:
        _report(
            lambda: crowds((one, other), filled, hello, quick=quick),
            "my_post_p95_10", "my_post_p95_100k",
        )  # fmt: skip


def sending(web: Started, world: World) -> Values:
    """Answer in a thread: the form sent and the receipt shown, over a line that is open."""
    words = Letters("en", seed=7).write(POST_CHARACTERS)
    path = f"/threads/{world.threads[0]}"
    with WeakLink(web.port) as link:
        pupil = through(link, web, world.classmates[0])
        form = thread_form(page(pupil, path).text) | {"source": words, "lang": "en"}
        before = {way: link.arrived(way) for way in Way}
        began = time.monotonic()
        answer = pupil.send_parts(f"{path}/posts", form)
        page(pupil, answer.headers["location"])
        seconds = time.monotonic() - began
        spent = {way: link.arrived(way) - before[way] for way in Way}
        pupil.close()
    return {
        "send_up": spent[Way.UP] - len(words.encode()),
        "send_down": spent[Way.DOWN],
        "send_seconds": seconds,
    }


def opening(web: Started, world: World, memories: Path) -> Values:
    """Open a thread of twenty posts in Chromium that has kept nothing."""
    beside = signed_in(web.port, world.reader)
    beside.close()
    with (
        WeakLink(web.port) as link,
        chromium(link, memories / "cold", beside.cookie) as browser,
    ):
        shown = browser.new_page()
        began = time.monotonic()
        shown.goto(f"/threads/{world.threads[0]}", wait_until="load")
        return {"thread_cold_seconds": time.monotonic() - began}


def through(link: WeakLink, web: Started, who: SignIn) -> Wire:
    """Sign in beside the weak link; every request from then on goes over it."""
    beside = signed_in(web.port, who)
    beside.close()
    return Wire(link.port, beside.cookie)
