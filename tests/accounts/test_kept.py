"""A *Send* that came after the sign-in had ended: kept for its author, sent with one secret."""

import gzip
import io
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app import db as database
from app.accounts.devices import device_digest
from app.accounts.models import Account, Device, KeptForm, SignInSession
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom
from app.db import db, now
from app.moderation.review import return_to_author
from app.posts.models import Attachment, Draft, Post, Thread
from tests.builders import (
    PASSPHRASE,
    PIN,
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    a_thread,
    letters_between,
    own_space,
    teacher_of,
)
from tests.clients import Client
from tests.clocks import Clocks

WORDS = "The lantern of Pasto hangs over our river."
FORM = {"source": WORDS, "lang": "es", "key": "one-time-key"}
LATE = re.compile(r'action="(/sign-in/late/[^"]+)"')
JPEG = b"\xff\xd8\xff\xe0 a boat"


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


def url_of(thread: Thread) -> str:
    return f"/threads/{thread.id}/posts"


def opened(app: Flask, who: Account) -> Client:
    """Somebody who has opened a form; its token is the client's."""
    client = Client(app, who)
    client.token = client.read_token()
    return client


def ended(app: Flask, who: Account, clocks: Clocks) -> Client:
    """Somebody whose sign-in ran out while she wrote."""
    client = opened(app, who)
    clocks.pass_seconds(3600)
    return client


def send_late(client: Client, page: TestResponse, secret: str) -> TestResponse:
    found = LATE.search(page.text)
    assert found, page.text
    client.token = key_token(page)
    return client.post(found[1], {"secret": secret})


def key_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def posts_of(who: Account) -> list[str]:
    db.session.rollback()
    return [
        revision.source
        for post in db.session.scalars(
            select(Post).where(Post.author_id == who.person_id).order_by(Post.id)
        )
        for revision in post.revisions
    ]


def count(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_late_reply_asks_for_the_secret_alone_and_is_sent(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)

    page = client.post(url_of(thread), FORM)

    assert page.status_code == 422
    assert pupil.person.shown_name in page.text
    assert WORDS not in page.text
    assert re.findall(r'<input id="(\w+)"', page.text) == ["secret"]
    assert posts_of(pupil) == []
    answer = send_late(client, page, PIN)
    assert answer.status_code == 303
    assert posts_of(pupil) == [WORDS]
    assert count(KeptForm) == 0
    client.token = ""
    assert "With your teacher" in client.get(answer.headers["Location"]).text
    assert pupil.person.shown_name in client.get("/letters").text


def test_a_late_draft_arrives_as_a_draft(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)

    page = client.post(url_of(thread), FORM | {"do": "draft"})
    answer = send_late(client, page, PIN)

    assert answer.status_code == 303
    assert posts_of(pupil) == []
    assert db.session.scalars(select(Draft.source)).all() == [WORDS]
    assert count(KeptForm) == 0
    assert "Your draft is kept" in client.get(answer.headers["Location"]).text


def test_a_late_form_with_other_words_is_kept_beside_what_was_sent(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = opened(app, pupil)
    client.post(url_of(thread), FORM)
    clocks.pass_seconds(3600)

    page = client.post(url_of(thread), FORM | {"source": "Other words."})
    answer = send_late(client, page, PIN)

    assert "Other words." in client.get(answer.headers["Location"]).text
    assert posts_of(pupil) == [WORDS]
    assert db.session.scalars(select(Draft.source)).all() == ["Other words."]


def test_a_wrong_late_pin_is_told_of_in_its_authors_language(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    pupil.person.lang = "es"
    db.session.commit()
    client = ended(app, pupil, clocks)
    page = client.post(url_of(thread), FORM)
    client.web.get("/sign-in?lang=en")

    answer = send_late(client, page, "000000")

    assert answer.status_code == 422
    assert "Este PIN no coincide. Escríbelo otra vez." in answer.text


def test_figures_of_other_scripts_open_a_late_form_too(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    arabic = PIN.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    page = client.post(url_of(thread), FORM)

    assert send_late(client, page, arabic).status_code == 303


def test_a_late_letter_keeps_its_picture(app: Flask, clocks: Clocks) -> None:
    one, other = a_classroom(lang="es"), a_classroom(lang="en")
    pupil, friend = a_pupil(one), a_pupil(other)
    letters = letters_between(a_partnership(one, other), teacher_of(one), pupil, friend)
    client = ended(app, pupil, clocks)
    picture = (io.BytesIO(JPEG), 'a "boat"\r\n.jpg', "image/jpeg")

    page = client.post(
        f"/letters/{letters.id}/posts",
        FORM | {"picture": picture, "description": "A boat"},
    )
    answer = send_late(client, page, PIN)

    assert answer.status_code == 303
    db.session.rollback()
    attachment = db.session.scalars(select(Attachment)).one()
    assert attachment.description == "A boat"
    name = attachment.media.upload
    assert name is not None
    assert (app.config["INSTANCE"] / "uploads" / name).read_bytes() == JPEG


def test_a_letter_that_came_back_is_changed_late(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    post = a_post(thread, pupil, "First words.")
    assert post.waiting is not None
    return_to_author(post.waiting, teacher_of(room), "Say more.")
    db.session.commit()
    client = ended(app, pupil, clocks)

    page = client.post(f"/p/{post.uid}/edit", FORM | {"base": "1"})
    answer = send_late(client, page, PIN)

    assert answer.status_code == 303
    assert posts_of(pupil) == ["First words.", WORDS]


def test_a_teacher_gives_her_passphrase(app: Flask, clocks: Clocks) -> None:
    teacher = a_teacher(lang="en")
    client = ended(app, teacher, clocks)

    page = client.post("/classrooms", {"title": "The lantern class", "lang": "es"})

    assert "Passphrase" in page.text
    assert send_late(client, page, PASSPHRASE).status_code == 303
    assert "The lantern class" in client.get("/classrooms").text


def test_the_same_form_sent_twice_is_kept_once_and_one_post(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    token = client.token

    first = client.post(url_of(thread), FORM)
    client.token = token
    second = client.post(url_of(thread), FORM)

    assert LATE.findall(first.text) == LATE.findall(second.text)
    assert count(KeptForm) == 1
    assert send_late(client, second, PIN).status_code == 303
    assert send_late_again(client, first).headers["Location"] == "/"
    client.token = token
    third = client.post(url_of(thread), FORM)
    assert third.headers["Location"] == "/#kept"
    uid = db.session.scalars(select(KeptForm.uid)).one()
    client.token = ""
    assert client.post(f"/kept/{uid}/send").status_code == 303
    assert posts_of(pupil) == [WORDS]
    assert count(KeptForm) == 0


def send_late_again(client: Client, page: TestResponse) -> TestResponse:
    """Tap a second time: the page's own token is of before she was in."""
    return send_late(client, page, PIN)


def test_other_words_under_the_same_key_are_kept_beside(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    token = client.token

    client.post(url_of(thread), FORM)
    client.token = token
    client.post(url_of(thread), FORM | {"source": "Other words."})

    assert count(KeptForm) == 2


def test_who_signs_in_meanwhile_sees_nothing_of_it(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    mate, client = a_pupil(room), opened(app, pupil)
    token = client.token
    client.become(mate)
    client.token = token

    page = client.post(url_of(thread), FORM)

    assert page.status_code == 422
    assert pupil.person.shown_name in page.text.split("</header>")[1]
    uid = db.session.scalars(select(KeptForm.uid)).one()
    client.token = ""
    seen = [page.text, *(client.get(url).text for url in gets_without_names(app))]
    assert client.post(f"/kept/{uid}/send").status_code == 404
    assert client.post(f"/kept/{uid}/drop").status_code == 404
    wrong = client.post(f"/sign-in/late/{uid}", {"secret": "000000"})
    assert wrong.status_code == 422
    seen.append(wrong.text)
    assert [text for text in seen if "lantern" in text] == []
    assert count(KeptForm) == 1
    assert posts_of(mate) == []


def gets_without_names(app: Flask) -> list[str]:
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]


def test_the_secret_of_who_sits_there_sends_nothing(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    teacher, client = a_teacher(), opened(app, pupil)
    token = client.token
    client.become(teacher)
    client.token = token

    page = client.post(url_of(thread), FORM)

    assert send_late(client, page, PASSPHRASE).status_code == 422
    assert posts_of(pupil) == []


def test_the_author_takes_over_from_who_sat_there(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    mate, client = a_pupil(room), opened(app, pupil)
    token = client.token
    client.become(mate)
    client.token, mates = token, client.cookie

    page = client.post(url_of(thread), FORM)
    send_late(client, page, PIN)

    assert posts_of(pupil) == [WORDS]
    assert posts_of(mate) == []
    assert pupil.person.shown_name in client.get("/letters").text
    client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], mates)
    assert client.get("/letters").status_code == 302


def test_a_wrong_secret_keeps_the_words_and_counts_as_a_try(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    page = client.post(url_of(thread), FORM)

    for _n in range(5):
        page = send_late(client, page, "000000")
        assert page.status_code == 422
        assert "did not fit" in page.text
        assert 'aria-invalid="true"' in page.text
    locked = send_late(client, page, PIN)

    assert locked.status_code == 422
    assert "Wait" in locked.text
    assert posts_of(pupil) == []
    assert client.get("/letters").status_code == 302
    clocks.pass_seconds(31)
    assert send_late(client, locked, PIN).status_code == 303
    assert posts_of(pupil) == [WORDS]


def test_of_who_is_suspended_the_words_stay_kept(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = opened(app, pupil)
    pupil.suspended_at = now()
    db.session.commit()

    page = client.post(url_of(thread), FORM)
    refused = send_late(client, page, PIN)

    assert refused.status_code == 422
    assert "Talk with your teacher" in refused.text
    assert posts_of(pupil) == []
    pupil.suspended_at = None
    db.session.commit()
    assert send_late(client, refused, PIN).status_code == 303
    assert posts_of(pupil) == [WORDS]


def test_who_is_on_no_list_any_more_does_not_come_in_late(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    client = opened(app, pupil)
    let_leave(room, pupil)
    db.session.commit()

    page = client.post(url_of(thread), FORM)
    refused = send_late(client, page, PIN)

    assert refused.status_code == 422
    assert client.get("/letters").status_code == 302


def test_a_form_that_its_view_refuses_stays_kept_and_is_shown_to_its_author(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client, much = ended(app, pupil, clocks), WORDS + " la" * 9_000

    page = client.post(url_of(thread), FORM | {"source": much})
    refused = send_late(client, page, PIN)

    assert refused.status_code == 422
    assert WORDS in refused.text
    assert count(KeptForm) == 1
    client.token = ""
    home = client.get("/").text
    assert "You wrote this and it was not sent:" in home
    assert WORDS in home
    assert home.count(" la") < 600


def test_who_signs_in_another_way_finds_her_words_on_her_first_page(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    ended(app, pupil, clocks).post(url_of(thread), FORM | {"source": f"{WORDS} <b>"})
    uid = db.session.scalars(select(KeptForm.uid)).one()
    elsewhere = Client(app, pupil)

    home = elsewhere.get("/").text

    assert "You wrote this and it was not sent:" in home
    assert f"{WORDS} &lt;b&gt;" in home
    assert f'action="/kept/{uid}/send"' in home
    assert f'action="/kept/{uid}/drop"' in home
    assert WORDS not in Client(app, a_pupil(room)).get("/").text
    assert elsewhere.post(f"/kept/{uid}/send").status_code == 303
    assert posts_of(pupil) == [f"{WORDS} <b>"]
    assert WORDS not in elsewhere.get("/").text


def test_a_teacher_finds_hers_too(
    app: Flask, room: Classroom, thread: Thread, clocks: Clocks
) -> None:
    teacher = teacher_of(room)
    ended(app, teacher, clocks).post(url_of(thread), FORM)

    assert WORDS in Client(app, teacher).get("/").text


def test_what_is_thrown_away_is_gone(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    ended(app, pupil, clocks).post(url_of(thread), FORM)
    uid = db.session.scalars(select(KeptForm.uid)).one()
    client = Client(app, pupil)

    assert client.post(f"/kept/{uid}/drop").headers["Location"] == "/"
    assert client.post(f"/kept/{uid}/drop").headers["Location"] == "/"

    assert count(KeptForm) == 0
    assert posts_of(pupil) == []


def test_a_form_of_nobody_is_answered_with_the_words_to_copy(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    db.session.execute(text("delete from session"))
    db.session.commit()
    for token in (client.token, "made-up", ""):
        client.token = token or "x"

        answer = client.post(url_of(thread), FORM)

        assert answer.status_code == 400
        assert WORDS in answer.text
    assert count(KeptForm) == 0


def test_with_one_letter_changed_a_token_is_of_nobody(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    client.token = ("B" if client.token[0] == "A" else "A") + client.token[1:]

    assert client.post(url_of(thread), FORM).status_code == 400
    assert count(KeptForm) == 0


def test_a_live_sign_in_is_not_asked(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = opened(app, pupil)

    assert client.post(url_of(thread), FORM).status_code == 303
    assert count(KeptForm) == 0
    assert posts_of(pupil) == [WORDS]


def test_ones_own_form_of_an_earlier_sign_in_waits_on_the_first_page(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = opened(app, pupil)
    token = client.token
    client.become(pupil)
    client.token = token

    answer = client.post(url_of(thread), FORM)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/#kept")
    assert WORDS in client.get("/").text


def test_no_secret_is_kept(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    secrets = {"secret": "314159", "again": "314159", "slip": "ABCD-EFGH"}

    client.post(url_of(thread), FORM | secrets)

    kept = db.session.scalars(select(KeptForm)).one()
    assert WORDS.encode() in kept.body
    for value in (*secrets.values(), client.token):
        assert value.encode() not in kept.body
        assert value not in kept.words


def test_a_late_sign_in_form_is_nobodys_writing(
    app: Flask, room: Classroom, pupil: Account, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    form = {"class": room.code, "name": pupil.full_name, "secret": PIN}

    answer = client.post("/sign-in", form)

    assert answer.status_code == 400
    assert count(KeptForm) == 0


def test_a_form_without_words_is_not_kept(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)

    assert client.post(url_of(thread), FORM | {"source": " "}).status_code == 400
    assert count(KeptForm) == 0


def test_ten_forms_are_kept_and_the_next_is_shown_to_copy(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    token = client.token

    answers = []
    for n in range(11):
        client.token = token
        answer = client.post(url_of(thread), FORM | {"source": f"{WORDS} {n}"})
        answers.append((answer.status_code, WORDS in answer.text))

    assert answers == [(422, False)] * 10 + [(400, True)]
    assert count(KeptForm) == 10


def test_ten_kept_forms_fit_on_the_first_page_without_a_query_more(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    client = ended(app, pupil, clocks)
    token = client.token
    for n in range(10):
        client.token = token
        words = " ".join(f"{n} word{number:x}" for number in range(n, 900 * 7, 7))
        client.post(url_of(thread), FORM | {"source": words})
    home = Client(app, pupil)
    home.get("/")

    answer = home.get("/", headers={"Accept-Encoding": "gzip"})

    assert len(answer.data) <= 14_000
    page = gzip.decompress(answer.data).decode()
    assert page.count('/send"') == 10


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Hold the one writer's place, as a long backup would."""
    db.session.commit()
    path = app.config["INSTANCE"] / "paravion.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_busy_database_shows_the_words_that_it_cannot_keep(
    app: Flask,
    pupil: Account,
    thread: Thread,
    clocks: Clocks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, url = ended(app, pupil, clocks), url_of(thread)
    token = client.token
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    db.engine.dispose()

    with locked(app):
        busy = client.post(url, FORM)

    assert busy.status_code == 503
    assert WORDS in busy.text
    client.token = token
    page = client.post(url, FORM)
    with locked(app):
        assert send_late(client, page, PIN).status_code == 503
    assert count(KeptForm) == 1
    assert send_late(client, page, PIN).status_code == 303
    assert posts_of(pupil) == [WORDS]


def test_the_page_speaks_the_authors_language(
    app: Flask, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    teacher, client = a_teacher(lang="es"), opened(app, pupil)
    pupil.person.lang = "ar"
    db.session.commit()
    token = client.token
    client.become(teacher)
    client.token = token

    page = client.post(url_of(thread), FORM)

    assert '<html lang="ar" dir="rtl"' in page.text
    assert '<html lang="es"' in client.get("/letters").text


def test_on_a_class_s_own_tablet_tries_are_counted_apart(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, clocks: Clocks
) -> None:
    theirs, others = a_device(room, "d" * 22), a_device(a_classroom(), "o" * 22)
    for token, device_id in (("d" * 22, theirs), ("o" * 22, None)):
        client = opened(app, pupil)
        client.web.set_cookie("d", token, path="/sign-in")
        clocks.pass_seconds(3600)

        page = client.post(url_of(thread), FORM | {"key": f"key-{token}"})
        send_late(client, page, PIN)

        db.session.rollback()
        newest = select(SignInSession).order_by(SignInSession.id.desc()).limit(1)
        assert db.session.scalars(newest).one().device_id == device_id
    assert others != theirs


def a_device(room: Classroom, token: str) -> int:
    device = Device(
        token_sha256=device_digest(token),
        classroom_id=room.id,
        name="Tablet",
        made_by_id=teacher_of(room).person_id,
    )
    db.session.add(device)
    db.session.commit()
    return device.id


def test_no_word_of_it_is_logged(
    app: Flask,
    pupil: Account,
    thread: Thread,
    clocks: Clocks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = ended(app, pupil, clocks)

    with caplog.at_level(logging.DEBUG):
        page = client.post(url_of(thread), FORM)
        send_late(client, page, PIN)

    assert "lantern" not in caplog.text
    assert PIN not in caplog.text
