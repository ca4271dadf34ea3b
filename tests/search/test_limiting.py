"""What a question comes to for one reader: whose, where, when, in which language."""

from datetime import date

import pytest
from flask import Flask

from app.accounts.models import Account
from app.search.asking import Question
from app.search.limiting import Limits, limits
from app.search.names import reach_of
from app.web.errors import Refused
from tests.builders import a_forum, a_pupil, letters_between, own_space
from tests.search.test_searching import Pair


def limited(viewer: Account, question: Question) -> Limits:
    return limits(reach_of(viewer, asked=[question.who]), question)


def test_nothing_is_limited_that_was_not_asked_for(app: Flask) -> None:
    pair = Pair()

    found = limited(pair.ana, Question("words"))

    assert not found.narrowed
    assert found.audiences == {pair.space.id, own_space(pair.spanish).id}


def test_letters_are_an_audience_of_their_pair_and_teachers(app: Flask) -> None:
    pair = Pair()
    letters = letters_between(pair.space, pair.maestra, pair.ana, pair.tom)

    for viewer in (pair.ana, pair.tom, pair.maestra, pair.teacher):
        assert -letters.id in limited(viewer, Question()).audiences
    for viewer in (pair.lena, pair.ben):
        assert -letters.id not in limited(viewer, Question()).audiences


def test_a_name_stands_for_those_who_are_called_so(app: Flask) -> None:
    pair = Pair()
    lucia = a_pupil(pair.spanish, "Lucía Ramos")
    lucas = a_pupil(pair.english, "Lucas Otieno")

    for who in ("lucia", "LUCÍA r", "r lucía"):
        assert limited(pair.tom, Question(who=who)).authors == frozenset(
            [lucia.person_id]
        )
    both = frozenset([lucia.person_id, lucas.person_id])
    assert limited(pair.tom, Question(who="luc")).authors == both
    assert limited(pair.tom, Question(who="zoe")).authors == frozenset()
    assert limited(pair.tom, Question(who="...")).authors is None


def test_letters_and_forums_are_places(app: Flask) -> None:
    pair = Pair()
    forum = a_forum(pair.space)

    assert limited(pair.tom, Question(where="letters")).forums == frozenset([0])
    assert limited(pair.tom, Question(where=str(forum.id))).forums == frozenset(
        [forum.id]
    )


def test_a_place_of_others_is_refused_like_one_that_is_not_there(app: Flask) -> None:
    pair, forum = Pair(), a_forum(Pair().space)
    said = set()

    for where in (str(forum.id), "987654", "0", "-1", "x", "9" * 40):
        with pytest.raises(Refused) as refused:
            limited(pair.tom, Question(where=where))
        said.add((str(refused.value), refused.value.field))

    assert len(said) == 1
    assert said.pop()[1] == "where"


def test_an_end_before_the_beginning_is_refused(app: Flask) -> None:
    pair = Pair()
    first, last = date(2026, 5, 2), date(2026, 5, 1)

    with pytest.raises(Refused) as refused:
        limited(pair.tom, Question(since=first, until=last))

    assert refused.value.field == "to"
    assert limited(pair.tom, Question(since=last, until=first)).narrowed


def test_a_language_is_the_one_it_was_written_in(app: Flask) -> None:
    assert limited(Pair().tom, Question(lang="es")).written_in == "es"
