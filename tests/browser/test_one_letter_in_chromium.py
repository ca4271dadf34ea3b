"""One letter, all the way, in Chromium with scripts switched off and real packs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import Site, a_site

PASSPHRASE = "four words only mine"
PATIENCE_MS = 60_000

pytestmark = pytest.mark.browser


def a_device(chromium: Browser, site: Site) -> Page:
    """A small telephone of its own, with scripts off."""
    context = chromium.new_context(
        base_url=site.url,
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def test_a_letter_makes_the_whole_journey(chromium: Browser, tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = a_device(chromium, site)
        first_teacher(ana, code)
        ben = a_device(chromium, site)
        teacher_with_slip(ben, site)
        cards_es = a_class(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        cards_en = a_class(ben, "Grade 6", "en", "Amina Kamau")
        agree(ana, cards_en["Amina Kamau"][0], ben)
        pair(ana)

        lucia = a_device(chromium, site)
        sign_in(lucia, "lucía ramos", *cards_es["Lucía Ramos"])
        lucia.get_by_role("link", name="Cartas con Amina K.").click()
        lucia.locator("[name=source]").fill(
            "Hola Amina.\n\n¿Tienes hermanos? El agua del río está fría."
        )
        expect(lucia.locator("button.go")).to_contain_text("Lucía R.")
        lucia.locator("button.go").click()
        assert "/sent" in lucia.url

        ana.goto("/waiting")
        ana.locator("[name=tick]").check()
        ana.locator("button.go").click()
        expect(ana.locator("[name=tick]")).to_have_count(0)

        amina = a_device(chromium, site)
        sign_in(amina, "AMINA KAMAU", *cards_en["Amina Kamau"])
        reload_until(amina, "Translated by a machine, from Spanish.")
        letter = amina.locator("article .letter").first
        assert re.search(
            r"do you have (any )?(brothers|siblings)", letter.inner_text(), re.I
        )
        expect(letter.locator("p")).to_have_count(2)

        amina.goto("/search")
        amina.locator("main [name=q]").fill("brothers")
        with amina.expect_navigation():
            amina.keyboard.press("Enter")
        reload_until(amina, "Lucía R.")
        expect(amina.locator("mark").first).to_be_visible()

        amina.goto("/")
        # She answers where she reads: on the page of her post.
        amina.locator("[name=source]").fill("Yes, I have a brother.")
        amina.locator("button.go").click()
        assert "/sent" in amina.url
        amina.locator("header button").click()
        assert "/sign-in" in amina.url
        amina.go_back()
        expect(amina.locator("body")).not_to_contain_text("Amina K.")


def test_pages_fit_a_small_screen(chromium: Browser, tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = a_device(chromium, site)
        first_teacher(ana, code)
        cards = a_class(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        pupil = a_device(chromium, site)
        sign_in(pupil, "lucía ramos", *cards["Lucía Ramos"])
        paths = {
            ana: ["/", "/waiting", "/classrooms", "/classrooms/1", "/school",
                  "/forums", "/letters", "/reports", "/health", "/search"],
            pupil: ["/", "/forums", "/letters", "/search"],
        }  # fmt: skip

        too_wide = [
            path
            for page, opened in paths.items()
            for path in opened
            if not fits(page, path)
        ]

        assert too_wide == []


def fits(page: Page, path: str) -> bool:
    page.goto(path)
    widths = [
        box["x"] + box["width"]
        for found in page.locator("main *, header *").all()
        if (box := found.bounding_box()) is not None
    ]
    return max(widths) <= 320 + 1


def first_teacher(page: Page, code: str) -> None:
    page.goto("/")
    assert "/first" in page.url
    page.locator("[name=code]").fill(code)
    page.locator("[name=school]").fill("Escuela Río Verde")
    page.locator("[name=name]").fill("Ana López")
    page.locator("[name=lang]").select_option("en")
    page.locator("[name=secret]").fill(PASSPHRASE)
    page.locator("[name=again]").fill(PASSPHRASE)
    page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("My morning")


def teacher_with_slip(page: Page, site: Site) -> None:
    said = site.flask("schools", "add", "Lakeside School", "Ben Otieno", "--lang", "en")
    slip = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)
    assert slip is not None
    page.goto("/slip")
    page.locator("[name=slip]").fill(slip[0].lower())
    page.locator("[name=secret]").fill(PASSPHRASE)
    page.locator("[name=again]").fill(PASSPHRASE)
    page.locator("button.go").click()


def a_class(
    page: Page, title: str, lang: str, names: str
) -> dict[str, tuple[str, str]]:
    """Make a class with pupils; return class code and PIN by full name."""
    page.goto("/classrooms")
    page.locator("[name=title]").fill(title)
    page.locator("[name=lang]").select_option(lang)
    page.locator("button.go").click()
    page.locator("[name=names]").fill(names)
    page.get_by_role("button", name="Look at what would change").click()
    page.get_by_role("button", name="Save").click()
    found = {}
    page.locator("div.card").first.wait_for()
    for card in page.locator("div.card").all():
        name, _address, code, _number, pin = card.locator("b").all_inner_texts()
        found[name] = (code, pin)
    return found


def agree(ana: Page, other_code: str, ben: Page) -> None:
    ana.goto("/classrooms")
    ana.get_by_role("link", name="5A").click()
    propose = ana.locator("form[action$='/partnerships']")
    propose.locator("[name=code]").fill(other_code)
    propose.locator("[name=title]").fill("River and lake")
    propose.get_by_role("button").click()
    ben.goto("/classrooms")
    ben.get_by_role("button", name="Accept").click()


def pair(ana: Page) -> None:
    ana.goto("/letters")
    ana.get_by_role("link", name="River and lake").click()
    ana.locator("#pupil1").select_option("Lucía R.")
    ana.locator("#pupil2").select_option("Amina K.")
    ana.locator("button.go").click()
    assert re.search(r"/letters/\d+$", ana.url)


def sign_in(page: Page, name: str, code: str, pin: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=class]").fill(code)
    page.locator("[name=name]").fill(name)
    page.locator("[name=secret]").fill(pin)
    page.locator("button.go").click()
    expect(page.locator("header button")).to_be_visible()


def reload_until(page: Page, words: str) -> None:
    for _try in range(200):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(f"{words!r} never came: {page.locator('main').inner_text()}")
