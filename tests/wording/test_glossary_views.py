"""The glossary's page: a teacher keeps it, her pupils read it, a file carries it."""

import gzip
import io
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db
from app.jobs import Job
from app.jobs.models import open_jobs
from app.translate import memory
from app.translate.glossary import Line, terms_of_class
from app.translate.models import TERM_MAX
from app.translate.translating import KIND
from app.wording import changing, glossary_views
from tests.builders import (
    a_classroom,
    teacher_of,
)
from tests.clients import Client, fields_in
from tests.translate.test_translating import Two
from tests.web.test_every_page import MOST_BYTES, MOST_QUERIES, Judge, counted

ADDED = {"do": "add", "term": "minga", "lang": "es", "to_lang": "en", "said": "work"}


class Class:
    """A Spanish class with a partner, its page and who looks at it."""

    def __init__(self, app: Flask) -> None:
        self.two = Two()
        self.room: Classroom = self.two.spanish
        self.account: Account = teacher_of(self.room)
        self.account.person.lang = "en"
        self.teacher = Client(app, self.account)
        self.url = f"/classrooms/{self.room.id}/glossary"

    def put(self, *lines: Line) -> None:
        changing.take(self.room.id, lines, self.account.person_id)
        db.session.commit()

    def lines(self) -> list[Line]:
        db.session.expire_all()
        return [
            Line(row.lang, row.term, row.to_lang, row.said)
            for row in terms_of_class(self.room.id)
        ]

    def send(self, **form: str) -> Any:
        return self.teacher.post(self.url, form)

    def upload(self, data: bytes, **form: str) -> Any:
        file = (io.BytesIO(data), "terms.csv")
        form = {"file": file, **form}  # type: ignore[dict-item]  # a file it is
        return self.teacher.post(f"{self.url}/file", form)


@pytest.fixture
def room(app: Flask) -> Class:
    return Class(app)


def test_the_class_page_leads_there(room: Class) -> None:
    page = room.teacher.get(f"/classrooms/{room.room.id}").text

    assert f'href="{room.url}"' in page


def test_a_term_is_added_by_the_form_and_shown(room: Class) -> None:
    form = fields_in(room.teacher.get(room.url).text.split("<details")[0], room.url)
    assert (form["lang"], form["to_lang"]) == ("es", "en")

    answer = room.teacher.post(
        room.url, form | {"do": "add", "term": " Minga ", "said": "work party"}
    )

    assert answer.status_code == 303
    assert room.lines() == [Line("es", "Minga", "en", "work party")]
    page = room.teacher.get(answer.location).text
    assert "1 new." in page
    assert ">Minga</b>" in page
    assert ">work party</span>" in page


def test_a_term_without_other_words_stays_in_all_languages(room: Class) -> None:
    room.send(**(ADDED | {"said": " ", "term": "Luna"}))

    assert room.lines() == [Line("es", "Luna")]
    assert "stays as it is" in room.teacher.get(room.url).text


def test_old_letters_with_the_term_wait_to_be_made_again(room: Class) -> None:
    post, other = room.two.letter("La minga."), room.two.letter("La fiesta.")
    db.session.query(Job).delete()
    db.session.commit()

    room.send(**ADDED)

    assert open_jobs(KIND) == [post.id]
    assert other.id != post.id


def test_a_term_is_changed_and_taken_away(room: Class) -> None:
    room.put(Line("es", "minga", "en", "work"), Line("es", "guaro"))
    page = room.teacher.get(room.url).text
    link = page.split("?term=", 1)[1].split("#")[0]
    row = max(terms_of_class(room.room.id), key=lambda row: row.term)

    shown = room.teacher.get(f"{room.url}?term={row.id}").text
    form = fields_in(shown, room.url)
    room.teacher.post(
        room.url, form | {"do": f"change {row.id}", "said": "common work"}
    )

    assert link.isdecimal()
    assert room.lines() == [
        Line("es", "guaro"),
        Line("es", "minga", "en", "common work"),
    ]
    assert (form["term"], form["to_lang"], form["said"]) == ("minga", "en", "work")
    room.send(do=f"remove {row.id}")
    assert room.lines() == [Line("es", "guaro")]


def test_a_refused_form_keeps_all_words_and_says_why_beside_the_field(
    room: Class,
) -> None:
    answer = room.send(**(ADDED | {"term": "**minga**", "said": "a <b>"}))

    assert answer.status_code == 422
    assert Judge(answer.text).faults == []
    form = fields_in(answer.text.split("<details")[0], room.url)
    assert (form["term"], form["said"]) == ("**minga**", "a <b>")
    assert "the sign *" in answer.text.split('name="term"')[0]
    assert room.lines() == []


def test_a_refused_change_is_still_a_change(room: Class) -> None:
    room.put(Line("es", "minga"), Line("es", "guaro"))
    row = max(terms_of_class(room.room.id), key=lambda row: row.term)

    answer = room.send(
        **(ADDED | {"do": f"change {row.id}", "term": "Guaro", "said": ""})
    )

    assert answer.status_code == 422
    assert "there already" in answer.text
    assert f'value="change {row.id}"' in answer.text


def test_a_list_is_pasted(room: Class) -> None:
    room.put(Line("es", "minga", "en", "party"))

    answer = room.send(
        do="paste",
        lang="es",
        to_lang="en",
        lines="minga; work\r\n\r\nLuna\r\nguaro;spirits",
    )

    assert answer.status_code == 303
    assert dict(parse_qsl(answer.location.partition("?")[2])) == {
        "done": "1", "new": "2", "changed": "1",
    }  # fmt: skip
    assert room.lines() == [
        Line("es", "guaro", "en", "spirits"),
        Line("es", "Luna"),
        Line("es", "minga", "en", "work"),
    ]


def test_what_was_here_already_is_not_translated_again(room: Class) -> None:
    again = "translated again"
    paste = {"do": "paste", "lang": "es", "to_lang": "en", "lines": "minga; work"}

    first = room.teacher.get(room.send(**paste).location).text
    second = room.teacher.get(room.send(**paste).location).text

    assert again in first
    assert again not in second


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("minga\n*guaro*", "Row 2: “*guaro*” has the sign *"),
        ("minga;work;more", "Row 1: it has more than two cells"),
        ('minga;"work', "Row 1 begins with a quotation mark"),
        (" \n", "Nothing is here."),
        ("Sentence;Language;In language;How it is said\nSí.;es;en;Yes.", "as a file"),
    ],
)
def test_a_pasted_list_with_a_bad_line_is_refused_whole(
    room: Class, lines: str, said: str
) -> None:
    answer = room.send(do="paste", lang="es", to_lang="en", lines=lines)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert lines.strip() in unescape(answer.text)
    assert room.lines() == []


def test_a_file_goes_out_and_in_again(room: Class) -> None:
    lines = [
        Line("es", '¡Olé; "olé", olé!', "en", "- hey"),
        Line("es", "guaro"),
        Line("es", "quinceañera", "en", "sweet fifteen"),
    ]
    room.put(*lines)
    file = room.teacher.get(f"{room.url}.csv")
    for row in terms_of_class(room.room.id):
        changing.remove(row)
    db.session.commit()

    answer = room.upload(file.data)

    assert file.mimetype == "text/csv"
    assert "Glossary-of-Class" in file.headers["Content-Disposition"]
    assert "new=3" in answer.location
    assert sorted(room.lines()) == sorted(lines)


def test_a_file_leaves_what_is_said_otherwise_unless_told(room: Class) -> None:
    room.put(Line("es", "minga", "en", "party"))
    data = "Word or name;How it is said\nminga;work\nLuna;".encode("utf-16")

    kept = room.upload(data)
    assert room.lines() == [Line("es", "Luna"), Line("es", "minga", "en", "party")]
    replaced = room.upload(data, replace="1")

    assert "new=1&differ=1" in kept.location
    assert "changed=1&same=1" in replaced.location
    assert "send it again with the tick" in unescape(
        room.teacher.get(kept.location).text
    )
    assert room.lines() == [Line("es", "Luna"), Line("es", "minga", "en", "work")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Nothing is here"),
        (b"PK\x03\x04", "the spreadsheet itself"),
        (b"\x89PNG\r\n\x1a\n\0\0", "damaged"),
        (
            b"Number;Full name;Shown name\n1;Ana Ruiz;Ana R.",
            "Row 1: it has more than two",
        ),
        (b"Word or name;Word or name\na;b", "Row 1 titles the columns otherwise"),
        (b"Word or name;How it is said\nminga;work\n;x", "Row 3: it has neither"),
        (
            b"Code of the class;Word or name;How it is said\n99;minga;x",
            "of a whole server",
        ),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_and_nothing_of_it_taken(
    room: Class, data: bytes, said: str
) -> None:
    answer = room.upload(data)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert Judge(answer.text).faults == []
    assert room.lines() == []


def test_a_file_has_an_end(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glossary_views, "FILE_MAX_BYTES", 20)

    assert room.upload(b"x" * 20).status_code == 303
    answer = room.upload(b"x" * 21)

    assert answer.status_code == 422
    assert "too large" in answer.text


def test_a_form_without_a_file_is_refused(room: Class) -> None:
    answer = room.teacher.post(f"{room.url}/file", {})

    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_pupils_read_it_and_have_no_forms(app: Flask, room: Class) -> None:
    room.put(Line("es", "minga", "en", "work"))
    pupil = Client(app, room.two.pupil)

    answer = pupil.get(room.url)

    assert answer.status_code == 200
    assert ">minga</b>" in answer.text
    assert "<form" not in answer.text.split("<main>")[1]
    assert "?term=" not in answer.text
    assert pupil.post(room.url, ADDED).status_code == 404


def test_a_term_of_another_class_is_nothing_here(room: Class) -> None:
    other = a_classroom(room.account)
    changing.take(other.id, [Line("es", "minga")], None)
    (row,) = terms_of_class(other.id)
    db.session.commit()

    assert room.teacher.get(f"{room.url}?term={row.id}").status_code == 404
    assert room.send(do=f"remove {row.id}").status_code == 404
    assert len(terms_of_class(other.id)) == 1


def test_a_full_glossary_says_so_where_the_form_is(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "TERMS_MAX", 1)
    room.put(Line("es", "minga"))

    typed = room.send(**(ADDED | {"term": "guaro"}))
    pasted = room.send(do="paste", lang="es", to_lang="", lines="guaro")
    sent = room.upload(b"guaro")

    assert [one.status_code for one in (typed, pasted, sent)] == [422] * 3
    assert "2 words; 1 fit" in typed.text.split("<details")[0]
    assert "2 words; 1 fit" in pasted.text.split("<details open")[1]
    assert "2 words; 1 fit" in sent.text.split("<details open")[1]


def test_an_act_that_is_none_is_a_bad_request(room: Class) -> None:
    assert room.send(do="dance").status_code == 400
    assert room.send(do="remove x").status_code == 404


def test_mended_sentences_of_the_posts_she_may_read_are_in_her_file(
    app: Flask, room: Class
) -> None:
    hers, elsewhere = room.two.letter("Sí."), Two().letter("No.")
    memory.say("es-en", "Sí.", "Yes.", None, [hers.current_id or 0])
    memory.say("es-en", "No.", "No!", None, [elsewhere.current_id or 0])
    memory.say("es-en", "Nada.", "Nothing.", None)
    db.session.commit()

    file = room.teacher.get(f"{room.url}.csv?sentences")

    assert file.data.decode("utf-8-sig").splitlines() == [
        "Sentence,Language,In language,How it is said",
        "Sí.,es,en,Yes.",
    ]
    assert "Mended-sentences-of" in file.headers["Content-Disposition"]


def test_five_hundred_terms_are_shown_page_by_page(app: Flask, room: Class) -> None:
    words = [f"{n:03} palabra de la región " + "xyz" * 17 for n in range(200)]
    room.put(*[Line("es", word[:TERM_MAX], "en", word[::-1].strip()) for word in words])
    packed = {"Accept-Encoding": "gzip"}

    first = room.teacher.get(room.url, headers=packed)
    with counted() as said:
        last = room.teacher.get(f"{room.url}?from=150", headers=packed)

    assert len(said) <= MOST_QUERIES
    assert len(first.data) <= MOST_BYTES
    page, end = (gzip.decompress(one.data).decode() for one in (first, last))
    assert page.count("?term=") == end.count("?term=") == 50
    assert f"{room.url}?from=50" in page
    assert "More words" not in end
    assert Judge(page).faults == []
