"""Applications for tests, whose templates are compiled once for all of them."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

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
