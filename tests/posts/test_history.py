"""The history of a post: who sees which version of it, and what each one changed."""

import random
from dataclasses import dataclass

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms.models import PUPIL, Member
from app.db import db
from app.moderation.review import refuse, return_to_author
from app.posts.editing import change
from app.posts.models import Post, Thread
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    an_adult,
    letters_between,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client

MOST_BYTES = 14_000


@dataclass
class Pair:
    """Two classes that write with each other; the pupil of the first one writes."""

    pupil: Account
    mate: Account
    friend: Account
    teacher: Account
    co: Account
    lead: Account
    third: Account
    stranger: Account
    thread: Thread


@pytest.fixture
def pair(app: Flask) -> Pair:
    ours, theirs, other = (a_classroom(lang="en") for _n in range(3))
    space = a_partnership(ours, theirs)
    teacher = teacher_of(ours)
    thread = a_thread(space, teacher)
    a_post(thread, teacher)
    return Pair(
        a_pupil(ours), a_pupil(ours), a_pupil(theirs), teacher, a_co_teacher(ours),
        an_adult(ours.school, safeguarding=True), teacher_of(theirs),
        teacher_of(other), thread,
    )  # fmt: skip


def edited(post: Post, author: Account, words: str) -> None:
    change(post, author, words, "en", base=len(post.revisions))
    db.session.commit()
    db.session.expire_all()


def with_three_versions(pair: Pair) -> Post:
    """One that was out, one that came back, and one that waits."""
    post = released(a_post(pair.thread, pair.pupil, "The river is long."), pair.teacher)
    edited(post, pair.pupil, "The river is <b>mean</b>.")
    assert post.waiting is not None
    return_to_author(post.waiting, pair.teacher, "Be <kind>.")
    db.session.commit()
    edited(post, pair.pupil, "The river is deep & wide.")
    return post


def history(app: Flask, who: Account, post: Post, more: str = "") -> str:
    answer = Client(app, who).get(f"/p/{post.uid}/history{more}")
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def test_the_author_and_who_looks_after_her_see_every_version_and_note(
    app: Flask, pair: Pair
) -> None:
    post = with_three_versions(pair)

    for who in (pair.pupil, pair.teacher, pair.co, pair.lead):
        page = history(app, who, post)
        versions = page.split("<article>")[1:]
        assert len(versions) == 3
        assert "Waits for release" in versions[0]
        assert 'taken out: <span dir="auto">&lt;b&gt;mean&lt;/b&gt;.' in versions[0]
        assert 'added: <span dir="auto">deep &amp; wide.' in versions[0]
        assert "Came back with a note" in versions[1]
        assert "Be &lt;kind&gt;." in versions[1]
        assert "Out since" in versions[2]
        assert "The river is long." in versions[2]


def test_the_partners_teacher_sees_only_what_was_out(app: Flask, pair: Pair) -> None:
    post = with_three_versions(pair)

    page = history(app, pair.third, post)

    assert page.count("<article>") == 1
    assert "The river is long." in page
    for unreleased in ("mean", "kind", "deep"):
        assert unreleased not in page
    for n in (2, 3):
        assert history(app, pair.third, post, f"?n={n}") == "404"


def test_readers_and_strangers_see_no_history(app: Flask, pair: Pair) -> None:
    post = with_three_versions(pair)

    for who in (pair.mate, pair.friend, pair.stranger):
        assert history(app, who, post) == "404"
        assert history(app, who, post, "?n=1") == "404"


def test_the_partners_teacher_sees_no_history_of_what_was_never_out(
    app: Flask, pair: Pair
) -> None:
    post = a_post(pair.thread, pair.pupil)

    assert history(app, pair.third, post) == "404"
    assert history(app, pair.teacher, post) != "404"


def test_a_teacher_sees_no_history_of_what_her_pupil_writes_in_another_class(
    app: Flask, pair: Pair
) -> None:
    other, both = a_classroom(lang="en"), pair.pupil
    member = Member(
        classroom_id=other.id, person_id=both.person_id, role=PUPIL, name_folded="both"
    )
    db.session.add(member)
    post = a_post(a_thread(own_space(other), both), both)

    assert history(app, teacher_of(other), post) != "404"
    assert history(app, pair.teacher, post) == "404"


def test_a_letters_history_is_for_the_teachers_of_the_two(
    app: Flask, pair: Pair
) -> None:
    letters = letters_between(pair.thread.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(letters, pair.pupil, "Dear friend."), pair.teacher)

    for who in (pair.pupil, pair.teacher, pair.third):
        assert "Dear friend." in history(app, who, letter)
    for who in (pair.friend, pair.mate, pair.stranger):
        assert history(app, who, letter) == "404"


def test_what_was_taken_back_stays_for_its_teachers_alone(
    app: Flask, pair: Pair
) -> None:
    post = with_three_versions(pair)
    Client(app, pair.pupil).post(f"/p/{post.uid}/withdraw")

    page = history(app, pair.teacher, post)

    assert "took this post back" in page
    assert "The river is long." in page
    assert "Was out from" in page
    assert "The river is long." in history(app, pair.third, post)
    for who in (pair.pupil, pair.mate, pair.friend):
        assert history(app, who, post) == "404"


def test_what_was_kept_back_says_so(app: Flask, pair: Pair) -> None:
    post = a_post(pair.thread, pair.pupil, "Unkind words.")
    assert post.waiting is not None
    refuse(post.waiting, pair.teacher, "")
    db.session.commit()

    assert "Kept back by a teacher" in history(app, pair.lead, post)


def test_a_version_is_read_whole(app: Flask, pair: Pair) -> None:
    post = a_post(pair.thread, pair.pupil, "word " * 1_000 + "**end**")

    short = history(app, pair.teacher, post)
    whole = history(app, pair.teacher, post, "?n=1")

    assert "end" not in short
    assert "<strong>end</strong>" in whole
    assert history(app, pair.teacher, post, "?n=2") == "404"


def test_thirty_versions_of_the_longest_words_fill_pages_that_a_link_can_carry(
    app: Flask, pair: Pair
) -> None:
    rng = random.Random(5)
    post = a_post(pair.thread, pair.pupil)
    for _n in range(30):
        # Signs that no packing makes smaller.
        edited(post, pair.pupil, "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(5_000)))  # fmt: skip
    client = Client(app, pair.teacher)
    url, seen, sizes = f"/p/{post.uid}/history", 0, []

    while url:
        answer = client.get(url, headers={"Accept-Encoding": "gzip"})
        sizes.append(len(answer.data) + len(str(answer.headers)))
        page = client.get(url).text
        seen += page.count("<article>")
        url = page.partition("before=")[2].partition('"')[0]
        url = url and f"/p/{post.uid}/history?before={url}"

    assert seen == 31
    assert max(sizes) <= MOST_BYTES
