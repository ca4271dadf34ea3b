"""A list's text as rows of cells: line ends, separators, quotes, escaped formulas."""

import csv
import io
import re
from collections.abc import Container, Iterator

from flask_babel import gettext as _

from app.accounts.names import fold
from app.classrooms.list_escaping import unescaped

# The last is what an Arabic keyboard has for a semicolon.
SEPARATORS = "\t;,؛"
# Columns that may have a title; half a million took seconds to look through.
TITLES_MAX = 100
LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Some programs say it themselves, in a line before the first.
SAID = re.compile('"?sep=([\t;,])"?\n', re.IGNORECASE)
QUOTED = re.compile('"[^"\n]*"')
# A comma with a space after it belongs to the name: Ramos, Lucía.
LOOSE_COMMA = re.compile(r",(?=[ \t])")


class Unreadable(Exception):  # noqa: N818  # its reader says what to do about it
    """A row is no row of cells: a quotation mark stays open, or it is far too long."""

    def __init__(self, row: int, *, too_long: bool) -> None:
        super().__init__(row)
        self.row, self.too_long = row, too_long

    def unclosed(self) -> str:
        return _(
            'Row %(row)s begins with a quotation mark (") that is not closed where '
            "its cell ends. Close it, or take it out.",
            row=self.row,
        )


def lines_of(text: str, known: Container[str]) -> tuple[str, str]:
    """Give the lines of a list and what parts its cells; `known` are folded headings."""
    lines = LINE_END.sub("\n", text.removeprefix("\ufeff"))
    if said := SAID.match(lines):
        return lines[said.end() :], said[1]
    return lines, _separator(lines, known)


def cells_of(lines: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty, numbered as a spreadsheet does, unescaped."""
    reader = csv.reader(io.StringIO(lines, ""), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            read = [unescaped(cell).strip() for cell in cells]
            if any(read):
                yield row, read
    except csv.Error as error:
        raise Unreadable(row + 1, too_long="limit" in str(error)) from None


def _separator(lines: str, known: Container[str]) -> str:
    """Take what parts the headings, else what stands in the most lines."""
    plain = QUOTED.sub("", lines)
    first = next((line for line in lines.split("\n") if line.strip()), "")
    for separator in SEPARATORS:
        cells = [cell.strip().strip('"') for cell in first.split(separator)]
        if len(cells) > 1 and any(fold(cell) in known for cell in cells[:TITLES_MAX]):
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
