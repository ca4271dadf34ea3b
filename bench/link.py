"""The link bench: what a pupil's pages and sends cost behind a weak link."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.factory import create_app
from bench.browsing import page, signed_in, thread_form
from bench.figures import LINK, NotMeasured, Values, report, tell
from bench.processes import Started, a_web, an_instance
from bench.texts import Letters
from bench.weak_link import Way, WeakLink
from bench.wire import Wire
from bench.world import POST_CHARACTERS, SignIn, World, fill

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PATIENCE_SECONDS = 120.0


def run(*, quick: bool) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    tell("setting up an instance with two classes that write with each other")
    with an_instance() as instance:
        world = fill(create_app(instance))
        with a_web(instance) as web:
            _report(lambda: sending(web, world), "send_up", "send_down", "send_seconds")
            _report(lambda: opening(web, world), "thread_cold_seconds")
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _report(measured: Callable[[], Values], *names: str) -> None:
    report(LINK, names, measured)


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


def opening(web: Started, world: World) -> Values:
    """Open a thread of twenty posts in Chromium that has kept nothing."""
    with WeakLink(web.port) as link, a_browser(link, web, world.reader) as browser:
        shown = browser.new_page()
        began = time.monotonic()
        shown.goto(f"/threads/{world.threads[0]}", wait_until="load")
        return {"thread_cold_seconds": time.monotonic() - began}


def through(link: WeakLink, web: Started, who: SignIn) -> Wire:
    """Sign in beside the weak link; every request from then on goes over it."""
    beside = signed_in(web.port, who)
    beside.close()
    return Wire(link.port, beside.cookie)


@contextmanager
def a_browser(link: WeakLink, web: Started, who: SignIn) -> "Iterator[BrowserContext]":
    """Chromium without scripts, signed in, that reaches the server over the link."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NotMeasured("playwright is not installed") from error
    path = os.environ.get("PARAVION_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise NotMeasured("this machine has no Chromium")
    beside = signed_in(web.port, who)
    beside.close()
    name, _sign, value = beside.cookie.partition("=")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            # In a container root has no sandbox; nothing but our own pages is opened.
            args=["--no-sandbox", "--disable-background-networking", "--no-first-run"],
        )
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{link.port}", java_script_enabled=False
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.add_cookies(
            [{"name": name, "value": value, "path": "/", "domain": "127.0.0.1"}]
        )
        try:
            yield context
        finally:
            chromium.close()
