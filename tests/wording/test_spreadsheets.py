"""Terms and mended sentences as a spreadsheet's file: what goes out comes in again."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.classrooms import list_cells
from app.classrooms.list_decoding import decoded
from app.web.errors import Refused
from app.web.langs import OWN_NAMES, speaking
from app.wording import spreadsheets
from app.wording.spreadsheets import (
    OF_SENTENCES,
    OF_SERVER,
    OF_TERMS,
    Entry,
    entries_of,
    written,
)

TERM = Entry(2, "minga", "", "es", "en", "work party")
SENTENCE = Entry(3, "", "¿Sí?", "es", "en", "Yes?", "", "")
STRANGE = st.text(
    st.one_of(
        st.sampled_from(
            "=+-@'\";,\t\u200d\u200f\u202e\u0301\ufe0fＡ＝7٣.ßİ中م\x85\u2028"
        ),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    ),
    max_size=30,
).map(lambda text: " ".join(text.split()))
SAID = st.builds(lambda rest: f"a{rest}", STRANGE) | st.builds(
    lambda rest: f"{rest}ñ", STRANGE
)


def read(data: bytes, most: int = 100) -> list[Entry]:
    return entries_of(decoded(data).text, "es", "en", most)


def typed(text: str) -> list[Entry]:
    return entries_of(text, "es", "en", 100)


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        typed(text)
    return str(caught.value)


@given(
    rows=st.lists(
        st.tuples(
            SAID, st.booleans(), st.sampled_from(sorted(OWN_NAMES)),
            st.sampled_from(["", *sorted(OWN_NAMES)]), SAID, STRANGE,
        ),
        min_size=1, max_size=8,
    ),
    lang=st.sampled_from(["en", "es", "fr", "ar"]),
)  # fmt: skip
@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_goes_out_comes_in_again(
    app: Flask, rows: list[tuple[str, bool, str, str, str, str]], lang: str
) -> None:
    entries = [
        Entry(
            n,
            "" if sentence else words,
            words if sentence else "",
            from_lang,
            to_lang,
            said,
            "482913",
            title,
        )
        for n, (words, sentence, from_lang, to_lang, said, title) in enumerate(rows, 2)
    ]

    with app.test_request_context(), speaking(lang):
        data = written(OF_SERVER, entries, lang)

    assert _without_unseen(read(data)) == _without_unseen(entries)


def _without_unseen(entries: list[Entry]) -> list[Entry]:
    """Two characters that no text has are left out of files."""
    drop = dict.fromkeys((0xFFFE, 0xFFFF))
    return [
        entry._replace(
            **{
                name: getattr(entry, name).translate(drop).strip()
                for name in ("term", "sentence", "said", "title")
            }
        )
        for entry in entries
    ]


@pytest.mark.parametrize("lang", ["en", "es", "fr", "pt", "ar", "sw"])
def test_a_file_of_any_language_is_read_in_any_other(app: Flask, lang: str) -> None:
    with app.test_request_context(), speaking(lang):
        data = written(OF_TERMS, [TERM], lang)

    assert read(data) == [TERM]


def test_a_cell_that_a_spreadsheet_would_run_is_escaped(app: Flask) -> None:
    entries = [
        SENTENCE._replace(row=2, sentence="=SUM(A1)", said="-1+1"),
        SENTENCE._replace(row=3, sentence="'=A1", said="@x"),
    ]

    data = written(OF_SENTENCES, entries, "en").decode("utf-8-sig")

    assert data.splitlines()[1:] == ["'=SUM(A1),es,en,'-1+1", "''=A1,es,en,'@x"]
    assert read(data.encode()) == entries


ROWS = (
    'Word or name|Language|In language|How it is said\r\nmínga|es|en|work; "party"\r\n'
)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_what_spreadsheet_programs_write_is_read(
    app: Flask, separator: str, encoding: str
) -> None:
    data = ROWS.replace('work; "party"', '"work; ""party"""').replace("|", separator)

    assert read(data.encode(encoding)) == [
        Entry(2, "mínga", "", "es", "en", 'work; "party"')
    ]


def test_lines_without_titles_are_a_term_and_how_it_is_said(app: Flask) -> None:
    assert typed("minga; work\n\nLuna\nfiesta;party;;\n") == [
        Entry(1, "minga", "", "es", "en", "work"),
        Entry(3, "Luna", "", "es", "", ""),
        Entry(4, "fiesta", "", "es", "en", "party"),
    ]


def test_a_comma_in_what_is_said_parts_nothing(app: Flask) -> None:
    assert typed("minga; work, in common\nfiesta; party, with music")[0].said == (
        "work, in common"
    )


def test_columns_that_are_left_out_are_those_of_the_page(app: Flask) -> None:
    assert typed("Word or name\tHow it is said\nminga\twork\nLuna\t") == [
        Entry(2, "minga", "", "es", "en", "work"),
        Entry(3, "Luna", "", "es", "", ""),
    ]


def test_a_column_that_means_nothing_to_us_is_passed_over(app: Flask) -> None:
    text = "Remark;Word or name;How it is said\nask Ana;minga;work"

    assert typed(text) == [Entry(2, "minga", "", "es", "en", "work")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("es", "es"), ("ES", "es"), ("Español", "es"), ("spanish", "es"), ("espagnol", "es"),
     ("الإسبانية", "es"), ("Kiswahili", "sw"), ("", "es")],
)  # fmt: skip
def test_a_language_may_be_called_by_its_name(app: Flask, cell: str, code: str) -> None:
    text = f"Word or name;Language;In language;How it is said\nminga;{cell};en;work"

    assert typed(text)[0].lang == code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing is here"),
        (" \n;;\n", "Nothing is here"),
        ("Word or name;How it is said", "Nothing is here"),
        ("a;b;c", "Row 1: it has more than two cells"),
        ("a\nb;c;d", "Row 2: it has more than two cells"),
        ("Word or name;Remark\na;b", "Row 1 titles the columns otherwise"),
        (
            "Word or name;Sentence;Word or name;How it is said\na;b;c;d",
            "Row 1 titles the columns",
        ),
        (
            "Word or name;How it is said\na;b;c",
            "Row 2: it has more cells than there are titles",
        ),
        ("Word or name;How it is said\n;b", "Row 2: it has neither"),
        ("Word or name;Sentence;How it is said\na;b;c", "Row 2: it has neither"),
        (
            "Word or name;Language;How it is said\na;Elvish;b",
            "Row 2: “Elvish” is no language",
        ),
        ('a;b\n"c;d', "Row 2 begins with a quotation mark"),
        ("a;" + "b" * 140_000, "Row 1 is far too long"),
        ("a\n" * 101, "More than 100 lines"),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_row(
    app: Flask, text: str, said: str
) -> None:
    assert said in refusal(text)


@given(data=st.binary(max_size=300))
@settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_bytes_break_the_reading(app: Flask, data: bytes) -> None:
    try:
        entries = read(data)
    except Refused as refused:
        assert str(refused)  # noqa: PT017 - either is an answer
    else:
        assert entries


def test_of_a_row_of_many_cells_only_the_first_are_looked_at(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def noted(cell: str) -> str:
        seen.append(cell)
        return cell

    entries_of("a;b", "es", "en", 500)  # what is kept for all files is there
    for module in (list_cells, spreadsheets):
        monkeypatch.setattr(module, "fold", noted)

    with pytest.raises(Refused):
        entries_of("a," * 5_000, "es", "en", 500)

    assert 0 < seen.count("a") <= 2 * list_cells.TITLES_MAX
