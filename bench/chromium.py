"""Chromium without scripts behind a weak link, with a memory of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import NotMeasured
from bench.weak_link import WeakLink

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PATIENCE_SECONDS = 120.0


@contextmanager
def chromium(
    link: WeakLink, memory: Path, cookie: str = ""
) -> "Iterator[BrowserContext]":
    """A browser that reaches the server over the link; it opens no line before a page does.

    `memory` is the folder where it keeps what it fetched: the next browser on the same
    link and folder has it. `cookie` is a sign-in's.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NotMeasured("playwright is not installed") from error
    path = os.environ.get("PARAVION_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise NotMeasured("this machine has no Chromium")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            memory,
            executable_path=path,
            # In a container root has no sandbox; nothing but our own pages is opened.
            args=["--no-sandbox", "--disable-background-networking", "--no-first-run"],
            base_url=f"http://127.0.0.1:{link.port}",
            java_script_enabled=False,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        if cookie:
            name, _sign, value = cookie.partition("=")
            context.add_cookies(
                [{"name": name, "value": value, "path": "/", "domain": "127.0.0.1"}]
            )
        try:
            yield context
        finally:
            context.close()
