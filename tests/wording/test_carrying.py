"""Glossaries and mended sentences from server to server: nothing of them is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.classrooms.list_decoding import decoded
from app.classrooms.models import Classroom
from app.db import db
from app.jobs import Job
from app.jobs.models import open_jobs
from app.packs import installing, packs
from app.posts.models import Post
from app.translate import memory
from app.translate.glossary import Line, terms_of_class
from app.translate.memory import BY_PERSON
from app.translate.models import Memory, MemorySource
from app.translate.translating import KIND
from app.web.errors import Refused
from app.wording import changing
from app.wording.carrying import Took, all_out, sentences_out, take_in, terms_out
from app.wording.changing import Taken
from app.wording.spreadsheets import OF_SERVER, OF_TERMS, Entry, entries_of, written
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    letters_between,
    own_space,
    released,
    teacher_of,
)
from tests.starter_packs import STARTERS
from tests.translate.test_cli import say
from tests.translate.test_translating import Two, renditions, work

RIVER = "El río es grande."
MENDED = "The river is wide."
MINGA = Line("es", "minga", "en", "work party")


def mend(source: str = RIVER, target: str = MENDED, pair: str = "es-en") -> None:
    memory.say(pair, source, target, None)
    db.session.commit()


def sentence(source: str = RIVER, target: str = MENDED, **more: Any) -> Entry:
    return Entry(1, "", source, "es", "en", target)._replace(**more)


def said() -> dict[tuple[str, str], str]:
    db.session.expire_all()
    rows = db.session.query(Memory).filter_by(by=BY_PERSON)
    return {(row.pair, row.source): row.target for row in rows}


def lines_of(room: Classroom) -> list[Line]:
    return [
        Line(row.lang, row.term, row.to_lang, row.said)
        for row in terms_of_class(room.id)
    ]


def taken(
    *entries: Entry, room: Classroom | None = None, replace: bool = False
) -> Took:
    numbered = [entry._replace(row=n) for n, entry in enumerate(entries, 2)]
    took = take_in(numbered, room, None, replace=replace)
    db.session.commit()
    return took


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "words.csv"


def test_a_mended_sentence_is_taken_without_a_person_or_a_post(app: Flask) -> None:
    took = taken(sentence(), sentence("Sí.", "Yes!"))

    assert took.sentences == Taken(new=2)
    assert said() == {("es-en", RIVER): MENDED, ("es-en", "Sí."): "Yes!"}
    assert {row.person_id for row in db.session.query(Memory)} == {None}
    assert db.session.query(MemorySource).count() == 0


def test_what_is_said_here_stays_unless_the_file_is_to_win(app: Flask) -> None:
    mend()
    other = sentence(target="The river is large.")

    assert taken(sentence(), other, replace=False).sentences == Taken(differ=1)
    assert said() == {("es-en", RIVER): MENDED}
    assert taken(sentence()).sentences == Taken(same=1)
    assert taken(other, replace=True).sentences == Taken(changed=1)
    assert said() == {("es-en", RIVER): "The river is large."}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (sentence(lang=""), "Row 4: Write in which language"),
        (sentence(to_lang=""), "Row 4: Write in which language"),
        (sentence(to_lang="es"), "Row 4: The two languages are the same"),
        (sentence(said=" "), "Row 4: There are no words"),
        (sentence(sentence="a" * 1001), "Row 4: The sentence is far too long"),
        (sentence(said="a" * 1001), "Row 4: Your words are longer"),
        (Entry(0, "*minga*", "", "es", "", ""), "Row 4: “*minga*” has the sign"),
    ],
)
def test_a_row_that_is_none_is_named_and_nothing_is_taken(
    app: Flask, bad: Entry, words: str
) -> None:
    room = a_classroom()

    with pytest.raises(Refused) as refused:
        taken(Entry(0, "minga", "", "es", "en", "work"), sentence(), bad, room=room)

    assert words in str(refused.value)
    assert said() == {}
    assert lines_of(room) == []


def test_terms_go_to_their_class_by_its_code_else_by_its_title(app: Flask) -> None:
    one, other = a_classroom(), a_classroom()
    term = Entry(0, "minga", "", "es", "en", "work")
    gone = term._replace(code="000", title="Class that is not here")

    took = taken(
        term._replace(code=one.code, title=other.title),
        term._replace(term="guaro", code="000", title=other.title),
        gone,
        gone._replace(term="tinto"),
    )

    assert took.terms == Taken(new=2)
    assert took.strangers == {"Class that is not here": 2}
    assert [line.term for line in lines_of(one)] == ["minga"]
    assert [line.term for line in lines_of(other)] == ["guaro"]


def test_terms_of_no_class_are_told_to_go_into_one(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    terms = Entry(0, "minga", "", "es", "en", "work")
    file.write_bytes(written(OF_TERMS, [terms], "en"))

    output = say(app, "translate", "import", str(file))[1]

    assert "1 name no class and stay out" in output


def test_a_title_that_two_classes_have_names_none(app: Flask) -> None:
    one, other = a_classroom(), a_classroom()
    other.title = one.title
    term = Entry(0, "minga", "", "es", "", "", "000", one.title)

    assert taken(term).strangers == {one.title: 1}
    assert lines_of(one) == lines_of(other) == []


def test_posts_with_an_imported_sentence_are_made_again(with_packs: Flask) -> None:
    two = Two()
    old, other = two.letter(f"Hola. {RIVER}"), two.letter("Me gusta leer.")
    work()
    db.session.query(Job).delete()
    db.session.commit()

    taken(sentence())

    assert open_jobs(KIND) == [old.id]
    work()
    assert MENDED in (renditions(old)["en"].source or "")
    assert renditions(old)["en"].mended == 1
    assert renditions(other)["en"].mended == 0


def test_a_class_does_not_say_how_posts_of_others_read(with_packs: Flask) -> None:
    two, strangers = Two(), Two()
    both = f"Hola. {RIVER}"
    two.letter(both)
    far = strangers.letter(both)
    hers = two.letter("Me gusta leer.")
    work()
    reading = sentence("Me gusta leer.", "I love to read.")

    took = taken(sentence(), reading, room=two.spanish, replace=True)

    assert took.sentences == Taken(new=1, differ=1)
    assert said() == {("es-en", "Me gusta leer."): "I love to read."}
    work()
    assert MENDED not in (renditions(far)["en"].source or "")
    assert renditions(hers)["en"].source == "I love to read."
    # Who looks after the machine answers for all of it.
    assert taken(sentence()).sentences == Taken(new=1)


def test_who_took_a_sentence_in_is_known(app: Flask) -> None:
    room = a_classroom(lang="es")
    teacher = teacher_of(room)

    take_in([sentence()._replace(row=2)], room, teacher.person_id, replace=False)

    assert {row.person_id for row in db.session.query(Memory)} == {teacher.person_id}


def test_posts_that_no_pack_could_say_are_made_again_too(app: Flask) -> None:
    two = Two()
    old, other = two.letter(f"Hola. {RIVER}"), two.letter("Me gusta leer.")
    work()
    assert renditions(old)["en"].source is None

    taken(sentence())
    work()

    assert renditions(old)["en"].source == f"Hola. {MENDED}"
    assert renditions(other)["en"].source is None


def test_what_was_here_already_makes_nothing_again(with_packs: Flask) -> None:
    post = Two().letter(RIVER)
    mend()
    work()
    db.session.query(Job).delete()
    db.session.commit()

    taken(sentence(), sentence(target="Otherwise."))

    assert open_jobs(KIND) == []
    assert post.current_id


def test_letters_between_others_are_not_in_a_teachers_file(app: Flask) -> None:
    """A third class is in the same space; its letters are not for this teacher."""
    two = Two()
    pair = letters_between(
        two.space, teacher_of(two.spanish), two.pupil, a_pupil(two.english)
    )
    letter = released(a_post(pair, two.pupil, RIVER), teacher_of(two.spanish))
    memory.say("es-en", RIVER, MENDED, None, [letter.current_id or 0])
    reader, third = teacher_of(two.spanish), a_classroom(lang="fr")
    _join(third, two)

    assert [one.said for one in sentences_out(two.spanish, reader)] == [MENDED]
    assert list(sentences_out(third, teacher_of(third))) == []


def _join(room: Classroom, two: Two) -> None:
    (joined,) = [one for one in two.space.classrooms if one.classroom is two.spanish]
    for one in own_space(room).classrooms:
        one.space_id = two.space.id
        one.joined_at = joined.joined_at
    db.session.commit()


@pytest.fixture
def carried(with_packs: Flask, file: Path) -> tuple[Two, Path]:
    """A server with terms and mended sentences, and the file of them."""
    two = Two()
    changing.take(two.spanish.id, [MINGA, Line("es", "Luna")], None)
    mend()
    mend("¿Sí?", "Yes?")
    mend("Bye.", "=Adiós", pair="en-es")
    assert say(with_packs, "translate", "export", str(file))[0] == 0
    return two, file


def test_everything_goes_to_an_empty_server_and_is_used_there(
    carried: tuple[Two, Path], with_packs: Flask
) -> None:
    two, file = carried
    before, code, title = said(), two.spanish.code, two.spanish.title
    everything = sorted(_bare(all_out()))
    _empty(two)
    there = Two()
    there.spanish.title = title
    db.session.commit()

    exit_code, output = say(with_packs, "translate", "import", str(file))

    assert exit_code == 0, output
    assert "Terms: 2 new" in output
    assert "Mended sentences: 3 new" in output
    assert said() == before
    assert sorted(_bare(all_out(), code)) == everything
    post = there.letter(f"{RIVER} La minga es de Luna.")
    work()
    made = renditions(post)["en"].source or ""
    assert MENDED in made
    assert "work party" in made
    assert renditions(post)["en"].mended == 1


def _bare(entries: Iterator[Entry], code: str = "") -> list[Entry]:
    return [
        one._replace(row=0, code=code if one.code and code else one.code)
        for one in entries
    ]


def _empty(two: Two) -> None:
    for row in terms_of_class(two.spanish.id):
        db.session.delete(row)
    db.session.query(MemorySource).delete()
    db.session.query(Memory).delete()
    two.spanish.code, two.spanish.title = "gone", "Gone"
    db.session.commit()
    assert list(all_out()) == []


def test_taken_in_twice_it_is_as_once(carried: tuple[Two, Path], app: Flask) -> None:
    _two, file = carried
    before = sorted(_bare(all_out()))

    output = say(app, "translate", "import", str(file))[1]

    assert "Terms: 0 new, 0 changed, 2 here already, 0 otherwise here." in output
    assert "sentences: 0 new, 0 changed, 3 here already" in output
    assert "again" not in output
    assert sorted(_bare(all_out())) == before


def test_terms_may_go_into_another_class(carried: tuple[Two, Path], app: Flask) -> None:
    two, file = carried
    other = a_classroom()
    two.spanish.code, two.spanish.title = "gone", "Gone"
    db.session.commit()

    left = say(app, "translate", "import", str(file))[1]
    done = say(app, "translate", "import", str(file), "--into", other.code)[1]

    assert "2 of the class" in left
    assert "2 new" in done
    assert sorted(lines_of(other)) == sorted([MINGA, Line("es", "Luna")])
    assert say(app, "translate", "import", str(file), "--into", "99")[0] == 1


def test_what_differs_is_counted_and_taken_when_told(
    carried: tuple[Two, Path], app: Flask
) -> None:
    two, file = carried
    mend(target="The river is large.")
    changing.take(two.spanish.id, [MINGA._replace(said="common work")], None)
    db.session.commit()

    kept = say(app, "translate", "import", str(file))[1]
    assert said()["es-en", RIVER] == "The river is large."
    replaced = say(app, "translate", "import", str(file), "--replace")[1]

    assert kept.count("1 otherwise here") == 2
    assert "--replace takes the file's" in kept
    assert replaced.count("1 changed") == 2
    assert said()["es-en", RIVER] == MENDED
    assert MINGA in lines_of(two.spanish)


def test_a_file_that_is_there_is_not_written_over(
    carried: tuple[Two, Path], app: Flask
) -> None:
    _two, file = carried
    before = file.read_bytes()

    code, output = say(app, "translate", "export", str(file))

    assert (code, file.read_bytes()) == (1, before)
    assert "is there already" in output
    assert file.stat().st_mode & 0o077 == 0
    assert say(app, "translate", "export", str(file / "in"))[0] == 1


@pytest.mark.parametrize("harm", ["cut", "bit", "foreign", "gone"])
def test_a_damaged_or_foreign_file_is_refused_whole(
    carried: tuple[Two, Path], app: Flask, harm: str
) -> None:
    two, file = carried
    _empty(two)
    data = file.read_bytes()
    if harm == "cut":
        file.write_bytes(data.replace(b"Yes?", b'"Yes?'))
    elif harm == "bit":
        file.write_bytes(data.replace(b"es,en,work", b"e\x01,en,work"))
    elif harm == "foreign":
        file.write_bytes(b"Number,Full name,Shown name\r\n1,Ana Ruiz,Ana R.\r\n")
    else:
        file.unlink()

    code, output = say(app, "translate", "import", str(file))

    assert code == 1
    assert output.count("\n") == 1
    assert said() == {}
    assert lines_of(two.spanish) == []


def test_mended_sentences_and_terms_survive_a_rebuild(with_packs: Flask) -> None:
    two = Two()
    post = _used(two)

    assert say(with_packs, "translate", "rebuild")[0] == 0

    _is_still_used(post)


@pytest.mark.parametrize("how", ["another version", "removed", "removed and back"])
def test_mended_sentences_and_terms_survive_a_change_of_packs(
    with_packs: Flask, how: str
) -> None:
    two = Two()
    post = _used(two)
    if how == "another version":
        metadata = packs.packs_folder() / "es_en" / "metadata.json"
        told = json.loads(metadata.read_text())
        metadata.unlink()
        metadata.write_text(json.dumps(told | {"package_version": "0.9"}))
    else:
        packs.remove("es-en")
    if how == "removed and back":
        installing.install(STARTERS / "translate-es_en.argosmodel")
    say(with_packs, "translate", "rebuild")
    work()

    _is_still_used(post)
    fresh = two.letter(RIVER)
    work()
    assert renditions(fresh)["en"].source == MENDED
    if how == "another version":
        assert renditions(post)["en"].pack == "es-en 0.9"


def _used(two: Two) -> Post:
    changing.take(two.spanish.id, [MINGA], None)
    mend()
    post = two.letter(f"{RIVER} La minga es grande.")
    work()
    _is_still_used(post)
    return post


def _is_still_used(post: Post) -> None:
    row = renditions(post)["en"]
    assert (row.source or "").startswith(MENDED)
    assert "work party" in (row.source or "")
    assert row.mended == 1


def test_a_file_of_one_class_has_its_terms(app: Flask) -> None:
    two = Two()
    changing.take(two.spanish.id, [MINGA], None)
    changing.take(two.english.id, [Line("en", "Spot")], None)

    assert [one.term for one in terms_out(two.spanish.id)] == ["minga"]
    assert {one.code for one in all_out()} == {two.spanish.code, two.english.code}


def test_many_sentences_are_looked_for_in_portions(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "AT_ONCE", 2)
    post = Two().letter(RIVER)
    work()
    db.session.query(Job).delete()
    db.session.commit()

    took = taken(*[sentence(f"Frase {n}.", "x") for n in range(5)], sentence())

    assert took.sentences == Taken(new=6)
    assert open_jobs(KIND) == [post.id]


def test_a_servers_file_is_read_as_it_was_written(app: Flask) -> None:
    mend()

    data = written(OF_SERVER, all_out(), "en")

    assert entries_of(decoded(data).text, "", "", 10) == [sentence()._replace(row=2)]
