"""The copy a browser keeps of what she types: where it is, and that it is her choice."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.copying import keeps_copy
from app.accounts.models import Account
from app.accounts.sessions import start_session
from app.classrooms.models import Classroom
from app.db import db
from app.posts.models import Draft, Post, Thread
from app.web.headers import FOREVER, SCRIPTS
from tests.builders import (
    PIN,
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client, key_in

SCRIPT = re.compile(r'<script id="keep" src="(/static/keep\.js\?\w{8})" data-me="(\d+)" defer></script>')  # fmt: skip
MOST_BYTES = 1_500


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "Amina Otieno")


@pytest.fixture
def thread(room: Classroom) -> Thread:
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread


def signed_in(app: Flask, room: Classroom, pupil: Account, *, own: bool) -> Client:
    client = Client(app)
    form = {"class": room.code, "name": pupil.full_name, "secret": PIN}
    assert (
        client.post("/sign-in", form | ({"own": "on"} if own else {})).status_code
        == 303
    )
    client.token = ""
    return client


@pytest.mark.parametrize(
    ("own", "chosen", "kept"),
    [
        (False, None, False), (True, None, True), (False, True, True),
        (True, False, False), (True, True, True), (False, False, False),
    ],
)  # fmt: skip
def test_a_copy_is_kept_where_she_chose_it_or_on_her_own_device(
    app: Flask, room: Classroom, pupil: Account, thread: Thread,
    own: bool, chosen: bool | None, kept: bool,
) -> None:  # fmt: skip
    pupil.keeps_copy = chosen
    client = signed_in(app, room, pupil, own=own)

    for url in ("/", "/me", "/forums", f"/threads/{thread.id}"):
        answer = client.get(url)
        assert (SCRIPT.search(answer.text) is not None) is kept, url
        assert ("<script" in answer.text) is kept
        assert (SCRIPTS in answer.headers["Content-Security-Policy"]) is kept


def test_the_script_knows_whose_page_it_is_and_which_forms_are_a_posts(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = signed_in(app, room, pupil, own=True)

    page = client.get(f"/threads/{thread.id}").text

    found = SCRIPT.search(page)
    assert found is not None
    assert found[2] == str(pupil.person_id)
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    assert [("data-kept" in form) for form in forms] == [
        'name="source"' in form for form in forms
    ]
    assert page.count("data-kept") == 1


def test_signed_out_pages_and_error_pages_of_strangers_have_no_script(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    pupil.keeps_copy = True
    client = signed_in(app, room, pupil, own=True)
    client.post("/done")

    for url in ("/sign-in", "/sign-in/teacher", "/slip", "/nothing-here"):
        answer = client.get(url)
        assert "<script" not in answer.text
        assert SCRIPTS not in answer.headers["Content-Security-Policy"]


def test_a_receipt_says_which_words_the_server_has(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = signed_in(app, room, pupil, own=True)
    url = f"/threads/{thread.id}"
    sent = {"key": key_in(client.get(url).text), "source": "Hello.", "lang": "en"}

    receipt = client.post(f"{url}/posts", sent, follow_redirects=True).text

    post = db.session.scalars(db.select(Post).order_by(Post.id.desc())).first()
    assert post is not None
    assert f'data-sent="{post.form_key}"' in receipt
    assert sent["key"].startswith(post.form_key)


def test_a_kept_draft_says_so_too(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = signed_in(app, room, pupil, own=True)
    url = f"/threads/{thread.id}"
    sent = {"key": key_in(client.get(url).text), "source": "Hello.", "lang": "en"}

    page = client.post(f"{url}/posts", sent | {"do": "draft"}, follow_redirects=True)

    draft = db.session.scalars(db.select(Draft)).one()
    assert f'data-sent="{draft.form_key}"' in page.text


def test_no_mark_stands_where_no_copy_is_kept(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = signed_in(app, room, pupil, own=False)
    url = f"/threads/{thread.id}"
    page = client.get(url).text
    sent = {"key": key_in(page), "source": "Hello.", "lang": "en"}

    receipt = client.post(f"{url}/posts", sent, follow_redirects=True).text

    assert "data-sent" not in receipt
    assert "data-kept" not in page


@pytest.mark.parametrize(
    ("own", "ticked", "written"),
    [(False, False, None), (False, True, True), (True, True, None), (True, False, False)],
)  # fmt: skip
def test_a_tick_is_written_down_where_it_changes_something(
    app: Flask, room: Classroom, pupil: Account,
    own: bool, ticked: bool, written: bool | None,
) -> None:  # fmt: skip
    client = signed_in(app, room, pupil, own=own)
    assert ("checked> Keep a copy" in client.get("/me").text) is own

    client.post("/me", {"lang": "en"} | ({"keeps_copy": "on"} if ticked else {}))

    db.session.refresh(pupil)
    assert pupil.keeps_copy is written
    assert ("checked> Keep a copy" in client.get("/me").text) is ticked


def test_a_choice_stays_until_it_is_changed(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    client = signed_in(app, room, pupil, own=False)
    for form, kept in (({"keeps_copy": "on"}, True), ({"keeps_copy": "on"}, True), ({}, False)):  # fmt: skip
        client.post("/me", {"lang": "en"} | form)
        db.session.refresh(pupil)
        assert pupil.keeps_copy is kept


def test_a_sign_in_by_slip_on_no_own_device_keeps_none(
    app: Flask, pupil: Account
) -> None:
    with app.test_request_context("/me"):
        start_session(pupil)
        assert keeps_copy() is False


def test_the_script_is_small_old_and_kept_for_ever(app: Flask) -> None:
    assert app.static_folder is not None
    source = Path(app.static_folder, "keep.js").read_text("ascii")
    answer = Client(app).get(str(app.jinja_env.globals["keep_script"]))

    assert len(source) <= MOST_BYTES
    assert answer.data.decode() == source
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert answer.headers["Cache-Control"] == FOREVER
    assert newer_than_2012(source) == []


def newer_than_2012(source: str) -> list[str]:
    """List what ECMAScript 5 does not know, and what lets words become markup."""
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*', "_", source)
    new = (
        r"=>", r"`", r"\b(?:let|const|class|async|await|import|export|yield|of)\b",
        r"\.\.\.", r"\?\.", r"\?\?", r"\*\*", r"\binnerHTML\b|\bouterHTML\b|\beval\b",
        r"\bfetch\b|\bPromise\b|\bMap\b|\bSet\b|\bSymbol\b", r"\bfor\s*\(.*\bof\b",
    )  # fmt: skip
    return [found for sign in new for found in re.findall(sign, code)]


@pytest.mark.parametrize(
    "line",
    ["var a = b => b", "let a = 1", "a.innerHTML = b", "f(...a)", "a?.b", "x = `a`"],
)
def test_the_judge_of_the_script_sees_what_is_newer(line: str) -> None:
    assert newer_than_2012(line)
