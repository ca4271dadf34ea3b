"""The school's server in a thread of the test, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress import wasyncore

import wsgi
from app.db import db


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """Serve the application as the school's server does; gives its port."""
    db.session.rollback()
    made = wsgi.server("127.0.0.1", 0, app)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield int(made.effective_port)
    finally:
        made.trigger.pull_trigger(
            lambda: wasyncore.close_all(made._map, ignore_all=True)
        )
        thread.join(timeout=20)
        made.task_dispatcher.shutdown()
        assert not thread.is_alive()
