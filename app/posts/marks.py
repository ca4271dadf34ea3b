"""How far each person has read: marks that only rise, and pages that prove they arrived.

A page that shows something new carries a proof of what it shows. It comes back with
the next link or form of that page, and only then it counts as read: what a dead link
swallowed is still new.
"""

import hmac
import re
from collections.abc import Iterator, Mapping

from flask import g, request
from flask_login import current_user
from sqlalchemy import (
    Executable,
    ScalarSelect,
    Update,
    false,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from app.accounts.models import ANYONE, Account
from app.accounts.sessions import viewer
from app.db import db, write_at_once
from app.posts.models import ReadMark
from app.web.seals import seal

# Stands for the whole: new threads, and where her own posts stand.
EVERYTHING = 0
ARGUMENT, FIELD = "r", "read"
# The worst a forged one does is to call something read.
PROOF = re.compile(r"(\d{1,12}\.\d{1,18}(?:-\d{1,12}\.\d{1,18})*)~([\w-]{6})", re.ASCII)


def show(found: Mapping[int, int]) -> None:
    """Let this page prove what it shows: change numbers by thread, or `EVERYTHING`."""
    if found:
        g.read_proof = proof(viewer(), found)


def read_proof() -> str:
    """Give the proof for links and forms of this page; "" when all was read before."""
    return str(g.get("read_proof", ""))


def proof(reader: Account, found: Mapping[int, int]) -> str:
    said = "-".join(f"{thread_id}.{n}" for thread_id, n in found.items())
    return f"{said}~{_seal(reader, said)}"


def take() -> None:
    """Believe the proof that this request brings, if it does; commits.

    A mark that cannot be written now is left out: the next page brings it again.
    """
    said = request.args.get(ARGUMENT) or (
        request.form.get(FIELD) if request.method == "POST" else None
    )
    if not said or not current_user.is_authenticated:
        return
    statements = list(_statements(viewer(), said))
    try:
        if request.method == "POST":
            for statement in statements:
                db.session.execute(statement)
            db.session.commit()
        elif statements:
            write_at_once(*statements)
            db.session.rollback()  # what this page reads is as of now
    except DBAPIError:
        db.session.rollback()


def follow(thread_id: int, person_id: int, *, follows: bool = True) -> None:
    """Let the thread's replies be among her post, or no more; flushes."""
    db.session.execute(_made_sure(person_id, thread_id))
    db.session.execute(_marked(person_id, thread_id).values(follows=follows))


def seen_no() -> ScalarSelect[int]:
    """Say up to which change she was told; read anew, since a proof may just have come."""
    return (
        select(Account.seen_no)
        .where(Account.person_id == ANYONE.person_id)
        .scalar_subquery()
    )


def _statements(reader: Account, said: str) -> Iterator[Executable]:
    """Raise the marks that a proof of hers names; none for another's or a forged one."""
    found = PROOF.fullmatch(said)
    if found is None or not hmac.compare_digest(_seal(reader, found[1]), found[2]):
        return
    for pair in found[1].split("-"):
        thread_id, change_no = map(int, pair.split("."))
        if thread_id == EVERYTHING:
            yield (
                update(Account)
                .where(Account.id == reader.id, Account.seen_no < change_no)
                .values(seen_no=change_no)
                .execution_options(synchronize_session=False)
            )
            continue
        yield _made_sure(reader.person_id, thread_id)
        yield (
            _marked(reader.person_id, thread_id)
            .where(ReadMark.change_no < change_no)
            .values(change_no=change_no)
        )


def _made_sure(person_id: int, thread_id: int) -> Executable:
    """Insert the row where there is none; the same words for every database."""
    known = select(ReadMark.id).where(
        ReadMark.person_id == person_id, ReadMark.thread_id == thread_id
    )
    fresh = select(literal(person_id), literal(thread_id), literal(0), false()).where(
        ~known.exists()
    )
    return insert(ReadMark).from_select(
        ["person_id", "thread_id", "change_no", "follows"], fresh
    )


def _marked(person_id: int, thread_id: int) -> Update:
    return (
        update(ReadMark)
        .where(ReadMark.person_id == person_id, ReadMark.thread_id == thread_id)
        .execution_options(synchronize_session=False)
    )


def _seal(reader: Account, said: str) -> str:
    return seal(f"read {reader.person_id} {said}")
