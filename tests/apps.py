"""Applications for tests, whose templates are compiled once for all of them."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, event

from app.db import db
from app.factory import create_app


def an_app(folder: Path) -> Flask:
    made = create_app(folder, TESTING=True)
    made.jinja_env.bytecode_cache = _compiled_templates()
    return made


@cache
def _compiled_templates() -> FileSystemBytecodeCache:
    folder = tempfile.mkdtemp(prefix="templates-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return FileSystemBytecodeCache(folder)


@contextmanager
def writers_patience() -> Iterator[list[int]]:
    """Note how many milliseconds each writer would wait for its place."""
    noted: list[int] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        raw = connection.connection.dbapi_connection
        if statement == "BEGIN IMMEDIATE" and raw is not None:
            asked = raw.cursor()
            asked.execute("PRAGMA busy_timeout")
            noted.extend(row[0] for row in asked.fetchall())
            asked.close()

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
