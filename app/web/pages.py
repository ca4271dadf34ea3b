"""What templates share: the stylesheet by its hash, moments, sizes, and the life sign."""

import hashlib
from datetime import datetime
from pathlib import Path

from flask import Flask, Response
from flask_babel import format_date, format_number
from flask_babel import gettext as _


def register(app: Flask) -> None:
    css = Path(app.static_folder or "") / "site.css"
    digest = hashlib.sha256(css.read_bytes()).hexdigest()[:8]
    app.jinja_env.globals["stylesheet"] = f"/static/site.css?{digest}"
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["size"] = size
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.get("/ping")
    def ping() -> Response:
        return Response(status=204)


def day(moment: datetime) -> str:
    return format_date(moment, "long")


def size(count_bytes: int) -> str:
    """Say a size as one who pays for it counts: kB, rounded up."""
    return _("%(count)s kB", count=format_number(-(-count_bytes // 1000)))
