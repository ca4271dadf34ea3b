"""Days as people type them: 2026-02-01, in any figures and with any sign between."""

import re
from datetime import date

from flask_babel import gettext as _

from app.web.errors import Refused

YEARS = range(2000, 2100)
_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\Z")


def read_day(typed: str, field: str) -> date:
    """Read a day of this century; Refused, with the name of its field, what is none."""
    found = _DAY.match(typed.strip())
    try:
        read = date(*map(int, found.groups())) if found else None
    except ValueError:
        read = None
    if read is None or read.year not in YEARS:
        said = _("Write the day as year, month and day, such as 2026-02-01.")
        raise Refused(said, field)
    return read
