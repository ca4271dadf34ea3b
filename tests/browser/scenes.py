"""Every page there is: by its address, and those that only a form answers with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from app.accounts.sessions import end_all_sessions
from app.db import db
from app.posts import editing
from tests.browser.serving import Served

PASSPHRASE = "four words only mine"


@dataclass(frozen=True)
class Scene:
    """What this person does until the page is there."""

    who: str
    play: Callable[[Page, Served], None]

    def __str__(self) -> str:
        return f"{self.who}, {self.play.__name__}"


def a_wrong_sign_in(page: Page, served: Served) -> None:
    page.goto("/sign-in")
    page.locator("[name=class]").fill(served.school.room.code)
    page.locator("[name=name]").fill("Nobody Known")
    send(page, secret="481526")


def a_sign_in_without_a_name(page: Page, served: Served) -> None:
    page.goto("/sign-in")
    page.locator("[name=class]").fill(served.school.room.code)
    send(page, secret="481526")


def a_wrong_passphrase(page: Page, served: Served) -> None:
    page.goto("/sign-in/teacher")
    send(page, name="Nobody Known", secret=PASSPHRASE)


def a_wrong_slip(page: Page, served: Served) -> None:
    page.goto("/slip")
    send(page, slip="AAAA-BBBB-CCCC", secret=PASSPHRASE, again=PASSPHRASE)


def a_tapped_name_with_a_wrong_pin(page: Page, served: Served) -> None:
    page.goto(f"/sign-in/name/{served.school.pupils[1].id}")
    send(page, secret="000000")


def one_picture_chosen(page: Page, served: Served) -> None:
    page.goto(f"/sign-in/name/{served.school.pupil.id}/pictures")
    press(page.locator("button[value=fish]"))


def a_list_with_a_refused_row(page: Page, served: Served) -> None:
    page.goto(f"/classrooms/{served.school.room.id}")
    send(page, names="Ana Ruiz\nAna Ruiz\nBea Soto")


def a_list_to_look_at(page: Page, served: Served) -> None:
    page.goto(f"/classrooms/{served.school.room.id}")
    send(page, names="Ana Ruiz\nBea Soto\nعمر سالم")


def a_new_card(page: Page, served: Served) -> None:
    page.goto(
        f"/classrooms/{served.school.room.id}/pupils/{served.school.pupils[2].id}"
    )
    press(page.locator("form[action$='/card'] button"))


def a_new_picture_code(page: Page, served: Served) -> None:
    page.goto(
        f"/classrooms/{served.school.room.id}/pupils/{served.school.pupils[2].id}"
    )
    press(page.locator("form[action$='/pictures'] button"))


def a_name_that_is_refused(page: Page, served: Served) -> None:
    page.goto(
        f"/classrooms/{served.school.room.id}/pupils/{served.school.pupils[2].id}"
    )
    send(page, full_name="42")


def a_proposal_to_nobody(page: Page, served: Served) -> None:
    page.goto(f"/classrooms/{served.school.room.id}")
    form = page.locator("form[action$='/partnerships']")
    form.locator("[name=code]").fill("000000")
    form.locator("[name=title]").fill("Nowhere")
    press(form.locator("button"))


def a_term_that_ends_before_it_begins(page: Page, served: Served) -> None:
    page.goto("/school")
    page.locator("#title1").fill("Term")
    page.locator("#first1").fill("2027-08-01")
    page.locator("#last1").fill("2027-05-01")
    send(page)


def an_adult_without_a_name(page: Page, served: Served) -> None:
    page.goto("/school/people")
    send(page, name="42")


def a_slip_for_a_new_adult(page: Page, served: Served) -> None:
    page.goto("/school/people")
    count = page.locator("tr").count()
    send(page, name=f"Adult {'abcdefghijklmnop'[count]}")


def words_that_came_too_late(page: Page, served: Served) -> None:
    page.goto(f"/threads/{served.school.thread.id}")
    pupil = served.account("pupil")
    assert pupil is not None
    end_all_sessions([pupil])
    db.session.commit()
    send(page, source="These come late.")


def words_kept_until_the_next_sign_in(page: Page, served: Served) -> None:
    page.goto("/")


def a_change_that_waits_for_release(page: Page, served: Served) -> None:
    _change_what_is_out(served)
    page.goto("/waiting")


def her_change_that_waits(page: Page, served: Served) -> None:
    _change_what_is_out(served)
    page.goto(f"/p/{served.school.shown.uid}/edit")


def a_version_whole(page: Page, served: Served) -> None:
    page.goto(f"/p/{served.school.returned.uid}/history?n=1")


def a_receipt_with_a_note(page: Page, served: Served) -> None:
    page.goto(f"/p/{served.school.returned.uid}/sent")


def _change_what_is_out(served: Served) -> None:
    """Done once: the same change again is the one that waits already."""
    school = served.school
    editing.change(school.shown, school.pupil, "Post 0, mended.", "en", base=1)
    db.session.commit()


def send(page: Page, **fields: str) -> None:
    """Fill in the form of the page's one filled button, and press it."""
    form = page.locator("form:has(button.go)").last
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    press(form.locator("button.go").last)


def press(button: Locator) -> None:
    """Press a button and wait for the page that answers."""
    with button.page.expect_navigation():
        button.click()


SCENES = [
    Scene("nobody", a_wrong_sign_in),
    Scene("nobody", a_sign_in_without_a_name),
    Scene("nobody", a_wrong_passphrase),
    Scene("nobody", a_wrong_slip),
    Scene("tablet", a_tapped_name_with_a_wrong_pin),
    Scene("tablet", one_picture_chosen),
    Scene("teacher", a_list_with_a_refused_row),
    Scene("teacher", a_list_to_look_at),
    Scene("teacher", a_new_card),
    Scene("teacher", a_new_picture_code),
    Scene("teacher", a_name_that_is_refused),
    Scene("teacher", a_proposal_to_nobody),
    Scene("admin", a_term_that_ends_before_it_begins),
    Scene("admin", an_adult_without_a_name),
    Scene("admin", a_slip_for_a_new_adult),
    Scene("teacher", a_change_that_waits_for_release),
    Scene("pupil", her_change_that_waits),
    Scene("pupil", a_version_whole),
    Scene("pupil", a_receipt_with_a_note),
    Scene("pupil", words_that_came_too_late),
    Scene("pupil", words_kept_until_the_next_sign_in),
]


def every_page(
    chromium: Browser, served: Served, lang: str = "en", **more: Any
) -> Iterator[tuple[str, Page]]:
    """Open page after page as who may see it, each said by whom and where.

    Scripts may look at them: they need no permission of the pages themselves.
    """
    for who, urls in served.school.pages().items():
        with served.browser_of(chromium, who, lang, bypass_csp=True, **more) as browser:
            page = browser.new_page()
            for url in urls:
                page.goto(url)
                yield f"{who} {url}", page
    for scene in SCENES:
        with served.browser_of(
            chromium, scene.who, lang, bypass_csp=True, **more
        ) as browser:
            page = browser.new_page()
            scene.play(page, served)
            yield str(scene), page
