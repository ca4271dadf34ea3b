"""A school's first hour in Chromium: scripts off, 320 pixels, one tablet for a class."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.journeys.site import Site, a_site

PASSPHRASE = "four words only mine"
PATIENCE_MS = 60_000
NAMES = "1. Amina Kamau\n2. José Peña\n3. amina kamau\n"
MENDED = "Amina Kamau\nJosé Peña\nAmina W. Kamau\n"
WORDS = "Our river is low this year."

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Card:
    """What stands on a printed card."""

    code: str
    number: str
    pin: str


def a_device(chromium: Browser, site: Site) -> Page:
    context = chromium.new_context(
        base_url=site.url,
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
        locale="en",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def test_the_first_hour_of_a_school(chromium: Browser, tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana, ben, tablet = (a_device(chromium, site) for _n in range(3))
        first_run_by_keyboard_alone(ana, code)
        tell_the_school(ana)
        slip = slip_for(ana, "Ben Otieno")
        use_slip(ben, slip)

        cards = class_with_a_mended_list(ana)
        bring_in_as_co_teacher(ana, "Ben Otieno")
        ben.goto("/classrooms")
        expect(ben.get_by_role("link", name="Grade 6")).to_be_visible()
        look_at_the_poster(ana, cards["Amina Kamau"].code)
        make_forum(ana)

        enrol_in_two_taps(tablet)
        sign_in_by_tap(tablet, "Amina K.", cards["Amina Kamau"].pin)
        write(tablet, "River", WORDS)
        done_and_back_shows_nothing(tablet, "Amina K.")

        sign_in_by_tap(tablet, "Amina K.", cards["Amina Kamau"].pin)
        late_send_asks_only_for_the_secret(tablet, ana, cards["Amina Kamau"].pin)
        done_and_back_shows_nothing(tablet, "Amina K.")

        pictures = picture_code_for(ana, "José Peña")
        sign_in_by_pictures(tablet, "José P.", pictures)
        done_and_back_shows_nothing(tablet, "José P.")

        phone = a_device(chromium, site)
        sign_in_by_card(phone, cards["Amina W. Kamau"])
        ana.goto("/waiting")
        expect(ana.locator("article")).to_have_count(2)


def first_run_by_keyboard_alone(page: Page, code: str) -> None:
    """Fill in the first page without a mouse, from its top to its button."""
    page.goto("/")
    expect(page).to_have_url(re.compile("/first$"))
    languages = page.locator("nav a").count()
    # A slip of the finger first: the words say so, and all stays typed.
    for typed in (code[:-1] + "x", code):
        press(page, "Tab", 0 if page.locator("#error").count() else languages + 1)
        page.keyboard.press("ControlOrMeta+a")
        write_on(page, typed, "Escuela Río Verde", "Ana López")
        write_on(page, PASSPHRASE, PASSPHRASE, skip=2)
        press(page, "Tab", 2)
        page.keyboard.press("Enter")
        if typed != code:
            expect(page.locator("#error")).to_be_visible()
            expect(page.locator("[name=school]")).to_have_value("Escuela Río Verde")
    expect(page.locator("h1")).to_have_text("My morning")


def write_on(page: Page, *typed: str, skip: int = 0) -> None:
    """Type into one field after another."""
    for n, words in enumerate(typed):
        press(page, "Tab", skip if n == 0 else 1)
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(words)


def press(page: Page, key: str, times: int) -> None:
    for _n in range(times):
        page.keyboard.press(key)


def tell_the_school(page: Page) -> None:
    page.get_by_role("link", name="Say where your school is").click()
    page.locator("[name=country]").select_option("KE")
    page.locator("[name=place]").fill("Kisumu")
    page.locator("[name=wifi_name]").fill("Lakeside")
    page.locator("#title1").fill("Second term")
    page.locator("#first1").fill("2027-08-01")
    page.locator("#last1").fill("2027-05-01")
    page.locator("button.go").click()
    expect(page.locator("#error")).to_be_visible()
    expect(page.locator("[name=place]")).to_have_value("Kisumu")
    page.locator("#last1").fill("2027-11-01")
    page.locator("button.go").click()
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Say where your school is – done")


def slip_for(page: Page, name: str) -> str:
    page.goto("/school/people")
    page.locator("[name=name]").fill(name)
    # A busy machine may take a moment to begin with the next page.
    with page.expect_navigation():
        page.locator("button.go").click()
    slip = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.content())
    assert slip is not None
    return slip[0]


def use_slip(page: Page, slip: str) -> None:
    page.goto("/slip")
    for again in ("four words only yours", PASSPHRASE):
        page.locator("[name=slip]").fill(slip.lower())
        page.locator("[name=secret]").fill(PASSPHRASE)
        page.locator("[name=again]").fill(again)
        page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("My morning")


def class_with_a_mended_list(page: Page) -> dict[str, Card]:
    page.goto("/classrooms")
    page.locator("[name=title]").fill("Grade 6")
    page.locator("button.go").click()
    page.locator("[name=names]").fill(NAMES)
    page.locator("button.go").click()
    expect(page.locator("#error")).to_contain_text("row 3")
    expect(page.locator("[name=names]")).to_have_value(NAMES)
    page.locator("[name=names]").fill(MENDED)
    page.locator("button.go").click()
    expect(page.locator("main")).to_contain_text("Nothing is saved yet")
    expect(page.locator("tr")).to_have_count(3)
    page.locator("button.go").click()
    return cards_on(page)


def cards_on(page: Page) -> dict[str, Card]:
    found = {}
    page.locator("div.card").first.wait_for()
    for card in page.locator("div.card").all():
        name, _address, code, number, *pin = card.locator("b").all_inner_texts()
        found[name] = Card(code, number, "".join(pin))
    return found


def bring_in_as_co_teacher(page: Page, name: str) -> None:
    open_class(page)
    page.get_by_text("Add a teacher", exact=True).click()
    page.locator("[name=teacher]").select_option(name)
    page.locator("form[action$='/teachers'] button").click()
    expect(page.locator("main")).to_contain_text(re.compile(rf"{name}\s+co-teacher"))


def open_class(page: Page) -> None:
    page.goto("/classrooms")
    page.get_by_role("link", name="Grade 6").click()


def look_at_the_poster(page: Page, code: str) -> None:
    open_class(page)
    page.get_by_role("link", name="Poster").click()
    poster = page.locator(".poster")
    expect(poster).to_contain_text("Lakeside")
    expect(poster).to_contain_text(code)
    expect(poster.locator("svg")).to_be_visible()


def make_forum(page: Page) -> None:
    page.goto("/forums")
    page.get_by_text("Make a new forum").click()
    page.locator("[name=title]").fill("Water")
    page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("Water")


def enrol_in_two_taps(page: Page) -> None:
    page.goto("/sign-in/teacher")
    page.locator("[name=name]").fill("ana lopez")
    page.locator("[name=secret]").fill(PASSPHRASE)
    page.locator("button.go").click()
    open_class(page)
    page.get_by_role("link", name="Devices of the class").click()
    page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("Grade 6")
    expect(page.locator("body")).not_to_contain_text("Ana L")


def sign_in_by_tap(page: Page, name: str, pin: str) -> None:
    expect(page.locator("body")).not_to_contain_text("Kamau")
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("[name=secret]").fill(pin)
    page.locator("button.go").click()
    expect(page.locator("header")).to_contain_text(name)


def begin_thread(page: Page, title: str, words: str) -> None:
    page.get_by_role("link", name="Forums").click()
    page.get_by_role("link", name="Water").click()
    if not page.locator("[name=source]").is_visible():
        page.get_by_text("Begin a new thread").click()
    page.locator("[name=title]").fill(title)
    page.locator("[name=source]").fill(words)


def write(page: Page, title: str, words: str) -> None:
    begin_thread(page, title, words)
    page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("With your teacher")


def done_and_back_shows_nothing(page: Page, name: str) -> None:
    page.locator("header button").click()
    expect(page.locator("h1")).to_have_text("Grade 6")
    for _n in range(2):
        # Chromium says so itself where it would have to send a form again.
        with suppress(Error):
            page.go_back()
        expect(page.locator("header", has_text=name)).to_have_count(0)
        expect(page.locator("body", has_text=WORDS)).to_have_count(0)
    page.goto("/sign-in")


def late_send_asks_only_for_the_secret(tablet: Page, teacher: Page, pin: str) -> None:
    """Her teacher signs her out while she writes; her words wait for her PIN."""
    begin_thread(tablet, "Lake", "The lake is high.")
    open_class(teacher)
    teacher.get_by_role("link", name="Who is signed in").click()
    row = teacher.locator("tr", has_text="Amina Kamau")
    expect(row).to_contain_text("Tablet 1")
    row.get_by_role("button").click()
    expect(teacher.locator("main")).to_contain_text("Nobody of this class is signed in")

    tablet.locator("button.go").click()

    expect(tablet.locator("h1")).to_contain_text("Amina K.")
    expect(tablet.locator("main input:not([type=hidden])")).to_have_count(1)
    expect(tablet.locator("body")).not_to_contain_text("The lake is high.")
    tablet.locator("[name=secret]").fill(pin)
    tablet.locator("button.go").click()
    expect(tablet.locator("h1")).to_have_text("With your teacher")


def picture_code_for(page: Page, name: str) -> list[str]:
    """Open the tablet to pictures, and give a pupil three."""
    open_class(page)
    page.get_by_role("link", name="Devices of the class").click()
    page.get_by_role("button", name="Open to picture codes").click()
    open_class(page)
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Picture code").click()
    page.locator(".pic").first.wait_for()
    return [pic.strip() for pic in page.locator(".pic").all_inner_texts()]


def sign_in_by_pictures(page: Page, name: str, pictures: list[str]) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name=name, exact=True).click()
    assert len(pictures) == 3
    for picture in pictures:
        page.get_by_role("button", name=picture, exact=True).click()
    expect(page.locator("header")).to_contain_text(name)


def sign_in_by_card(page: Page, card: Card) -> None:
    page.goto(f"/sign-in/card/{card.number.replace(' ', '')}")
    expect(page.locator("h1")).to_contain_text("Amina")
    page.locator("[name=secret]").fill(card.pin)
    page.locator("button.go").click()
    expect(page.locator("h1")).to_have_text("My post")
