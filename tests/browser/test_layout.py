"""Every page on small screens, zoomed, in large letters, mirrored, in longer words."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.longer import longer, spoken_at_length
from tests.browser.scenes import every_page
from tests.browser.serving import Served

pytestmark = pytest.mark.browser

# A child's finger; WCAG 2.5.8 asks 24, our look 44.
TOUCH_PX = 44
# 320 is also a window of 640 at 200 % zoom, and one of 1,280 at 400 %: WCAG 1.4.10.
SMALL: ViewportSize = {"width": 320, "height": 640}
TINY: ViewportSize = {"width": 240, "height": 640}

# Whatever reaches out of the window on either side.
SIDEWAYS = """() => {
  const root = document.documentElement, wide = root.clientWidth
  if (root.scrollWidth <= wide) return []
  const out = [...document.body.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect()
    return box.width && (box.right > wide + 1 || box.left < -1)
  })
  return out.slice(-3).map(e => e.outerHTML.slice(0, 120)).concat(`${root.scrollWidth} px`)
}"""
# Links in running text are as high as the text: WCAG 2.5.8 leaves them out.
CONTROLS = """() => {
  document.querySelectorAll('details').forEach(e => { e.open = true })
  const found = document.querySelectorAll(
    'header a, footer a, nav a, ul.go-to a, ul.pics a, a.go, button, summary, select, ' +
    'textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), ' +
    'label:has(input)')
  return [...found].map(e => {
    const {left, top, right, bottom} = e.getBoundingClientRect()
    return {left, top, right, bottom, said: e.outerHTML.slice(0, 120)}
  }).filter(box => box.right > box.left)
}"""


def faults(page: Page, *, long: bool = False) -> list[str]:
    """Look at the page that is open; in long words only at the smallest usual size."""
    boxes = page.evaluate(CONTROLS)
    found = [
        f"{box['bottom'] - box['top']:.1f} px high: {box['said']}"
        for box in boxes
        if box["bottom"] - box["top"] < TOUCH_PX - 0.5
    ]
    found += overlapping(boxes)
    found += [f"wider than 320: {said}" for said in page.evaluate(SIDEWAYS)]
    return found if long else found + faults_beyond(page)


def faults_beyond(page: Page) -> list[str]:
    """Look once more in the largest letters, then on the smallest screen."""
    page.evaluate("document.documentElement.className = 't2'")
    found = overlapping(page.evaluate(CONTROLS))
    found += [f"wide in large letters: {said}" for said in page.evaluate(SIDEWAYS)]
    page.evaluate("document.documentElement.className = ''")
    page.set_viewport_size(TINY)
    found += [f"wider than 240: {said}" for said in page.evaluate(SIDEWAYS)]
    page.set_viewport_size(SMALL)
    return found


def overlapping(boxes: list[dict[str, float]]) -> list[str]:
    return [
        f"{one['said']} lies on {other['said']}"
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def faults_of_all(
    chromium: Browser, served: Served, lang: str = "en", *, long: bool = False
) -> list[str]:
    return [
        f"{where}: {said}"
        for where, page in every_page(chromium, served, lang, viewport=SMALL)
        for said in faults(page, long=long)
    ]


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_every_page_holds_on_every_small_screen(
    chromium: Browser, served: Served, lang: str
) -> None:
    served.speak(lang)

    found = faults_of_all(chromium, served, lang)

    served.speak("en")
    assert not found, "\n".join(found)


def test_every_page_holds_in_words_that_are_60_percent_longer(
    chromium: Browser, served: Served
) -> None:
    with spoken_at_length():
        found = faults_of_all(chromium, served, long=True)

    assert not found, "\n".join(found)


def test_the_head_of_a_page_holds_in_every_language(
    chromium: Browser, served: Served
) -> None:
    found, person = [], served.school.teacher.person
    usual, person.shown_name = person.shown_name, "Featherstonehaughingham R."
    with served.browser_of(
        chromium, "teacher", bypass_csp=True, viewport=SMALL
    ) as browser:
        page = browser.new_page()
        for lang in served.app.config["LANGUAGES"]:
            served.speak(lang)
            page.goto("/")
            found += [f"{lang}: {said}" for said in faults(page)]

    person.shown_name = usual
    served.speak("en")
    assert not found, "\n".join(found)


def test_the_judge_sees_what_does_not_hold(chromium: Browser, served: Served) -> None:
    spoilt = """<html><body>
        <p style="width:400px">Wide.</p><nav><a href="/">Low</a></nav>
        <button style="height:60px">One</button>
        <button style="height:60px;margin-left:-20px">Two</button></body></html>"""
    with chromium.new_context(viewport=SMALL) as browser:
        page = browser.new_page()
        page.route(
            "**/*", lambda route: route.fulfill(body=spoilt, content_type="text/html")
        )

        page.goto(served.url)

        found = " ".join(faults(page))

    for fault in ("wider than 320", "wider than 240", "px high", "lies on"):
        assert fault in found


def test_longer_words_are_longer_and_keep_what_is_filled_in() -> None:
    assert longer("Forums") == "Forumsforu"
    assert (
        longer("Send as %(name)s to <b>all</b>")
        == "Sendsen asas %(name)s toto <b>allal</b>"
    )


def test_longer_words_stand_on_the_pages(chromium: Browser, served: Served) -> None:
    with spoken_at_length(), served.browser_of(chromium, "teacher") as browser:
        page = browser.new_page()
        page.goto("/classrooms")

        assert re.search("Classesclass", page.locator("h1").inner_text())
