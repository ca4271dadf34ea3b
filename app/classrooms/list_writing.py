"""A class list as a file for spreadsheets, which can be read in again."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from app.accounts.models import Account
from app.classrooms.list_escaping import escaped
from app.classrooms.list_reading import headings

# A spreadsheet parts columns at what does not part a number's decimals.
POINT_LANGS = ("en", "sw")


def written(accounts: Iterable[Account], lang: str) -> bytes:
    """Write number, full name and shown name, for who reads `lang`."""
    rows = (
        (str(one.person.number), one.full_name, one.person.shown_name)
        for one in accounts
    )
    return as_csv(headings(), rows, lang)


def as_csv(titles: Sequence[str], rows: Iterable[Sequence[str]], lang: str) -> bytes:
    """Write rows of cells as spreadsheets of who reads `lang` open them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="," if lang in POINT_LANGS else ";")
    writer.writerow(titles)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    # The mark tells Excel that it is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def file_name(title: str) -> str:
    """Name the file after the class, in letters that every system keeps."""
    return (re.sub(r"\W+", "-", title).strip("-") or "class") + ".csv"
