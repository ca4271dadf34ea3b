"""A process that forks writers of the index and kills each at a moment of chance.

Reads lines "what seconds" and answers "killed" to each; see test_kill.py.
"""

import os
import signal
import sys
import time
from pathlib import Path

from flask import Flask

from app.db import db
from app.factory import create_app
from app.posts.models import Post
from app.search.rebuilding import rebuild
from app.search.tidying import tidy
from app.search.updating import index_posts


def write_for_ever(app: Flask, what: str, begun: int) -> None:
    with app.app_context():
        ids = list(db.session.scalars(db.select(Post.id)))
        db.session.commit()
        os.write(begun, b"!")
        while True:
            if what == "rebuild":
                rebuild()
            elif what == "merge":
                # A quarter of the posts in a segment of their own, then one of all.
                index_posts(ids[::4])
                tidy()
            else:
                index_posts(ids)
                db.session.commit()


def kill_one(app: Flask, what: str, seconds: float) -> None:
    reading, writing = os.pipe()
    victim = os.fork()
    if not victim:
        write_for_ever(app, what, writing)
    os.close(writing)
    begun = os.read(reading, 1)
    time.sleep(seconds)
    os.kill(victim, signal.SIGKILL)
    _pid, status = os.waitpid(victim, 0)
    os.close(reading)
    alive_until_then = begun and os.WIFSIGNALED(status)
    print("killed" if alive_until_then else "it died by itself", flush=True)


if __name__ == "__main__":
    app = create_app(Path(sys.argv[1]), TESTING=True)
    for line in sys.stdin:
        what, seconds = line.split()
        kill_one(app, what, float(seconds))
