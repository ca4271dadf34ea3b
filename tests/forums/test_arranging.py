"""Tests of app/forums/arranging.py and its pages: pinned, locked, moved, announced, followed."""

import random
from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.classrooms.models import Classroom, Space
from app.db import db
from app.forums.arranging import FORUMS_MAX, make_forum, rename_forum
from app.forums.models import Forum
from app.moderation.log import first_broken
from app.moderation.models import ModerationLog
from app.posts.models import Post, ReadMark, Thread
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    own_space,
    teacher_of,
)
from tests.clients import Client
from tests.forums.test_thread_page import bytes_on_the_wire, link
from tests.web.test_every_page import MOST_BYTES

WORDS = {"source": "The river is high today.", "lang": "es", "key": "key-of-this-form"}


@pytest.fixture
def ours(app: Flask) -> Classroom:
    made = a_classroom(lang="en")
    a_co_teacher(made)
    return made


@pytest.fixture
def theirs(app: Flask) -> Classroom:
    return a_classroom(lang="es")


@pytest.fixture
def space(ours: Classroom, theirs: Classroom) -> Space:
    return a_partnership(ours, theirs)


@pytest.fixture
def thread(space: Space, ours: Classroom) -> Thread:
    made = a_thread(space, teacher_of(ours), a_forum(space))
    a_post(made, teacher_of(ours))
    return made


def arranged(
    app: Flask, who: Account, thread: Thread, *ticks: str, forum: int = 0
) -> TestResponse:
    form = {"tick": list(ticks), "forum": str(forum or thread.forum_id)}
    return Client(app, who).post(f"/threads/{thread.id}/arrange", form)


def acts() -> Sequence[str]:
    log = select(ModerationLog.act).order_by(ModerationLog.n)
    return db.session.scalars(log).all()


def forums() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Forum)) or 0


def test_ticks_are_kept_and_taken_off_again(
    app: Flask, ours: Classroom, thread: Thread
) -> None:
    every = ("pinned", "locked", "announcement", "keeps_first")

    answer = arranged(app, teacher_of(ours), thread, *every)
    page = Client(app, teacher_of(ours)).get(f"/threads/{thread.id}/arrange").text

    assert (answer.status_code, answer.location) == (303, f"/threads/{thread.id}")
    db.session.refresh(thread)
    assert thread.pinned
    assert thread.announcement
    assert thread.keeps_first
    assert thread.locked_at is not None
    assert page.count(" checked") == len(every)

    arranged(app, teacher_of(ours), thread)
    db.session.refresh(thread)
    assert [thread.pinned, thread.announcement, thread.keeps_first] == [False] * 3
    assert thread.locked_at is None


def test_each_change_is_logged_by_the_threads_first_post_and_none_twice(
    app: Flask, ours: Classroom, space: Space, thread: Thread
) -> None:
    other = a_forum(space)
    a_post(thread, teacher_of(ours))

    for _sent in range(2):
        arranged(app, teacher_of(ours), thread, "pinned", "locked", forum=other.id)
    arranged(app, teacher_of(ours), thread, "pinned", forum=other.id)

    first = db.session.scalars(
        select(Post.uid).where(Post.thread_id == thread.id).order_by(Post.order_key)
    ).first()
    rows = db.session.scalars(select(ModerationLog).order_by(ModerationLog.n)).all()
    assert [row.act for row in rows] == ["pin", "lock", "move", "unlock"]
    assert {row.post_uid for row in rows} == {first}
    assert {row.actor_id for row in rows} == {teacher_of(ours).person_id}
    assert rows[2].reason == other.title
    assert first_broken() is None


def test_teachers_and_co_teachers_of_both_classes_arrange_what_they_share(
    app: Flask, ours: Classroom, theirs: Classroom, thread: Thread
) -> None:
    for teacher in (teacher_of(ours), a_co_teacher(ours), teacher_of(theirs)):
        assert arranged(app, teacher, thread).status_code == 303


def test_pupils_and_strangers_arrange_nothing(
    app: Flask, ours: Classroom, theirs: Classroom, thread: Thread
) -> None:
    stranger = teacher_of(a_classroom())
    for who in (a_pupil(ours), a_pupil(theirs), stranger):
        client = Client(app, who)

        assert arranged(app, who, thread, "pinned").status_code == 404
        assert client.get(f"/threads/{thread.id}/arrange").status_code == 404
        assert client.get(f"/forums/{thread.forum_id}/arrange").status_code == 404
    db.session.refresh(thread)
    assert not thread.pinned


def test_a_thread_moves_to_a_forum_of_the_same_readers(
    app: Flask, ours: Classroom, space: Space, thread: Thread
) -> None:
    other = a_forum(space)

    answer = arranged(app, teacher_of(ours), thread, forum=other.id)

    assert answer.status_code == 303
    pupil = Client(app, a_pupil(ours))
    assert thread.title in pupil.get(f"/forums/{other.id}").text
    db.session.refresh(thread)
    assert thread.space_id == space.id


def test_a_thread_never_moves_to_other_readers(
    app: Flask, ours: Classroom, thread: Thread
) -> None:
    home, own = thread.forum_id, a_forum(own_space(ours))
    before = acts()

    for elsewhere in (own.id, 999_999):
        answer = arranged(app, teacher_of(ours), thread, "pinned", forum=elsewhere)

        assert answer.status_code == 422
        assert "Choose one of the list" in answer.text
        assert 'value="pinned" checked' in answer.text
    db.session.refresh(thread)
    assert (thread.forum_id, thread.pinned) == (home, False)
    assert acts() == before
    page = Client(app, teacher_of(ours)).get(f"/threads/{thread.id}/arrange").text
    assert own.title not in page


def test_a_teacher_locks_and_opens_again_what_nobody_else_can(
    app: Flask, ours: Classroom, thread: Thread
) -> None:
    pupil = Client(app, a_pupil(ours))
    arranged(app, teacher_of(ours), thread, "locked")

    refused = pupil.post(f"/threads/{thread.id}/posts", WORDS)
    page = pupil.get(f"/threads/{thread.id}")
    arranged(app, teacher_of(ours), thread)
    sent = pupil.post(f"/threads/{thread.id}/posts", WORDS)

    assert refused.status_code == 403
    assert "Ask a teacher" in refused.text
    assert WORDS["source"] in refused.text
    assert page.status_code == 200
    assert sent.status_code == 303


def test_letters_are_neither_arranged_nor_followed(
    app: Flask, ours: Classroom, theirs: Classroom, space: Space
) -> None:
    one, other = a_pupil(ours), a_pupil(theirs)
    letters = letters_between(space, teacher_of(ours), one, other)

    assert arranged(app, teacher_of(ours), letters, forum=1).status_code == 404
    unfollow = Client(app, one).post(f"/threads/{letters.id}/follow", {"follows": "0"})
    assert unfollow.status_code == 404
    marks = select(ReadMark).where(ReadMark.thread_id == letters.id)
    assert db.session.scalars(marks).all() == []


def follows(thread: Thread, who: Account) -> bool | None:
    db.session.rollback()
    return db.session.scalar(
        select(ReadMark.follows).where(
            ReadMark.thread_id == thread.id, ReadMark.person_id == who.person_id
        )
    )


def test_a_reader_follows_a_thread_and_stops(
    app: Flask, ours: Classroom, thread: Thread
) -> None:
    pupil = a_pupil(ours)
    client = Client(app, pupil)

    answer = client.post(f"/threads/{thread.id}/follow", {"follows": "1"})
    assert (answer.status_code, answer.location) == (303, f"/threads/{thread.id}")
    assert follows(thread, pupil) is True
    client.post(f"/threads/{thread.id}/follow", {"follows": "0"})
    assert follows(thread, pupil) is False
    assert client.post(f"/threads/{thread.id}/follow").status_code == 400
    assert follows(thread, pupil) is False


def test_who_wrote_in_a_thread_follows_it_until_she_stops(
    app: Flask, ours: Classroom, thread: Thread
) -> None:
    pupil = a_pupil(ours)
    a_post(thread, pupil)
    assert follows(thread, pupil) is True

    Client(app, pupil).post(f"/threads/{thread.id}/follow", {"follows": "0"})

    assert follows(thread, pupil) is False


def test_following_is_for_who_can_read_it(app: Flask, thread: Thread) -> None:
    stranger = a_pupil(a_classroom())

    answer = Client(app, stranger).post(
        f"/threads/{thread.id}/follow", {"follows": "1"}
    )

    assert answer.status_code == 404
    assert follows(thread, stranger) is None


def test_a_second_tap_on_the_button_makes_no_second_forum(
    app: Flask, ours: Classroom
) -> None:
    client, before = Client(app, teacher_of(ours)), forums()
    form = {"title": "Ríos", "category": "Water", "space": str(own_space(ours).id)}

    one = client.post("/forums", form)
    other = client.post("/forums", {**form, "title": " rios "})

    assert one.status_code == other.status_code == 303
    assert one.location == other.location
    assert forums() == before + 1


def test_other_readers_have_a_forum_of_the_same_name(
    app: Flask, ours: Classroom, space: Space
) -> None:
    own = own_space(ours)

    found = {
        make_forum(one.id, title, "", "en").id
        for one in (own, space)
        for title in ("Rivers", "🌊", "🐟")
    }

    assert len(found) == 6


def test_a_forum_gets_another_name_and_category(
    app: Flask, ours: Classroom, space: Space
) -> None:
    forum = a_forum(space)
    client = Client(app, teacher_of(ours))

    answer = client.post(
        f"/forums/{forum.id}/arrange", {"title": " Our  rivers ", "category": "Water"}
    )
    page = client.get(f"/forums/{forum.id}/arrange").text

    assert (answer.status_code, answer.location) == (303, f"/forums/{forum.id}")
    db.session.refresh(forum)
    assert (forum.title, forum.category) == ("Our rivers", "Water")
    assert '<option value="Water">' in page
    client.post(f"/forums/{forum.id}/arrange", {"title": "Rivers", "category": ""})
    db.session.refresh(forum)
    assert (forum.title, forum.category) == ("Rivers", "")


def test_a_name_that_is_taken_or_too_long_is_refused_with_all_words(
    app: Flask, ours: Classroom, space: Space
) -> None:
    forum = a_forum(space)
    taken = make_forum(space.id, "Rivers", "", "en")
    db.session.commit()
    client = Client(app, teacher_of(ours))

    for title, category, said in (
        ("rivers", "Water", "is there already"),
        ("", "Water", "A title is missing"),
        ("R" * 81, "Water", "Shorten it"),
        ("Lakes", "W" * 81, "Shorten it"),
    ):
        answer = client.post(
            f"/forums/{forum.id}/arrange", {"title": title, "category": category}
        )

        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{title}"' in answer.text
        assert f'value="{category}"' in answer.text
    rename_forum(taken, "RIVERS", "")
    with pytest.raises(Refused):
        rename_forum(forum, "RIVERS", "")


def test_a_new_forum_that_is_refused_keeps_all_words(
    app: Flask, ours: Classroom, space: Space
) -> None:
    form = {"title": "R" * 81, "category": "Water", "space": str(space.id)}
    before = forums()

    answer = Client(app, teacher_of(ours)).post("/forums", form)

    assert answer.status_code == 422
    assert f'value="{"R" * 81}"' in answer.text
    assert 'value="Water"' in answer.text
    assert f'value="{space.id}" selected' in answer.text
    assert forums() == before


def test_the_forums_stand_by_space_and_category(
    app: Flask, ours: Classroom, space: Space
) -> None:
    own = own_space(ours)
    for one, title, category in (
        (own, "Zebras", "Animals"), (own, "Ants", "Animals"), (own, "News", ""),
        (space, "Rivers", "Water"),
    ):  # fmt: skip
        make_forum(one.id, title, category, "en")
    db.session.commit()

    page = Client(app, a_pupil(ours)).get("/forums").text

    places = [
        page.index(f">{said}<")
        for said in (own.title, "News", "Animals", "Ants", "Zebras", space.title, "Water", "Rivers")
    ]  # fmt: skip
    assert places == sorted(places)
    assert page.count("<h3") == 2


def wide_names(count: int) -> list[str]:
    """Titles of 80 letters that no gzip makes much smaller."""
    dice = random.Random(1)
    return [
        "".join(chr(dice.randint(0x20000, 0x2A6DF)) for _n in range(80))
        for _n in range(count)
    ]


def test_many_forums_take_several_pages_and_none_is_left_out(
    app: Flask, ours: Classroom, space: Space
) -> None:
    names = wide_names(2 * FORUMS_MAX)
    for one, called in (
        (own_space(ours), names[:FORUMS_MAX]), (space, names[FORUMS_MAX:]),
    ):  # fmt: skip
        for name in called:
            make_forum(one.id, name, name[:20], "en")
    db.session.commit()
    client = Client(app, teacher_of(ours))

    url: str | None = "/forums"
    found: list[str] = []
    while url is not None:
        answer = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert bytes_on_the_wire(answer) <= MOST_BYTES
        page = client.get(url).text
        found += [name for name in names if f">{name}<" in page]
        url = link(page, "More forums")

    assert sorted(found) == sorted(names)


def test_the_page_that_moves_a_thread_holds_all_forums_there_may_be(
    app: Flask, ours: Classroom, space: Space, thread: Thread
) -> None:
    for name in wide_names(FORUMS_MAX - 1):
        make_forum(space.id, name, "", "en")
    db.session.commit()
    client = Client(app, teacher_of(ours))

    page = client.get(
        f"/threads/{thread.id}/arrange", headers={"Accept-Encoding": "gzip"}
    )
    one_more = client.post("/forums", {"title": "Rivers", "space": str(space.id)})
    elsewhere = client.post(
        "/forums", {"title": "Rivers", "space": str(own_space(ours).id)}
    )

    assert bytes_on_the_wire(page) <= MOST_BYTES
    assert one_more.status_code == 422
    assert "Give one of them another name" in one_more.text
    assert 'value="Rivers"' in one_more.text
    assert elsewhere.status_code == 303


def test_who_belongs_to_no_class_has_no_forums(app: Flask, ours: Classroom) -> None:
    teacher = teacher_of(ours)
    assert Client(app, teacher).get("/forums").status_code == 200

    teacher.teacher, teacher.keeper = False, True
    db.session.commit()

    assert Client(app, teacher).get("/forums").status_code == 404
