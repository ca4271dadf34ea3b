"""A class list's text as rows: separators, quotes, headings in our six languages."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _

from app.accounts.names import digits, fold, tidy
from app.classrooms.list_escaping import unescaped
from app.web.errors import Refused
from app.web.langs import speaking

# Rows of one list; more pupils come in a second one.
LIST_MAX = 100
SEPARATORS = "\t;,"
# A list copied from elsewhere often counts: 1. Ana, 2) José.
LIST_NUMBER = re.compile(r"^\s*\d+\s*[.):–-]\s*")
LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Some programs say it themselves, in a line before the first.
SAID = re.compile('"?sep=([\t;,])"?\n', re.IGNORECASE)
QUOTED = re.compile('"[^"\n]*"')
# A comma with a space after it belongs to the name: Ramos, Lucía.
LOOSE_COMMA = re.compile(r",(?=[ \t])")

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
    lines = LINE_END.sub("\n", text.removeprefix("\ufeff"))
    known, said = _known_headings(), SAID.match(lines)
    if said:
        lines = lines[said.end() :]
    separator = said[1] if said else _separator(lines, known)
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
    reader = csv.reader(io.StringIO(lines, ""), delimiter=separator, strict=True)
    row = found = 0
    try:
        for row, cells in enumerate(reader, 1):
            read = [unescaped(cell).strip() for cell in cells]
            if not any(read):
                continue
            found += 1
            # One more for the headings.
            if found > LIST_MAX + 1:
                raise too_many(_rough_count(lines))
            yield row, read
    except csv.Error as error:
        if "limit" in str(error):
            raise Refused(
                _("Row %(row)s is far too long to be a name. Mend it.", row=row + 1),
                "names",
            ) from None
        raise Refused(
            _(
                'Row %(row)s begins with a quotation mark (") that is not closed where '
                "its cell ends. Close it, or take it out.",
                row=row + 1,
            ),
            "names",
        ) from None


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


def _separator(lines: str, known: dict[str, str]) -> str:
    """Take what parts the headings, else what stands in the most lines."""
    plain = QUOTED.sub("", lines)
    first = next((line for line in lines.split("\n") if line.strip()), "")
    for separator in SEPARATORS:
        cells = [cell.strip().strip('"') for cell in first.split(separator)]
        if len(cells) > 1 and any(fold(cell) in known for cell in cells):
            return separator
    counted = [_lines_with(sign, plain) for sign in SEPARATORS]
    return SEPARATORS[counted.index(max(counted))]


def _lines_with(sign: str, plain: str) -> int:
    tight = LOOSE_COMMA.sub("", plain).split("\n")
    count = sum(sign in line for line in tight)
    if sign != ",":
        return count
    loose = sum(1 for line in plain.split("\n") if LOOSE_COMMA.search(line))
    return count if count > loose else 0


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
