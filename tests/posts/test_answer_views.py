"""The form of an answer: alone, and with the passage that it quotes."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.moderation.hiding import hide
from app.posts.models import Post, Quote, Rendition, Thread
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client, key_in

ACTION = re.compile(r'<form method="post" action="([^"]+)"[^>]*id="write"')


class Talk:
    """A Spanish writer's post, translated for an English reader."""

    def __init__(self) -> None:
        spanish, english = a_classroom(lang="es"), a_classroom(lang="en")
        self.space = a_partnership(spanish, english)
        self.teacher, self.theirs = teacher_of(spanish), teacher_of(english)
        self.writer: Account = a_pupil(spanish, "Lucía Ramos")
        self.reader: Account = a_pupil(english)
        self.thread: Thread = a_thread(self.space, self.teacher)
        self.post = a_post(self.thread, self.writer, "Uno.\n\nDos.")
        released(self.post, self.teacher)
        db.session.add(
            Rendition(
                revision_id=self.post.current_id, lang="en", source="One.\n\nTwo.",
                html="<p>One.</p><p>Two.</p>",
            )
        )  # fmt: skip
        db.session.commit()
        self.url = f"/p/{self.post.id}/answer"


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def sent(client: Client, page: str, **form: str) -> tuple[int, str]:
    """Send the page's own form; the status and the page that comes of it."""
    action = ACTION.search(page)
    assert action is not None
    answer = client.post(
        action[1].partition("#")[0],
        {"key": key_in(page), "source": "I agree.", "lang": "en", **form},
    )
    return answer.status_code, answer.text


def newest() -> Post:
    db.session.rollback()
    return db.session.scalars(select(Post).order_by(-Post.id)).first() or Post()


def test_the_passages_are_in_her_language_and_one_of_them_goes_along(
    app: Flask, talk: Talk
) -> None:
    reader = Client(app, talk.reader)
    page = reader.get(talk.url).text
    assert "Two." in page
    assert "Dos." not in page
    assert f'name="parent" value="{talk.post.id}"' in page

    status, _said = sent(reader, page, parent=str(talk.post.id), quote="1")

    assert status == 303
    answer = newest()
    assert answer.parent_id == talk.post.id
    quote = db.session.get_one(Quote, answer.id)
    assert (quote.revision_id, quote.n) == (talk.post.current_id, 1)
    assert "Dos." not in answer.revisions[0].source
    receipt = reader.get(f"/p/{answer.id}/sent").text
    assert receipt
    own = reader.get(f"/threads/{talk.thread.id}").text
    assert own.count("Two.") == 2


def test_an_answer_to_all_of_it_quotes_nothing(app: Flask, talk: Talk) -> None:
    reader = Client(app, talk.reader)

    status, _said = sent(
        reader, reader.get(talk.url).text, parent=talk.post.uid, quote=""
    )

    assert status == 303
    assert newest().parent_id == talk.post.id
    assert db.session.scalars(select(Quote)).all() == []


def test_a_refused_answer_keeps_its_words_and_what_it_quotes(
    app: Flask, talk: Talk
) -> None:
    reader = Client(app, talk.reader)
    long = "word " * 4000

    status, page = sent(
        reader,
        reader.get(talk.url).text,
        parent=str(talk.post.id),
        quote="1",
        source=long,
    )

    assert status == 422
    assert long.strip() in page
    assert f'name="parent" value="{talk.post.id}"' in page
    assert 'name="quote" value="1"' in page


def test_a_quote_from_another_thread_is_refused_with_the_words_kept(
    app: Flask, talk: Talk
) -> None:
    other = a_post(a_thread(talk.space, talk.teacher), talk.teacher, "Elsewhere.")
    reader = Client(app, talk.reader)

    status, page = sent(
        reader, reader.get(talk.url).text, parent=str(other.id), quote="0"
    )

    assert status == 422
    assert "I agree." in page
    assert newest().id == other.id


def test_a_post_hidden_meanwhile_is_answered_without_its_words(
    app: Flask, talk: Talk
) -> None:
    a_post(talk.thread, talk.teacher)
    reader = Client(app, talk.reader)
    page = reader.get(talk.url).text
    hide(talk.post, talk.teacher, "")
    db.session.commit()

    status, _said = sent(reader, page, parent=str(talk.post.id), quote="0")

    assert status == 303
    assert newest().revisions[0].source == "I agree."
    assert newest().parent_id is None
    assert reader.get(talk.url).status_code == 404


def test_nobody_answers_what_she_may_not_read_or_where_it_is_locked(
    app: Flask, talk: Talk
) -> None:
    stranger = Client(app, a_pupil(a_classroom()))
    reader = Client(app, talk.reader)
    urls = (talk.url, f"/write/{talk.thread.id}")
    assert [stranger.get(url).status_code for url in urls] == [404, 404]

    talk.thread.locked_at = now()
    db.session.commit()

    assert [reader.get(url).status_code for url in urls] == [403, 403]
    assert "locked" in reader.get(talk.url).text


def test_what_waits_is_answered_by_nobody(app: Flask, talk: Talk) -> None:
    waits = a_post(talk.thread, talk.writer, "Tres.")

    for who in (talk.reader, talk.writer, talk.teacher):
        assert Client(app, who).get(f"/p/{waits.id}/answer").status_code == 404


def test_the_form_alone_names_whom_she_writes_to(app: Flask, talk: Talk) -> None:
    letters = letters_between(talk.space, talk.teacher, talk.writer, talk.reader)
    reader = Client(app, talk.reader)

    page = reader.get(f"/write/{letters.id}").text
    assert "Lucía R." in page
    assert sent(reader, page)[0] == 303
    assert newest().thread_id == letters.id

    page = reader.get(f"/write/{talk.thread.id}").text
    assert talk.thread.title in page
    assert sent(reader, page)[0] == 303
    assert newest().thread_id == talk.thread.id
    teacher = Client(app, talk.teacher)
    assert teacher.get(f"/write/{letters.id}").status_code == 403
