"""How much of what a pupil means stands on the first page, whatever its language."""

import pytest
from flask import Flask

from bench import labelled, recall
from bench.labelled import Query, lang_of
from bench.recall import Answer, School, figures, precision

# What is reached today, a little below: another version of ctranslate2 may say a word
# or two otherwise.
FLOORS = {
    "recall_across": 0.8,
    "recall_by_hand": 0.88,
    "recall_es": 0.86,
    "recall_en": 0.85,
    "recall_fr": 0.88,
    "recall_ar": 0.88,
    "precision": 0.93,
    "precision_page": 0.75,
}


def test_what_is_meant_is_found_in_all_languages(with_packs: Flask) -> None:
    school = School()
    school.say_by_hand()
    recall.work()

    values = figures(school.answers())

    assert {name: value for name, value in values.items() if value < FLOORS[name]} == {}


def test_without_translations_little_is_found_across_languages(app: Flask) -> None:
    school = School()
    recall.work()

    values = figures(school.answers())

    assert values["recall_across"] < 0.15
    assert values["recall_by_hand"] < 0.15
    assert values["recall_es"] >= FLOORS["recall_es"]


def test_recall_is_the_mean_share_of_what_counts() -> None:
    answers = [
        Answer(Query("es", "uno", frozenset({"a-en1", "b-en1", "c-es1"})), ["a-en1"]),
        Answer(Query("es", "dos", frozenset({"a-es1"})), ["z-es1", "a-es1"]),
        Answer(Query("en", "three", frozenset({"a-es1"})), ["a-es1"]),
    ]

    values = figures([*answers, Answer(Query("fr", "six", frozenset({"a-fr1"})), [])])

    assert values["recall_across"] == pytest.approx((1 / 2 + 1) / 2)
    assert values["recall_es"] == pytest.approx((0 + 1) / 2)
    assert values["recall_fr"] == 0
    assert precision(answers) == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert values["precision_page"] == precision(answers)


def test_what_lacks_a_word_is_told_from_what_has_all() -> None:
    asked = Query("es", "uno dos", frozenset({"a-es1", "b-es1"}))

    values = figures([Answer(asked, ["a-es1", "z-es1"], 1)])

    assert (values["precision"], values["precision_page"]) == (1, 0.5)
    assert values["recall_es"] == 0.5


def test_a_first_page_that_is_full_of_what_was_meant_is_all_one_can_ask() -> None:
    many = [f"topic-es{n}" for n in range(12)]
    full = Answer(Query("es", "todo", frozenset(many)), many[:10])

    assert figures([full])["recall_es"] == 1


def test_labels_name_posts_that_are_there() -> None:
    posts, queries = labelled.posts(), labelled.queries()
    meant = {name for query in queries for name in query.relevant}

    assert meant <= posts.keys()
    assert {name for name, _lang in labelled.by_hand()} <= posts.keys()
    assert len({(query.lang, query.typed) for query in queries}) == len(queries)
    assert all(1 <= len(query.relevant) <= recall.FIRST for query in queries)
    for lang, least in (("es", 60), ("en", 60), ("fr", 40), ("ar", 40)):
        assert sum(lang_of(name) == lang for name in posts) >= least
