"""A class list's text as rows: headings in our six languages, names, numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _

from app.accounts.names import digits, fold, tidy
from app.classrooms.list_cells import Unreadable, cells_of, lines_of
from app.web.errors import Refused
from app.web.langs import speaking

# Rows of one list; more pupils come in a second one.
LIST_MAX = 100
# A list copied from elsewhere often counts: 1. Ana, 2) José.
LIST_NUMBER = re.compile(r"^\s*\d+\s*[.):–-]\s*")

FULL, NAME, FIRST, SURNAME, SHOWN, NUMBER = (
    "full", "name", "first", "surname", "shown", "number",
)  # fmt: skip
# How schools title their columns, in the languages of the pages; NAME is the full
# name where it stands alone, and the other half beside a first name or a surname.
HEADINGS = {
    FULL: (
        "full name", "pupil", "student", "nombre completo", "apellidos y nombre",
        "apellidos y nombres", "nombre y apellidos", "nombres y apellidos", "alumno",
        "alumna", "estudiante", "nom complet", "nom et prénom", "nom et prénoms",
        "nom prénom", "nom prénoms", "prénom et nom", "élève", "nome completo", "aluno",
        "aluna", "الاسم الكامل", "الاسم الثلاثي", "اسم التلميذ", "اسم الطالب", "التلميذ",
        "الطالب", "jina kamili", "mwanafunzi",
    ),
    NAME: ("name", "names", "nombre", "nombres", "nom", "noms", "nome", "nomes",
           "الاسم", "اسم", "الأسماء", "jina", "majina"),
    FIRST: ("first name", "first names", "given name", "given names", "forename",
            "nombre de pila", "primer nombre", "prénom", "prénoms", "nome próprio",
            "primeiro nome", "الاسم الأول", "الاسم الشخصي", "jina la kwanza"),
    SURNAME: ("surname", "last name", "family name", "apellido", "apellidos",
              "nom de famille", "sobrenome", "apelido", "apelidos", "اللقب", "الكنية",
              "اسم العائلة", "الاسم العائلي", "jina la ukoo", "jina la familia",
              "jina la mwisho"),
    SHOWN: ("shown name", "nombre visible", "nombre mostrado", "nom affiché",
            "nom montré", "nome mostrado", "nome exibido", "الاسم الظاهر",
            "الاسم المعروض", "jina linaloonekana"),
    NUMBER: ("number", "número", "numéro", "الرقم", "رقم", "nambari", "namba"),
}  # fmt: skip


@dataclass(frozen=True)
class ListRow:
    """One pupil of a list; `n` counts rows as a spreadsheet does, headings included."""

    n: int
    full_name: str
    shown_name: str = ""
    number: str = ""


def headings() -> tuple[str, str, str]:
    """Title the columns of an export: number, full name, shown name."""
    return _("Number"), _("Full name"), _("Shown name")


def rows_of(text: str) -> list[ListRow]:
    """Read the rows of a list; Refused when it is none, or too long."""
    known = _known_headings()
    lines, separator = lines_of(text, known)
    records = list(_records(lines, separator))
    kinds = _kinds(records[0][1], known) if records else []
    named = bool(set(kinds) & {FULL, FIRST, SURNAME})
    if not named and any(kinds) and all(kinds):
        raise Refused(
            _("No column is titled “Full name”. Add it, or take the titles out."),
            "names",
        )
    rows = list(_titled(records[1:], kinds) if named else _untitled(records))
    if len(rows) > LIST_MAX:
        raise too_many(len(rows))
    if not rows:
        raise Refused(
            _("No name is here. Write one name on each line, or choose a file."),
            "names",
        )
    return rows


def _records(lines: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    found = 0
    try:
        for row, cells in cells_of(lines, separator):
            found += 1
            # One more for the headings.
            if found > LIST_MAX + 1:
                raise too_many(_rough_count(lines))
            yield row, cells
    except Unreadable as fault:
        said = fault.unclosed() if not fault.too_long else _too_long(fault.row)
        raise Refused(said, "names") from None


def _too_long(row: int) -> str:
    return _("Row %(row)s is far too long to be a name. Mend it.", row=row)


def _rough_count(lines: str) -> int:
    return sum(1 for line in lines.split("\n") if line.strip())


def too_many(count: int) -> Refused:
    return Refused(
        _(
            "These are %(count)s names; %(most)s fit at a time. Add them in parts.",
            count=count,
            most=LIST_MAX,
        ),
        "names",
    )


def _known_headings() -> dict[str, str]:
    """Map headings to what they title, also those that we export in any language."""
    known = {fold(word): kind for kind, words in HEADINGS.items() for word in words}
    for lang in current_app.config["LANGUAGES"]:
        with speaking(lang):
            exported = zip((NUMBER, FULL, SHOWN), headings(), strict=True)
            known |= {fold(word): kind for kind, word in exported}
    return known


def _kinds(cells: list[str], known: dict[str, str]) -> list[str]:
    kinds = [known.get(fold(cell), "") for cell in cells]
    part = FULL
    if SURNAME in kinds and FIRST not in kinds:
        part = FIRST
    elif FIRST in kinds and SURNAME not in kinds:
        part = SURNAME
    return [part if kind == NAME else kind for kind in kinds]


def _titled(
    records: list[tuple[int, list[str]]], kinds: list[str]
) -> Iterator[ListRow]:
    for n, cells in records:
        by_kind: dict[str, str] = {}
        for kind, cell in zip(kinds, cells, strict=False):
            by_kind.setdefault(kind, cell)
        parts = (by_kind.get(FIRST, ""), by_kind.get(SURNAME, ""))
        yield ListRow(
            n,
            by_kind.get(FULL) or " ".join(part for part in parts if part),
            by_kind.get(SHOWN, ""),
            _number(by_kind.get(NUMBER, "")),
        )


def _number(cell: str) -> str:
    return digits(cell) if cell.isdigit() else ""


def _untitled(records: list[tuple[int, list[str]]]) -> Iterator[ListRow]:
    counts = all(len(cells) > 1 and _is_count(cells[0]) for _n, cells in records)
    pairs = [[*cells[1 if counts else 0 :], "", ""][:2] for _n, cells in records]
    halves = [full for full, shown in pairs if shown and len(fold(full).split()) == 1]
    if 2 * len(halves) > len(records):
        # Taken for full and shown name, others would see the surnames.
        raise Refused(
            _(
                "What the two columns hold is not clear. Write titles above them: "
                "“First name” and “Surname”, or “Full name” and “Shown name”."
            ),
            "names",
        )
    for (n, _cells), (full, shown) in zip(records, pairs, strict=True):
        yield ListRow(n, LIST_NUMBER.sub("", full), shown)


def _is_count(cell: str) -> bool:
    """Hold for a list's own counting before the names: 1, 2., 03."""
    return fold(tidy(cell)).isdecimal()
