"""One form is one post, however often and from however many threads it comes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db
from app.posts.models import Draft, Post, Revision, Thread
from app.posts.publishing import conceal, make_public
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client, fields_in

WORDS = "Our river is called **Pasto** & it is <3 m deep."
OTHER = "Quite other words, with <b> & more."
TITLE = "My river"
PLACES = ("reply", "letter", "thread")


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room)


@pytest.fixture
def addresses(room: Classroom, pupil: Account) -> dict[str, str]:
    """Where a reply, a letter and a new thread are sent."""
    other, teacher = a_classroom(lang="es"), teacher_of(room)
    space = a_partnership(room, other)
    forum = a_forum(space)
    thread = a_thread(space, teacher, forum)
    a_post(thread, teacher, "What is your river called?")
    letters = letters_between(space, teacher, pupil, a_pupil(other))
    return {
        "reply": f"/threads/{thread.id}/posts",
        "letter": f"/letters/{letters.id}/posts",
        "thread": f"/forums/{forum.id}/threads",
    }


def form(place: str, **changed: str) -> dict[str, Any]:
    title = {"title": TITLE} if place == "thread" else {}
    return {"source": WORDS, "lang": "es", "key": "one-time-key", **title, **changed}


def count(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def newest_post() -> Post:
    db.session.rollback()
    return db.session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()


def sources_of(pupil: Account) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Revision.source)
            .join(Post, Post.id == Revision.post_id)
            .where(Post.author_id == pupil.person_id)
            .order_by(Post.id)
        )
    )


def tapped(
    app: Flask, pupil: Account, url: str, forms: Sequence[dict[str, Any]]
) -> list[tuple[int, str]]:
    """Send forms of one page, ten at once, and give where each was led."""
    first = Client(app, pupil)
    first.token = first.read_token()

    def tap(fields: dict[str, Any]) -> tuple[int, str]:
        client = Client(app)
        client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], first.cookie)
        client.token = first.token
        answer = client.post(url, fields)
        return answer.status_code, answer.headers["Location"]

    db.session.rollback()
    with ThreadPoolExecutor(10) as ten:
        return list(ten.map(lambda fields: Context().run(tap, fields), forms))


@pytest.mark.parametrize("place", PLACES)
def test_the_same_form_twenty_times_ten_at_once_is_one_post(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    posts, revisions, threads = count(Post), count(Revision), count(Thread)

    got = tapped(app, pupil, addresses[place], [form(place)] * 20)

    assert got == [(303, f"/p/{newest_post().uid}/sent")] * 20
    assert (count(Post), count(Revision)) == (posts + 1, revisions + 1)
    assert count(Thread) == threads + (place == "thread")
    assert Client(app, pupil).get(got[0][1]).status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_the_same_draft_twenty_times_ten_at_once_is_one_draft(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    before = count(Post), count(Thread)

    got = tapped(app, pupil, addresses[place], [form(place, do="draft")] * 20)

    draft = db.session.scalars(select(Draft)).one()
    assert got == [(303, f"/drafts/{draft.id}/kept")] * 20
    assert draft.source == WORDS
    assert (count(Post), count(Thread)) == before


@pytest.mark.parametrize("place", PLACES)
def test_a_draft_sent_twenty_times_ten_at_once_is_one_post_and_no_draft(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    before = count(Post)
    Client(app, pupil).post(addresses[place], form(place, do="draft"))

    got = tapped(app, pupil, addresses[place], [form(place)] * 20)

    assert got == [(303, f"/p/{newest_post().uid}/sent")] * 20
    assert (count(Post), count(Draft)) == (before + 1, 0)


@pytest.mark.parametrize("place", PLACES)
def test_two_texts_of_one_form_ten_at_once_are_a_post_and_a_draft_beside_it(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    posts, threads = count(Post), count(Thread)
    both = [form(place), form(place, source=OTHER)]

    got = tapped(app, pupil, addresses[place], both * 10)

    post, draft = newest_post(), db.session.scalars(select(Draft)).one()
    assert (count(Post), count(Thread)) == (posts + 1, threads + (place == "thread"))
    assert draft.beside_id == post.id
    assert {post.revisions[0].source, draft.source} == {WORDS, OTHER}
    led = {
        post.revisions[0].source: (303, f"/p/{post.uid}/sent"),
        draft.source: (303, f"/drafts/{draft.id}"),
    }
    assert got == [led[fields["source"]] for fields in both * 10]


@pytest.mark.parametrize("place", PLACES)
def test_other_words_of_a_form_are_shown_beside_what_it_sent(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    client, url = Client(app, pupil), addresses[place]
    client.post(url, form(place))
    beside = client.post(url, form(place, source=OTHER)).headers["Location"]

    page = client.get(beside)

    assert "Both are safe" in page.text
    assert escape(OTHER) in page.text
    assert "<strong>Pasto</strong> &amp; it is &lt;3 m deep." in page.text
    assert fields_in(page.text, url)["source"] == OTHER


@pytest.mark.parametrize("place", PLACES)
def test_other_words_of_a_form_go_as_a_post_of_their_own(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    client, url = Client(app, pupil), addresses[place]
    client.post(url, form(place))
    beside = client.post(url, form(place, source=OTHER)).headers["Location"]
    fields = fields_in(client.get(beside).text, url)

    sent = client.post(url, fields, sealed=False)
    old_page_again = client.post(url, form(place, source=OTHER))

    assert sent.status_code == 303
    assert sent.headers["Location"] == f"/p/{newest_post().uid}/sent"
    assert old_page_again.headers["Location"] == sent.headers["Location"]
    assert sources_of(pupil) == [WORDS, OTHER]
    assert count(Draft) == 0


def test_other_words_that_were_thrown_away_come_back_when_they_are_sent_again(
    app: Flask, pupil: Account, addresses: dict[str, str]
) -> None:
    client, url = Client(app, pupil), addresses["reply"]
    client.post(url, form("reply"))
    beside = client.post(url, form("reply", source=OTHER)).headers["Location"]
    page = client.get(beside).text
    client.post(f"{beside}/drop", fields_in(page, f"{beside}/drop"))
    assert count(Draft) == 0

    client.post(url, form("reply", source=OTHER))

    assert db.session.scalars(select(Draft)).one().source == OTHER


def test_an_emptied_form_leads_to_what_it_sent(
    app: Flask, pupil: Account, addresses: dict[str, str]
) -> None:
    client, url = Client(app, pupil), addresses["reply"]
    sent = client.post(url, form("reply")).headers["Location"]

    answer = client.post(url, form("reply", source=""))

    assert answer.headers["Location"] == sent
    assert count(Draft) == 0


def test_another_title_of_a_sent_form_is_kept_beside_it(
    app: Flask, pupil: Account, addresses: dict[str, str]
) -> None:
    client, url, threads = Client(app, pupil), addresses["thread"], count(Thread)
    client.post(url, form("thread"))

    answer = client.post(url, form("thread", title="Our lake"))

    assert answer.headers["Location"].startswith("/drafts/")
    assert db.session.scalars(select(Draft)).one().title == "Our lake"
    assert count(Thread) == threads + 1


def test_the_title_it_was_sent_with_is_no_other_one_when_its_post_is_hidden(
    app: Flask, pupil: Account, addresses: dict[str, str]
) -> None:
    client, url = Client(app, pupil), addresses["thread"]
    sent = client.post(url, form("thread")).headers["Location"]
    post = db.session.scalars(
        select(Post).where(Post.author_id == pupil.person_id)
    ).one()
    make_public(post, post.revisions[0])
    conceal(post, hidden=True)
    db.session.commit()

    answer = client.post(url, form("thread"))

    assert answer.headers["Location"] == sent
    assert count(Draft) == 0


def test_words_too_many_to_keep_beside_what_was_sent_stay_on_the_page(
    app: Flask, pupil: Account, addresses: dict[str, str]
) -> None:
    client, url = Client(app, pupil), addresses["reply"]
    client.post(url, form("reply"))

    answer = client.post(url, form("reply", source="w" * 17_000))

    assert answer.status_code == 422
    assert "w" * 17_000 in answer.text
    assert count(Draft) == 0


def test_two_writers_may_use_the_same_key(
    app: Flask, pupil: Account, room: Classroom, addresses: dict[str, str]
) -> None:
    before = count(Post)

    for writer in (pupil, a_pupil(room)):
        answer = Client(app, writer).post(addresses["reply"], form("reply"))
        assert answer.status_code == 303

    assert count(Post) == before + 2


@pytest.mark.parametrize("place", ["reply", "letter", "thread"])
def test_a_form_fetched_anew_with_the_same_words_is_the_same_post(
    app: Flask, pupil: Account, addresses: dict[str, str], place: str
) -> None:
    client, before = Client(app, pupil), count(Post)

    places = {
        client.post(addresses[place], form(place, key=key)).headers["Location"]
        for key in ("key-number-one", "key-number-two")
    }

    assert len(places) == 1
    assert count(Post) == before + 1


@pytest.mark.parametrize(
    "changed", [{"source": "Other words."}, {"title": "Another title"}]
)
def test_a_form_fetched_anew_with_other_words_is_another_post(
    app: Flask, pupil: Account, addresses: dict[str, str], changed: dict[str, str]
) -> None:
    client, before = Client(app, pupil), count(Post)

    client.post(addresses["thread"], form("thread", key="key-number-one"))
    client.post(addresses["thread"], form("thread", key="key-number-two") | changed)

    assert count(Post) == before + 2


def test_the_same_words_after_others_have_written_are_a_post_of_their_own(
    app: Flask, room: Classroom, pupil: Account, addresses: dict[str, str]
) -> None:
    client = Client(app, pupil)
    client.post(addresses["reply"], form("reply", key="key-number-one"))
    mine = released(newest_post(), teacher_of(room))
    a_post(mine.thread, teacher_of(room), "Say it once more.")
    before = count(Post)

    client.post(addresses["reply"], form("reply", key="key-number-two"))

    assert count(Post) == before + 1


def test_a_change_that_waits_makes_the_words_no_letter_that_waits(
    app: Flask, room: Classroom, pupil: Account, addresses: dict[str, str]
) -> None:
    client = Client(app, pupil)
    client.post(addresses["reply"], form("reply", key="key-number-one"))
    mine = released(newest_post(), teacher_of(room))
    page = client.get(f"/p/{mine.id}/edit").text
    fields = fields_in(page, f"/p/{mine.id}/edit") | {"source": "Changed."}
    assert client.post(f"/p/{mine.id}/edit", fields, sealed=False).status_code == 303
    a_post(mine.thread, teacher_of(room), "Say it once more.")
    before = count(Post)

    client.post(addresses["reply"], form("reply", key="key-number-two"))

    assert count(Post) == before + 1


def test_the_same_words_of_two_pupils_are_two_posts(
    app: Flask, room: Classroom, pupil: Account, addresses: dict[str, str]
) -> None:
    mate, before = a_pupil(room), count(Post)

    for writer in (pupil, mate):
        Client(app, writer).post(addresses["reply"], form("reply"))

    assert count(Post) == before + 2
