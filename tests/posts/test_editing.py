"""Changing what one wrote: a version for each change, and never a word lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.moderation.hiding import hide
from app.moderation.review import refuse, return_to_author
from app.posts.models import (
    HELD,
    PUBLISHED,
    REFUSED,
    RETURNED,
    SUPERSEDED,
    Draft,
    Post,
    Revision,
    Thread,
    waiting_count,
)
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client, key_in

FIRST, SECOND, THIRD = "Too short.", "Our river is <3 m deep.", "Third thoughts."


@dataclass
class Room:
    """A class with a pupil, a mate, and a thread to write in."""

    teacher: Account
    pupil: Account
    mate: Account
    thread: Thread

    def post(self, words: str = FIRST) -> Post:
        return a_post(self.thread, self.pupil, words)

    def out(self, words: str = FIRST) -> Post:
        return released(self.post(words), self.teacher)


@pytest.fixture
def room(app: Flask) -> Room:
    made = a_classroom(lang="en")
    a_co_teacher(made)  # without whom no adult may write
    teacher = teacher_of(made)
    thread = a_thread(own_space(made), teacher)
    a_post(thread, teacher)
    return Room(teacher, a_pupil(made), a_pupil(made), thread)


def edit(client: Client, post: Post, words: str, base: int, **more: object) -> str:
    """Send the form of a change; gives where it leads, or the refusal's page."""
    form = {"source": words, "lang": "en", "base": str(base), **more}
    answer = client.post(f"/p/{post.uid}/edit", form)
    if answer.status_code == 422:
        return answer.text
    assert answer.status_code == 303, answer.status
    return answer.headers["Location"]


def versions(post: Post) -> list[tuple[str, str]]:
    db.session.rollback()
    found = select(Revision).where(Revision.post_id == post.id).order_by(Revision.n)
    return [(one.source, one.state) for one in db.session.scalars(found)]


def seen_by(app: Flask, reader: Account, thread: Thread) -> str:
    return Client(app, reader).get(f"/threads/{thread.id}").text


def test_a_post_that_waits_is_changed_and_waits_anew(app: Flask, room: Room) -> None:
    post = room.post()

    led = edit(Client(app, room.pupil), post, SECOND, 1)

    assert led == f"/p/{post.uid}/sent"
    assert versions(post) == [(FIRST, SUPERSEDED), (SECOND, HELD)]
    assert waiting_count(room.teacher) == 1


def test_after_release_a_change_waits_while_the_old_words_stay_up(
    app: Flask, room: Room
) -> None:
    post = room.out()

    edit(Client(app, room.pupil), post, SECOND, 1)

    assert versions(post) == [(FIRST, PUBLISHED), (SECOND, HELD)]
    page = seen_by(app, room.mate, room.thread)
    assert FIRST in page
    assert "deep" not in page
    assert "deep" in seen_by(app, room.pupil, room.thread)


def test_a_released_change_takes_the_old_ones_place(app: Flask, room: Room) -> None:
    post = room.out()
    before = post.change_no, post.order_key
    edit(Client(app, room.pupil), post, SECOND, 1)

    released(post, room.teacher)

    assert versions(post) == [(FIRST, SUPERSEDED), (SECOND, PUBLISHED)]
    assert post.change_no > before[0]
    assert post.order_key == before[1]
    page = seen_by(app, room.mate, room.thread)
    assert "deep" in page
    assert FIRST not in page


@pytest.mark.parametrize("state", [RETURNED, REFUSED])
def test_a_change_that_came_back_leaves_the_old_words_up_with_the_note(
    app: Flask, room: Room, state: str
) -> None:
    post = room.out()
    pupil = Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)
    assert post.waiting is not None
    act = refuse if state == REFUSED else return_to_author
    act(post.waiting, room.teacher, "Say <more>.")
    db.session.commit()

    page = pupil.get(f"/p/{post.uid}/edit").text

    assert versions(post) == [(FIRST, PUBLISHED), (SECOND, state)]
    assert FIRST in seen_by(app, room.mate, room.thread)
    assert "Say &lt;more&gt;." in page
    assert "Readers see the post as it was." in page


def test_a_change_that_was_kept_back_does_not_end_changing(
    app: Flask, room: Room
) -> None:
    post = room.out()
    pupil = Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)
    assert post.waiting is not None
    refuse(post.waiting, room.teacher, "")
    db.session.commit()

    assert f">{FIRST}</textarea>" in pupil.get(f"/p/{post.uid}/edit").text
    edit(pupil, post, THIRD, 2)

    assert versions(post) == [
        (FIRST, PUBLISHED), (SECOND, SUPERSEDED), (THIRD, HELD),
    ]  # fmt: skip


def test_that_readers_see_the_post_as_it_was_is_said_once(
    app: Flask, room: Room
) -> None:
    post, client = room.out(), Client(app, room.pupil)
    url = f"/p/{post.uid}/edit"
    assert client.get(url).text.count("see the post as it was") == 1

    edit(client, post, SECOND, 1)

    assert client.get(url).text.count("see the post as it was") == 1


def test_an_adults_change_is_out_at_once(app: Flask, room: Room) -> None:
    post = a_post(room.thread, room.teacher, FIRST)

    edit(Client(app, room.teacher), post, SECOND, 1)

    assert versions(post) == [(FIRST, SUPERSEDED), (SECOND, PUBLISHED)]
    assert "deep" in seen_by(app, room.mate, room.thread)


def test_a_returned_post_shows_the_note_and_its_words_and_waits_anew(
    app: Flask, room: Room
) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    assert post.waiting is not None
    return_to_author(post.waiting, room.teacher, "Say <more> & name it.")
    db.session.commit()

    page = pupil.get(f"/p/{post.uid}/edit").text
    edit(pupil, post, SECOND, 1)

    assert "Say &lt;more&gt; &amp; name it." in page
    assert f">{FIRST}</textarea>" in page
    assert versions(post) == [(FIRST, SUPERSEDED), (SECOND, HELD)]


def test_a_returned_post_may_be_sent_again_as_it_is(app: Flask, room: Room) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    assert post.waiting is not None
    return_to_author(post.waiting, room.teacher, "Say more.")
    db.session.commit()

    for _n in range(2):
        edit(pupil, post, FIRST, 1)

    assert versions(post) == [(FIRST, SUPERSEDED), (FIRST, HELD)]


def test_the_same_form_twenty_times_ten_at_once_is_one_version(
    app: Flask, room: Room
) -> None:
    post, pupil = room.out(), Client(app, room.pupil)
    pupil.token = pupil.read_token()
    post_uid = post.uid

    def tap(_n: int) -> int:
        client = Client(app)
        client.web.set_cookie(app.config["SESSION_COOKIE_NAME"], pupil.cookie)
        client.token = pupil.token
        form = {"source": SECOND, "lang": "en", "base": "1"}
        answer = client.post(f"/p/{post_uid}/edit", form)
        assert answer.headers["Location"] == f"/p/{post_uid}/sent"
        return answer.status_code

    db.session.rollback()
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(tap, range(20)))

    assert codes == [303] * 20
    assert versions(post) == [(FIRST, PUBLISHED), (SECOND, HELD)]


def test_a_late_copy_of_a_form_does_not_undo_the_change_after_it(
    app: Flask, room: Room
) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)
    edit(pupil, post, THIRD, 2)

    led = edit(pupil, post, SECOND, 1)

    assert led == f"/p/{post.uid}/sent"
    assert versions(post)[-1] == (THIRD, HELD)


def test_the_same_words_and_picture_are_no_new_version(app: Flask, room: Room) -> None:
    post, pupil = room.out(), Client(app, room.pupil)

    led = edit(pupil, post, FIRST, 1)

    assert led == f"/p/{post.uid}/sent"
    assert versions(post) == [(FIRST, PUBLISHED)]


def test_another_language_is_a_new_version(app: Flask, room: Room) -> None:
    post = room.out()

    edit(Client(app, room.pupil), post, FIRST, 1, lang="sw")

    assert versions(post) == [(FIRST, PUBLISHED), (FIRST, HELD)]
    assert post.waiting is not None
    assert post.waiting.lang == "sw"


def test_words_from_an_older_form_are_kept_and_shown_beside_the_newer_ones(
    app: Flask, room: Room
) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    key = key_in(pupil.get(f"/p/{post.id}/edit").text)
    url = f"/p/{post.id}/edit"
    pupil.post(url, {"source": SECOND, "lang": "en", "base": "1"})

    older = {"source": THIRD, "lang": "en", "base": "1", "key": key}
    answers = [pupil.post(url, older) for _n in range(2)]

    assert versions(post) == [(FIRST, SUPERSEDED), (SECOND, HELD)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    page = pupil.get(answers[0].headers["Location"]).text
    assert "river is &lt;3 m deep" in page.split("<textarea")[0]
    assert f">{THIRD}</textarea>" in page
    assert 'name="base" value="2"' in page
    assert "/drop" in page
    form = {"source": THIRD, "lang": "en", "base": "2", "key": key_in(page)}
    pupil.post(url, form)
    assert versions(post)[-1] == (THIRD, HELD)
    assert db.session.scalars(select(Draft)).all() == []


def test_an_older_form_without_its_key_is_refused_with_its_words(
    app: Flask, room: Room
) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)

    page = edit(pupil, post, THIRD, 1)

    assert f">{THIRD}</textarea>" in page
    assert "Both are safe" in page
    assert versions(post)[-1] == (SECOND, HELD)


def test_a_change_is_saved_as_a_draft_and_its_page_is_filled_with_it(
    app: Flask, room: Room
) -> None:
    post, pupil = room.out(), Client(app, room.pupil)
    url = f"/p/{post.id}/edit"
    form = {"source": SECOND, "lang": "en", "base": "1", "do": "draft"}
    form["key"] = key_in(pupil.get(url).text)

    pupil.post(url, form)

    draft = db.session.scalars(select(Draft)).one()
    page = pupil.get(f"/drafts/{draft.id}", follow_redirects=True).text
    assert versions(post) == [(FIRST, PUBLISHED)]
    assert "river is &lt;3 m deep.</textarea>" in page
    assert "Both are safe" not in page
    mark = page.split('name="draft" value="')[1].split('"')[0]
    edit(pupil, post, SECOND, 1, draft=mark)
    assert versions(post)[-1] == (SECOND, HELD)
    assert db.session.scalars(select(Draft)).all() == []


def test_a_held_change_is_taken_back_and_the_old_words_stay(
    app: Flask, room: Room
) -> None:
    post, pupil = room.out(), Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)

    led = [edit(pupil, post, "", 2, do="leave") for _n in range(2)]

    assert led == [f"/p/{post.uid}/sent"] * 2
    assert versions(post) == [(FIRST, PUBLISHED), (SECOND, SUPERSEDED)]
    assert waiting_count(room.teacher) == 0


def test_what_is_out_already_is_not_left_as_it_was(app: Flask, room: Room) -> None:
    post, pupil = room.out(), Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)
    released(post, room.teacher)

    page = edit(pupil, post, "", 2, do="leave")

    assert "out already" in page
    assert versions(post)[-1] == (SECOND, PUBLISHED)


def test_words_taken_back_may_be_sent_anew(app: Flask, room: Room) -> None:
    post, pupil = room.out(), Client(app, room.pupil)
    edit(pupil, post, SECOND, 1)
    edit(pupil, post, "", 2, do="leave")

    edit(pupil, post, SECOND, 2)

    assert versions(post)[-1] == (SECOND, HELD)


@pytest.mark.parametrize("why", ["refused", "hidden", "locked", "withdrawn"])
def test_what_may_not_be_changed_says_why_and_keeps_every_word(
    app: Flask, room: Room, why: str
) -> None:
    post = room.post() if why == "refused" else room.out()
    pupil = Client(app, room.pupil)
    said = {
        "refused": "Your teacher kept this post back.",
        "hidden": "A teacher has hidden this post.",
        "locked": "This thread is locked",
        "withdrawn": "You took this post back.",
    }
    if why == "refused":
        assert post.waiting is not None
        refuse(post.waiting, room.teacher, "")
    elif why == "hidden":
        hide(post, room.teacher, "")
    elif why == "locked":
        room.thread.locked_at = now()
    else:
        pupil.post(f"/p/{post.uid}/withdraw")
    db.session.commit()

    opened = pupil.get(f"/p/{post.uid}/edit").text
    page = edit(pupil, post, THIRD, 1)

    assert said[why] in opened
    assert "<textarea" not in opened
    assert said[why] in page
    assert f">{THIRD}</textarea>" in page
    assert len(versions(post)) == 1


@pytest.mark.parametrize("words", ["", " \n ", "w" * 17_000])
def test_a_change_that_is_empty_or_too_long_keeps_every_word(
    app: Flask, room: Room, words: str
) -> None:
    post = room.out()

    page = edit(Client(app, room.pupil), post, words, 1)

    assert words in page
    assert versions(post) == [(FIRST, PUBLISHED)]


def test_nobody_else_changes_a_post(app: Flask, room: Room) -> None:
    post = room.out()

    for who in (room.mate, room.teacher):
        client = Client(app, who)
        assert client.get(f"/p/{post.uid}/edit").status_code == 404
        form = {"source": THIRD, "lang": "en", "base": "1"}
        answer = client.post(f"/p/{post.uid}/edit", form)
        assert answer.status_code == 404
        assert THIRD in answer.text
    assert versions(post) == [(FIRST, PUBLISHED)]


def picture(colour: str) -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    file.seek(0)
    return file, f"{colour}.png"


def pictures(post: Post) -> list[list[str]]:
    db.session.rollback()
    found = select(Revision).where(Revision.post_id == post.id).order_by(Revision.n)
    return [
        [shown.description for shown in one.attachments]
        for one in db.session.scalars(found)
    ]


def test_a_picture_stays_is_replaced_and_is_taken_away(app: Flask, room: Room) -> None:
    post, pupil = room.post(), Client(app, room.pupil)

    edit(pupil, post, FIRST, 1, picture=picture("red"), description="Red")
    edit(pupil, post, SECOND, 2)
    edit(pupil, post, SECOND, 3, picture=picture("blue"), description="Blue")
    edit(pupil, post, SECOND, 4, picture=picture("blue"), description="Blue")
    edit(pupil, post, SECOND, 4, without="1")

    assert pictures(post) == [[], ["Red"], ["Red"], ["Blue"], []]


def test_a_picture_may_stand_without_words_until_it_is_taken_away(
    app: Flask, room: Room
) -> None:
    post, pupil = room.post(), Client(app, room.pupil)
    edit(pupil, post, "", 1, picture=picture("red"), description="Red")

    page = edit(pupil, post, "", 2, without="1")

    assert "no words yet" in page
    assert pictures(post) == [[], ["Red"]]


def test_a_picture_without_words_about_it_is_no_version(app: Flask, room: Room) -> None:
    post = room.post()

    page = edit(Client(app, room.pupil), post, SECOND, 1, picture=picture("red"))

    assert "what the picture shows" in page
    assert versions(post) == [(FIRST, HELD)]
