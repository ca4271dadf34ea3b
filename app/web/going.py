"""Where to go after signing in: only ever to a page of ours."""

from flask import request
from werkzeug.datastructures import MultiDict


def next_page() -> str:
    """Read where the person wanted to go; a stranger's address becomes `/`."""
    values: MultiDict[str, str] = request.values
    wanted = values.get("next", "/")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours and wanted.isprintable() and "\\" not in wanted else "/"
