"""The one form every post is sent with: never twice, and never a word lost."""

import io
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select

from app.accounts.models import Account, KeptForm
from app.db import db
from app.jobs import Job
from app.posts.models import Attachment, Post, Thread
from tests.builders import (
    a_classroom,
    a_forum,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client, key_in

WORDS = "Our river is called **Pasto** & it is <3 m deep."
JPEG = b"\xff\xd8\xff\xe0 a boat"


@pytest.fixture
def pupil(app: Flask) -> Account:
    return a_pupil(a_classroom(lang="en"))


@pytest.fixture
def thread(pupil: Account) -> Thread:
    room = pupil_class(pupil)
    return a_thread(own_space(room), teacher_of(room))


@pytest.fixture
def answers(thread: Thread) -> str:
    """The address of a thread with one post, where answers go."""
    a_post(thread, db.session.get_one(Account, 1), "What is your river called?")
    return f"/threads/{thread.id}/posts"


def pupil_class(pupil: Account) -> Any:
    from app.classrooms.models import Classroom, Member

    return db.session.scalars(
        select(Classroom)
        .join(Member, Member.classroom_id == Classroom.id)
        .where(Member.person_id == pupil.person_id)
    ).one()


def form(**changed: str) -> dict[str, Any]:
    return {"source": WORDS, "lang": "es", "key": "one-time-key", **changed}


def count(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def with_picture(data: bytes) -> dict[str, Any]:
    return form(description="A boat") | {"picture": (io.BytesIO(data), "boat.jpg")}


def test_a_picture_that_the_browser_lost_is_no_other_form(
    app: Flask, pupil: Account, answers: str
) -> None:
    client = Client(app, pupil)

    places = {
        client.post(answers, fields).headers["Location"]
        for fields in (with_picture(JPEG), with_picture(JPEG), form())
    }

    assert len(places) == 1
    assert count(Attachment) == 1


def test_another_picture_with_the_same_words_is_not_passed_over(
    app: Flask, pupil: Account, answers: str
) -> None:
    client = Client(app, pupil)
    client.post(answers, with_picture(JPEG))

    answer = client.post(answers, with_picture(JPEG + b" another"))

    page = client.get(answer.headers["Location"]).text
    assert "Choose the picture again" in page
    assert 'value="A boat"' in page


def test_other_words_about_the_same_picture_are_kept_beside_it(
    app: Flask, pupil: Account, answers: str
) -> None:
    client = Client(app, pupil)
    client.post(answers, with_picture(JPEG))

    again = with_picture(JPEG) | {"description": "My father's boat"}
    answer = client.post(answers, again)

    page = client.get(answer.headers["Location"]).text
    assert "This did not go" in page
    assert escape("My father's boat") in page


@pytest.mark.parametrize("words", ["", "   "])
def test_an_empty_form_after_a_picture_is_no_picture_sent_again(
    app: Flask, pupil: Account, answers: str, words: str
) -> None:
    client = Client(app, pupil)
    sent = client.post(answers, with_picture(JPEG) | {"source": ""})
    assert sent.status_code == 303

    answer = client.post(answers, form(source=words, key="another-key"))

    assert answer.status_code == 422
    assert "There are no words yet" in answer.text


def test_words_about_a_picture_are_not_dropped_without_it(
    app: Flask, pupil: Account, answers: str
) -> None:
    client, before = Client(app, pupil), count(Post)

    answer = client.post(answers, form(description="A boat"))

    assert answer.status_code == 422
    assert escape(WORDS) in answer.text
    assert 'value="A boat"' in answer.text
    assert count(Post) == before
    assert client.post(answers, form()).status_code == 303
    assert count(Post) == before + 1


def test_a_file_that_is_no_picture_costs_no_word(
    app: Flask, pupil: Account, answers: str
) -> None:
    client, before = Client(app, pupil), count(Post)

    answer = client.post(answers, with_picture(b"GIF89a"))

    assert answer.status_code == 422
    assert escape(WORDS) in answer.text
    assert 'value="A boat"' in answer.text
    assert count(Post) == before
    assert client.post(answers, with_picture(JPEG)).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "wörter " * 3000},
        {"key": ""},
        {"key": "short"},
        {"key": "not a key, but words with spaces"},
    ],
    ids=["too long", "no key", "short key", "odd key"],
)
def test_a_refused_answer_comes_back_with_every_word(
    app: Flask, pupil: Account, answers: str, changed: dict[str, str]
) -> None:
    sent = form(description="A boat on the river", lang="sw", **changed)

    client = Client(app, pupil)

    answer = client.post(answers, sent)

    assert answer.status_code == 422
    assert escape(sent["source"]) in answer.text
    assert "A boat on the river" in answer.text
    assert '<option value="sw" selected>' in answer.text
    assert 'role="alert"' in answer.text
    assert client.post(answers, form(key=key_in(answer.text))).status_code == 303


@pytest.mark.parametrize("title", ["", "   ", "t" * 121])
def test_a_refused_thread_comes_back_with_every_word(
    app: Flask, pupil: Account, title: str
) -> None:
    forum = a_forum(own_space(pupil_class(pupil)))

    answer = Client(app, pupil).post(f"/forums/{forum.id}/threads", form(title=title))

    assert answer.status_code == 422
    assert escape(WORDS) in answer.text
    assert f'value="{title}"' in answer.text
    assert (count(Thread), count(Post), count(Job)) == (0, 0, 0)


@pytest.mark.parametrize("source", ["", "   \n\n ", "\u200b \u2060"])
def test_a_post_needs_words(
    app: Flask, pupil: Account, answers: str, source: str
) -> None:
    before = count(Post)

    answer = Client(app, pupil).post(answers, form(source=source))

    assert answer.status_code == 422
    assert count(Post) == before


def test_a_post_of_the_full_size_goes_through_and_one_byte_more_does_not(
    app: Flask, pupil: Account, answers: str
) -> None:
    most = app.config["POST_MAX_BYTES"]
    client = Client(app, pupil)

    fits = client.post(answers, form(source="é" * (most // 2)))
    over = client.post(answers, form(source="é" * (most // 2) + "e", key="other-key"))

    assert (fits.status_code, over.status_code) == (303, 422)
    assert "1 byte" in over.text


def test_after_signing_out_elsewhere_the_words_are_kept_for_her(
    app: Flask, pupil: Account, answers: str
) -> None:
    client, before = Client(app, pupil), count(Post)
    client.token = client.read_token()
    other = Client(app)
    other.web.set_cookie(app.config["SESSION_COOKIE_NAME"], client.cookie)
    other.post("/done")

    answer = client.post(answers, form(description="A boat"))

    assert answer.status_code == 422
    kept = db.session.scalars(select(KeptForm)).one()
    assert kept.account_id == pupil.id
    assert WORDS in kept.words
    assert "A boat" in kept.words
    # Who holds the tablet now reads nothing before she has said who she is.
    assert escape(WORDS) not in answer.text
    assert "one-time-key" not in answer.text
    assert count(Post) == before


def test_in_somebody_elses_name_nothing_is_sent(
    app: Flask, pupil: Account, answers: str
) -> None:
    client, before = Client(app, pupil), count(Post)
    client.token = client.read_token()
    old_token = client.token
    client.become(a_pupil(pupil_class(pupil)))
    client.token = old_token

    answer = client.post(answers, form())

    assert answer.status_code == 422
    assert db.session.scalars(select(KeptForm)).one().account_id == pupil.id
    assert escape(WORDS) not in answer.text
    assert count(Post) == before


def test_words_sent_to_a_thread_that_went_away_are_on_the_page(
    app: Flask, pupil: Account
) -> None:
    answer = Client(app, pupil).post("/threads/4711/posts", form())

    assert answer.status_code == 404
    assert escape(WORDS) in answer.text


def test_a_receipt_says_where_the_post_stands(
    app: Flask, pupil: Account, thread: Thread, answers: str
) -> None:
    client, teacher = Client(app, pupil), db.session.get_one(Account, 1)
    receipt = client.post(answers, form()).headers["Location"]

    held = client.get(receipt).text
    post = db.session.scalars(
        select(Post).where(Post.author_id == pupil.person_id)
    ).one()
    released(post, teacher)
    out = client.get(receipt).text

    assert "With your teacher" in held
    assert "With your teacher" not in out
    assert "It is out" in out


# Design section 7: what comes down for a post or a draft, headers and all.
MOST_BYTES = 1_500


@pytest.mark.parametrize("act", ["", "draft"])
def test_the_way_to_the_receipt_costs_little(
    app: Flask, pupil: Account, answers: str, act: str
) -> None:
    client = Client(app, pupil)
    client.token = client.read_token()
    packed = {"Accept-Encoding": "gzip"}

    sent = client.post(answers, form(do=act), headers=packed)
    shown = client.get(sent.headers["Location"], headers=packed)

    assert shown.headers["Content-Encoding"] == "gzip"
    lines = sum(
        len(f"HTTP/1.1 200 OK\r\n\r\n{answer.headers}") for answer in (sent, shown)
    )
    assert lines + len(sent.data) + len(shown.data) <= MOST_BYTES
