"""The pages of mending: a sentence's form, and what waits for a teacher."""

import gzip
import random

import pytest
from flask import Flask

from app.accounts.models import Account
from app.db import db, now
from app.home.morning import what_waits
from app.jobs.models import open_jobs
from app.posts.models import AGAIN, Rendition
from app.translate import memory
from app.translate.models import Memory, Mend, WrongReading
from app.translate.translating import KIND
from app.wording import mending, wrong_readings
from app.wording.wrong_readings import say_wrong
from tests.builders import a_classroom, a_co_teacher, a_pupil, an_adult, teacher_of
from tests.clients import Client, fields_in
from tests.web.test_every_page import MOST_BYTES, MOST_QUERIES, counted
from tests.wording.test_side_views import HELLO, ODD, PACKED, RIVER, Two

WIDE = "The river is wide."


def asked(sentence: str, target: str = WIDE, **more: str) -> dict[str, str]:
    return {"lang": "en", "source": sentence, "target": target, **more}


def words_by_persons() -> list[str]:
    rows = db.session.query(Memory).filter_by(by=memory.BY_PERSON)
    return [row.target for row in rows]


def test_a_teacher_mends_on_a_form_that_shows_both(app: Flask) -> None:
    two = Two(HELLO, RIVER)
    client, url = Client(app, two.partner), f"{two.url}/1"
    page = client.get(url).text
    assert RIVER[0] in page
    form = fields_in(page, url)
    assert form["target"] == RIVER[1]

    answer = client.post(url, {**form, "target": WIDE})

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert WIDE in page
    assert 'role="status"' in page.split('id="s1"')[1]
    assert words_by_persons() == [WIDE]
    assert db.session.get_one(Rendition, two.copy.id).pack == AGAIN
    assert two.post.id in open_jobs(KIND)


def test_a_stumble_has_no_words_to_begin_with(app: Flask) -> None:
    two = Two(ODD)

    form = fields_in(Client(app, two.teacher).get(f"{two.url}/0").text, f"{two.url}/0")

    assert form["target"] == ""


@pytest.mark.parametrize("words", ["", " ", "x" * (mending.TARGET_MAX + 1)])
def test_a_refused_form_keeps_all_words(app: Flask, words: str) -> None:
    two = Two(RIVER)

    answer = Client(app, two.teacher).post(f"{two.url}/0", asked(RIVER[0], words))

    assert answer.status_code == 422
    assert words.strip() in answer.text
    assert 'aria-describedby="error"' in answer.text
    assert words_by_persons() == []


TOLD = {
    "en": "Say that a sentence reads wrong",
    "es": "Di que una frase está mal dicha",
}


def test_who_reads_but_does_not_teach_there_is_told_what_she_can_do(
    app: Flask,
) -> None:
    two = Two(RIVER)
    mate, lead = a_pupil(two.room), an_adult(two.room.school, safeguarding=True)

    for who in (two.reader, mate, lead):
        client = Client(app, who)
        for answer in (
            client.get(f"{two.url}/0"),
            client.post(f"{two.url}/0", asked(RIVER[0])),
            client.post(f"{two.url}/0", asked(RIVER[0], do="back")),
        ):
            assert answer.status_code == 403
            assert TOLD[who.person.lang] in answer.text
        assert f"{two.url}/0?" not in client.get(f"{two.url}?lang=en").text
    assert words_by_persons() == []


def test_what_is_not_there_is_nothing(app: Flask) -> None:
    two = Two(RIVER)
    client = Client(app, two.teacher)

    assert client.get(f"{two.url}/1").status_code == 404
    gone = client.post(f"{two.url}/0", asked("Otra frase.", WIDE))

    assert gone.status_code == 409
    assert WIDE in gone.text
    assert words_by_persons() == []


def test_the_author_sees_her_words_with_her_teacher(app: Flask) -> None:
    two = Two(RIVER)
    author = Client(app, two.author)
    assert "Your teacher reads it" in author.get(f"{two.url}/0").text

    done = author.post(f"{two.url}/0", asked(RIVER[0]))

    page = author.get(done.location).text
    assert "With your teacher" in page
    assert WIDE in page
    assert RIVER[1] in page
    for reader in (two.reader, two.partner, two.teacher):
        assert WIDE not in Client(app, reader).get(f"{two.url}?lang=en").text
    assert words_by_persons() == []
    assert fields_in(author.get(f"{two.url}/0").text, f"{two.url}/0")["target"] == WIDE


def test_her_teacher_reads_a_pupils_words_where_she_would_say_it(app: Flask) -> None:
    two = Two(RIVER)
    Client(app, two.author).post(f"{two.url}/0", asked(RIVER[0]))

    assert WIDE in Client(app, two.teacher).get(f"{two.url}/0").text


def test_what_a_pupil_wants_said_is_for_her_teacher_and_no_other(app: Flask) -> None:
    """Nothing a pupil writes goes further before her own teacher has released it."""
    two = Two(RIVER)
    Client(app, two.author).post(f"{two.url}/0", asked(RIVER[0]))

    assert WIDE not in Client(app, two.partner).get(f"{two.url}/0").text
    assert WIDE not in Client(app, two.partner).get("/translations").text


def test_a_mend_is_released_or_dropped_in_two_taps(app: Flask) -> None:
    two = Two(RIVER, HELLO)
    author, teacher = Client(app, two.author), Client(app, two.teacher)
    author.post(f"{two.url}/0", asked(RIVER[0]))
    author.post(f"{two.url}/1", asked(HELLO[0], "Hi, you."))
    page = teacher.get("/translations").text
    for words in (RIVER[0], RIVER[1], WIDE, HELLO[0], HELLO[1], "Hi, you."):
        assert words in page
    first, second = [one.name for one in mending.listed(two.teacher)[0]]

    released = teacher.post("/translations", {"do": f"release {first}"})
    dropped = teacher.post("/translations", {"do": f"drop {second}"})
    again = teacher.post("/translations", {"do": f"release {first}"})

    assert "Done." in teacher.get(released.location).text
    assert "Done." in teacher.get(dropped.location).text
    assert "This waits no more" in teacher.get(again.location).text
    assert words_by_persons() == [WIDE]
    assert db.session.query(Mend).count() == 0


def test_only_her_own_teachers_release(app: Flask) -> None:
    two = Two(RIVER)
    Client(app, two.author).post(f"{two.url}/0", asked(RIVER[0]))
    ((waiting,), _more) = mending.listed(two.teacher)
    name = waiting.name

    for other in (two.partner, teacher_of(a_classroom())):
        Client(app, other).post("/translations", {"do": f"release {name}"})
        Client(app, other).post("/translations", {"do": f"drop {name}"})
    assert words_by_persons() == []
    assert db.session.query(Mend).count() == 1

    co_teacher = a_co_teacher(two.room)
    Client(app, co_teacher).post("/translations", {"do": f"release {name}"})
    assert words_by_persons() == [WIDE]


def test_only_the_words_that_she_read_are_released(app: Flask) -> None:
    """A pupil who says it otherwise meanwhile is read again first."""
    two = Two(RIVER)
    author, teacher = Client(app, two.author), Client(app, two.teacher)
    author.post(f"{two.url}/0", asked(RIVER[0]))
    form = fields_in(teacher.get("/translations").text, "/translations")
    ((read,), _more) = mending.listed(two.teacher)
    shown = read.name
    author.post(f"{two.url}/0", asked(RIVER[0], "Come to the river tonight."))

    for act in ("release", "drop"):
        answer = teacher.post("/translations", {**form, "do": f"{act} {shown}"})
        page = teacher.get(answer.location).text
        assert "This waits no more" in page
        assert "Come to the river tonight." in page

    assert words_by_persons() == []
    assert db.session.query(Mend).count() == 1


@pytest.mark.parametrize("asked_for", ["", "release", "release x", "keep 1"])
def test_what_no_button_says_is_refused(app: Flask, asked_for: str) -> None:
    two = Two(RIVER)

    answer = Client(app, two.teacher).post("/translations", {"do": asked_for})

    assert answer.status_code == 400


def test_what_reads_wrong_is_listed_with_how_many_said_so(app: Flask) -> None:
    two = Two(RIVER, HELLO)
    for reader in (two.reader, a_pupil(two.other)):
        _say_wrong(two, 0, reader)
    _say_wrong(two, 1, two.reader)

    (first, second), more = wrong_readings.listed(two.teacher)

    assert (first.readers, first.n, second.readers, second.n) == (2, 0, 1, 1)
    assert first.sentence == two.copy.sentences[0]
    assert not more
    page = Client(app, two.teacher).get("/translations").text
    assert page.index("2 readers say") < page.index("1 reader says")
    assert f"{two.url}/0?lang=en" in page


def test_it_is_listed_for_who_teaches_its_readers_and_nobody_else(app: Flask) -> None:
    two = Two(RIVER)
    _say_wrong(two, 0, two.reader)
    (row,) = db.session.query(WrongReading)
    reading_id = row.id
    stranger = teacher_of(a_classroom())

    for teacher, hers in (
        (two.teacher, True), (two.partner, True), (stranger, False),
    ):  # fmt: skip
        assert bool(wrong_readings.listed(teacher)[0]) is hers
        assert what_waits(teacher).translations == int(hers)
    Client(app, stranger).post("/translations", {"do": f"settle {reading_id}"})

    assert wrong_readings.listed(two.teacher)[0] != []


def test_it_reads_well_settles_what_all_said_in_that_post(app: Flask) -> None:
    two = Two(RIVER)
    for reader in (two.reader, a_pupil(two.other)):
        _say_wrong(two, 0, reader)
    (found,), _more = wrong_readings.listed(two.teacher)

    done = Client(app, two.teacher).post("/translations", {"do": f"settle {found.id}"})

    assert done.status_code == 303
    assert wrong_readings.listed(two.teacher) == ([], False)
    assert all(row.settled_at for row in db.session.query(WrongReading))


def test_what_is_hidden_changed_or_settled_is_not_listed(app: Flask) -> None:
    two = Two(RIVER)
    _say_wrong(two, 0, two.reader)
    two.post.hidden_at = now()
    assert wrong_readings.listed(two.teacher) == ([], False)
    two.post.hidden_at = None
    assert len(wrong_readings.listed(two.teacher)[0]) == 1

    wrong_readings.settle(memory.digest(RIVER[0]), "es")
    wrong_readings.settle(memory.digest(HELLO[0]), "en")
    assert len(wrong_readings.listed(two.teacher)[0]) == 1
    wrong_readings.settle(memory.digest(RIVER[0]), "en")
    assert wrong_readings.listed(two.teacher) == ([], False)


def test_a_sentence_that_is_cut_otherwise_now_can_still_be_settled(app: Flask) -> None:
    two = Two(RIVER)
    assert two.post.current_id is not None
    say_wrong(two.post.current_id, "en", "El río", two.reader)
    db.session.commit()

    (found,), _more = wrong_readings.listed(two.teacher)

    assert found.sentence is None
    assert Client(app, two.teacher).get("/translations").status_code == 200


def test_a_long_list_is_cut_with_a_word(app: Flask) -> None:
    many = [(f"Frase {n}.", f"Sentence {n}.", "") for n in range(12)]
    two = Two(*many)
    author = Client(app, two.author)
    for n, (source, _target, _how) in enumerate(many):
        _say_wrong(two, n, two.reader)
        author.post(f"{two.url}/{n}", asked(source, f"Better {n}."))
    teacher = Client(app, two.teacher)
    teacher.get("/translations")

    with counted() as said:
        page = teacher.get("/translations").text

    assert len(said) <= MOST_QUERIES
    assert page.count("Release it") == mending.LISTED
    assert page.count("It reads well") == wrong_readings.LISTED
    assert "More wait" in page


def test_long_sentences_fill_a_page_that_a_weak_link_carries(app: Flask) -> None:
    many = [
        (f"{unpacked(str(n), 290)}.", f"{unpacked(f'x{n}', 290)}.", "")
        for n in range(10)
    ]
    two = Two(*many)
    author = Client(app, two.author)
    for n, (source, _target, _how) in enumerate(many):
        _say_wrong(two, n, two.reader)
        author.post(f"{two.url}/{n}", asked(source, unpacked(f"y{n}", 1000)))

    answer = Client(app, two.teacher).get("/translations", headers=PACKED)

    assert len(answer.data) < MOST_BYTES
    page = gzip.decompress(answer.data).decode()
    assert 0 < page.count("Release it") < 10
    assert "More wait" in page


def unpacked(seed: str, letters: int) -> str:
    """Make words in a script of three bytes a letter that hardly pack."""
    chosen = random.Random(seed)
    return "".join(chr(0x4E00 + chosen.randrange(5000)) for _n in range(letters))


def test_my_morning_leads_there_when_something_waits(app: Flask) -> None:
    two = Two(RIVER)
    teacher = Client(app, two.teacher)
    assert "/translations" not in teacher.get("/").text

    _say_wrong(two, 0, two.reader)
    Client(app, two.author).post(f"{two.url}/0", asked(RIVER[0]))

    assert "2 translations to look at" in teacher.get("/").text
    assert "/translations" in teacher.get("/waiting").text


def test_figures_of_doubt_stand_below(app: Flask) -> None:
    two = Two(RIVER, HELLO, ODD)

    page = Client(app, two.teacher).get("/translations").text

    assert "es-en 0.2" in page
    assert "3 sentences." in page
    assert "Not translated well: 1." in page
    assert "Said by a person: 1." in page


def _say_wrong(two: Two, n: int, reader: Account) -> None:
    assert two.post.current_id is not None
    say_wrong(two.post.current_id, two.lang, two.sentence(n), reader)
    db.session.commit()
