"""A list's text as rows: separators, quotes, titles in six languages, and their lack."""

import pytest
from flask import Flask

from app.classrooms.list_reading import LIST_MAX, ListRow, headings, rows_of
from app.web.errors import Refused
from app.web.langs import speaking

PLAIN = [ListRow(1, "Ana Ruiz"), ListRow(2, "José Peña")]
TITLED = [ListRow(2, "Ana Ruiz", "Ana R.", "7"), ListRow(3, "José Peña", "Pepe", "12")]


def test_names_are_read_one_a_line(app: Flask) -> None:
    assert rows_of("Ana Ruiz\nJosé Peña") == PLAIN
    assert rows_of("Ana Ruiz\r\nJosé Peña\r\n") == PLAIN
    assert rows_of("\ufeffAna Ruiz\rJosé Peña") == PLAIN


def test_rows_are_counted_as_a_person_counts_them(app: Flask) -> None:
    rows = rows_of("Full name\n\nAna Ruiz\n;;\nJosé Peña")

    assert [row.n for row in rows] == [3, 5]


@pytest.mark.parametrize("separator", [",", ";", "\t", "؛"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_cells_are_parted_by_what_the_program_took(
    app: Flask, separator: str, line_end: str
) -> None:
    lines = ["Ana Ruiz|Ana", "José Peña|Pepe"]

    rows = rows_of(line_end.join(lines).replace("|", separator))

    assert rows == [ListRow(1, "Ana Ruiz", "Ana"), ListRow(2, "José Peña", "Pepe")]


def test_a_program_may_say_its_separator_itself(app: Flask) -> None:
    assert rows_of("sep=;\r\nRuiz,Ana;Ana") == [ListRow(1, "Ruiz,Ana", "Ana")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_quoted_cells_hold_separators_quotes_and_line_ends(
    app: Flask, separator: str
) -> None:
    cell = f'"Ruiz{separator} ""Ana""\nMaría"'

    (row,) = rows_of(f"Full name{separator}Shown name\n{cell}{separator}Ana")

    assert row == ListRow(2, f'Ruiz{separator} "Ana"\nMaría', "Ana")


def test_a_comma_with_a_space_after_it_belongs_to_the_name(app: Flask) -> None:
    rows = rows_of("Ruiz, Ana\nPeña, José")

    assert [row.full_name for row in rows] == ["Ruiz, Ana", "Peña, José"]


def test_one_forgotten_space_parts_no_names(app: Flask) -> None:
    rows = rows_of("Ruiz, Ana\nGil,Eva\nPeña, José")

    assert [row.full_name for row in rows] == ["Ruiz, Ana", "Gil,Eva", "Peña, José"]


@pytest.mark.parametrize("lang", ["en", "es", "fr", "pt", "ar", "sw"])
def test_what_we_export_is_known_in_every_language(app: Flask, lang: str) -> None:
    with app.test_request_context(), speaking(lang):
        number, full, shown = headings()

    text = f"{shown};{number};{full}\nAna R.;7;Ana Ruiz\nPepe;12;José Peña"

    assert rows_of(text) == TITLED


def test_titles_are_known_however_translators_call_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("Zahl", "Voller Name", "Rufname")
    monkeypatch.setattr("app.classrooms.list_reading.headings", lambda: words)

    assert (
        rows_of("Zahl;Voller Name;Rufname\n7;Ana Ruiz;Ana R.\n12;José Peña;Pepe")
        == TITLED
    )


@pytest.mark.parametrize(
    "titles",
    [
        "number;FULL NAME;Shown name", "Número;Nombre completo;Nombre visible",
        "numéro;Nom;Nom affiché", "Número;Nome;Nome exibido",
        "الرقم;الاسم;الاسم الظاهر", "Nambari;Jina kamili;Jina linaloonekana",
    ],
)  # fmt: skip
def test_titles_are_known_in_six_languages(app: Flask, titles: str) -> None:
    assert rows_of(f"{titles}\n٧;Ana Ruiz;Ana R.\n12;José Peña;Pepe") == TITLED


@pytest.mark.parametrize(
    "titles",
    [
        "First name,Surname", "Name,Last name", "Nombre,Apellidos", "Prénom,Nom",
        "Nome,Apelido", "الاسم,اللقب", "Jina,Jina la ukoo",
    ],
)  # fmt: skip
def test_first_name_and_surname_in_two_columns_make_one(
    app: Flask, titles: str
) -> None:
    assert rows_of(f"{titles}\nAna,Ruiz")[0].full_name == "Ana Ruiz"
    turned = ",".join(reversed(titles.split(",")))
    assert rows_of(f"{turned}\nRuiz,Ana")[0].full_name == "Ana Ruiz"


def test_other_columns_are_left_out(app: Flask) -> None:
    (row,) = rows_of("Group;Full name;Birthday\n6A;Ana Ruiz;3.4.2015")

    assert row == ListRow(2, "Ana Ruiz")


def test_a_lists_own_counting_is_no_name(app: Flask) -> None:
    assert rows_of("1. Ana Ruiz\n2) José Peña") == PLAIN
    assert rows_of("1\tAna Ruiz\n2\tJosé Peña") == PLAIN


def test_figures_stay_where_titles_say_that_they_are_the_name(app: Flask) -> None:
    assert rows_of("Full name\n1. Ana")[0].full_name == "1. Ana"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No name"),
        (" \n \n;;", "No name"),
        ("Full name;Number\n", "No name"),
        ("Number;Shown name\n7;Ana", "No column"),
        ("Nachname;Vorname\nPeña;José\nDe la Cruz;Ana", "not clear"),
        ("Ana Ruiz;Luna\nPeña;José\nGil;Eva", "not clear"),
        ('Ana Ruiz\n"José Peña\nEva Gil', "Row 2"),
        ('"Pepe" Peña', "Row 1"),
        ("x" * 140_000 + ";y", "too long"),
        ("\n".join(f"Pupil {n}" for n in range(LIST_MAX + 1)), "101"),
        ("\n".join(f"Pupil {n}" for n in range(10_000)), "10000"),
    ],
    ids=["nothing", "blank", "titles", "no names", "unknown titles", "halves", "open", "quote", "long", "101", "10,000"],
)  # fmt: skip
def test_what_cannot_be_read_is_said(app: Flask, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        rows_of(text)


def test_as_many_as_fit_are_read(app: Flask) -> None:
    names = "\n".join(f"Pupil {n}" for n in range(LIST_MAX))

    assert len(rows_of(names)) == len(rows_of("Name\n" + names)) == LIST_MAX
