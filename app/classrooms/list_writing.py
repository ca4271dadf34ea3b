"""A class list as a file for spreadsheets, which can be read in again."""

import csv
import io
import re
from collections.abc import Iterable

from app.accounts.models import Account
from app.classrooms.list_escaping import escaped
from app.classrooms.list_reading import headings

# A spreadsheet parts columns at what does not part a number's decimals.
POINT_LANGS = ("en", "sw")


def written(accounts: Iterable[Account], lang: str) -> bytes:
    """Write number, full name and shown name, for who reads `lang`."""
    text = io.StringIO()
    separator = "," if lang in POINT_LANGS else ";"
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(headings())
    for account in accounts:
        person = account.person
        names = (escaped(account.full_name), escaped(person.shown_name))
        writer.writerow([person.number, *names])
    # The mark tells Excel that it is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def file_name(title: str) -> str:
    """Name the file after the class, in letters that every system keeps."""
    return (re.sub(r"\W+", "-", title).strip("-") or "class") + ".csv"
