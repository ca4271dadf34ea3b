"""The morning of who teaches or reads along: what waits, and what is new."""

from flask import Flask

from app.accounts.tries import ALARM_AN_HOUR
from app.classrooms.partnering import propose
from app.db import db
from app.home.morning import latest_threads
from app.moderation.hiding import hide, report
from app.posts import marks
from app.posts.models import Post
from tests.builders import (
    a_classroom,
    a_post,
    an_adult,
    released,
    some_wrong_tries,
)
from tests.clients import Client
from tests.home.pals import Pals


def test_the_forum_threads_with_the_newest_posts_come_first(pals: Pals) -> None:
    threads = [pals.thread() for _n in range(3)]
    pals.reply(threads[0], "Once more.")

    found = [thread.id for thread in latest_threads(pals.teacher)]

    assert found == [threads[0].id, threads[2].id, threads[1].id]
    assert latest_threads(pals.third) == []


def test_a_thread_whose_posts_are_all_hidden_is_not_among_the_newest(
    pals: Pals,
) -> None:
    kept, gone = pals.thread(), pals.thread()
    hide(pals.reply(gone, "Last."), pals.teacher, "")
    assert [thread.id for thread in latest_threads(pals.teacher)] == [gone.id, kept.id]

    for post in db.session.scalars(Post.published().where(Post.thread_id == gone.id)):
        hide(post, pals.teacher, "")
    db.session.commit()

    assert [thread.id for thread in latest_threads(pals.teacher)] == [kept.id]


def test_a_teacher_finds_replies_where_she_wrote_first_of_all(
    app: Flask, pals: Pals
) -> None:
    hers, other = pals.thread(pals.teacher), pals.thread()
    assert [thread.is_new for thread in latest_threads(pals.teacher)] == [False, False]
    pals.reply(hers, "An answer.")
    pals.reply(other, "The newest, where she never wrote.")

    found = latest_threads(pals.teacher)

    assert [(thread.id, thread.is_new) for thread in found] == [
        (hers.id, True),
        (other.id, False),
    ]
    page = Client(app, pals.teacher).get("/").text
    new, rest = page.split("New in threads you follow")[1].split("In the forums")
    assert f'href="/threads/{hers.id}?new"' in new
    assert f'href="/threads/{other.id}"' in rest


def test_what_a_teacher_has_read_or_follows_no_more_is_not_new(pals: Pals) -> None:
    read, left = pals.thread(pals.teacher), pals.thread(pals.teacher)
    for thread in (read, left):
        pals.reply(thread, "An answer.")
    marks.follow(left.id, pals.teacher.person_id, follows=False)
    db.session.commit()

    Client(pals.app, pals.teacher).get(
        f"/?r={marks.proof(pals.teacher, {read.id: read.last_no or 0})}"
    )

    assert not any(thread.is_new for thread in latest_threads(pals.teacher))


def test_who_reads_along_sees_the_forums_too(app: Flask, pals: Pals) -> None:
    lead = an_adult(pals.one.school, safeguarding=True)
    thread = pals.thread()

    page = Client(app, lead).get("/").text

    assert thread.title in page
    assert "New in threads you follow" not in page


def test_a_teachers_morning_says_what_waits(app: Flask, pals: Pals) -> None:
    client = Client(app, pals.teacher)
    quiet = client.get("/").text
    letter = released(a_post(pals.letters, pals.ana), pals.teacher)
    a_post(pals.letters, pals.ana)
    report(letter, pals.amina, "Look.")
    propose(a_classroom(), pals.one.code, "New", pals.third)

    page = client.get("/").text

    for words in ("1 post waits for you", "1 report to look at", "A class asks yours"):
        assert words in page
        assert words not in quiet


def test_a_teachers_morning_sounds_the_alarm_of_the_whole_school(
    app: Flask, pals: Pals
) -> None:
    some_wrong_tries(ALARM_AN_HOUR - 1)
    assert "wrong secrets" not in Client(app, pals.teacher).get("/").text

    some_wrong_tries(1)

    page = Client(app, pals.teacher).get("/").text
    assert "200 wrong secrets in the last hour." in page
    assert "Look who sits at the devices now" in page
    assert "wrong secrets" not in Client(app, pals.ana).get("/").text
