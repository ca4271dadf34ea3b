"""A page of a thread: what each reader gets, and that nothing kept is ever stale."""

from typing import Any

import pytest
from flask import Flask, get_template_attribute
from sqlalchemy import event

from app import markup
from app.accounts.models import Account
from app.classrooms.models import Space
from app.db import db, now
from app.moderation.hiding import hide, show_again
from app.posts.models import AGAIN, Post, Rendition, Thread
from app.posts.publishing import add_revision, make_public
from app.posts.quoting import note_answer
from app.posts.reading import Reading, thread_page
from app.posts.showing import shown
from app.posts.withdrawing import withdraw
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
            page = thread_page(read_by(talk, teaches=teaches), viewer)
            pages.append("".join(page.articles))
    assert pages[0] == pages[1]
    return pages[0]


def read_by(talk: Talk, *, teaches: bool = False, since: int | None = None) -> Reading:
    return Reading(
        talk.thread.id,
        last_no=talk.thread.last_no,
        read_no=since,
        teaches=teaches,
        letters=False,
        writes=True,
    )


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


@pytest.mark.parametrize(
    ("copy", "note"),
    [
        ({"pack": "es-en 1.0"}, "Translated by a machine, from Spanish."),
        (
            {"pack": "es-fr 1.0+fr-en 2.1"},
            "Translated by a machine, from Spanish, by way of French.",
        ),
        (
            {"pack": "es-pb 1.0+pb-fr 2+fr-en 3"},
            "Translated by a machine, from Spanish, by way of Portuguese – French.",
        ),
        (
            {"pack": "es-en 1.0", "mended": 2},
            "Translated by a machine, from Spanish. A person has mended some of it.",
        ),
        (
            {"pack": "es-fr 1+fr-en 2", "mended": 1, "doubt": 1},
            "Translated by a machine, from Spanish, by way of French. A person has "
            "mended some of it. Some sentences could not be translated well and stay "
            "as they were.",
        ),
        ({"pack": None, "mended": 2}, "Translated by a person, from Spanish."),
        (
            {"pack": None, "mended": 2, "doubt": 1},
            "Translated by a person, from Spanish. Some sentences stay as they were.",
        ),
        ({"pack": AGAIN}, "Translated by a machine, from Spanish."),
    ],
)
def test_the_note_says_who_translated_it(
    app: Flask, copy: dict[str, Any], note: str
) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    made = translated(post, "The river is cold.")
    for name, value in copy.items():
        setattr(made, name, value)
    db.session.commit()

    page = seen_by(app, talk, talk.reader)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        db.session.refresh(post)
        alone = shown([post], talk.reader)[0]
        say = get_template_attribute("_macros.html", "how_read")
        single = str(say(alone))

    assert f'<p class="note">{note}</p>' in page
    assert single == f'<p class="note">{note}</p>'
    assert f'<a href="/p/{post.id}/sentences">Side by side</a>' in page


def test_only_what_is_translated_can_be_read_side_by_side(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    talk.a_post("Nado mucho.")
    translated(post, "The river is cold.")

    assert seen_by(app, talk, talk.reader).count("/sentences") == 1
    assert "/sentences" not in seen_by(app, talk, talk.writer)
    assert "/original" not in seen_by(app, talk, talk.writer)


def test_only_what_is_not_there_can_be_asked_for(app: Flask) -> None:
    talk = Talk()
    there, lacks = talk.a_post("El río está frío."), talk.a_post("Nado mucho.")
    without = talk.a_post("Leo mucho.")
    translated(there, "The river is cold.")
    none = translated(without, "None.")
    none.source = none.html = none.pack = None
    db.session.commit()

    page = seen_by(app, talk, talk.reader)
    assert page.count(f'href="/p/{lacks.id}/translate">Translate this for me<') == 1
    assert page.count(f'href="/p/{without.id}/translate">What you can do<') == 1
    assert page.count("/translate") == 2
    assert "/translate" not in seen_by(app, talk, talk.writer)


def test_what_she_has_asked_for_says_so_to_her_alone(app: Flask) -> None:
    talk = Talk()
    post, other = talk.a_post("El río está frío."), talk.a_post("Nado mucho.")
    pages = []
    for asked in (f"?asked={post.id}", "", "?asked=99999", "?asked=x"):
        with app.test_request_context(f"/{asked}", headers={"Accept-Language": "en"}):
            articles = thread_page(read_by(talk), talk.reader).articles
            pages.append("".join(articles))

    assert [page.count("You asked for its translation") for page in pages] == [1, 0, 0, 0]  # fmt: skip
    assert f'<a href="/p/{post.id}">Look again</a>' in pages[0]
    assert f'<a href="/p/{other.id}/translate">' in pages[0]


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


@pytest.mark.parametrize(("read", "queries"), [(True, 1), (False, 2)])
def test_a_page_is_one_query_and_one_more_for_what_is_new_elsewhere(
    app: Flask, read: bool, queries: int
) -> None:
    talk = Talk()
    for n in range(25):
        translated(talk.a_post(f"Palabra {n}."), f"Word {n}.")
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        reading = read_by(talk, since=talk.thread.last_no if read else None)
        viewer = talk.reader
        _loaded = viewer.person_id, viewer.person.lang
        said.clear()
        page = thread_page(reading, viewer)
    event.remove(db.engine, "before_cursor_execute", note)

    assert len([one for one in said if one.startswith("SELECT")]) == queries
    assert (page.unread is None) == read
    assert page.shows == {}
    assert len(page.articles) == 20
    assert page.earlier is not None
    assert "Word 24." in page.articles[-1]


def quoted(talk: Talk, post: Post, n: int | None = 0) -> Post:
    """Answer a post, quoting a passage of it."""
    answer = a_post(talk.thread, talk.teacher, "I agree.")
    note_answer(answer, str(post.id), n)
    db.session.commit()
    return answer


def test_a_quote_is_in_each_readers_language(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.\n\nNado mucho.")
    translated(post, "The river is cold.\n\nI swim a lot.")
    quoted(talk, post, 1)

    assert seen_by(app, talk, talk.reader).count("I swim a lot.") == 2
    assert seen_by(app, talk, talk.writer).count("Nado mucho.") == 2


def test_a_quote_is_gone_at_once_with_the_post_it_comes_from(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    quoted(talk, post)
    assert seen_by(app, talk, talk.teacher).count("El río") == 2

    hide(post, talk.teacher, "")
    db.session.commit()
    assert "El río" not in seen_by(app, talk, talk.teacher)

    show_again(post, talk.teacher)
    db.session.commit()
    assert seen_by(app, talk, talk.teacher).count("El río") == 2

    withdraw(post)
    db.session.commit()
    page = seen_by(app, talk, talk.teacher)
    assert "El río" not in page
    assert "This passage was taken back." in page


def test_a_quote_shows_no_words_that_its_author_took_out(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.\n\nMi número es 55.\n\nNado mucho.")
    swims, number = quoted(talk, post, 2), quoted(talk, post, 1)

    said_anew(post, "El río está frío.\n\nNado mucho.")
    page = seen_by(app, talk, talk.teacher)
    assert "55" not in page
    assert page.count("Nado mucho.") == 2
    assert "This passage was changed." in page
    assert page.index(f'id="p{swims.id}"') < page.index(f'id="p{number.id}"')

    said_anew(post, "El lago está frío.\n\nNado poco.\n\nAdiós.")
    page = seen_by(app, talk, talk.teacher)
    assert page.count("Adiós.") == page.count("Nado poco.") == 2


def said_anew(post: Post, source: str) -> None:
    """Publish another version of a post."""
    revision = add_revision(post, len(post.revisions) + 1, source, "es")
    make_public(post, revision)
    db.session.commit()
    db.session.refresh(post)


def test_a_name_changed_or_a_post_hidden_never_shows_in_a_quote(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("El río está frío.")
    quoted(talk, post)
    talk.writer.person.shown_name = "Luz R."
    db.session.commit()
    assert seen_by(app, talk, talk.teacher).count("Luz R.") == 2

    hide(post, talk.teacher, "")
    db.session.commit()
    assert "Luz R." not in seen_by(app, talk, talk.teacher)


def test_what_is_quoted_on_the_same_page_is_a_jump_away(app: Flask) -> None:
    talk = Talk()
    first = talk.a_post("El río está frío.")
    quoted(talk, first)
    assert f'<a href="#p{first.id}"' in seen_by(app, talk, talk.teacher)

    for n in range(20):
        talk.a_post(f"Post {n}.")
    quoted(talk, first)
    page = seen_by(app, talk, talk.teacher)
    assert f'<blockquote><a href="/p/{first.id}"' in page
    assert "#p" not in page


def test_what_was_taken_back_leaves_a_line_and_what_is_hidden_none(app: Flask) -> None:
    talk = Talk()
    back, erased, hidden = (talk.a_post(f"Secreto {n}.") for n in range(3))
    never_out = a_post(talk.thread, talk.writer, "Secreto 4.")
    talk.a_post("Hola.")

    withdraw(back)
    withdraw(never_out)
    withdraw(erased)
    erased.erased_at = now()
    hide(hidden, talk.teacher, "")
    db.session.commit()

    for viewer in (talk.reader, talk.writer, talk.teacher):
        page = seen_by(app, talk, viewer)
        assert "Secreto" not in page
        assert page.count("<article") == 3
        assert "Lucía R.</span> took this post back." in page
        assert "This post was erased." in page
        assert page.count("Lucía") == 2


def test_words_that_are_gone_are_not_even_read(app: Flask) -> None:
    talk = Talk()
    for _n in range(12):
        withdraw(talk.a_post("Palabra " * 1000))
    talk.a_post("Hola.")

    # A page fills by bytes, and these have none left.
    assert seen_by(app, talk, talk.reader).count("took this post back.") == 12


def test_what_was_hidden_and_taken_back_leaves_no_line(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("Hola.")
    talk.a_post("Hola.")

    hide(post, talk.teacher, "")
    withdraw(post)
    db.session.commit()

    assert seen_by(app, talk, talk.reader).count("<article") == 1
