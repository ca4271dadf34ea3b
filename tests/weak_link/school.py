"""A school that writes: pupils with sign-ins of their own, and the server as a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, g

from app.accounts.models import Account
from app.accounts.sessions import start_session
from app.db import db, set_reading
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    teacher_of,
)
from tests.journeys.site import Site


@dataclass(frozen=True)
class Pupil:
    """Who she is and where she may write; `cookie` is a sign-in of hers."""

    account_id: int
    person_id: int
    cookie: str
    letters_id: int


@dataclass(frozen=True)
class School:
    """One partnership of two classes: a forum, an open thread, a pen pal for each."""

    forum_id: int
    thread_id: int
    # Of a pupil's own, so that locking it disturbs nobody else.
    quiet_ids: list[int]
    pupils: list[Pupil]
    app: Flask

    def sign_in(self, account_id: int) -> str:
        """Open one more sign-in, without the cost of a hash; gives its cookie."""

        def start() -> str:
            with self.app.test_request_context():
                set_reading(value=False)
                start_session(db.session.get_one(Account, account_id))
                db.session.commit()
                return str(g.session_token)

        return Context().run(start)


def a_school_that_writes(app: Flask, count: int) -> School:
    """Make so many pupils, signed in without the cost of a hash; commits."""
    space = a_partnership(a_classroom(lang="en"), a_classroom(lang="es"))
    here, there = (joined.classroom for joined in space.classrooms)
    teacher, forum = teacher_of(here), a_forum(space)
    threads = [a_thread(space, teacher, forum) for _n in range(count + 1)]
    for thread in threads:
        a_post(thread, teacher, "What do you see from your window?")
    pen_pal = a_pupil(there)
    accounts = [a_pupil(here) for _n in range(count)]
    letters = [letters_between(space, teacher, one, pen_pal).id for one in accounts]
    ids = [(account.id, account.person_id) for account in accounts]
    school = School(forum.id, threads[0].id, [one.id for one in threads[1:]], [], app)
    # This transaction would hold the one writer's place.
    db.session.commit()
    school.pupils.extend(
        Pupil(account_id, person_id, school.sign_in(account_id), letters_id)
        for (account_id, person_id), letters_id in zip(ids, letters, strict=True)
    )
    return school


@contextmanager
def a_server(instance: Path) -> Iterator[Site]:
    """The web process on what the test made; the test's own transaction ends."""
    db.session.commit()
    site = Site(instance)
    try:
        site.start_web()
        yield site
    finally:
        site.stop()
