"""Days of the year in words: a small model mixes them up, so they are said by rule."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_MONTHS = {
    "en": "January February March April May June July August September October "
    "November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre "
    "novembre décembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro "
    "novembro dezembro",
}
# How children write them: {d} is the day, {m} the month, {y} the year.
_WRITTEN = {
    "en": (
        r"{m} {d}(?:st|nd|rd|th)?(?:,? {y})?",
        r"(?:the )?{d}(?:st|nd|rd|th)?(?: of)? {m}(?:,? {y})?",
    ),
    "es": (r"{d}(?:º|\.º)? de {m}(?: del? {y})?",),
    "fr": (r"(?:le )?{d}(?:er)? {m}(?: {y})?",),
    "pt": (r"{d}º? de {m}(?: de {y})?",),
}


class Day(NamedTuple):
    """Where a day stands in a text, and how it is said in the other language."""

    start: int
    end: int
    said: str


def days_in(text: str, from_lang: str, to_lang: str) -> Iterator[Day]:
    """Find days such as "3 de mayo de 2012"; none in a language not known here."""
    if not {from_lang, to_lang} <= _MONTHS.keys() or not any(map(str.isdigit, text)):
        return
    months = [month.lower() for month in _MONTHS[from_lang].split()]
    for found in _pattern(from_lang).finditer(text):
        parts = found.groupdict(default="")
        day, month, year = (
            "".join(parts.get(f"{part}{n}", "") for n in (0, 1)) for part in "dmy"
        )
        if not 1 <= int(day) <= 31:
            continue
        said = _say(to_lang, str(int(day)), months.index(month.lower()), year)
        yield Day(*found.span(), said)


def _say(lang: str, day: str, month: int, year: str) -> str:
    name = _MONTHS[lang].split()[month]
    if lang == "en":
        return f"{name} {day}, {year}" if year else f"{name} {day}"
    if lang == "fr":
        return " ".join(filter(None, ["1er" if day == "1" else day, name, year]))
    return " de ".join(filter(None, [day, name, year]))


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    forms = [
        form.format(
            d=rf"(?P<d{n}>\d{{1,2}})",
            m=rf"(?P<m{n}>{'|'.join(_MONTHS[lang].split())})",
            y=rf"(?P<y{n}>\d{{4}})",
        )
        for n, form in enumerate(_WRITTEN[lang])
    ]
    # In English "may" and "march" are no months.
    case = re.NOFLAG if lang == "en" else re.I
    return re.compile(rf"(?<![\w.,/-])(?:{'|'.join(forms)})(?!\w)", case)
