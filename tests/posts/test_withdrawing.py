"""Taking a post back: a line stays, every copy goes, and its teachers keep the words."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from PIL import Image
from sqlalchemy import select

from app.accounts.models import Account
from app.classrooms.models import Classroom, Space
from app.db import db
from app.jobs import Job
from app.jobs.runner import work_once
from app.media.models import DROPPED, READY, Media
from app.media.uploading import upload_path
from app.moderation.hiding import hide, report
from app.packs import packs
from app.packs.archive import unpack
from app.posts.models import Draft, Post, Thread, waiting_count, waiting_for
from app.search import generations
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    released,
    teacher_of,
)
from tests.clients import Client, key_in

STARTER = Path(__file__).parents[2] / "packs/translate-es_en.argosmodel"
# In no other text, and as search stems it; translated it stays what it is.
RARE, STEM = "Zarapitos", "zarapit"


class Two:
    """A Spanish and an English class that write with each other."""

    def __init__(self) -> None:
        self.spanish: Classroom = a_classroom(lang="es")
        self.english: Classroom = a_classroom(lang="en")
        self.space: Space = a_partnership(self.spanish, self.english)
        self.teacher = teacher_of(self.spanish)
        self.pupil: Account = a_pupil(self.spanish)
        self.mate: Account = a_pupil(self.spanish)
        self.friend: Account = a_pupil(self.english)
        self.thread: Thread = a_thread(self.space, self.teacher)
        released_thread = a_post(self.thread, self.teacher, "¿Qué aves hay?")
        assert released_thread.current is not None

    def post(self, words: str = f"{RARE} viven en el río.") -> Post:
        return a_post(self.thread, self.pupil, words)

    def out(self, words: str = f"{RARE} viven en el río.") -> Post:
        return released(self.post(words), self.teacher)

    def withdraw(self, app: Flask, post: Post) -> Any:
        return Client(app, self.pupil).post(f"/p/{post.uid}/withdraw")


@pytest.fixture
def two(app: Flask) -> Two:
    return Two()


def work() -> None:
    """Do all that waits as the worker does, in a session of its own."""
    db.session.commit()
    with current_app.app_context():
        while work_once():
            pass
    assert db.session.scalars(select(Job).where(Job.open())).all() == []


def tables_with(word: str) -> set[str]:
    """Name the tables of the database that hold a word anywhere."""
    db.session.rollback()
    found = set()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            if any(word.lower() in _text(value).lower() for value in row):
                found.add(table.name)
    return found


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def index_files_with(word: str) -> list[str]:
    files = [path for path in generations.home().rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_every_copy_of_a_post_goes_and_the_index_forgets_its_words(
    app: Flask, two: Two
) -> None:
    packs.packs_folder().mkdir()
    unpack(STARTER, packs.packs_folder() / "es_en")
    # An address is not translated, so it stands in the translation too.
    post = two.out(f"{RARE} viven aquí: http://{RARE}.example")
    for n in range(3):
        released(a_post(two.thread, two.mate, f"La casa {n} es grande."), two.teacher)
    pupil = Client(app, two.pupil)
    url = f"/p/{post.id}/edit"
    form = {"source": f"{RARE} nadan.", "lang": "es", "base": "1", "do": "draft"}
    form["key"] = key_in(pupil.get(url).text)
    pupil.post(url, form)
    work()
    before = tables_with(RARE)
    assert before == {"revision", "rendition", "memory", "draft"}
    assert index_files_with(STEM)

    two.withdraw(app, post)
    work()

    assert tables_with(RARE) == {"revision"}
    assert index_files_with(STEM) == []


def test_a_large_index_forgets_the_words_too(app: Flask, two: Two) -> None:
    """Whoosh leaves what was deleted in its larger files until they are merged."""
    posts = [two.out("Una frase cualquiera.") for _n in range(30)]
    posts.append(two.out())
    work()
    for n in range(8):
        two.out(f"Otra frase {n}.")
        work()
    assert index_files_with(STEM)

    two.withdraw(app, posts[-1])
    work()

    assert index_files_with(STEM) == []
    found = Client(app, two.mate).get("/search?q=frase").text
    assert "cualquiera" in found


def test_a_changed_post_takes_every_version_along(app: Flask, two: Two) -> None:
    packs.packs_folder().mkdir()
    unpack(STARTER, packs.packs_folder() / "es_en")
    post = two.out()
    pupil = Client(app, two.pupil)
    form = {"source": f"{RARE} comen peces.", "lang": "es", "base": "1"}
    work()
    pupil.post(f"/p/{post.id}/edit", form)
    released(post, two.teacher)
    work()
    pupil.post(f"/p/{post.id}/edit", form | {"source": f"{RARE} vuelan.", "base": "2"})

    two.withdraw(app, post)
    work()

    assert tables_with(RARE) == {"revision"}
    assert waiting_count(two.teacher) == 0


def test_readers_see_that_it_was_taken_back_and_not_what_it_said(
    app: Flask, two: Two
) -> None:
    post = two.out()
    two.withdraw(app, post)

    for who in (two.pupil, two.mate, two.friend, two.teacher):
        client = Client(app, who)
        page = client.get(f"/threads/{two.thread.id}").text
        assert RARE not in page
        said = "took this post back" if who is two.friend else "retiró esta publicación"
        assert said in page
        assert (f"/p/{post.id}/history" in page) == (who is two.teacher)
        for path in ("whole", "original", "report"):
            assert client.get(f"/p/{post.uid}/{path}").status_code == 404


def test_before_any_release_nothing_is_left_but_the_history(
    app: Flask, two: Two
) -> None:
    post = two.post()
    two.withdraw(app, post)

    for who in (two.pupil, two.mate, two.friend):
        client = Client(app, who)
        page = client.get(f"/threads/{two.thread.id}").text
        assert RARE not in page
        assert "took this post back" not in page
        assert client.get(f"/p/{post.uid}/history").status_code == 404
    teacher = Client(app, two.teacher)
    assert f"/p/{post.id}/history" in teacher.get("/reports").text
    assert RARE in teacher.get(f"/p/{post.uid}/history").text
    other = Client(app, teacher_of(two.english)).get("/reports").text
    assert f"/p/{post.id}/history" not in other


def test_what_waited_waits_no_more(app: Flask, two: Two) -> None:
    post = two.post()
    assert post.waiting is not None
    revision_id = post.waiting.id

    two.withdraw(app, post)
    teacher = Client(app, two.teacher)
    teacher.post("/waiting", {"do": f"release {revision_id}"})

    db.session.expire_all()
    assert db.session.scalars(waiting_for(two.teacher)).all() == []
    assert post.current is None


def test_withdrawing_twice_is_once(app: Flask, two: Two) -> None:
    post = two.out()
    answers = [two.withdraw(app, post)]
    db.session.expire_all()
    when, change_no = post.withdrawn_at, post.change_no

    answers.append(two.withdraw(app, post))

    db.session.expire_all()
    assert {answer.headers["Location"] for answer in answers} == {f"/p/{post.uid}/sent"}
    assert (post.withdrawn_at, post.change_no) == (when, change_no)


def test_nobody_else_takes_a_post_back(app: Flask, two: Two) -> None:
    post = two.out()

    for who in (two.mate, two.friend, two.teacher):
        answer = Client(app, who).post(f"/p/{post.uid}/withdraw")
        assert answer.status_code == 404

    db.session.expire_all()
    assert post.withdrawn_at is None


def test_what_is_hidden_may_be_taken_back_and_is_not_shown_again(
    app: Flask, two: Two
) -> None:
    post = two.out()
    hide(post, two.teacher, "unkind")
    db.session.commit()

    two.withdraw(app, post)

    teacher = Client(app, two.teacher)
    answer = teacher.post(f"/p/{post.uid}/moderate", {"do": "show"})
    assert answer.status_code == 404
    assert RARE not in Client(app, two.mate).get(f"/threads/{two.thread.id}").text


def test_a_report_outlives_the_post_that_its_author_takes_back(
    app: Flask, two: Two
) -> None:
    post = two.out()
    report(post, two.mate, "This is about me.")
    db.session.commit()

    two.withdraw(app, post)

    teacher = Client(app, two.teacher)
    page = teacher.get("/reports").text
    assert "This is about me." in page
    assert f"/p/{post.id}/history" in page
    assert RARE not in page
    answer = teacher.post(f"/p/{post.uid}/moderate", {"do": "keep"})
    assert answer.status_code == 303
    assert "This is about me." not in teacher.get("/reports").text


def picture(colour: str) -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    file.seek(0)
    return file, f"{colour}.png"


def with_picture(app: Flask, two: Two, who: Account, key: str) -> Post:
    """A released post with a red picture."""
    client = Client(app, who)
    form = {
        "source": "Mira.", "lang": "es", "description": "Rojo",
        "picture": picture("red"),
        "key": key_in(client.get(f"/threads/{two.thread.id}").text),
    }  # fmt: skip
    answer = client.post(f"/threads/{two.thread.id}/posts", form)
    assert answer.status_code == 303, key
    uid = answer.headers["Location"].split("/")[2]
    post = db.session.scalars(select(Post).where(Post.uid == uid)).one()
    return released(post, two.teacher)


def test_its_picture_is_deleted_with_the_last_post_that_carries_it(
    app: Flask, two: Two
) -> None:
    one = with_picture(app, two, two.pupil, "one")
    other = with_picture(app, two, two.mate, "other")
    work()
    media = db.session.scalars(select(Media)).one()
    assert media.state == READY

    two.withdraw(app, one)
    work()
    db.session.expire_all()
    assert media.state == READY
    Client(app, two.mate).post(f"/p/{other.uid}/withdraw")
    work()

    db.session.expire_all()
    assert (media.state, media.picture) == (DROPPED, None)


def test_an_upload_that_still_waits_is_deleted_too(app: Flask, two: Two) -> None:
    post = with_picture(app, two, two.pupil, "one")
    media = db.session.scalars(select(Media)).one()
    assert media.upload is not None
    upload = upload_path(media.upload)
    assert upload.exists()

    two.withdraw(app, post)
    work()

    assert not upload.exists()


def test_a_picture_that_was_deleted_may_be_sent_again(app: Flask, two: Two) -> None:
    post = with_picture(app, two, two.pupil, "one")
    work()
    two.withdraw(app, post)
    work()

    with_picture(app, two, two.mate, "again")
    work()

    assert db.session.scalars(select(Media)).one().state == READY


def test_no_reader_gets_the_picture_of_a_post_that_was_taken_back(
    app: Flask, two: Two
) -> None:
    post = with_picture(app, two, two.pupil, "one")
    work()
    assert post.current is not None
    url = f"/p/{post.uid}/pictures/{post.current.attachments[0].id}"
    readers = [Client(app, who) for who in (two.pupil, two.mate, two.friend)]
    assert {reader.get(url).status_code for reader in readers} == {200}

    two.withdraw(app, post)

    for reader in readers:
        assert reader.get(url).status_code == 404
        assert reader.get(f"{url}/file").status_code == 404


def test_her_receipt_says_that_she_took_it_back(app: Flask, two: Two) -> None:
    two.pupil.person.lang = "en"
    post = two.out()

    answer = two.withdraw(app, post)

    page = Client(app, two.pupil).get(answer.headers["Location"]).text
    assert "You took this post back." in page
    assert RARE not in page
    assert db.session.scalars(select(Draft)).all() == []
