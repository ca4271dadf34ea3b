"""What templates share: the stylesheet by its hash, moments, sizes, and the life sign."""

import hashlib
import re
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from flask import Flask, Response, current_app, request, url_for
from flask_babel import format_number, get_locale, get_timezone
from flask_babel import gettext as _

from app.markup import legible
from app.web.headers import host_name
from app.web.whitespace import WithoutLineEnds

# Nothing in it that an address writes otherwise.
PLAIN = re.compile(r"[0-9A-Za-z_-]+\Z")
# Stands for a value while the pattern of an address is made; no row has it.
PLACE = 987_654_321_012_345


def register(app: Flask) -> None:
    app.jinja_env.globals["stylesheet"] = _by_its_words(app, "site.css")
    app.jinja_env.globals["paper_stylesheet"] = _by_its_words(app, "paper.css")
    app.jinja_env.globals["keep_script"] = _by_its_words(app, "keep.js")
    app.jinja_env.globals["url_for"] = address
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["clock"] = clock
    app.jinja_env.filters["size"] = size
    # For words as they were typed; what `markup` renders is so already.
    app.jinja_env.filters["legible"] = legible
    app.jinja_env.globals["school_address"] = school_address
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(WithoutLineEnds)

    @app.get("/ping")
    def ping() -> Response:
        return Response(status=204)


def _by_its_words(app: Flask, name: str) -> str:
    """Make a static file's address: other words in it, another address."""
    file = Path(app.static_folder or "") / name
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return f"/static/{name}?{digest}"


def address(endpoint: str, **values: object) -> str:
    """Make an address as `url_for` does, a tenth as dear: a page has some forty.

    Keeps the pattern of each kind; unusual values take the long way.
    """
    for name, value in values.items():
        if name[0] == "_" or not PLAIN.match(str(value)) or value is None:
            return url_for(endpoint, **values)  # type: ignore[arg-type]  # its own names
    return _pattern(endpoint, *values) % values


@cache
def _pattern(endpoint: str, *names: str) -> str:
    places = {name: PLACE + n for n, name in enumerate(names)}
    made = url_for(endpoint, **places).replace("%", "%%")  # type: ignore[arg-type]
    for name, place in places.items():
        made = made.replace(str(place), f"%({name})s")
    return made


def day(moment: datetime) -> str:
    """Say the day on which it was where the reader is."""
    return _day(moment.astimezone(reader_zone()).date(), get_locale())


def clock(moment: datetime) -> str:
    """Say day and time as the reader's wall and calendar show it."""
    local, locale = moment.astimezone(reader_zone()), get_locale() or "en"
    together = str(get_datetime_format("long", locale=locale))
    hour = format_time(local, "short", tzinfo=reader_zone(), locale=locale)
    return together.replace("{1}", day(moment)).replace("{0}", hour)


def reader_zone() -> tzinfo:
    return get_timezone() or UTC


@lru_cache(maxsize=1000)
def _day(written: date, locale: Locale | None) -> str:
    return format_date(written, "long", locale=locale or "en")


def size(count_bytes: int) -> str:
    """Say a size as one who pays for it counts: kB, rounded up."""
    return _("%(count)s kB", count=format_number(-(-count_bytes // 1000)))


def school_address() -> str:
    """Say where pupils find the server; localhost on a card would find their own."""
    known: str = current_app.config["SCHOOL_ADDRESS"]
    if known and host_name() in ("localhost", "127.0.0.1", "::1"):
        return known.rstrip("/") + "/"
    return request.host_url
