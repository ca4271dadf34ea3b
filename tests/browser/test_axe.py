"""No page has a fault that axe finds: WCAG 2.2 AA and the trade's best practice."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.scenes import every_page
from tests.browser.serving import Served

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Of WCAG 2.2, but not asked unless named.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}  # fmt: skip


def faults(page: Page) -> list[str]:
    """Ask axe about the page that is open: which rule is broken, and where."""
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{broken['id']}: {node['target']} {node['html'][:160]}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]


@pytest.fixture(params=["en", "ar"])
def lang(request: pytest.FixtureRequest, served: Served) -> Iterator[str]:
    served.speak(request.param)
    yield request.param
    served.speak("en")


def test_the_judge_finds_faults(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        '<html><body><img src="x.png"><p style="color:#bbb">Pale.</p><input></body></html>'
    )

    found = " ".join(faults(page))

    for rule in ("html-has-lang", "image-alt", "color-contrast", "label"):
        assert rule in found


def test_no_page_of_anybody_has_a_fault(
    chromium: Browser, served: Served, lang: str
) -> None:
    found = [
        f"{where}: {said}"
        for where, page in every_page(chromium, served, lang)
        for said in faults(page)
    ]

    assert not found, "\n".join(found)
