"""The first page after signing in: what is there for me."""

import pytest
from flask import Flask

from app.accounts.tries import ALARM_AN_HOUR
from app.classrooms.partnering import propose
from app.db import db
from app.home.morning import latest_threads, letter_threads, own_posts
from app.moderation.hiding import hide, report
from app.moderation.review import return_to_author
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    own_space,
    released,
    some_wrong_tries,
    teacher_of,
)
from tests.clients import Client


class Pals:
    """Two partner classes with a pair of pen pals."""

    def __init__(self) -> None:
        self.one, self.other = a_classroom(lang="en"), a_classroom(lang="en")
        self.space = a_partnership(self.one, self.other)
        self.teacher, self.third = teacher_of(self.one), teacher_of(self.other)
        self.ana = a_pupil(self.one, "Ana Ruiz")
        self.amina = a_pupil(self.other, "Amina Otieno")
        self.letters = letters_between(self.space, self.teacher, self.ana, self.amina)


@pytest.fixture
def pals(app: Flask) -> Pals:
    return Pals()


def test_the_letters_that_wait_for_my_answer_come_first(pals: Pals) -> None:
    brian = a_pupil(pals.other, "Brian Kamau")
    second = letters_between(pals.space, pals.teacher, pals.ana, brian)
    released(a_post(pals.letters, pals.amina, "From Amina."), pals.third)
    released(a_post(second, pals.ana, "To Brian."), pals.teacher)

    found = letter_threads(pals.ana)

    assert [(entry.thread, entry.my_turn) for entry in found] == [
        (pals.letters, True),
        (second, False),
    ]
    assert found[0].last is not None
    assert "From Amina." in found[0].last.body


def test_an_answer_of_mine_that_waits_is_my_last_letter(pals: Pals) -> None:
    released(a_post(pals.letters, pals.amina), pals.third)
    a_post(pals.letters, pals.ana)

    assert [entry.my_turn for entry in letter_threads(pals.ana)] == [False]
    assert [entry.my_turn for entry in letter_threads(pals.amina)] == [False]


def test_a_held_letter_is_not_yet_there_for_the_other(app: Flask, pals: Pals) -> None:
    a_post(pals.letters, pals.ana, "Dear Amina.")

    (entry,) = letter_threads(pals.amina)

    assert entry.last is None
    assert "Dear Amina." not in Client(app, pals.amina).get("/").text


def test_teachers_have_no_letters_of_their_own(pals: Pals) -> None:
    released(a_post(pals.letters, pals.ana), pals.teacher)

    assert letter_threads(pals.teacher) == []


def test_my_posts_that_wait_or_came_back_are_listed(app: Flask, pals: Pals) -> None:
    thread = a_thread(own_space(pals.one), pals.teacher)
    a_post(thread, pals.teacher)
    out, held, returned = (a_post(thread, pals.ana) for _n in range(3))
    released(out, pals.teacher)
    assert returned.waiting is not None
    return_to_author(returned.waiting, pals.teacher, "Say more.")
    db.session.commit()

    assert list(own_posts(pals.ana)) == [returned, held]
    assert own_posts(pals.amina) == []
    page = Client(app, pals.ana).get("/").text
    assert "Say more." in page
    assert f"/p/{returned.id}/mend" in page or f"/p/{returned.uid}/mend" in page


def test_the_forum_threads_with_the_newest_posts_come_first(pals: Pals) -> None:
    threads = [a_thread(own_space(pals.one), pals.teacher) for _n in range(3)]
    posts = [a_post(thread, pals.teacher) for thread in threads]
    a_post(threads[0], pals.teacher)

    assert list(latest_threads(pals.ana)) == [threads[0], threads[2], threads[1]]
    hide(posts[2], pals.teacher, "")
    assert list(latest_threads(pals.ana)) == [threads[0], threads[1]]
    assert latest_threads(pals.amina) == []


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
