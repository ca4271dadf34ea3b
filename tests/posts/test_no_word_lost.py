"""Whatever stands in the way of a form, every word is in the answer and the form stays good."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import event, func, select

from app.accounts.models import Account, KeptForm
from app.classrooms.models import Classroom, Member, SpaceClassroom
from app.db import db, now
from app.moderation.hiding import hide, show_again
from app.moderation.review import return_to_author
from app.posts.models import Draft, Post, Thread
from app.posts.withdrawing import withdraw
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client, fields_in

WORDS = "Our river is called **Pasto** & it is <3 m deep."
JPEG = b"\xff\xd8\xff\xe0 a boat"


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room)


@pytest.fixture
def thread(room: Classroom) -> Thread:
    """A thread of two classes, with one post by a teacher."""
    thread = a_thread(a_partnership(room, a_classroom()), teacher_of(room))
    a_post(thread, teacher_of(room))
    return thread


def form(**changed: Any) -> dict[str, Any]:
    return {"source": WORDS, "lang": "es", "key": "one-time-key", **changed}


def url_of(thread: Thread) -> str:
    return f"/threads/{thread.id}/posts"


def count(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def posts_of(who: Account) -> list[Post]:
    db.session.rollback()
    return list(db.session.scalars(select(Post).where(Post.author_id == who.person_id)))


def lock(thread: Thread, pupil: Account, *, barred: bool) -> None:
    thread.locked_at = now() if barred else None


def hide_all(thread: Thread, pupil: Account, *, barred: bool) -> None:
    first = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).first()
    assert first is not None
    teacher = db.session.get_one(Account, 1)
    if barred:
        hide(first, teacher, "unkind")
    else:
        show_again(first, teacher)


def end_partnership(thread: Thread, pupil: Account, *, barred: bool) -> None:
    for part in db.session.scalars(
        select(SpaceClassroom).where(SpaceClassroom.space_id == thread.space_id)
    ):
        part.joined_at = None if barred else now()


def leave_class(thread: Thread, pupil: Account, *, barred: bool) -> None:
    member = db.session.scalars(
        select(Member).where(Member.person_id == pupil.person_id)
    ).one()
    member.left_at = now() if barred else None


Cause = Callable[..., None]
CAUSES = [(lock, 403), (hide_all, 404), (end_partnership, 404), (leave_class, 404)]


@pytest.mark.parametrize(("cause", "status"), CAUSES)
def test_a_form_that_may_not_go_keeps_its_words_and_goes_later(
    app: Flask, pupil: Account, thread: Thread, cause: Cause, status: int
) -> None:
    client, url = Client(app, pupil), url_of(thread)
    cause(thread, pupil, barred=True)

    answer = client.post(url, form(description="A boat"))

    assert answer.status_code == status
    fields = fields_in(answer.text, url)
    assert (fields["source"], fields["description"]) == (WORDS, "A boat")
    assert (len(posts_of(pupil)), count(Draft)) == (0, 0)
    cause(thread, pupil, barred=False)
    sent = client.post(url, form())
    assert sent.status_code == 303
    assert len(posts_of(pupil)) == 1
    # Sent again by a reload, when the cause is back: it is the same post.
    cause(thread, pupil, barred=True)
    again = client.post(url, form())
    assert again.headers["Location"] == sent.headers["Location"]
    assert client.get(again.headers["Location"]).status_code == 200
    assert (len(posts_of(pupil)), count(Draft)) == (1, 0)


@pytest.mark.parametrize(("cause", "status"), CAUSES)
def test_what_may_not_go_is_kept_as_a_draft_and_sent_later(
    app: Flask, pupil: Account, thread: Thread, cause: Cause, status: int
) -> None:
    client, url = Client(app, pupil), url_of(thread)
    cause(thread, pupil, barred=True)
    fields = fields_in(client.post(url, form()).text, url)

    kept = client.post(url, fields | {"do": "draft"}, sealed=False)

    assert kept.status_code == 303
    page = kept.headers["Location"].removesuffix("/kept")
    shown = client.get(page).text
    assert escape(WORDS) in shown
    assert f'action="{url}' not in shown
    if status == 404:
        assert thread.title not in shown
    cause(thread, pupil, barred=False)
    sent = client.post(url, fields_in(client.get(page).text, url), sealed=False)
    assert sent.status_code == 303
    assert [post.revisions[0].source for post in posts_of(pupil)] == [WORDS]
    assert count(Draft) == 0


def test_a_thread_that_was_never_hers_is_not_there_and_takes_no_draft(
    app: Flask, pupil: Account
) -> None:
    thread = a_thread(own_space(a_classroom()), a_teacher())
    mate = Client(app, pupil)

    for act in ("", "draft"):
        answer = mate.post(url_of(thread), form(do=act), sealed=False)
        assert answer.status_code == 404
        assert escape(WORDS) in answer.text
        assert "Save draft" not in answer.text
    assert count(Draft) == 0


def test_a_suspended_pupils_words_wait_for_her(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client = Client(app, pupil)
    client.token = client.read_token()
    pupil.suspended_at = now()

    answer = client.post(url_of(thread), form())

    assert answer.status_code == 422
    assert escape(WORDS) not in answer.text
    kept = db.session.scalars(select(KeptForm)).one()
    assert (kept.account_id, kept.words) == (pupil.id, WORDS)
    assert posts_of(pupil) == []


def returned(post: Post, teacher: Account) -> None:
    assert post.waiting is not None
    return_to_author(post.waiting, teacher, "Say more.")


def hidden(post: Post, teacher: Account) -> None:
    hide(released(post, teacher), teacher, "unkind")


def withdrawn(post: Post, teacher: Account) -> None:
    withdraw(released(post, teacher))


@pytest.mark.parametrize(
    ("became", "said"),
    [
        (released, "Published on"),
        (returned, "Came back with a note"),
        (hidden, "Hidden by a teacher"),
        (withdrawn, "You took this post back"),
    ],
)
def test_a_form_sent_again_leads_to_where_its_post_stands_now(
    app: Flask, pupil: Account, thread: Thread,
    became: Callable[[Post, Account], Any], said: str,
) -> None:  # fmt: skip
    client, url = Client(app, pupil), url_of(thread)
    sent = client.post(url, form()).headers["Location"]
    became(posts_of(pupil)[0], db.session.get_one(Account, 1))

    again = client.post(url, form()).headers["Location"]

    assert again == sent
    assert said in client.get(again).text
    assert (len(posts_of(pupil)), count(Draft)) == (1, 0)


def test_a_form_sent_again_after_a_change_leads_to_its_post(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    client, url = Client(app, pupil), url_of(thread)
    sent = client.post(url, form()).headers["Location"]
    edit = f"/p/{posts_of(pupil)[0].id}/edit"
    fields = fields_in(client.get(edit).text, edit) | {"source": "Changed."}
    assert client.post(edit, fields, sealed=False).status_code == 303

    again = client.post(url, form()).headers["Location"]

    assert again == sent
    assert (len(posts_of(pupil)), count(Draft)) == (1, 0)


@contextmanager
def full_disk() -> Iterator[None]:
    """Let the database take no page more."""

    def cap(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine = db.engine
    db.session.remove()
    event.listen(engine, "connect", cap)
    engine.dispose()
    yield
    event.remove(engine, "connect", cap)
    engine.dispose()


@pytest.mark.parametrize("act", ["", "draft"])
def test_a_full_disk_loses_no_word_and_the_form_goes_later(
    app: Flask, pupil: Account, thread: Thread, act: str
) -> None:
    client, url, long = Client(app, pupil), url_of(thread), "Our river is slow. " * 800
    sent = form(source=long, do=act)
    before, client.token = count(Post), client.read_token()

    with full_disk():
        answer = client.post(url, sent)

    assert answer.status_code == 503
    assert "disk is full" in answer.text
    assert long in answer.text
    assert (count(Post), count(Draft)) == (before, 0)
    assert client.post(url, sent).status_code == 303
    assert count(Draft) == bool(act)


def test_a_receipt_is_its_authors_alone(
    app: Flask, room: Classroom, pupil: Account, thread: Thread
) -> None:
    receipt = Client(app, pupil).post(url_of(thread), form()).headers["Location"]

    for other in (a_pupil(room), teacher_of(room)):
        assert Client(app, other).get(receipt).status_code == 404


def test_a_picture_too_big_to_be_read_costs_no_word(
    app: Flask, pupil: Account, thread: Thread
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 200_000
    picture = (io.BytesIO(JPEG + b"." * 300_000), "boat.jpg")

    answer = Client(app, pupil).post(
        url_of(thread), form(description="A boat", picture=picture)
    )

    assert answer.status_code == 413
    assert escape(WORDS) in answer.text
    assert "A boat" in answer.text
    assert posts_of(pupil) == []
