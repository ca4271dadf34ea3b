"""Asking for a translation that is not there yet: it goes before others, and says so."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask, current_app
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db
from app.jobs import Job, enqueue
from app.jobs.runner import work_once
from app.posts.models import LETTERS, Post, Rendition, Thread, audience_langs
from app.translate.asking import MOST_AHEAD, MOST_COUNTED
from app.translate.translating import KIND
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    a_thread,
    an_adult,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client


class Talk:
    """A Spanish pupil's posts, and an English reader of them."""

    def __init__(self) -> None:
        spanish, english = a_classroom(lang="es"), a_classroom(lang="en")
        self.space = a_partnership(spanish, english)
        self.teacher, self.theirs = teacher_of(spanish), teacher_of(english)
        self.writer: Account = a_pupil(spanish, "Lucía Ramos")
        self.reader: Account = a_pupil(english, "Amina Kamau")
        self.thread: Thread = a_thread(self.space, self.teacher)

    def a_post(self, source: str, lang: str = "es") -> Post:
        return released(a_post(self.thread, self.writer, source, lang), self.teacher)


@pytest.fixture
def talk(with_packs: Flask) -> Talk:
    return Talk()


def urgency(post: Post) -> int | None:
    db.session.rollback()
    asked = select(Job.urgency).where(Job.kind == KIND, Job.key == post.id, Job.open())
    return db.session.scalar(asked)


def work() -> None:
    """Do all that waits as the worker does, in a session of its own."""
    db.session.commit()
    with current_app.app_context():
        while work_once():
            pass


def links_at(page: str, post: Post) -> list[str]:
    article = BeautifulSoup(page, "html.parser").find(id=f"p{post.id}")
    assert article is not None
    return [link.text for link in article.find_all("a")]


def test_a_reader_asks_and_is_led_back_to_the_post_that_says_so(
    with_packs: Flask, talk: Talk
) -> None:
    post, other = talk.a_post("El río es grande."), talk.a_post("Me gusta leer.")
    reader = Client(with_packs, talk.reader)
    page = reader.get(f"/threads/{talk.thread.id}").text
    assert links_at(page, post).count("Translate this for me") == 1
    page = reader.get(f"/p/{post.id}/translate").text
    assert "Lucía R.</span> wrote this in Spanish." in page

    answer = reader.post(f"/p/{post.id}/translate")

    assert answer.status_code == 303
    assert answer.location.endswith(f"#p{post.id}")
    assert (urgency(post), urgency(other)) == (1, 0)
    page = reader.get(answer.location).text
    assert page.count("You asked for its translation") == 1
    assert links_at(page, post)[1] == "Look again"
    assert links_at(page, other)[1] == "Translate this for me"

    work()
    page = reader.get(answer.location).text
    assert "The river is big." in page
    assert "You asked" not in page


def test_asking_again_and_again_counts_a_few_times_only(
    with_packs: Flask, talk: Talk
) -> None:
    post = talk.a_post("El río es grande.")
    reader = Client(with_packs, talk.reader)

    for _n in range(MOST_COUNTED + 3):
        reader.post(f"/p/{post.id}/translate")

    assert urgency(post) == MOST_COUNTED


def test_one_reader_cannot_put_everything_before_the_letters_of_today(
    with_packs: Flask, talk: Talk
) -> None:
    for key in range(MOST_AHEAD - 1):
        enqueue(KIND, [10_000 + key], urgency=1)
    last, more = talk.a_post("El río es grande."), talk.a_post("Me gusta leer.")
    reader = Client(with_packs, talk.reader)

    for post in (last, more):
        assert reader.post(f"/p/{post.id}/translate").status_code == 303
    reader.post(f"/p/{last.id}/translate")

    assert (urgency(last), urgency(more)) == (2, 0)


def test_who_has_it_in_her_language_asks_for_nothing(
    with_packs: Flask, talk: Talk
) -> None:
    post, english = talk.a_post("El río."), talk.a_post("The river.", lang="en")
    db.session.add(
        Rendition(
            revision_id=post.current_id, lang="en", source="R", html="R", pack="es-en 1"
        )
    )
    db.session.commit()

    for who, one in (
        (talk.writer, post), (talk.reader, post), (talk.reader, english),
    ):  # fmt: skip
        client = Client(with_packs, who)
        assert client.get(f"/p/{one.id}/translate").status_code == 302
        assert "asked" not in client.post(f"/p/{one.id}/translate").location
        assert urgency(one) == 0


def test_without_a_pack_the_page_says_what_helps_instead(
    with_packs: Flask, talk: Talk
) -> None:
    post = talk.a_post("Mto ni mkubwa.", lang="sw")
    reader = Client(with_packs, talk.reader)

    page = reader.get(f"/p/{post.id}/translate").text

    assert "no language pack leads from there to English" in page
    assert "<form method" not in page.partition("<main>")[2]
    work()
    page = reader.get(f"/threads/{talk.thread.id}").text
    assert links_at(page, post)[1] == "What you can do"


@pytest.mark.parametrize("letters", [False, True])
def test_whoever_may_read_a_thread_is_in_its_audience_with_her_language(
    with_packs: Flask, letters: bool
) -> None:
    school, other = a_school("es"), a_school("en")
    ours, theirs = a_classroom(a_teacher(school)), a_classroom(a_teacher(other))
    space = a_partnership(ours, theirs)
    one, two = a_pupil(ours), a_pupil(theirs)
    adults = [
        teacher_of(ours), teacher_of(theirs),
        an_adult(school, safeguarding=True), an_adult(other, safeguarding=True),
    ]  # fmt: skip
    stranger = an_adult(school, admin=True)
    teacher, langs = adults[0], iter(["fr", "pt", "ar", "sw", "de", "it"])
    thread = (
        letters_between(space, teacher, one, two)
        if letters
        else a_thread(space, teacher)
    )
    assert (thread.kind == LETTERS) == letters
    released(a_post(thread, one, "Hola.", "ru"), teacher)
    for account in (one, two, *adults):
        account.person.lang = next(langs)
    stranger.person.lang = "ja"
    db.session.commit()

    wanted = set(db.session.scalars(audience_langs(thread)))

    for account in (one, two, *adults):
        readable = db.session.scalars(
            Thread.visible_to(account).where(Thread.id == thread.id)
        )
        assert readable.one_or_none() is thread
        assert account.person.lang in wanted
    assert "ja" not in wanted
