"""Numbers of rows in addresses and forms: no longer than a database counts."""

from flask import Flask
from werkzeug.routing import IntegerConverter

MAX_FIGURES = 15


class RowNumber(IntegerConverter):
    """An `<int:…>` in a route; a longer one is no address of ours."""

    regex = rf"[0-9]{{1,{MAX_FIGURES}}}"


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber


def row_number(text: str) -> int:
    """Read a row's number; for `type=`, which leaves out what raises ValueError."""
    if not text.isdecimal() or len(text) > MAX_FIGURES:
        raise ValueError("not the number of a row")
    return int(text)
