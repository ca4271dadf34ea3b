"""Names of people, forums and spaces: as one reader sees them, and no others."""

import pytest
from flask import Flask

from app.accounts.models import Account
from app.classrooms.models import Member
from app.db import db, now
from app.forums.models import Forum
from app.search import asking, names
from app.search.names import authors_named, forums_found, people_found, reach_of
from tests.builders import a_pupil, a_teacher, an_adult, own_space
from tests.search.test_searching import Pair
from tests.search.test_views import queries


def people(viewer: Account, typed: str) -> list[str]:
    reach = reach_of(viewer, asked=[typed])
    return [person.shown_name for person in people_found(reach, asking.read(typed))]


def forums(viewer: Account, typed: str) -> list[str]:
    return [one.title for one in forums_found(reach_of(viewer), asking.read(typed))]


def a_forum_called(title: str, space_id: int, lang: str = "en") -> Forum:
    forum = Forum(space_id=space_id, title=title, lang=lang)
    db.session.add(forum)
    db.session.commit()
    return forum


def test_classmates_and_partners_are_found_by_the_name_that_others_see(
    app: Flask,
) -> None:
    pair = Pair()
    a_pupil(pair.spanish, "Lucía Ramos")
    a_pupil(pair.english, "Łukasz Nowak")
    a_pupil(pair.spanish, "عمر سالم")

    for viewer in (pair.ana, pair.tom, pair.maestra, pair.teacher):
        assert people(viewer, "lucia") == ["Lucía R."]
        assert people(viewer, "lukasz n.") == ["Łukasz N."]
        assert people(viewer, "عمر") == ["عمر س."]
        assert people(viewer, "luc") == ["Lucía R."]


def test_a_full_name_finds_nobody_not_even_for_her_own_teacher(app: Flask) -> None:
    pair = Pair()
    lucia = a_pupil(pair.spanish, "Lucía Quesada")

    for viewer in (pair.ana, pair.tom, pair.maestra, lucia):
        assert people(viewer, "Quesada") == []
        assert people(viewer, "Lucía Quesada") == []
        reach = reach_of(viewer, asked=["Quesada"])
        assert authors_named(reach, "Lucía Quesada") == frozenset()


def test_strangers_names_are_found_by_nobody(app: Flask) -> None:
    ours, theirs = Pair(), Pair()
    a_pupil(theirs.spanish, "Lucía Ramos")

    assert people(ours.tom, "lucia") == []
    assert authors_named(reach_of(ours.tom, asked=["lucia"]), "lucia") == frozenset()
    assert people(an_adult(ours.spanish.school, keeper=True), "lucia") == []
    assert people(a_teacher(), "lucia") == []
    assert people(theirs.tom, "lucia") == ["Lucía R."]


def test_who_left_is_not_listed_and_found_by_what_she_wrote(app: Flask) -> None:
    pair = Pair()
    lucia = a_pupil(pair.spanish, "Lucía Ramos")
    assert people(pair.tom, "lucia") == ["Lucía R."]

    member = db.session.scalars(
        Member.current().where(Member.person_id == lucia.person_id)
    ).one()
    member.left_at = now()
    db.session.commit()

    assert people(pair.tom, "lucia") == []
    reach = reach_of(pair.tom, asked=["lucia"])
    assert authors_named(reach, "lucia") == {lucia.person_id}


def test_who_reads_along_in_every_class_is_not_listed(app: Flask) -> None:
    pair = Pair()
    lead = an_adult(pair.spanish.school, safeguarding=True)
    lead.person.shown_name = "Zenobia"
    pair.maestra.person.shown_name = "Zoraida"
    db.session.commit()

    assert people(pair.tom, "zenobia") == []
    assert people(pair.tom, "zoraida") == ["Zoraida"]


def test_who_is_in_two_classes_is_listed_once(app: Flask) -> None:
    pair = Pair()
    pair.maestra.person.shown_name = "Zoraida"
    from tests.builders import a_classroom, a_partnership

    other = a_classroom(pair.maestra)
    a_partnership(other, pair.english)

    assert people(pair.tom, "zoraida") == ["Zoraida"]


def test_a_whole_name_means_only_its_owner(app: Flask) -> None:
    pair = Pair()
    first, second = (a_pupil(pair.spanish, f"Ana Ruiz{n}") for n in ("", "o"))
    assert second.person.shown_name == "Ana R. 2"
    reach = reach_of(pair.tom, asked=["ana"])

    assert authors_named(reach, "ana r") == {first.person_id}
    assert authors_named(reach, "Ana R. 2") == {second.person_id}
    assert authors_named(reach, "ana") == {first.person_id, second.person_id}


def test_a_letter_or_two_in_a_search_for_words_list_nobody(app: Flask) -> None:
    pair = Pair()
    a_pupil(pair.spanish, "Lucía Ramos")

    assert people(pair.tom, "lu") == []
    assert people(pair.tom, "r") == ["Lucía R."]
    assert people(pair.tom, "***") == []


def test_a_forum_is_found_by_its_title_in_any_form(app: Flask) -> None:
    pair = Pair()
    a_forum_called("Nuestros ríos", pair.space.id, "es")
    a_forum_called("Only ours: rivers", own_space(pair.spanish).id)

    assert forums(pair.tom, "rio") == ["Nuestros ríos"]
    assert forums(pair.tom, "nuest* río") == ["Nuestros ríos"]
    assert forums(pair.tom, "ríos montañas") == []
    assert forums(pair.ana, "river") == ["Only ours: rivers"]
    assert forums(pair.tom, "river") == []


def test_forums_to_choose_from_stand_by_space_and_within_bounds(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair()
    made = [a_forum_called(f"Forum {n}", pair.space.id) for n in range(9)]
    ours = a_forum_called("Ours", own_space(pair.english).id)
    reach = reach_of(pair.tom)

    grouped = dict(reach.choices(""))

    assert [one.id for one in grouped[pair.space.title]] == [one.id for one in made]
    assert [one.id for one in grouped[own_space(pair.english).title]] == [ours.id]
    monkeypatch.setattr(names, "CHOICES_BYTES", 200)
    shown = [one.id for _, group in reach.choices(str(made[8].id)) for one in group]
    assert made[8].id in shown
    assert len(shown) < 9
    assert made[8].id not in [one.id for _, group in reach.choices("") for one in group]


def test_among_very_many_people_those_are_compared_who_share_letters(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair()
    for n in range(6):
        a_pupil(pair.spanish, f"Mateo {'ABCDEF'[n]}")
    a_pupil(pair.english, "Lucía Ramos")
    reach_of(pair.tom)  # what she is was read before
    with queries() as few:
        reach_of(pair.tom, asked=["lucia"])

    monkeypatch.setattr(names, "MOST_PEOPLE", 5)
    names._all.cache_clear()
    names._alike.cache_clear()
    with queries() as many:
        found = people(pair.tom, "lucia")

    assert found == ["Lucía R."]
    assert (len(few), len(many)) == (1, 2)
    names._all.cache_clear()
    names._alike.cache_clear()


@pytest.mark.parametrize("typed", ["begona", "Begoña"])
def test_among_very_many_people_an_accent_on_a_consonant_hides_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    pair = Pair()
    for n in range(6):
        a_pupil(pair.spanish, f"Mateo {'ABCDEF'[n]}")
    a_pupil(pair.english, "Begoña Ramos")
    monkeypatch.setattr(names, "MOST_PEOPLE", 5)
    names._all.cache_clear()
    names._alike.cache_clear()

    assert people(pair.tom, typed) == ["Begoña R."]
    names._all.cache_clear()
    names._alike.cache_clear()


def test_people_are_not_read_where_no_name_is_asked_for(app: Flask) -> None:
    pair = Pair()

    assert reach_of(pair.tom, asked=["", "  ", "***"]).people == []
    assert reach_of(pair.tom, asked=["x"]).people != []


def test_a_class_that_has_not_agreed_shows_and_sees_no_name(app: Flask) -> None:
    from app.classrooms.partnering import propose
    from tests.builders import a_classroom

    pair = Pair()
    asked = a_classroom(lang="en")
    a_pupil(asked, "Lucía Ramos")
    stranger = a_pupil(asked, "Omar Salem")
    propose(pair.spanish, asked.code, "Later", pair.maestra)
    db.session.commit()

    assert people(pair.ana, "lucia") == []
    assert people(stranger, "pupil") == []
    assert people(stranger, "lucia") == ["Lucía R."]
