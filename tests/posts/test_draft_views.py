"""Pages of drafts: for their writer alone, filled in, and sent at last."""

import re

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import delete, func, select

from app.accounts.models import Account
from app.classrooms.models import Classroom, Space, SpaceClassroom
from app.db import db, now
from app.posts.models import Draft, Post, Quote, Thread
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    teacher_of,
)
from tests.clients import Client, fields_in

WORDS = "Our river is called **Pasto** & it is <3 m deep."


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room)


@pytest.fixture
def space(room: Classroom) -> Space:
    return a_partnership(room, a_classroom(lang="es"))


@pytest.fixture
def thread(room: Classroom, space: Space) -> Thread:
    thread = a_thread(space, teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread


def form(**changed: str) -> dict[str, str]:
    return {
        "source": WORDS,
        "lang": "es",
        "key": "one-time-key",
        "do": "draft",
    } | changed


def keep(client: Client, url: str, **changed: str) -> str:
    """Save a draft and give the address of its page."""
    answer = client.post(url, form(**changed))
    assert answer.status_code == 303
    kept = client.get(answer.headers["Location"])
    assert "Your draft is kept" in kept.text
    found = re.search(r'href="(/drafts/\d+)"', kept.text)
    assert found
    return found[1]


def count(table: type[Post | Draft]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_reply_is_kept_shown_with_its_thread_and_sent(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url, before = Client(app, pupil), f"/threads/{thread.id}/posts", count(Post)

    page = keep(client, url)

    shown = client.get(page).text
    assert thread.title in shown
    fields = fields_in(shown, url)
    assert (fields["source"], fields["lang"]) == (WORDS, "es")
    assert count(Post) == before
    sent = client.post(url, fields, sealed=False)
    assert "With your teacher" in client.get(sent.headers["Location"]).text
    assert (count(Post), count(Draft)) == (before + 1, 0)
    # Sent by a tap that came late: it is the same post.
    again = client.post(url, fields, sealed=False)
    assert again.headers["Location"] == sent.headers["Location"]
    assert (count(Post), count(Draft)) == (before + 1, 0)


def test_a_new_thread_is_kept_with_its_title_and_what_its_picture_shows(
    app: Flask, pupil: Account, space: Space
) -> None:
    client, forum = Client(app, pupil), a_forum(space)
    url = f"/forums/{forum.id}/threads"

    page = keep(client, url, title="Rivers & lakes", description="A boat")

    shown = client.get(page).text
    fields = fields_in(shown, url)
    assert escape(forum.title) in shown
    assert (fields["title"], fields["description"]) == ("Rivers & lakes", "A boat")
    assert "Choose the picture again" in shown
    assert client.post(url, fields, sealed=False).status_code == 422
    without = fields | {"description": ""}
    assert client.post(url, without, sealed=False).status_code == 303
    assert db.session.scalars(select(Thread.title)).all() == ["Rivers & lakes"]


def test_a_letter_is_kept_with_whom_it_is_for(
    app: Flask, room: Classroom, pupil: Account, space: Space
) -> None:
    friend = a_pupil(space.classrooms[1].classroom)
    letters = letters_between(space, teacher_of(room), pupil, friend)
    client, url = Client(app, pupil), f"/letters/{letters.id}/posts"

    page = keep(client, url)

    assert friend.person.shown_name in client.get(page).text
    assert fields_in(client.get(page).text, url)["source"] == WORDS


def test_a_draft_keeps_what_it_answers_and_quotes(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    answered = db.session.scalars(select(Post.id)).one()
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"

    page = keep(client, url, parent=str(answered), quote="0")

    shown = client.get(page).text
    assert f'href="/p/{answered}"' in shown
    sent = client.post(url, fields_in(shown, url), sealed=False)
    assert sent.status_code == 303
    post = db.session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()
    assert post.parent_id == answered
    assert db.session.get_one(Quote, post.id).n == 0


def test_a_draft_saved_from_its_page_is_one_draft(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    page = keep(client, url)
    fields = fields_in(client.get(page).text, url)

    client.post(url, fields | {"source": "Other.", "do": "draft"}, sealed=False)

    assert db.session.scalars(select(Draft.source)).all() == ["Other."]


def test_a_draft_that_is_refused_keeps_its_key_and_goes_when_it_is_short_enough(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    fields = fields_in(client.get(keep(client, url)).text, url)

    answer = client.post(url, fields | {"source": "w" * 17_000}, sealed=False)

    assert answer.status_code == 422
    again = fields_in(answer.text, url)
    assert again["source"] == "w" * 17_000
    client.post(url, again | {"source": "Short."}, sealed=False)
    assert count(Draft) == 0


@pytest.mark.parametrize("changed", [{"source": ""}, {"source": "w" * 17_000}])
def test_what_cannot_be_kept_comes_back_with_every_word(
    app: Flask, pupil: Account, thread: Thread, changed: dict[str, str]
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"

    answer = client.post(url, form(**changed))

    assert answer.status_code == 422
    assert changed["source"] in answer.text
    assert count(Draft) == 0


@pytest.mark.parametrize("who", ["mate", "teacher", "nobody"])
@pytest.mark.parametrize("more", ["", "/kept", "/drop"])
def test_a_draft_is_its_writers_alone(
    app: Flask, room: Classroom, pupil: Account, thread: Thread, who: str, more: str
) -> None:
    page = keep(Client(app, pupil), f"/threads/{thread.id}/posts")
    others = {"mate": a_pupil(room), "teacher": teacher_of(room), "nobody": None}
    other = Client(app, others[who])

    answer = other.post(page + more) if more == "/drop" else other.get(page + more)

    assert answer.status_code in (302, 303, 404)
    assert escape(WORDS) not in answer.text
    assert count(Draft) == 1


def test_a_draft_thrown_away_is_gone_and_twice_is_once(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client = Client(app, pupil)
    page = keep(client, f"/threads/{thread.id}/posts")

    fields = fields_in(client.get(page).text, f"{page}/drop")

    answers = [client.post(f"{page}/drop", fields).status_code for _n in range(2)]

    assert answers == [303, 303]
    assert count(Draft) == 0


@pytest.mark.parametrize("way", ["sent", "thrown away"])
def test_who_goes_back_to_a_draft_that_is_gone_finds_her_first_page(
    app: Flask, pupil: Account, thread: Thread, way: str
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    page = keep(client, url)
    shown = client.get(page).text
    if way == "sent":
        client.post(url, fields_in(shown, url), sealed=False)
    else:
        client.post(f"{page}/drop", fields_in(shown, f"{page}/drop"))

    for gone in (page, f"{page}/kept"):
        assert client.get(gone).headers["Location"] == "/"


def test_a_teachers_way_home_bears_the_name_of_her_first_page(
    app: Flask, room: Classroom, thread: Thread
) -> None:
    client, url = Client(app, teacher_of(room)), f"/threads/{thread.id}/posts"
    page = client.get(f"{keep(client, url)}/kept").text

    assert '<a href="/">My morning</a></footer>' in page
    assert "Back to my post" not in page


def test_the_titles_of_drafts_say_what_became_of_the_words(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    page = keep(client, url)
    assert "<title>Draft</title>" in client.get(page).text
    assert "<title>Your draft is kept</title>" in client.get(f"{page}/kept").text

    client.post(url, form(do="", key="another-key"))
    beside = client.post(url, form(do="", key="another-key", source="Others."))

    shown = client.get(beside.headers["Location"]).text
    assert "<title>This did not go</title>" in shown


@pytest.mark.parametrize("meanwhile", ["written on", "sent, and another kept"])
def test_only_the_words_that_were_seen_are_thrown_away(
    app: Flask, pupil: Account, thread: Thread, meanwhile: str
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    page = keep(client, url)
    shown = client.get(page).text
    kept = fields_in(shown, url)
    if meanwhile == "written on":
        client.post(url, kept | {"source": WORDS + " More.", "do": "draft"})
    else:
        client.post(url, kept)
        # The database gives it the number of the one that was sent.
        assert keep(client, url, key="one-more-key", source="Others.") == page

    answer = client.post(f"{page}/drop", fields_in(shown, f"{page}/drop"))

    assert count(Draft) == 1
    assert answer.headers["Location"] == page


@pytest.mark.parametrize("lost", ["locked", "left"])
def test_a_draft_of_a_change_that_may_not_be_sent_is_shown(
    app: Flask, pupil: Account, thread: Thread, lost: str
) -> None:
    client, post = Client(app, pupil), a_post(thread, pupil, "First words.")
    page = keep(client, f"/p/{post.id}/edit", base="1")
    if lost == "locked":
        thread.locked_at = now()
    else:
        db.session.execute(delete(SpaceClassroom))
    db.session.commit()

    shown = client.get(page, follow_redirects=True)

    assert shown.status_code == 200
    assert f"readonly>{escape(WORDS)}</textarea>" in shown.text
    client.post(f"{page}/drop", fields_in(shown.text, f"{page}/drop"))
    assert count(Draft) == 0


def test_saving_what_was_sent_already_leads_to_the_post(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    sent = client.post(url, form(do="")).headers["Location"]

    answer = client.post(url, form())

    assert answer.headers["Location"] == sent
    assert count(Draft) == 0


def test_every_form_that_sends_also_saves(
    app: Flask, room: Classroom, pupil: Account, space: Space, thread: Thread
) -> None:
    friend = a_pupil(space.classrooms[1].classroom)
    letters = letters_between(space, teacher_of(room), pupil, friend)
    client = Client(app, pupil)

    for url in (
        f"/threads/{thread.id}",
        f"/letters/{letters.id}",
        f"/forums/{thread.forum_id}",
    ):
        assert '<button name="do" value="draft"' in client.get(url).text


def other_words(client: Client, url: str) -> str:
    """Send a form, then other words with the same form; gives the page of both."""
    client.post(url, form(do=""))
    return client.post(url, form(do="", source="Mended words.")).headers["Location"]


def test_other_words_can_take_the_place_of_the_first(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url, before = Client(app, pupil), f"/threads/{thread.id}/posts", count(Post)
    page = other_words(client, url)
    assert "Put it in place of the first" in client.get(page).text

    client.post(f"{page}/replace")

    post = db.session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()
    edit = f"/p/{post.id}/edit"
    shown = client.get(page, follow_redirects=True).text
    fields = fields_in(shown.replace('value="leave"', ""), edit)
    assert fields["source"] == "Mended words."
    assert client.post(edit, fields, sealed=False).status_code == 303
    db.session.rollback()
    assert post.waiting is not None
    assert post.waiting.source == "Mended words."
    assert (count(Post), count(Draft)) == (before + 1, 0)


def test_words_of_a_post_taken_back_are_no_place_for_others(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), f"/threads/{thread.id}/posts"
    page = other_words(client, url)
    post = db.session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()
    client.post(f"/p/{post.id}/withdraw")

    shown = client.get(page).text
    client.post(f"{page}/replace")

    assert "Put it in place of the first" not in shown
    assert "You took this post back" in shown
    assert "Pasto" not in shown
    assert db.session.scalars(select(Draft)).one().post_id is None
