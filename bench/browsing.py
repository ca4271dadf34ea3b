"""What a person does in the bench: signs in, opens a page, writes, releases."""

import re

from bench.figures import NotMeasured
from bench.wire import Answer, Wire, field
from bench.world import SignIn


def page(browser: Wire, path: str, status: int = 200) -> Answer:
    return _checked(browser.get(path), path, status)


def signed_in(port: int, who: SignIn) -> Wire:
    """Sign in through the page, with a fresh browser."""
    browser = Wire(port)
    path = "/sign-in" if who.code else "/sign-in/teacher"
    token = field(page(browser, path).text, "csrf_token")
    fields = {"csrf_token": token, "name": who.name, "secret": who.secret, "next": "/"}
    if who.code:
        fields["class"] = who.code
    _checked(browser.send(path, fields), path, 303)
    return browser


def write(browser: Wire, thread_path: str, words: str, lang: str) -> None:
    """Answer in a thread; a pupil's words then wait for release."""
    form = thread_form(page(browser, thread_path).text)
    fields = form | {"source": words, "lang": lang}
    path = f"{thread_path}/posts"
    _checked(browser.send(path, fields), path, 303)


def thread_form(page: str) -> dict[str, str]:
    """Read the hidden fields of the form that answers in a thread."""
    return {name: field(page, name) for name in ("csrf_token", "key")}


def release_form(teacher: Wire) -> dict[str, str]:
    """Open the page of what waits, and fill in the release of the first."""
    waiting = page(teacher, "/waiting").text
    found = re.search(r'value="(release \d+)"', waiting)
    if found is None:
        raise NotMeasured("no post waits for release")
    return {"csrf_token": field(waiting, "csrf_token"), "do": found[1]}


def _checked(answer: Answer, path: str, status: int) -> Answer:
    if answer.status != status:
        raise NotMeasured(f"{path} answered {answer.status}, not {status}")
    return answer
