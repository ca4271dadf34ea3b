"""Pen pals: who may be paired by whom, and their letters."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom, Space
from app.classrooms.partnering import propose
from app.db import db, now
from app.penpals.pairing import pair, pupils_in
from app.posts.models import LETTERS, Thread
from app.posts.permissions import may_write
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    an_adult,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client


class Pals:
    """Two partner classes and two pupils of each."""

    def __init__(self) -> None:
        self.one, self.other = a_classroom(lang="en"), a_classroom(lang="en")
        self.space: Space = a_partnership(self.one, self.other)
        self.teacher, self.third = teacher_of(self.one), teacher_of(self.other)
        self.ana = a_pupil(self.one, "Ana Ruiz")
        self.jose = a_pupil(self.one, "José Peña")
        self.amina = a_pupil(self.other, "Amina Otieno")
        self.brian = a_pupil(self.other, "Brian Kamau")

    def pair(self, one: Account, other: Account, by: Account | None = None) -> Thread:
        return pair(self.space, by or self.teacher, one.person_id, other.person_id)


@pytest.fixture
def pals(app: Flask) -> Pals:
    return Pals()


def test_two_pupils_of_two_classes_write_to_each_other(pals: Pals) -> None:
    thread = pals.pair(pals.ana, pals.amina)

    assert thread.kind == LETTERS
    assert may_write(pals.ana, thread)
    assert may_write(pals.amina, thread)
    for viewer in (pals.jose, pals.brian, pals.teacher, pals.third):
        assert not may_write(viewer, thread)


def test_the_same_two_are_paired_once_whichever_comes_first(pals: Pals) -> None:
    thread = pals.pair(pals.ana, pals.amina)

    assert pals.pair(pals.amina, pals.ana, by=pals.third) is thread
    assert pals.pair(pals.ana, pals.brian) is not thread
    assert pals.pair(pals.jose, pals.amina) is not thread


def test_two_of_one_class_or_one_with_herself_are_no_pen_pals(pals: Pals) -> None:
    for one, other in ((pals.ana, pals.jose), (pals.ana, pals.ana)):
        with pytest.raises(Refused):
            pals.pair(one, other)


def test_who_is_suspended_is_not_offered_and_not_paired(pals: Pals) -> None:
    pals.amina.suspended_at = now()
    db.session.commit()

    offered = [
        person.id for _title, people in pupils_in(pals.space) for person in people
    ]
    assert pals.amina.person_id not in offered
    assert pals.brian.person_id in offered
    with pytest.raises(Refused):
        pals.pair(pals.ana, pals.amina)
    pals.amina.suspended_at = None
    assert pals.pair(pals.ana, pals.amina).kind == LETTERS


def test_teachers_and_strangers_are_no_pen_pals(pals: Pals) -> None:
    stranger = a_pupil(a_classroom())

    for other in (pals.third, stranger):
        with pytest.raises(Refused):
            pals.pair(pals.ana, other)


def test_who_has_left_is_not_paired(pals: Pals) -> None:
    let_leave(pals.other, pals.amina)

    with pytest.raises(Refused):
        pals.pair(pals.ana, pals.amina)


def test_a_class_that_has_not_accepted_has_no_pen_pals(pals: Pals) -> None:
    third_class: Classroom = a_classroom()
    asked = propose(pals.one, third_class.code, "Asked", pals.teacher)
    db.session.flush()
    pupil = a_pupil(third_class)

    with pytest.raises(Refused):
        pair(asked.space, pals.teacher, pals.ana.person_id, pupil.person_id)
    assert len(pupils_in(asked.space)) == 1


def test_a_teacher_pairs_only_with_a_pupil_of_hers(pals: Pals) -> None:
    fourth = a_classroom()
    asked = propose(fourth, pals.one.code, "x", teacher_of(fourth))
    asked.joined_at = asked.space.made_at

    with pytest.raises(Refused, match="yours"):
        pair(pals.space, teacher_of(fourth), pals.ana.person_id, pals.amina.person_id)


def test_pairing_through_the_page_twice_is_one_thread(app: Flask, pals: Pals) -> None:
    client = Client(app, pals.teacher)
    url = f"/letters/pair/{pals.space.id}"
    form = {"pupil": [str(pals.ana.person_id), str(pals.amina.person_id)]}

    page = client.get(url).text
    places = {client.post(url, form).headers["Location"] for _n in range(2)}

    assert "Ana R." in page
    assert "Amina O." in page
    assert len(places) == 1
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 1


@pytest.mark.parametrize("chosen", [[], [""], ["", ""], ["1"], ["x", "y"]])
def test_pairing_without_two_names_is_refused_in_a_sentence(
    app: Flask, pals: Pals, chosen: list[str]
) -> None:
    answer = Client(app, pals.teacher).post(
        f"/letters/pair/{pals.space.id}", {"pupil": chosen}
    )

    assert answer.status_code == 422
    assert "one from each class" in answer.text


def test_full_names_stay_at_home(app: Flask, pals: Pals) -> None:
    thread = letters_between(pals.space, pals.teacher, pals.ana, pals.amina)
    released(a_post(thread, pals.ana), pals.teacher)

    for viewer in (pals.third, pals.amina):
        client = Client(app, viewer)
        for url in ("/letters", f"/letters/{thread.id}", "/"):
            assert "Ana Ruiz" not in client.get(url).text
    page = Client(app, pals.third).get(f"/letters/pair/{pals.space.id}").text
    assert "Ruiz" not in page
    assert "Ana R." in page


def test_pen_pals_are_told_that_child_protection_reads_along(
    app: Flask, pals: Pals
) -> None:
    lead = an_adult(pals.one.school, safeguarding=True)
    thread = letters_between(pals.space, pals.teacher, pals.ana, pals.amina)
    url = f"/letters/{thread.id}"

    assert Client(app, lead).get(url).status_code == 200
    assert "child protection" in Client(app, pals.ana).get(url).text


def test_a_letter_and_its_answer(app: Flask, pals: Pals) -> None:
    thread = letters_between(pals.space, pals.teacher, pals.ana, pals.amina)
    ana, amina = Client(app, pals.ana), Client(app, pals.amina)
    form = {"source": "Dear Amina, hello.", "lang": "en", "key": "first-letter"}

    sent = ana.post(f"/letters/{thread.id}/posts", form)
    before = amina.get(f"/letters/{thread.id}").text
    waiting = Client(app, pals.teacher).get("/waiting").text
    revision = waiting.split('name="do" value="release ')[1].split('"')[0]
    Client(app, pals.teacher).post("/waiting", {"do": f"release {revision}"})
    after = amina.get(f"/letters/{thread.id}").text

    assert sent.status_code == 303
    assert "Dear Amina" not in before
    assert "Dear Amina, hello." in after
