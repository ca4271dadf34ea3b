"""Saving a list: what was shown, all of it or nothing, whatever the file was."""

import codecs
import io
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from app.accounts import shown_names
from app.accounts.models import Account, Person
from app.accounts.secrets import secret_matches
from app.classrooms import class_list
from app.classrooms.class_list import let_leave, pupils
from app.classrooms.list_planning import plan
from app.classrooms.list_reading import rows_of
from app.classrooms.list_saving import add_pupils, save
from app.classrooms.models import Classroom, Member
from app.db import db
from app.web.errors import Refused
from tests.builders import PIN, a_classroom, a_pupil, pin, teacher_of
from tests.class_lists import looked_at, saved, saving
from tests.clients import Client

LIST = "Full name;Shown name\r\n" + "".join(
    f"{name};{shown}\r\n"
    for name, shown in [
        ("Ana Ruiz", ""), ("José Peña", "Pepe"), ('"Gil, ""Eva"" María"', "Eva"),
        ("محمد علي", "محمد"), ("Zoë Łoś", "Zoë"), ("=SUM(A1)", "'=Sum"), ("李小龍", ""),
    ]
)  # fmt: skip
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp1256",
)
CARD_PIN = re.compile(r'class="pin" dir="ltr">\d{3} \d{3}<')
BIDI = "\u202e\u202d\u2066\u2069\u200f\u061c"


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


def counted() -> tuple[int, ...]:
    """Count the rows that a list makes."""
    db.session.rollback()
    return tuple(
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Account, Person, Member)
    )


def full_names(room: Classroom) -> list[str]:
    db.session.rollback()
    return [account.full_name for account in pupils(room)]


def test_a_plan_is_carried_out_whole(room: Classroom) -> None:
    ana, gone = a_pupil(room, "Ana Ruis"), a_pupil(room, "Ida Gil")
    jose = a_pupil(room, "José Peña")
    let_leave(room, gone)
    text = (f"Number,Name,Shown name\n{ana.person.number},Ana Ruiz,\n,jose pena,Pepe\n"
            ",Ida Gil,\n,Eva Gil,Eva")  # fmt: skip

    came = save(plan(room, rows_of(text)), room, [pin(), pin()])
    db.session.commit()

    assert [account.full_name for account in came] == ["Ida Gil", "Eva Gil"]
    assert came[0] is gone
    assert all(secret_matches(account.secret, PIN) for account in came)
    assert (ana.full_name, ana.person.shown_name) == ("Ana Ruiz", "Ana R.")
    assert jose.person.shown_name == "Pepe"
    assert len(pupils(room)) == 4
    assert plan(room, rows_of(text.replace(",Eva\n", "\n"))).coming == []


def test_a_mended_name_is_the_one_to_sign_in_by(room: Classroom) -> None:
    ana = a_pupil(room, "Ana Ruis")
    text = f"Number,Name\n{ana.person.number},Ana Ruiz"

    save(plan(room, rows_of(text)), room, [])

    folded = select(Member.name_folded).where(Member.person_id == ana.person_id)
    assert db.session.scalars(folded).one() == "ana ruiz"


def test_pupils_of_a_school_with_pen_names_get_one_of_their_symbol(
    room: Classroom,
) -> None:
    room.school.pen_names = True

    ana, eva = add_pupils(room, ["Ana Ruiz", "Eva Gil"], [pin(), pin()])

    for account in (ana, eva):
        symbol, number = account.person.shown_name.split()
        assert symbol.casefold() == account.person.symbol
        assert number.isdecimal()


def test_a_drawn_pen_name_is_none_that_a_later_row_asks_for(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_names, "PEN_NUMBERS", 2)
    monkeypatch.setattr(class_list, "rarest_symbol", lambda symbols: "kite")
    room.school.pen_names = True

    came = save(
        plan(room, rows_of("Ana Ruiz\nJosé Peña\nEva Gil\tKite 2")), room, [pin()] * 3
    )

    assert [one.person.shown_name for one in came] == ["Kite 3", "Kite 4", "Kite 2"]


def test_two_pupils_of_one_name_in_a_class_are_not_taken(room: Classroom) -> None:
    a_pupil(room, "Ana Ruiz")

    with pytest.raises(Refused, match="already"):
        add_pupils(room, ["José Peña", "ana ruíz"], [pin(), pin()])

    assert full_names(room) == ["Ana Ruiz"]


def test_looking_saves_nothing_and_saving_gives_cards(
    app: Flask, room: Classroom
) -> None:
    teacher, before = Client(app, teacher_of(room)), counted()

    looked = looked_at(teacher, room, "Ana Ruiz\nJosé Peña")
    after_looking = counted()
    cards = teacher.post(f"/classrooms/{room.id}/pupils/save", saving(looked))

    assert after_looking == before
    assert "Save: 2 new" in looked.text
    assert cards.status_code == 200
    assert len(CARD_PIN.findall(cards.text)) == 2
    assert full_names(room) == ["Ana Ruiz", "José Peña"]


def test_a_list_with_a_refused_row_cannot_be_saved(app: Flask, room: Classroom) -> None:
    teacher, before = Client(app, teacher_of(room)), counted()
    typed = "Ana Ruiz\nana ruiz\nJosé <Pepe> Peña"

    looked = looked_at(teacher, room, typed)
    forced = teacher.post(
        f"/classrooms/{room.id}/pupils/save",
        {"names": typed, "plan": plan(room, rows_of(typed)).digest},
    )

    for answer in (looked, forced):
        assert answer.status_code == 422
        assert "Ana Ruiz\nana ruiz\nJosé &lt;Pepe&gt; Peña</textarea>" in answer.text
        assert "row 2: this name is there twice, also in row 1" in answer.text
        assert "/pupils/save" not in answer.text
    assert counted() == before


def test_when_the_class_has_changed_the_new_plan_is_shown(
    app: Flask, room: Classroom
) -> None:
    teacher = Client(app, teacher_of(room))
    form = saving(looked_at(teacher, room, "Ana Ruiz\nJosé Peña"))
    a_pupil(room, "Ana Ruiz")

    answer = teacher.post(f"/classrooms/{room.id}/pupils/save", form)

    assert answer.status_code == 422
    assert "not as it was" in answer.text
    assert "Save: 1 new" in answer.text
    assert full_names(room) == ["Ana Ruiz"]


def test_a_second_tap_on_save_makes_nobody_twice(app: Flask, room: Classroom) -> None:
    teacher = Client(app, teacher_of(room))
    form = saving(looked_at(teacher, room, "Ana Ruiz"))

    teacher.post(f"/classrooms/{room.id}/pupils/save", form)
    again = teacher.post(f"/classrooms/{room.id}/pupils/save", form)

    assert "nothing to save" in again.text
    assert full_names(room) == ["Ana Ruiz"]


def test_changes_alone_make_no_cards(app: Flask, room: Classroom) -> None:
    ana = a_pupil(room, "Ana Ruiz")

    answer = saved(Client(app, teacher_of(room)), room, "Ana Ruiz\tAnita")

    assert answer.status_code == 303
    db.session.refresh(ana.person)
    assert ana.person.shown_name == "Anita"
    assert secret_matches(ana.secret, PIN)


@contextmanager
def failing(at: int) -> Iterator[None]:
    """Let the database fail at the so-manieth new member."""
    seen = 0

    def fail(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal seen
        seen += statement.startswith("INSERT INTO member")
        if seen == at:
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_when_the_database_fails_in_the_middle_nothing_is_saved(
    app: Flask, room: Classroom, at: int
) -> None:
    ana = a_pupil(room, "Ana Ruiz")
    teacher, before = Client(app, teacher_of(room)), counted()
    names = "Ana Ruiz\tAnita\nEva Gil\nIda Gil\nZoe Gil"
    form = saving(looked_at(teacher, room, names))

    with failing(at):
        answer = teacher.post(f"/classrooms/{room.id}/pupils/save", form)

    assert answer.status_code == 503
    assert answer.text.count("<textarea") == 1  # her list, and nothing of ours
    assert counted() == before
    assert ana.person.shown_name == "Ana R."
    assert saved(teacher, room, names).status_code == 200
    assert len(full_names(room)) == 4


def upload(teacher: Client, room: Classroom, data: bytes) -> Any:
    file = (io.BytesIO(data), "list.csv")
    return teacher.post(f"/classrooms/{room.id}/pupils", {"names": "", "file": file})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_of_any_program_is_looked_at_and_saved(
    app: Flask, room: Classroom, encoding: str, separator: str
) -> None:
    teacher = Client(app, teacher_of(room))
    jose, eva = ("محمد علي", "فاطمة") if encoding == "cp1256" else ("José Peña", "Éva")
    text = f"Name|Shown name\r\n{jose}|One\r\n{eva}|Two\r\n".replace("|", separator)

    looked = upload(teacher, room, text.encode(encoding))
    teacher.post(f"/classrooms/{room.id}/pupils/save", saving(looked))

    assert sorted(full_names(room)) == sorted([jose, eva])
    assert ("Names look wrong?" in looked.text) == encoding.startswith("cp")


def test_names_that_look_wrong_are_read_the_other_way(
    app: Flask, room: Classroom
) -> None:
    teacher = Client(app, teacher_of(room))
    wrong = {"names": "ãÍãÏ", "codepage": "windows-1252", "other": "1"}

    right = teacher.post(f"/classrooms/{room.id}/pupils", wrong)

    assert "محمد" in right.text
    assert "Read it as: Western" in right.text
    assert saving(right)["names"] == "محمد"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + bytes(500), "spreadsheet itself"),
        (b"x" * 200_001, "larger than a class list"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not a list"),
        ("\n".join(f"Pupil {n}" for n in range(10_000)).encode(), "10000 names"),
        (b"", "No name"),
    ],
    ids=["xlsx", "huge", "picture", "10,000 rows", "empty"],
)
def test_what_is_wrong_with_a_file_stands_beside_its_field(
    app: Flask, room: Classroom, data: bytes, said: str
) -> None:
    answer = upload(Client(app, teacher_of(room)), room, data)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-describedby="error"' in answer.text


def test_names_and_a_file_at_once_are_asked_about(app: Flask, room: Classroom) -> None:
    both = {"names": "Ana Ruiz", "file": (io.BytesIO(b"Eva Gil"), "list.csv")}

    answer = Client(app, teacher_of(room)).post(f"/classrooms/{room.id}/pupils", both)

    assert answer.status_code == 422
    assert "names and a file" in answer.text
    assert "Ana Ruiz</textarea>" in answer.text


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    mutable = bytearray(data)
    for _n in range(chance.randrange(1, 9)):
        mutable[chance.randrange(len(mutable))] ^= 1 << chance.randrange(8)
    return bytes(mutable)


def _with(*pieces: bytes) -> Callable[[bytes, random.Random], bytes]:
    def mutilated(data: bytes, chance: random.Random) -> bytes:
        at = chance.randrange(len(data))
        return data[:at] + chance.choice(pieces) + data[at:]

    return mutilated


def _doubled(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join([*lines, chance.choice(lines), chance.choice(lines)])


def _of_anything(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 400))


MUTILATIONS = (
    _cut, _flipped, _doubled, _of_anything,
    _with(b"\0", b"\0\0\0", b"\x1a", b"\x07"),
    _with(b'"', b'"""', b"'", b'\n"'),
    _with(b"\xd8\x00", b"\x00\xd8", b"\xed\xa0\x80", b"\xff\xfe", b"\xfe\xff"),
    _with(b"x" * 5_000, ("\u0301" * 2_000).encode(), b"," * 3_000, b"\n" * 3_000),
    _with(b"\n=1+1;-2", b"\n@x", "\n＝cmd;＋1".encode(), b"\n\t=1"),
    _with(BIDI.encode(), f"\n{BIDI};{BIDI}".encode(), b"\xe2\x80\xa8"),
)  # fmt: skip


def broken_list(n: int) -> bytes:
    """Make the n-th broken list; the same one each time."""
    chance = random.Random(n)
    data = LIST.encode(ENCODINGS[n % 5])
    if n % 7 == 0:  # the right bytes with another encoding's mark
        data = chance.choice([codecs.BOM_UTF16_LE, codecs.BOM_UTF8]) + data
    for _n in range(1 + n % 3):
        data = MUTILATIONS[(n + _n) % len(MUTILATIONS)](data, chance) or b"\xff"
    return data


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_no_broken_list_breaks_the_server_or_is_half_saved(
    app: Flask, room: Classroom, first: int
) -> None:
    teacher, before = Client(app, teacher_of(room)), counted()

    for n in range(first, first + 25):
        looked = upload(teacher, room, broken_list(n))

        assert looked.status_code in (200, 422), n
        assert 'role="alert"' in looked.text or "/pupils/save" in looked.text, n
        assert counted() == before, n


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_a_broken_list_that_can_be_saved_is_saved_as_it_was_shown(
    app: Flask, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hash takes 30 ms; which PIN they get is no matter here.
    monkeypatch.setattr(
        "app.classrooms.class_views.fresh_pins", lambda count: [pin()] * count
    )
    kinds = set()
    for n in range(first, first + 25):
        room = a_classroom(lang="en")
        teacher = Client(app, teacher_of(room))
        looked = upload(teacher, room, broken_list(n))
        before = counted()
        if looked.status_code != 200:
            kinds.add("refused")
            continue
        shown = looked.text.count("<b>new</b>")
        answer = teacher.post(f"/classrooms/{room.id}/pupils/save", saving(looked))

        assert answer.status_code == 200, (n, answer.text)
        assert counted() == tuple(count + shown for count in before), n
        kinds.add("saved")
    assert kinds == {"refused", "saved"}
