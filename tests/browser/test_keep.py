"""The one script, in Chromium: words survive, go when they are sent, and are nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.accounts.models import Account
from app.db import db
from tests.browser.scenes import press
from tests.browser.serving import Served

pytestmark = pytest.mark.browser

# The script writes every two seconds.
WRITTEN_MS = 10_000
SHELF = "() => JSON.stringify(localStorage)"
WORDS = "The river was high, and nobody could cross it."
RESTORED = "This browser kept these words for you."


@contextmanager
def hers(
    chromium: Browser, served: Served, who: str = "pupil", *, keeps: bool | None = True
) -> Iterator[BrowserContext]:
    """A browser in which she is signed in, with scripts on, under our own policy."""
    account = served.account(who)
    assert account is not None
    _choose(account, keeps)
    with served.browser_of(chromium, who) as browser:
        yield browser
    _choose(account, None)


def _choose(account: Account, keeps: bool | None) -> None:
    account.keeps_copy = keeps
    db.session.commit()


def thread(served: Served) -> str:
    return f"/threads/{served.school.thread.id}"


def write(page: Page, url: str, words: str = WORDS) -> None:
    page.goto(url)
    page.locator("#write [name=source]").fill(words)


def until_written(page: Page, words: str = WORDS) -> None:
    page.wait_for_function(
        "words => JSON.stringify(localStorage).includes(words)", arg=words, timeout=WRITTEN_MS
    )  # fmt: skip


def become(served: Served, browser: BrowserContext, account: Account) -> None:
    """Let somebody else sign in on the same device."""
    client = served.school.client(served.app, "nobody")
    client.become(account)
    db.session.commit()
    cookie = {"name": "s", "value": client.cookie, "path": "/", "domain": "127.0.0.1"}
    browser.add_cookies([cookie])  # type: ignore[list-item]  # as its docs have it


def test_words_survive_a_tab_that_is_killed(chromium: Browser, served: Served) -> None:
    with hers(chromium, served) as browser:
        page = browser.new_page()
        write(page, thread(served))
        key = page.locator("#write [name=key]").input_value()
        until_written(page)
        page.close(run_before_unload=False)

        again = browser.new_page()
        again.goto(thread(served))

        expect(again.locator("#write [name=source]")).to_have_value(WORDS)
        expect(again.locator("#write output")).to_contain_text(RESTORED)
        # Had they arrived after all, they would still be one post.
        assert again.locator("#write [name=key]").input_value() == key


def test_words_are_put_back_with_the_title_of_a_new_thread(
    chromium: Browser, served: Served
) -> None:
    url = f"/forums/{served.school.forum.id}"
    with hers(chromium, served) as browser:
        page = browser.new_page()
        page.goto(url)
        page.locator("main summary").first.click()
        page.locator("[name=title]").fill("A title with <b> in it")
        page.locator("[name=source]").fill(WORDS)
        until_written(page)
        page.reload()

        expect(page.locator("[name=title]")).to_be_visible()
        expect(page.locator("[name=title]")).to_have_value("A title with <b> in it")
        expect(page.locator("[name=source]")).to_have_value(WORDS)


def test_the_copy_goes_when_the_words_are_sent(
    chromium: Browser, served: Served
) -> None:
    other = f"/letters/{served.school.letters[0].id}"
    with hers(chromium, served) as browser:
        page = browser.new_page()
        write(page, other, "These are not sent.")
        until_written(page, "These are not sent.")
        write(page, thread(served))
        until_written(page)
        press(page.locator("#write button.go"))
        assert "/sent" in page.url

        kept = page.evaluate(SHELF)

        assert WORDS not in kept
        assert "These are not sent." in kept


def test_i_m_done_wipes_everything_wherever_it_is_pressed(
    chromium: Browser, served: Served
) -> None:
    with hers(chromium, served) as browser:
        page = browser.new_page()
        write(page, thread(served))
        until_written(page)
        page.goto("/forums")
        press(page.locator("form[action^='/done'] button"))
        assert "/sign-in" in page.url

        assert page.evaluate(SHELF) == "{}"


def test_words_typed_just_before_i_m_done_are_not_written_after_it(
    chromium: Browser, served: Served
) -> None:
    with hers(chromium, served) as browser:
        page = browser.new_page()
        write(page, thread(served))
        until_written(page)
        # A dead link: the page still stands there after the button.
        page.route("**/done*", lambda route: route.abort("aborted"))
        page.locator("#write [name=source]").fill(WORDS + " One more.")
        page.locator("form[action^='/done'] button").click(no_wait_after=True)
        page.wait_for_timeout(5_000)

        assert page.evaluate(SHELF) == "{}"


def test_another_pupil_on_the_same_browser_sees_none_of_it(
    chromium: Browser, served: Served
) -> None:
    mate = served.school.pupils[1]
    _choose(mate, keeps=True)
    with hers(chromium, served) as browser:
        page = browser.new_page()
        write(page, thread(served))
        until_written(page)
        become(served, browser, mate)

        page.goto(thread(served))

        expect(page.locator("#write [name=source]")).to_have_value("")
        assert page.evaluate(SHELF) == "{}"
    _choose(mate, keeps=None)


def test_a_shared_device_keeps_nothing_by_itself(
    chromium: Browser, served: Served
) -> None:
    with hers(chromium, served, keeps=None) as browser:
        page = browser.new_page()
        write(page, thread(served))
        page.wait_for_timeout(5_000)

        assert page.locator("script").count() == 0
        assert page.evaluate(SHELF) == "{}"


def test_no_other_form_is_ever_kept(chromium: Browser, served: Served) -> None:
    with hers(chromium, served) as browser:
        page = browser.new_page()
        page.goto("/search")
        page.locator("main [name=q]").fill("a secret search")
        page.wait_for_timeout(5_000)
        assert page.evaluate(SHELF) == "{}"
        page.goto(f"/p/{served.school.shown.uid}/report")
        page.locator("[name=words]").fill("a secret report")
        page.wait_for_timeout(5_000)

        assert page.evaluate(SHELF) == "{}"


def test_a_browser_without_storage_sends_as_without_the_script(
    chromium: Browser, served: Served
) -> None:
    broken = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('off') }})"
    full = "Storage.prototype.setItem = () => { throw new Error('full') }"
    for fault in (broken, full):
        with hers(chromium, served) as browser:
            page = browser.new_page()
            page.add_init_script(fault)
            write(page, thread(served))
            page.wait_for_timeout(2_500)
            press(page.locator("#write button.go"))

            assert "/sent" in page.url
