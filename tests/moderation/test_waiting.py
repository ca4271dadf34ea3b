"""What waits for a teacher: released, returned or kept back, and by whom."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.db import db
from app.jobs import Job
from app.moderation.log import first_broken
from app.moderation.models import ModerationLog
from app.moderation.review import NOTE_MAX, refuse, release, return_to_author
from app.posts.editing import change as make_version
from app.posts.models import (
    HELD,
    PUBLISHED,
    REFUSED,
    RETURNED,
    SUPERSEDED,
    Post,
    Thread,
    waiting_for,
)
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client


@dataclass
class Class:
    """A class with its teacher, a pupil and a thread."""

    teacher: Account
    pupil: Account
    thread: Thread


@pytest.fixture
def room(app: Flask) -> Class:
    made = a_classroom(lang="en")
    teacher = teacher_of(made)
    return Class(teacher, a_pupil(made), a_thread(own_space(made), teacher))


def waiting_ids(teacher: Account) -> list[int]:
    db.session.rollback()
    return [revision.id for revision in db.session.scalars(waiting_for(teacher))]


def state(post: Post) -> str:
    db.session.rollback()
    shown = post.waiting or post.current
    assert shown is not None
    return shown.state


def acts() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(ModerationLog.act).order_by(ModerationLog.n)))


def held(room: Class, words: str = "Good morning.") -> tuple[Post, int]:
    post = a_post(room.thread, room.pupil, words)
    assert post.waiting is not None
    return post, post.waiting.id


def test_a_pupils_post_waits_and_a_teachers_does_not(room: Class) -> None:
    assert state(a_post(room.thread, room.pupil)) == HELD
    assert state(a_post(room.thread, room.teacher)) == PUBLISHED


def test_a_held_post_has_nothing_following_it(room: Class) -> None:
    held(room)

    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_release_lets_it_go_and_queues_what_follows(room: Class) -> None:
    post, _revision = held(room)
    before = post.change_no

    released(post, room.teacher)

    kinds = set(db.session.scalars(select(Job.kind).where(Job.key == post.id)))
    assert state(post) == PUBLISHED
    assert kinds == {"search.index_posts", "translate.translate_posts"}
    assert post.change_no > before
    assert post.order_key == post.change_no
    assert acts() == ["release"]


def test_return_gives_it_back_with_the_note(room: Class) -> None:
    post, _revision = held(room)
    assert post.waiting is not None

    return_to_author(post.waiting, room.teacher, "  Say more.  ")
    db.session.commit()

    assert state(post) == RETURNED
    assert post.waiting.note == "Say more."
    assert waiting_ids(room.teacher) == []
    assert acts() == ["return"]


@pytest.mark.parametrize("note", ["", "  \n", "n" * (NOTE_MAX + 1)])
def test_a_post_comes_back_only_with_a_note_that_can_be_read(
    room: Class, note: str
) -> None:
    post, _revision = held(room)
    assert post.waiting is not None

    with pytest.raises(Refused):
        return_to_author(post.waiting, room.teacher, note)

    assert state(post) == HELD


def test_what_is_refused_keeps_its_words_and_waits_for_nobody(room: Class) -> None:
    post, _revision = held(room, "Unkind words.")
    assert post.waiting is not None

    refuse(post.waiting, room.teacher, "")
    db.session.commit()

    assert state(post) == REFUSED
    assert post.waiting.source == "Unkind words."
    assert waiting_ids(room.teacher) == []
    assert acts() == ["refuse"]


def test_the_page_shows_whole_texts_and_releases_one(app: Flask, room: Class) -> None:
    post, revision = held(room, "word " * 1500 + "end")
    other, _other_revision = held(room)
    client = Client(app, room.teacher)

    page = client.get("/waiting").text
    answer = client.post("/waiting", {"do": f"release {revision}"})

    assert "end</p>" in page
    assert (answer.status_code, answer.headers["Location"]) == (303, "/waiting?done=1")
    assert (state(post), state(other)) == (PUBLISHED, HELD)


def test_all_that_are_ticked_go_and_the_others_stay(app: Flask, room: Class) -> None:
    posts = [held(room) for _n in range(3)]
    ticked = [str(revision) for _post, revision in posts[:2]]

    Client(app, room.teacher).post("/waiting", {"do": "ticked", "tick": ticked})

    assert [state(post) for post, _n in posts] == [PUBLISHED, PUBLISHED, HELD]


def test_released_twice_has_one_effect(app: Flask, room: Class) -> None:
    post, revision = held(room)
    client = Client(app, room.teacher)

    client.post("/waiting", {"do": f"release {revision}"})
    db.session.rollback()
    change_no = post.change_no
    again = client.post("/waiting", {"do": f"release {revision}"})

    db.session.rollback()
    assert again.status_code == 303  # a form sent twice over a weak link
    assert post.change_no == change_no
    assert acts() == ["release"]


def test_enter_in_a_note_releases_nothing(app: Flask, room: Class) -> None:
    """The first button of a form is what Enter presses."""
    post, revision = held(room)
    client = Client(app, room.teacher)
    page = client.get("/waiting").text
    first_button = page.split('action="/waiting"')[1].split('name="do" value="')[1]

    answer = client.post(
        "/waiting",
        {"do": first_button.split('"')[0], f"note{revision}": "Say <more>."},
    )

    assert state(post) == HELD
    assert answer.status_code == 422
    assert "Say &lt;more&gt;." in answer.text


def test_a_note_to_another_post_is_not_lost(app: Flask, room: Class) -> None:
    _post, first = held(room)
    _other, second = held(room)

    answer = Client(app, room.teacher).post(
        "/waiting", {"do": f"release {first}", f"note{second}": "Say more."}
    )

    assert "Say more." in answer.text
    assert waiting_ids(room.teacher) == [second]


@pytest.mark.parametrize("do", ["publish 1", "release", "release x", "ticked 1 2", "1"])
def test_what_the_form_does_not_say_is_not_done(
    app: Flask, room: Class, do: str
) -> None:
    post, _revision = held(room)

    Client(app, room.teacher).post("/waiting", {"do": do})

    assert state(post) == HELD


def test_a_return_without_a_note_keeps_the_page_and_what_is_ticked(
    app: Flask, room: Class
) -> None:
    post, revision = held(room)
    form = {"do": f"return {revision}", "tick": str(revision)}

    answer = Client(app, room.teacher).post("/waiting", form)

    assert answer.status_code == 422
    assert f'value="{revision}" checked' in answer.text
    assert state(post) == HELD


def test_the_teacher_of_another_class_can_do_nothing(app: Flask, room: Class) -> None:
    post, revision = held(room)
    stranger = Client(app, teacher_of(a_classroom()))

    for act in ("release", "return", "refuse"):
        form = {"do": f"{act} {revision}", f"note{revision}": "Say more."}
        stranger.post("/waiting", form)
    stranger.post("/waiting", {"do": "ticked", "tick": str(revision)})

    assert state(post) == HELD
    assert acts() == []


def test_the_partner_teacher_releases_no_letter_of_the_other_class(
    app: Flask,
) -> None:
    one, other = a_classroom(lang="en"), a_classroom(lang="en")
    space, teacher, third = (
        a_partnership(one, other),
        teacher_of(one),
        teacher_of(other),
    )
    pupil, friend = a_pupil(one), a_pupil(other)
    letter = a_post(letters_between(space, teacher, pupil, friend), pupil)
    assert letter.waiting is not None
    revision = letter.waiting.id

    Client(app, third).post("/waiting", {"do": f"release {revision}"})
    after_third = state(letter)
    Client(app, teacher).post("/waiting", {"do": f"release {revision}"})

    assert (after_third, state(letter)) == (HELD, PUBLISHED)


def test_a_pupil_releases_nothing_not_even_her_own(app: Flask, room: Class) -> None:
    post, revision = held(room)

    answer = Client(app, room.pupil).post("/waiting", {"do": f"release {revision}"})

    assert answer.status_code == 404
    assert state(post) == HELD


def test_a_long_queue_shows_in_parts_and_says_that_more_wait(
    app: Flask, room: Class
) -> None:
    for _n in range(12):
        held(room)

    page = Client(app, room.teacher).get("/waiting").text

    assert page.count('name="tick"') == 10
    assert "12" in page.split("</h1>")[0]
    assert "More wait" in page


def test_every_act_leaves_a_row_that_holds_on_to_the_last(
    app: Flask, room: Class
) -> None:
    for act in (release, lambda r, t: return_to_author(r, t, "More."),
                lambda r, t: refuse(r, t, "no")):  # fmt: skip
        post, _revision = held(room)
        assert post.waiting is not None
        act(post.waiting, room.teacher)
        db.session.commit()

    assert acts() == ["release", "return", "refuse"]
    assert first_broken() is None


@pytest.mark.parametrize(
    ("tampered", "found"),
    [
        ("update moderation_log set act = 'keep' where n = 2", 3),
        ("update moderation_log set actor_id = 2 where n = 1", 2),
        ("update moderation_log set at = '2020-01-01 00:00:00.000000' where n = 3", 4),
        ("delete from moderation_log where n = 2", 3),
        ("delete from moderation_log where n = 1", 2),
        ("update moderation_log set prev_sha256 = 'x' where n = 4", 4),
    ],
)
def test_a_row_that_was_tampered_with_is_found(
    app: Flask, room: Class, tampered: str, found: int
) -> None:
    for _n in range(4):
        released(held(room)[0], room.teacher)
    assert first_broken() is None

    db.session.execute(db.text(tampered))

    assert first_broken() == found


def test_a_note_that_came_too_late_is_kept_and_told(app: Flask, room: Class) -> None:
    _post, revision = held(room)
    client = Client(app, room.teacher)
    client.post("/waiting", {"do": f"release {revision}"})

    late = client.post(
        "/waiting", {"do": f"return {revision}", f"note{revision}": "Leave it out."}
    )

    assert late.status_code == 422
    assert "Leave it out." in late.text
    assert acts() == ["release"]


def change(post: Post, room: Class, words: str = "Good <b>evening</b>.") -> int:
    """Change a post as its author; gives the id of the version that waits."""
    base = len(post.revisions)
    revision = make_version(post, room.pupil, words, "en", base=base)
    db.session.commit()
    return revision.id


def test_a_superseded_version_is_not_released_and_the_teacher_is_told(
    app: Flask, room: Class
) -> None:
    a_post(room.thread, room.teacher)
    post, opened = held(room)
    other, also_ticked = held(room)
    newer = change(post, room)
    client = Client(app, room.teacher)

    form = {"do": "ticked", "tick": [str(opened), str(also_ticked)]}
    answer = client.post("/waiting", form, follow_redirects=True)

    assert "Not all went out" in answer.text
    assert "Good &lt;b&gt;evening&lt;/b&gt;." in answer.text
    assert waiting_ids(room.teacher) == [newer]
    assert state(other) == PUBLISHED
    assert acts() == ["release"]


def test_releasing_twice_is_no_reason_to_tell_of_a_change(
    app: Flask, room: Class
) -> None:
    _post, revision = held(room)
    client = Client(app, room.teacher)
    form = {"do": f"release {revision}"}
    client.post("/waiting", form)

    answer = client.post("/waiting", form, follow_redirects=True)

    assert "Not all went out" not in answer.text


@pytest.mark.parametrize("act", ["ticked", "release"])
def test_a_note_to_a_post_that_would_go_out_is_not_lost(
    app: Flask, room: Class, act: str
) -> None:
    post, revision = held(room)
    form = {"do": act if act == "ticked" else f"{act} {revision}"}
    form |= {"tick": str(revision), f"note{revision}": "Say <more>."}

    answer = Client(app, room.teacher).post("/waiting", form)

    assert answer.status_code == 422
    assert ">Say &lt;more&gt;.</textarea>" in answer.text
    assert "Press “Return with the note”" in answer.text
    assert state(post) == HELD


def test_a_change_to_what_is_out_says_so_and_what_is_other(
    app: Flask, room: Class
) -> None:
    a_post(room.thread, room.teacher)
    post, _revision = held(room, "Our river is long and blue.")
    held(room)
    released(post, room.teacher)
    change(post, room, "Our river is long and green & deep.")

    page = Client(app, room.teacher).get("/waiting").text

    article = page.split("A change to a post that is out")[1].split("</article>")[0]
    assert page.count("A change to a post that is out") == 1
    assert "Our river is long and green &amp; deep.</p>" in article
    assert 'taken out: <span dir="auto">blue.</span>' in article
    assert 'added: <span dir="auto">green &amp; deep.</span>' in article
    assert f"/p/{post.id}/history" in article


@pytest.mark.parametrize("first", ["author", "teacher"])
def test_a_change_and_a_release_at_once_have_one_outcome_and_lose_no_word(
    app: Flask, room: Class, first: str
) -> None:
    """Both press at the same moment; who comes second sees what the first did."""
    a_post(room.thread, room.teacher)
    post, opened = held(room, "Good morning.")
    post_id, author, teacher = (
        post.id,
        Client(app, room.pupil),
        Client(app, room.teacher),
    )
    for client in (author, teacher):
        client.token = client.read_token()

    def edit() -> None:
        form = {"source": "Good evening.", "lang": "en", "base": "1"}
        assert author.post(f"/p/{post_id}/edit", form).status_code == 303

    def let_out() -> None:
        form = {"do": f"release {opened}"}
        assert teacher.post("/waiting", form).status_code == 303

    db.session.rollback()
    acts = (edit, let_out) if first == "author" else (let_out, edit)
    begins = threading.Barrier(2)

    def race(act: Callable[[], None], *, late: bool) -> None:
        begins.wait()
        if late:
            time.sleep(0.005)
        act()

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(race, act, late=bool(n)) for n, act in enumerate(acts)]
        for one in done:
            one.result()

    found = {
        one.source: one.state for one in db.session.get_one(Post, post_id).revisions
    }
    assert found in (
        {"Good morning.": PUBLISHED, "Good evening.": HELD},
        {"Good morning.": SUPERSEDED, "Good evening.": HELD},
    )
    out = db.session.get_one(Post, post_id).current
    assert (out.source if out else None) in (None, "Good morning.")
    assert len(waiting_ids(room.teacher)) == 1
