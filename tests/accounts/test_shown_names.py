"""Names that others see: never two alike in a school, and never the full one."""

import re

import pytest
from flask import Flask

from app.accounts.names import fold
from app.accounts.people import make_person
from app.accounts.shown_names import (
    PEN_NUMBERS,
    checked_shown_name,
    free_name,
    pen_name,
    shown_names,
)
from app.web.errors import Refused
from tests.builders import a_school


def test_a_free_name_is_told_apart_by_a_number() -> None:
    assert free_name("Ana R.", set()) == "Ana R."
    assert free_name("Ana R.", {"ana r", "ana r 2"}) == "Ana R. 3"


def test_shown_names_are_those_of_one_school(app: Flask) -> None:
    ours, theirs = a_school(), a_school()
    ana = make_person(ours.id, "Ana Ruiz", "es")
    make_person(theirs.id, "José Peña", "es")

    assert shown_names(ours.id) == {"ana r": ana.person_id}


def test_a_pen_name_is_the_symbols_in_the_classs_language(app: Flask) -> None:
    with app.test_request_context():
        drawn = {pen_name("kite", "en", set()) for _n in range(50)}

    assert all(re.fullmatch(r"Kite [1-9]\d?", name) for name in drawn)
    assert len(drawn) > 5


def test_a_pen_name_is_free_even_where_a_school_has_many_kites(app: Flask) -> None:
    with app.test_request_context():
        taken = {fold(f"Kite {n}") for n in range(PEN_NUMBERS + 3) if n != 57}
        assert pen_name("kite", "en", taken) == "Kite 57"
        assert pen_name("kite", "en", taken | {"kite 57"}) == f"Kite {PEN_NUMBERS + 3}"


@pytest.mark.parametrize("shown", ["Ana Ruiz", "ANA  RUÍZ", "Ruiz, Ana", "Ruiz Ana"])
def test_the_full_name_is_not_shown_to_others(app: Flask, shown: str) -> None:
    with pytest.raises(Refused, match="full name") as refused:
        checked_shown_name(shown, "Ana Ruiz", "shown_name")

    assert refused.value.field == "shown_name"


@pytest.mark.parametrize(
    ("shown", "full"),
    [
        ("Ana R.", "Ana Ruiz"),
        ("Ana", "Ana"),
        ("Ana R.", "Ana R"),
        ("Pepe", "José Peña"),
    ],
)
def test_what_tells_no_surname_may_be_shown(shown: str, full: str) -> None:
    assert checked_shown_name(f" {shown} ", full) == shown


@pytest.mark.parametrize(
    ("shown", "said"), [("", "missing"), ("!", "missing"), ("x" * 61, "60")]
)
def test_what_is_no_name_is_told_so(app: Flask, shown: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        checked_shown_name(shown, "Ana Ruiz")
