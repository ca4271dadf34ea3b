"""A pupil's ten minutes in Chromium: scripts off, 320 pixels, a real server, a link that breaks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Locator, Page, expect
from sqlalchemy import func, insert, select

from app.accounts.models import Account
from app.accounts.sessions import end_all_sessions
from app.db import db
from app.posts.models import Post, ReadMark, Thread
from bench.weak_link import Fault, How, Way, WeakLink
from tests.browser.scenes import press
from tests.builders import (
    PASSPHRASE,
    PIN,
    a_classroom,
    a_device,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.weak_link.school import a_server

PATIENCE_MS = 60_000
ANSWER = "Yes, we have a boat too."
FIRST = "Hello Carl, I am well."
OTHER = "Hello Carl, I am not well today."
LATE = "Nobody else may read these words."

pytestmark = pytest.mark.browser


@dataclass
class Class:
    """Who writes with whom, and where; ids, since the server is another process."""

    amina_id: int
    teacher: str
    code: str
    device: str
    long_id: int
    other_forum_id: int
    held_id: int


@dataclass(frozen=True)
class Link:
    """Where browsers connect, and what can break there."""

    url: str
    proxy: WeakLink

    def device(self, chromium: Browser, enrolled: str = "", lang: str = "en") -> Page:
        context = chromium.new_context(
            base_url=self.url,
            java_script_enabled=False,
            viewport={"width": 320, "height": 640},
            locale=lang,
        )
        context.set_default_timeout(PATIENCE_MS)
        if enrolled:
            context.add_cookies(
                [{"name": "d", "value": enrolled, "domain": "127.0.0.1", "path": "/sign-in"}]
            )  # fmt: skip
        return context.new_page()


def a_class(lang: str = "en") -> Class:
    """A class with two new letters, a followed thread, a new one and a long one; commits."""
    room, there = a_classroom(lang=lang), a_classroom(lang=lang)
    space = a_partnership(room, there)
    ana = teacher_of(room)
    amina, jose = a_pupil(room, "Amina Kamau"), a_pupil(room, "José Peña")
    bea, carl = a_pupil(there, "Bea Soto"), a_pupil(there, "Carl Diaz")
    forum, other_forum = a_forum(space), a_forum(space)
    forum.title, other_forum.title = "Water", "Animals"

    def said(thread: Thread, author: Account, words: str) -> Post:
        return released(a_post(thread, author, words), ana)

    long = a_thread(space, ana, forum)
    long.title = "Our rivers"
    for n in range(30):
        said(long, (bea, carl)[n % 2], f"Old post {n}. " + "The river runs. " * 12)
    read_no = db.session.scalar(select(func.max(Post.change_no)))
    followed = a_thread(space, ana, forum)
    followed.title = "Boats"
    said(followed, amina, "Who has a boat?")
    db.session.execute(
        insert(ReadMark).values(
            thread_id=long.id, person_id=amina.person_id, change_no=read_no, follows=False
        )
    )  # fmt: skip
    amina.seen_no = read_no or 0
    said(long, bea, "A new post about the lake.\n\nIt is **deep** and cold.")
    said(followed, bea, "My uncle has one.")
    begun = a_thread(space, carl, forum)
    begun.title = "Fish"
    said(begun, carl, "Which fish do you know?")
    said(letters_between(space, ana, amina, bea), bea, "Dear Amina, how are you?")
    said(letters_between(space, ana, amina, carl), carl, "Hello Amina, I am Carl.")
    said(letters_between(space, ana, jose, carl), carl, "Hello José.")
    held = a_post(a_thread(space, amina, forum), amina, "The moon is round.")
    made = Class(
        amina.id, ana.full_name, room.code, a_device(room), long.id, other_forum.id, held.id
    )  # fmt: skip
    db.session.commit()
    return made


@contextmanager
def a_link(instance: Path) -> Iterator[Link]:
    with (
        a_server(instance) as site,
        WeakLink(site.port, rate_bits=None, delay_seconds=0) as proxy,
    ):
        yield Link(f"http://127.0.0.1:{proxy.port}", proxy)


def test_the_whole_ten_minutes_of_a_pupil(
    app: Flask, instance: Path, chromium: Browser
) -> None:
    here = a_class()
    with a_link(instance) as link:
        tablet = link.device(chromium, here.device)
        sign_in_by_tap(tablet, "Amina K.")
        reads_all_that_is_new(tablet)
        keeps_an_answer_as_a_draft_and_sends_it(tablet)
        reads_only_what_is_new(tablet)
        answers_with_a_quote(tablet)
        follows_and_does_not(tablet)
        changes_what_waits(tablet, here)
        sends_over_a_link_that_breaks(tablet, link, here)
        signs_out_and_back_shows_nothing(tablet)
        the_next_child_sees_his_own(tablet)
        phone = link.device(chromium)
        sign_in_by_code(phone, here, "Amina Kamau")
        goes_back_and_sends_other_words(phone)
        words_that_came_late_are_hers_alone(tablet, here)


def test_the_ten_minutes_of_her_teacher(
    app: Flask, instance: Path, chromium: Browser
) -> None:
    here = a_class()
    with a_link(instance) as link:
        amina = link.device(chromium, here.device)
        sign_in_by_tap(amina, "Amina K.")
        ana = link.device(chromium)
        sign_in_as_teacher(ana, here)
        releases_what_waits(ana)
        amina.goto(f"/p/{here.held_id}/edit")
        amina.locator("[name=source]").fill("The moon is a ball of stone.")
        press(amina.locator("button.go"))
        expect(amina.locator("h1")).to_contain_text("Your change")
        releases_a_change_after_looking(ana)
        looks_at_the_history(ana, here)
        arranges_a_thread(ana, here)
        a_locked_thread_takes_no_answer(amina, here)
        takes_a_published_post_back(amina, ana, here)


def test_the_main_path_in_arabic(app: Flask, instance: Path, chromium: Browser) -> None:
    here = a_class("ar")
    with a_link(instance) as link:
        tablet = link.device(chromium, here.device, "ar")
        sign_in_by_tap(tablet, "Amina K.")
        assert tablet.locator("html").get_attribute("dir") == "rtl"
        expect(tablet.locator("article")).to_have_count(3)
        stands_within(tablet)
        form = letter_form(tablet, "Bea S.")
        form.locator("[name=source]").fill("نعم، لدينا قارب أيضًا.")
        stands_within(tablet)
        press(form.locator("[value=draft]"))
        tablet.locator("footer a").last.click()
        press(tablet.locator("a[href^='/drafts/']"))
        stands_within(tablet)
        press(tablet.locator("#write button:not([name])"))
        assert "/sent" in tablet.url
        stands_within(tablet)
        tablet.goto(f"/threads/{here.long_id}?new")
        expect(tablet.locator("article")).to_have_count(1)
        stands_within(tablet)
        press(tablet.locator("article footer a[href$='/answer']"))
        tablet.locator("input[type=radio]").nth(2).check()
        tablet.locator("[name=source]").fill("كم عمقها؟")
        stands_within(tablet)
        press(tablet.locator("button.go"))
        assert "/sent" in tablet.url
        press(tablet.locator("header button"))
        assert "/sign-in" in tablet.url
    assert (
        posts_saying(here, "كم عمقها؟")
        == posts_saying(here, "نعم، لدينا قارب أيضًا.")
        == 1
    )


# Reading and writing


def sign_in_by_tap(page: Page, name: str) -> None:
    page.goto("/sign-in")
    press(page.get_by_role("link", name=name, exact=True))
    page.locator("[name=secret]").fill(PIN)
    press(page.locator("button.go"))
    expect(page.locator("header .who")).to_contain_text(name)


def sign_in_by_code(page: Page, here: Class, name: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=class]").fill(here.code.lower())
    page.locator("[name=name]").fill(name.lower())
    page.locator("[name=secret]").fill(PIN)
    page.locator("[name=own]").check()
    press(page.locator("button.go"))
    expect(page.locator("h1")).to_have_text("My post")


def letter_form(page: Page, pen_pal: str) -> Locator:
    """Find the form below the letters of this pen pal, on My post."""
    heading = page.locator("h2.part", has_text=pen_pal)
    return heading.locator("xpath=following-sibling::form[1]")


def reads_all_that_is_new(page: Page) -> None:
    expect(page).to_have_title(re.compile("2 .*My post$"))
    main = page.locator("main")
    for words in (
        "Dear Amina, how are you?", "Hello Amina, I am Carl.", "My uncle has one.",
        "Fish", "Published on", "With your teacher",
    ):  # fmt: skip
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text("Which fish do you know?")
    expect(main).not_to_contain_text("Hello José.")
    expect(page.locator("main .go")).to_have_count(1)
    stands_within(page)


def keeps_an_answer_as_a_draft_and_sends_it(page: Page) -> None:
    form = letter_form(page, "Bea S.")
    form.locator("[name=source]").fill(ANSWER)
    press(form.get_by_role("button", name="Save draft"))
    expect(page.locator("h1")).to_have_text("Your draft is kept")
    stands_within(page)
    press(page.get_by_role("link", name="Back to my post"))
    press(page.locator("main a", has_text=ANSWER))
    expect(page.locator("[name=source]")).to_have_value(ANSWER)
    stands_within(page)
    press(page.locator("#write button:not([name])"))
    expect(page.locator("h1")).to_have_text("With your teacher")


def goes_back_and_sends_other_words(page: Page) -> None:
    """Her own telephone keeps pages: the same form goes twice, and both are kept."""
    form = letter_form(page, "Carl D.")
    form.locator("[name=source]").fill(FIRST)
    press(form.locator("button:not([name])"))
    expect(page.locator("h1")).to_have_text("With your teacher")
    page.go_back()
    form.locator("[name=source]").fill(OTHER)
    press(form.locator("button:not([name])"))
    main = page.locator("main")
    expect(page.locator("h1")).to_have_text("This did not go")
    expect(page).to_have_title("This did not go")
    assert main.locator("article").get_attribute("dir") == "ltr"
    expect(main.locator("[name=source]")).to_have_value(OTHER)
    expect(main.locator("article")).to_have_text(FIRST)
    stands_within(page)
    page.goto("/")
    expect(page.locator("main li", has_text=OTHER)).to_have_count(1)


def reads_only_what_is_new(page: Page) -> None:
    press(page.get_by_role("link", name="Forums"))
    press(page.get_by_role("link", name="Water"))
    row = page.locator("li", has_text="Our rivers")
    expect(row.locator("mark")).to_have_text("new")
    press(row.get_by_role("link"))
    assert page.url.partition("?")[2].startswith("new")
    expect(page.locator("article")).to_have_count(1)
    expect(page.locator("article")).to_contain_text("A new post about the lake.")
    stands_within(page)


def answers_with_a_quote(page: Page) -> None:
    press(page.locator("article").get_by_role("link", name="Answer"))
    page.get_by_label("It is deep and cold.").check()
    page.locator("[name=source]").fill("How deep is it?")
    stands_within(page)
    press(page.locator("button.go"))
    expect(page.locator("h1")).to_have_text("With your teacher")
    press(page.get_by_role("link", name="Back to where you wrote"))
    hers = page.locator("article", has_text="How deep is it?")
    expect(hers.locator("blockquote")).to_have_text("Bea S.: It is deep and cold.")
    stands_within(page)


def follows_and_does_not(page: Page) -> None:
    for name, then in (("Do not follow", "Follow"), ("Follow", "Do not follow")):
        press(page.get_by_role("button", name=name, exact=True))
        expect(page.get_by_role("button", name=then, exact=True)).to_be_visible()


def changes_what_waits(page: Page, here: Class) -> None:
    page.goto("/")
    own = page.locator(f"a[href='/p/{here.held_id}']")
    press(own)
    press(page.locator(f"#p{here.held_id}").get_by_role("link", name="Change"))
    page.locator("[name=source]").fill("The moon is round and white.")
    stands_within(page)
    press(page.locator("button.go"))
    expect(page.locator("h1")).to_have_text("With your teacher")


def sends_over_a_link_that_breaks(page: Page, link: Link, here: Class) -> None:
    """Once before the server had it all, once when only the answer is lost."""
    sent = "The link broke while I wrote this."
    page.goto(f"/threads/{here.long_id}")
    page.locator("[name=source]").fill(sent)
    link.proxy.strike(Fault(Way.UP, 900, How.RESET))
    link.proxy.strike(Fault(Way.DOWN, 0, How.CLOSE))
    with suppress(Error), page.expect_navigation():
        page.locator("#write button.go").click()
    receipt = page.get_by_role("heading", name="With your teacher")
    for _n in range(8):
        # The address says nothing yet: the page of a broken receipt has it, too.
        with suppress(Error):
            page.reload()
        if receipt.count():
            break
    link.proxy.spare()
    assert any(line.broken for line in link.proxy.lines)
    expect(receipt).to_be_visible()
    assert posts_saying(here, sent) == 1


def posts_saying(here: Class, words: str) -> int:
    db.session.rollback()
    author = select(Account.person_id).where(Account.id == here.amina_id)
    hers = db.session.scalars(select(Post).where(Post.author_id.in_(author))).all()
    count = sum(any(r.source == words for r in post.revisions) for post in hers)
    db.session.rollback()
    return count


# Whose words they are


def signs_out_and_back_shows_nothing(page: Page) -> None:
    press(page.get_by_role("button", name="I'm done"))
    for _n in range(3):
        # Chromium says so itself where it would have to send a form again.
        with suppress(Error):
            page.go_back()
        for hers in ("Dear Amina", "deep", "boat", "The link broke"):
            expect(page.locator("body", has_text=hers)).to_have_count(0)


def the_next_child_sees_his_own(page: Page) -> None:
    sign_in_by_tap(page, "José P.")
    expect(page.locator("main")).to_contain_text("Hello José.")
    for hers in (ANSWER, "Dear Amina", "The moon"):
        expect(page.locator("main")).not_to_contain_text(hers)
    press(page.get_by_role("button", name="I'm done"))


def words_that_came_late_are_hers_alone(page: Page, here: Class) -> None:
    """Her sign-in ends while she writes; the next child is first at the tablet."""
    for is_hers in (False, True):
        sign_in_by_tap(page, "Amina K.")
        if is_hers:
            expect(page.locator("main")).to_contain_text(LATE)
            press(page.locator("#kept ~ .say button").first)
            expect(page.locator("h1")).to_have_text("With your teacher")
            break
        page.goto(f"/threads/{here.long_id}")
        page.locator("[name=source]").fill(LATE)
        end_her_sign_in(here)
        press(page.locator("#write button.go"))
        expect(page.locator("h1")).to_contain_text("Amina K.")
        expect(page.locator("body")).not_to_contain_text(LATE)
        stands_within(page)
        press(page.get_by_role("link", name="I am somebody else"))
        sign_in_by_tap(page, "José P.")
        expect(page.locator("body")).not_to_contain_text(LATE)
        press(page.get_by_role("button", name="I'm done"))
    assert posts_saying(here, LATE) == 1


def end_her_sign_in(here: Class) -> None:
    db.session.rollback()
    end_all_sessions([db.session.get_one(Account, here.amina_id)])
    db.session.commit()


# Her teacher


def sign_in_as_teacher(page: Page, here: Class) -> None:
    page.goto("/sign-in/teacher")
    page.locator("[name=name]").fill(here.teacher)
    page.locator("[name=secret]").fill(PASSPHRASE)
    press(page.locator("button.go"))
    expect(page.locator("h1")).to_have_text("My morning")


def releases_what_waits(page: Page) -> None:
    press(page.locator("main a.go"))
    expect(page.locator("article")).to_have_count(1)
    page.locator("[name=tick]").check()
    stands_within(page)
    press(page.locator("button.go"))
    expect(page.locator("article")).to_have_count(0)


def releases_a_change_after_looking(page: Page) -> None:
    page.goto("/waiting")
    change = page.locator("article")
    expect(change.locator(".mark")).to_have_text("A change to a post that is out")
    expect(change.locator("del")).to_contain_text("round.")
    expect(change.locator("ins")).to_contain_text("a ball of stone.")
    stands_within(page)
    press(change.get_by_role("button", name="Release this one"))
    expect(page.locator("article")).to_have_count(0)


def looks_at_the_history(page: Page, here: Class) -> None:
    page.goto(f"/p/{here.held_id}/history")
    expect(page.locator("article h2")).to_contain_text(["Version 2", "Version 1"])
    expect(page.locator("main")).to_contain_text("The moon is round.")
    stands_within(page)


def arranges_a_thread(page: Page, here: Class) -> None:
    page.goto(f"/threads/{here.long_id}")
    press(page.get_by_role("link", name="Arrange this thread"))
    for said in ("Pinned", "Locked"):
        page.get_by_label(re.compile(said)).check()
    page.locator("[name=forum]").select_option("Animals")
    stands_within(page)
    press(page.locator("button.go"))
    page.goto(f"/forums/{here.other_forum_id}")
    row = page.locator("li", has_text="Our rivers")
    expect(row).to_contain_text("Pinned")
    expect(row).to_contain_text("Locked")


def a_locked_thread_takes_no_answer(page: Page, here: Class) -> None:
    page.goto(f"/threads/{here.long_id}")
    expect(page.locator("#write")).to_contain_text("Locked")
    expect(page.locator("textarea")).to_have_count(0)


def takes_a_published_post_back(page: Page, teacher: Page, here: Class) -> None:
    page.goto(f"/p/{here.held_id}/edit")
    page.get_by_text("Take this post back").click()
    stands_within(page)
    press(page.get_by_role("button", name="Take it back for good"))
    for reader in (page, teacher):
        reader.goto(f"/p/{here.held_id}")
        expect(reader.locator(f"#p{here.held_id}")).to_contain_text(
            "Amina K. took this post back."
        )
        expect(reader.locator("main")).not_to_contain_text("stone")
    teacher.goto(f"/p/{here.held_id}/history")
    expect(teacher.locator("main")).to_contain_text("a ball of stone.")


def stands_within(page: Page) -> None:
    """Nothing of the page reaches out of the screen on either side."""
    boxes = [
        (found.bounding_box(), found.evaluate("e => e.outerHTML.slice(0, 90)"))
        for found in page.locator("main > *, article > *, header > *, form > *").all()
    ]
    out = [
        said
        for box, said in boxes
        if box is not None and (box["x"] < -1 or box["x"] + box["width"] > 321)
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert out == []
    assert wide <= 320
