"""The one form every post is sent with: never twice, and never a word lost."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select

from app.accounts.models import Account, KeptForm
from app.db import db
from app.jobs import Job
from app.moderation.review import return_to_author
from app.posts.models import HELD, Post, Revision, Thread
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


def test_the_same_form_twenty_times_ten_at_once_is_one_post(
    app: Flask, pupil: Account, answers: str
) -> None:
    before = count(Post)
    tapping = Client(app, pupil)
    tapping.token = tapping.read_token()

    def tap(_n: int) -> tuple[int, str]:
        client = Client(app)
        client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], tapping.cookie)
        client.token = tapping.token
        answer = client.post(answers, form())
        return answer.status_code, answer.headers["Location"]

    db.session.rollback()
    with ThreadPoolExecutor(10) as ten:
        got = list(ten.map(lambda n: Context().run(tap, n), range(20)))

    post = db.session.scalars(select(Post).order_by(Post.id.desc())).first()
    assert post is not None
    assert count(Post) == before + 1
    assert got == [(303, f"/p/{post.uid}/sent")] * 20
    assert count(Revision) == before + 1
    assert tapping.get(got[0][1]).status_code == 200


def test_a_new_thread_sent_ten_at_once_is_one_thread(
    app: Flask, pupil: Account
) -> None:
    forum = a_forum(own_space(pupil_class(pupil)))
    first = Client(app, pupil)
    first.token = first.read_token()
    url = f"/forums/{forum.id}/threads"

    def tap(_n: int) -> str:
        client = Client(app)
        client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], first.cookie)
        client.token = first.token
        return client.post(url, form(title="My river")).headers["Location"]

    db.session.rollback()
    with ThreadPoolExecutor(10) as ten:
        got = set(ten.map(lambda n: Context().run(tap, n), range(10)))

    assert len(got) == 1
    assert (count(Thread), count(Post)) == (1, 1)


def test_two_writers_may_use_the_same_key(
    app: Flask, pupil: Account, answers: str
) -> None:
    mate = a_pupil(pupil_class(pupil))
    before = count(Post)

    for writer in (pupil, mate):
        assert Client(app, writer).post(answers, form()).status_code == 303

    assert count(Post) == before + 2


def test_two_forms_with_the_same_words_are_two_posts(
    app: Flask, pupil: Account, answers: str
) -> None:
    client, before = Client(app, pupil), count(Post)

    places = {
        client.post(answers, form(key=key)).headers["Location"]
        for key in ("key-number-one", "key-number-two")
    }

    assert len(places) == 2
    assert count(Post) == before + 2


def test_the_same_key_with_other_words_is_refused_and_both_are_kept(
    app: Flask, pupil: Account, answers: str
) -> None:
    client = Client(app, pupil)
    client.post(answers, form())

    answer = client.post(answers, form(source="Quite other words."))

    assert answer.status_code == 422
    assert "Quite other words." in answer.text
    stored = set(db.session.scalars(select(Revision.source)))
    assert WORDS in stored
    fresh = key_in(answer.text)
    again = client.post(answers, form(source="Quite other words.", key=fresh))
    assert again.status_code == 303
    assert "Quite other words." in set(db.session.scalars(select(Revision.source)))


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

    answer = Client(app, pupil).post(answers, sent)

    assert answer.status_code == 422
    assert escape(sent["source"]) in answer.text
    assert "A boat on the river" in answer.text
    assert '<option value="sw" selected>' in answer.text
    assert 'role="alert"' in answer.text
    assert key_in(answer.text) != sent["key"]


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


def returned_post(pupil: Account, thread: Thread) -> Post:
    a_post(thread, db.session.get_one(Account, 1))
    post = a_post(thread, pupil, "Too short.")
    assert post.waiting is not None
    return_to_author(
        post.waiting, db.session.get_one(Account, 1), "Say <more> & name it."
    )
    db.session.commit()
    return post


def test_a_returned_post_shows_the_note_and_its_words_to_be_mended(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    post = returned_post(pupil, thread)

    page = Client(app, pupil).get(f"/p/{post.uid}/mend").text

    assert "Say &lt;more&gt; &amp; name it." in page
    assert ">Too short.</textarea>" in page


def test_a_mended_post_sent_twice_waits_once(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    post = returned_post(pupil, thread)
    client, url = Client(app, pupil), f"/p/{post.uid}/mend"

    answers = [client.post(url, form()) for _n in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [
        f"/p/{post.uid}/sent"
    ] * 2
    assert [revision.state for revision in post.revisions] == ["superseded", HELD]
    assert post.waiting is not None
    assert post.waiting.source == WORDS


def test_other_words_for_what_waits_already_are_kept_on_the_page(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    post = returned_post(pupil, thread)
    client, url = Client(app, pupil), f"/p/{post.uid}/mend"
    client.post(url, form())

    answer = client.post(url, form(source="Third thoughts."))

    assert answer.status_code == 422
    assert "Third thoughts." in answer.text


def test_a_mended_post_that_is_refused_keeps_every_word(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    post = returned_post(pupil, thread)

    answer = Client(app, pupil).post(f"/p/{post.uid}/mend", form(source="w" * 17_000))

    assert answer.status_code == 422
    assert "w" * 17_000 in answer.text
