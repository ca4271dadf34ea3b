"""What is new for a pupil: by change numbers, in the order of the page."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import db
from app.home.news import (
    ANNOUNCED,
    BEGUN,
    FOLLOWED,
    LETTER,
    QUIET,
    threads_with_news,
    unread_posts,
)
from app.moderation.hiding import hide, show_again
from app.posts import marks
from app.posts.models import Post, Thread
from app.posts.publishing import make_public
from app.posts.withdrawing import withdraw
from tests.builders import a_post, a_pupil, released
from tests.clients import Client
from tests.home.pals import Pals, proof_on
from tests.web.test_every_page import counted


def new_for(pals: Pals, who: str = "ana") -> list[str]:
    """The words that are new for her, in the order of the page."""
    db.session.commit()
    reader = getattr(pals, who)
    posts = unread_posts(
        [thread for thread in threads_with_news(reader) if thread.in_full], reader
    )
    return [post.current.source for post in posts if post.current]


def ranks(pals: Pals, who: str = "ana") -> list[tuple[int, int]]:
    db.session.commit()
    return [(t.rank, t.id) for t in threads_with_news(getattr(pals, who))]


def read(pals: Pals, *posts: Post) -> None:
    """Let Ana's mark in the thread of each post rise to it."""
    for post in posts:
        proof = marks.proof(pals.ana, {post.thread_id: post.change_no})
        Client(pals.app, pals.ana).get(f"/forums?r={proof}")
    db.session.expire_all()


def test_a_letter_is_new_until_it_was_read(pals: Pals) -> None:
    letter = pals.letter("Hello Ana.")
    assert new_for(pals) == ["Hello Ana."]
    assert ranks(pals) == [(LETTER, pals.letters.id)]

    read(pals, letter)

    assert new_for(pals) == []
    assert ranks(pals) == [(QUIET, pals.letters.id)]


def test_her_own_letters_are_never_new_to_her(pals: Pals) -> None:
    released(a_post(pals.letters, pals.ana, "From me."), pals.teacher)

    assert new_for(pals) == []
    assert new_for(pals, "amina") == ["From me."]


def test_a_letter_of_two_others_is_no_news_of_hers(pals: Pals) -> None:
    pals.letter("Not yours.")

    assert ranks(pals, "ben") == []
    assert ranks(pals, "teacher") == []


def test_what_waits_for_release_is_new_to_nobody(pals: Pals) -> None:
    a_post(pals.letters, pals.amina, "Held.")

    assert new_for(pals) == []


def test_a_letter_that_arrives_late_is_new_when_it_arrives(pals: Pals) -> None:
    late = a_post(pals.letters, pals.amina, "Sent first.")
    later = pals.letter("Sent second, out first.")
    read(pals, later)
    assert new_for(pals) == []

    # The other machine's clock was a year behind, too.
    late.sent_at -= timedelta(days=365)
    released(late, pals.third)

    assert new_for(pals) == ["Sent first."]


def test_a_change_that_was_released_is_new_again(pals: Pals) -> None:
    letter = pals.letter("Helo.")
    read(pals, letter)
    assert letter.current is not None
    letter.current.source = "Hello."

    make_public(letter, letter.current)

    assert new_for(pals) == ["Hello."]


def test_what_is_hidden_is_not_new_and_what_is_shown_again_is(pals: Pals) -> None:
    letter = pals.letter("Hello.")
    hide(letter, pals.third, "")
    assert new_for(pals) == []
    show_again(letter, pals.third)
    assert new_for(pals) == ["Hello."]
    read(pals, letter)

    hide(letter, pals.third, "")
    show_again(letter, pals.third)

    assert new_for(pals) == ["Hello."]


def test_what_was_taken_back_is_not_new(pals: Pals) -> None:
    letter = pals.letter("Hello.")

    withdraw(letter)

    assert new_for(pals) == []


def test_the_mark_of_somebody_else_does_not_matter(pals: Pals) -> None:
    thread = pals.thread(pals.ana)
    reply = pals.reply(thread, "A reply.")
    proof = marks.proof(pals.amina, {thread.id: reply.change_no})

    Client(pals.app, pals.amina).get(f"/forums?r={proof}")
    read(pals)

    assert new_for(pals) == ["A reply."]


def test_within_a_thread_the_oldest_comes_first_and_the_newest_thread_first(
    pals: Pals,
) -> None:
    friend, second = pals.pen_pal("Brian Kamau")
    pals.letter("One.")
    released(a_post(second, friend, "Two."), pals.third)
    released(a_post(second, friend, "Three."), pals.third)

    assert new_for(pals) == ["Two.", "Three.", "One."]
    pals.letter("Four.")
    assert new_for(pals) == ["One.", "Four.", "Two.", "Three."]


def test_replies_are_new_in_threads_she_follows_and_in_no_others(pals: Pals) -> None:
    hers, other = pals.thread(pals.ana), pals.thread()
    for thread in (hers, other):
        pals.reply(thread, "A reply.")
    assert ranks(pals) == [
        (FOLLOWED, hers.id),
        (BEGUN, other.id),
        (QUIET, pals.letters.id),
    ]
    assert new_for(pals) == ["A reply."]

    marks.follow(hers.id, pals.ana.person_id, follows=False)
    marks.follow(other.id, pals.ana.person_id)

    assert new_for(pals) == ["Begun.", "A reply."]
    assert ranks(pals)[0] == (FOLLOWED, other.id)


def test_a_new_thread_is_told_once_to_all_but_who_began_it(pals: Pals) -> None:
    thread = pals.thread()
    assert ranks(pals) == [(BEGUN, thread.id), (QUIET, pals.letters.id)]
    assert ranks(pals, "ben") == []
    assert ranks(pals, "amina") == [(QUIET, pals.letters.id)]

    pals.read_all()

    assert ranks(pals) == [(QUIET, pals.letters.id)]


def test_a_new_thread_that_she_has_opened_is_not_told(pals: Pals) -> None:
    thread = pals.thread()
    first = db.session.get_one(Post, 1)

    read(pals, first)

    assert (BEGUN, thread.id) not in ranks(pals)


def test_a_new_thread_that_was_hidden_is_not_told(pals: Pals) -> None:
    pals.thread()

    hide(db.session.get_one(Post, 1), pals.teacher, "")

    assert ranks(pals) == [(QUIET, pals.letters.id)]


def test_who_comes_new_is_not_told_what_was_there_before(pals: Pals) -> None:
    pals.thread()
    db.session.commit()

    newcomer = a_pupil(pals.one)

    assert threads_with_news(newcomer) == []


def an_announcement(pals: Pals) -> Thread:
    thread = pals.thread(pals.teacher, "No school on Friday.")
    thread.announcement = True
    return thread


def test_an_announcement_comes_first_for_the_whole_space_once(pals: Pals) -> None:
    pals.letter("Hello.")
    thread = an_announcement(pals)
    pals.reply(thread, "Oh.")

    assert ranks(pals)[0] == (ANNOUNCED, thread.id)
    assert ranks(pals, "ben")[0] == (ANNOUNCED, thread.id)
    assert all(rank != ANNOUNCED for rank, _id in ranks(pals, "amina"))

    pals.read_all()

    assert all(rank != ANNOUNCED for rank, _id in ranks(pals))


def test_an_announcement_whose_words_changed_is_one_again(pals: Pals) -> None:
    thread = an_announcement(pals)
    pals.read_all()
    first = db.session.get_one(Post, 1)
    assert first.current is not None

    make_public(first, first.current)

    assert ranks(pals)[0] == (ANNOUNCED, thread.id)


def test_two_devices_see_the_same(pals: Pals) -> None:
    pals.letter("Hello.")
    one, other = Client(pals.app, pals.ana), Client(pals.app, pals.ana)
    page = one.get("/").text
    assert "Hello." in other.get("/").text

    one.get(f"/?r={proof_on(page)}")

    assert "Hello." not in other.get("/").text


@pytest.mark.parametrize("posts", [2, 50])
def test_a_long_thread_gives_no_more_than_a_page(pals: Pals, posts: int) -> None:
    for n in range(posts):
        pals.letter(f"Letter {n}.")

    found = new_for(pals)

    assert found == [f"Letter {n}." for n in range(min(posts, 41))]


def test_no_statement_looks_through_all_posts(app: Flask, pals: Pals) -> None:
    an_announcement(pals)
    pals.reply(pals.thread(pals.ana), "A reply.")
    pals.letter("Hello.")
    a_post(pals.letters, pals.ana, "Held.")
    client = Client(app, pals.ana)

    with counted() as said:
        client.get("/")

    plans = {statement: plan_of(statement) for statement in said}
    looked = [plan for plan in plans.values() if "post" in "".join(plan).lower()]
    assert len(looked) >= 3
    for statement, plan in plans.items():
        scans = [step for step in plan if step.startswith("SCAN") and is_table(step)]
        assert scans == [], statement


def plan_of(statement: str) -> list[str]:
    found = db.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement}", tuple([1] * statement.count("?"))
    )
    return [row[3] for row in found]


def is_table(step: str) -> bool:
    name = step.split()[1]
    tables = db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'table'")
    ).all()
    return any(name == table or name.startswith(f"{table}_") for table in tables)
