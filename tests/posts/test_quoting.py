"""Which passage a post answers: what may be quoted, and what is left of it."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.moderation.hiding import hide
from app.posts.models import Post, Quote
from app.posts.quoting import (
    SHOWN_CHARACTERS,
    choices,
    note_answer,
    passages,
    quoted_by,
)
from app.posts.withdrawing import withdraw
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client
from tests.posts.test_reading import Talk, said_anew, translated


def test_passages_are_bare_words_cut_at_a_space() -> None:
    found = passages(
        "**Hola** a *todos*.\n\n- uno\n- dos\n\n> citado\n\n" + "palabra " * 60
    )

    assert found[:4] == ("Hola a todos.", "uno", "dos", "citado")
    assert found[4].endswith("palabra …")
    assert len(found[4]) <= SHOWN_CHARACTERS + 2
    assert passages("x" * 900)[0] == "x" * SHOWN_CHARACTERS + " …"
    assert passages("") == ()


def test_a_reader_chooses_among_the_passages_she_reads() -> None:
    assert choices("uno\n\ndos", "one\n\ntwo") == ("one", "two")
    assert choices("uno\n\ndos", "one two") == ("uno", "dos")
    assert choices("uno\n\ndos", None) == ("uno", "dos")
    assert len(choices("\n\n".join(["uno"] * 500), None)) < 50


def answered(answer: Post, lang: str = "es") -> str | None:
    said = quoted_by([answer.id], lang).get(answer.id)
    return None if said is None else said.missing or said.words


def test_an_answer_notes_its_post_and_the_passage(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("Uno.\n\nDos.")
    answers = [a_post(talk.thread, talk.teacher) for _n in range(4)]
    for answer, n in zip(answers, (0, 1, None, 2), strict=True):
        note_answer(answer, post.uid, n)

    assert [answer.parent_id for answer in answers] == [post.id] * 4
    assert [answered(answer) for answer in answers] == ["Uno.", "Dos.", "", ""]
    kept = db.session.scalars(select(Quote.n).order_by(Quote.post_id)).all()
    assert kept == [0, 1]


def test_a_post_of_another_thread_is_refused_and_one_of_nowhere_too(app: Flask) -> None:
    talk, other = Talk(), Talk()
    elsewhere = other.a_post("Uno.")
    answer = a_post(talk.thread, talk.teacher)

    for ref in (str(elsewhere.id), elsewhere.uid, "987654", answer.uid, "-1"):
        with pytest.raises(Refused):
            note_answer(answer, ref, 0)

    assert answer.parent_id is None
    assert answered(answer) is None


@pytest.mark.parametrize("state", ["hidden", "withdrawn", "never out"])
def test_what_was_taken_back_meanwhile_is_left_out(app: Flask, state: str) -> None:
    talk = Talk()
    post = a_post(talk.thread, talk.writer, "Uno.")
    if state != "never out":
        released(post, talk.teacher)
    if state == "hidden":
        hide(post, talk.teacher, "")
    if state == "withdrawn":
        withdraw(post)
    answer = a_post(talk.thread, talk.teacher)

    note_answer(answer, str(post.id), 0)

    assert answer.parent_id is None
    assert answered(answer) is None


def test_a_post_that_answers_nothing_costs_no_query_for_it(app: Flask) -> None:
    assert quoted_by([], "es") == {}


def test_a_translation_of_other_passages_is_not_taken_for_these(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("Uno.\n\nDos.")
    made = translated(post, "One and two.")
    answer = a_post(talk.thread, talk.teacher)
    note_answer(answer, str(post.id), 1)
    assert answered(answer, "en") == "Dos."

    made.source = "One.\n\nTwo."
    db.session.flush()
    assert answered(answer, "en") == "Two."
    assert answered(answer, "es") == "Dos."


def test_a_passage_is_found_where_it_stands_now(app: Flask) -> None:
    talk = Talk()
    post = talk.a_post("Uno.\n\nDos.")
    answer = a_post(talk.thread, talk.teacher)
    note_answer(answer, str(post.id), 1)

    for source, words in (
        ("Nuevo.\n\nUno.\n\nDos.", "Dos."),
        ("Uno.\n\nDos, mejor.", "Dos, mejor."),
        ("Uno.", "changed"),
    ):
        said_anew(post, source)
        assert answered(answer) == words


def test_who_waits_is_shown_with_what_it_answers_to_its_teacher(app: Flask) -> None:
    room = a_classroom(lang="en")
    teacher, pupil = teacher_of(room), a_pupil(room)
    thread = a_thread(own_space(room), teacher)
    post = a_post(thread, teacher, "How long is your river?")
    answer = a_post(thread, pupil, "Nine hundred.")
    note_answer(answer, str(post.id), 0)
    db.session.commit()

    assert "How long is your river?" in Client(app, teacher).get("/waiting").text
