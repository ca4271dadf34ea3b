"""Days in words: said by rule in four languages, and only days."""

import pytest

from app.translate.dates import _MONTHS, days_in
from app.translate.phrases import LANGS


@pytest.mark.parametrize(
    ("text", "langs", "said"),
    [
        ("Nací el 3 de mayo de 2012.", "es-en", ["May 3, 2012"]),
        ("el 5 de junio del 2020", "es-pt", ["5 de junho de 2020"]),
        ("el 1º de enero", "es-fr", ["1er janvier"]),
        ("I was born on May 3rd, 2012.", "en-es", ["3 de mayo de 2012"]),
        ("the 4th of July and 12 August", "en-es", ["4 de julio", "12 de agosto"]),
        ("le 1er mai 2012", "fr-en", ["May 1, 2012"]),
        ("em 7 de setembro", "pt-en", ["September 7"]),
        ("EL 3 DE MAYO", "es-en", ["May 3"]),
    ],
)
def test_a_day_is_said_by_rule(text: str, langs: str, said: list[str]) -> None:
    from_lang, to_lang = langs.split("-")

    assert [day.said for day in days_in(text, from_lang, to_lang)] == said


def test_it_says_where_the_day_stands() -> None:
    text = "Nací el 3 de mayo de 2012."

    (day,) = days_in(text, "es", "en")

    assert text[day.start : day.end] == "3 de mayo de 2012"


@pytest.mark.parametrize(
    ("text", "langs"),
    [
        ("Me gusta mayo.", "es-en"),
        ("May 33", "en-es"),
        ("I may 3 times", "en-es"),  # no capital, no month
        ("el 42 de mayo", "es-en"),
        ("1,3 de mayo", "es-en"),
        ("3 de mayo", "es-ar"),
        ("3. Mai", "de-es"),
    ],
)
def test_all_else_is_no_day(text: str, langs: str) -> None:
    assert [*days_in(text, *langs.split("-"))] == []


def test_every_language_has_twelve_months() -> None:
    assert set(_MONTHS) == set(LANGS)
    assert all(len(set(months.split())) == 12 for months in _MONTHS.values())
