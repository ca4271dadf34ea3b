"""A page of a thread: what each reader gets, and that nothing kept is ever stale."""

from flask import Flask
from sqlalchemy import event

from app import markup
from app.accounts.models import Account
from app.classrooms.models import Space
from app.db import db
from app.moderation.hiding import hide
from app.posts.models import Post, Rendition, Thread
from app.posts.reading import thread_page
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    released,
    teacher_of,
)


class Talk:
    """A thread of two classes with a Spanish writer and an English reader."""

    def __init__(self) -> None:
        spanish, english = a_classroom(lang="es"), a_classroom(lang="en")
        self.space: Space = a_partnership(spanish, english)
        self.teacher: Account = teacher_of(spanish)
        self.writer: Account = a_pupil(spanish, "Lucía Ramos")
        self.reader: Account = a_pupil(english, "Amina Kamau")
        self.thread: Thread = a_thread(self.space, self.teacher)

    def a_post(self, source: str) -> Post:
        return released(a_post(self.thread, self.writer, source), self.teacher)


def seen_by(app: Flask, talk: Talk, viewer: Account, *, teaches: bool = False) -> str:
    """Read the page twice, so that the second comes from what was kept."""
    pages = []
    for _n in range(2):
        with app.test_request_context(headers={"Accept-Language": "en"}):
            articles = thread_page(
                talk.thread.id, viewer, teaches=teaches, letters=False
            )[1]
            pages.append("".join(articles))
    assert pages[0] == pages[1]
    return pages[0]


def translated(post: Post, words: str, doubt: int = 0) -> Rendition:
    assert post.current_id is not None
    made = Rendition(
        revision_id=post.current_id, lang="en", source=words,
        html=str(markup.render(words)), pack="es-en 1.0", doubt=doubt,
    )  # fmt: skip
    db.session.add(made)
    db.session.commit()
    return made


def test_a_translation_shows_as_soon_as_it_is_there(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    assert "A translation is being made" in seen_by(app, talk, talk.reader)

    made = translated(post, "The river is cold.")
    page = seen_by(app, talk, talk.reader)
    assert "The river is cold." in page
    assert "Translated by a machine, from Spanish." in page
    assert "El río" not in page

    made.html = "<p>The river is very cold.</p>"
    db.session.commit()
    assert "The river is very cold." in seen_by(app, talk, talk.reader)

    made.html = made.source = None
    db.session.commit()
    assert "no language pack" in seen_by(app, talk, talk.reader)


def test_each_reader_gets_her_own_language(app: Flask) -> None:
    talk = Talk()
    translated(talk.a_post("El río está frío."), "The river is cold.")

    assert "The river" in seen_by(app, talk, talk.reader)
    own = seen_by(app, talk, talk.writer)

    assert "El río" in own
    assert "The river" not in own
    assert "Translated by a machine" not in own


def test_a_new_name_shows_at_once(app: Flask) -> None:
    talk = Talk()
    talk.a_post("El río está frío.")
    assert "Lucía R." in seen_by(app, talk, talk.reader)

    talk.writer.person.shown_name = "Lucía R. 2"
    db.session.commit()

    assert "Lucía R. 2" in seen_by(app, talk, talk.reader)


def test_what_waits_shows_to_its_author_alone(app: Flask) -> None:
    talk = Talk()
    talk.a_post("Primera.")
    a_post(talk.thread, talk.writer, "Segunda.")

    assert "Segunda." in seen_by(app, talk, talk.writer)
    for viewer in (talk.reader, talk.teacher):
        assert "Segunda." not in seen_by(app, talk, viewer)


def test_a_hidden_post_is_gone_at_once(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    assert "El río" in seen_by(app, talk, talk.teacher)

    hide(post, talk.teacher, "")
    db.session.commit()

    assert "El río" not in seen_by(app, talk, talk.teacher)


def test_only_who_teaches_may_hide_and_nobody_reports_herself(app: Flask) -> None:
    talk = Talk()
    talk.a_post("El río está frío.")

    assert "Hide or keep" in seen_by(app, talk, talk.teacher, teaches=True)
    assert "Tell my teacher" in seen_by(app, talk, talk.reader)
    assert "Tell my teacher" not in seen_by(app, talk, talk.writer)


def test_a_long_post_shows_its_beginning_in_the_language_read(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("Palabra " * 1000)
    translated(post, "Word " * 1000)

    page = seen_by(app, talk, talk.reader)

    assert "Read it whole" in page
    assert 300 < page.count("Word") < 900
    assert "Palabra" not in page


def test_a_page_is_one_query_however_many_posts(app: Flask) -> None:
    talk = Talk()
    for n in range(25):
        translated(talk.a_post(f"Palabra {n}."), f"Word {n}.")
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        thread_id, viewer = talk.thread.id, talk.reader
        _loaded = viewer.person_id, viewer.person.lang
        said.clear()
        page, articles = thread_page(thread_id, viewer, teaches=False, letters=False)
    event.remove(db.engine, "before_cursor_execute", note)

    assert len([one for one in said if one.startswith("SELECT")]) == 1
    assert len(articles) == 20
    assert page.earlier
    assert "Word 24." in articles[-1]
