"""What axe cannot see: the order of focus, where it lands, languages, headings."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.scenes import every_page, press
from tests.browser.serving import Served

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const e = document.activeElement
  return e.name || e.id || e.textContent.trim()
}"""
LANGUAGES = ["English", "Español", "Français", "Português", "العربية", "Kiswahili"]


def tabbed(page: Page, presses: int) -> list[str]:
    """Press the tabulator so often, and note where the focus stands each time."""
    found = []
    for _n in range(presses):
        page.keyboard.press("Tab")
        found.append(str(page.evaluate(FOCUSED)))
    return found


def landed(page: Page) -> dict[str, Any]:
    """Tell which element has the focus, as a page opens."""
    page.wait_for_function("document.activeElement !== document.body")
    found: dict[str, Any] = page.evaluate(
        "() => { const e = document.activeElement;"
        " return {tag: e.tagName, name: e.name, role: e.getAttribute('role'),"
        " said: e.textContent, told: e.getAttribute('aria-describedby')} }"
    )
    return found


def test_the_tabulator_goes_through_the_sign_in_as_one_reads_it(
    chromium: Browser, served: Served
) -> None:
    with served.browser_of(chromium, "nobody", bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto("/sign-in")

        found = tabbed(page, 12)

    assert found == [
        *LANGUAGES, "class", "name", "secret", "own", "Sign in", "I am a teacher",
    ]  # fmt: skip


def test_the_tabulator_goes_through_an_answer_as_one_reads_it(
    chromium: Browser, served: Served
) -> None:
    with served.browser_of(chromium, "pupil", bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto(f"/letters/{served.school.letters[0].id}#write")
        page.locator("[name=source]").focus()

        found = tabbed(page, 3)

    name = served.school.pupil.person.shown_name
    assert found[:2] == ["lang", "Add a picture"]
    assert name in found[2]


def test_after_sending_the_focus_is_on_the_result(
    chromium: Browser, served: Served
) -> None:
    with served.browser_of(chromium, "pupil", bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto(f"/letters/{served.school.letters[0].id}")
        page.locator("[name=source]").fill("Hello again.")
        press(page.locator("button.go"))

        found = landed(page)

    assert "With your teacher" in found["said"]


def test_after_a_refusal_the_focus_is_where_to_go_on(
    chromium: Browser, served: Served
) -> None:
    with served.browser_of(chromium, "teacher", bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto(f"/classrooms/{served.school.room.id}")
        propose = page.locator("form[action$='/partnerships']")
        propose.locator("[name=code]").fill("000000")
        propose.locator("[name=title]").fill("Nowhere")
        press(propose.get_by_role("button"))
        found = landed(page)
        said = page.locator("#error").inner_text()

    assert found["name"] == "code"
    assert found["told"] == "error"
    assert said


def test_a_refusal_about_the_whole_form_has_the_focus_itself(
    chromium: Browser, served: Served
) -> None:
    with served.browser_of(chromium, "nobody", bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto("/slip")
        page.locator("[name=slip]").fill("AAAA-BBBB-CCCC")
        page.locator("[name=secret]").fill("four words only mine")
        page.locator("[name=again]").fill("four words only mine")
        press(page.locator("button.go"))

        found = landed(page)

    assert found["role"] == "alert" or found["told"] == "error"


@pytest.mark.parametrize(
    ("lang", "spoken"),
    # Half of the posts are Spanish, and have been translated into English alone.
    [("en", {("en", "ltr")}), ("ar", {("en", "ltr"), ("es", "ltr")})],
)
def test_words_of_another_language_say_which(
    chromium: Browser, served: Served, lang: str, spoken: set[tuple[str, str]]
) -> None:
    served.speak(lang)
    nearest = "all => all.map(e => [e.closest('[lang]').lang, (e.closest('[dir]') || {dir: 'ltr'}).dir])"
    shown = served.school.shown
    assert shown.current is not None
    written = shown.current.lang
    with served.browser_of(chromium, "pupil", lang, bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto(f"/threads/{served.school.thread.id}")
        bodies = page.locator("article > div").evaluate_all(nearest)
        page.goto(f"/p/{shown.uid}/original")
        (original,) = page.locator("article > div").evaluate_all(nearest)
    served.speak("en")

    assert {tuple(said) for said in bodies} == spoken
    assert original == [written, "ltr"]


def test_a_page_keeps_the_order_of_its_words_and_one_heading_a_post(
    chromium: Browser, served: Served
) -> None:
    found = []
    for where, page in every_page(chromium, served):
        if page.locator("[tabindex]:not([tabindex='-1'])").count():
            found.append(f"{where}: an order of its own for the tabulator")
        if page.locator("h1").count() != 1:
            found.append(f"{where}: {page.locator('h1').count()} h1")
        posts = page.locator("article:has(> div)")
        if posts.count() != posts.locator("h2").count():
            found.append(f"{where}: posts and headings differ")

    assert not found, "\n".join(found)


def test_arabic_stands_mirrored_and_a_name_turns_no_line(
    chromium: Browser, served: Served
) -> None:
    served.speak("ar")
    found = []
    turned = """all => all.filter(e => getComputedStyle(e).direction !== 'rtl')
      .map(e => e.outerHTML.slice(0, 120))"""
    for where, page in every_page(chromium, served, "ar"):
        lines = page.locator("h1, h2, th, caption, legend, label, p.note, li")
        found += [
            f"{where}: {line}"
            for line in lines.evaluate_all(turned)
            if not re.search("lang=", line)
        ]
        if page.locator(".who").count():
            name, done = (
                page.locator(part).bounding_box() for part in (".who a", ".who button")
            )
            assert name is not None
            assert done is not None
            assert done["x"] < name["x"]
    served.speak("en")

    assert not found, "\n".join(found)
