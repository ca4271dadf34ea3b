"""Checking a secret: the same words, time and waiting for known and unknown names."""

import hashlib
import math
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.accounts.models import Account, WrongTries
from app.accounts.names import fold
from app.accounts.secrets import secret_matches
from app.accounts.sessions import start_session
from app.db import db, now, reading
from app.web.errors import Refused

FREE_TRIES = 5
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 15 * 60


def sign_in(scope: str, name: str, account_id: int | None, secret: str) -> None:
    """Sign in when the secret is right, and commit; else Refused says why.

    `scope` and `name` count the wrong tries, whether there is such a person
    or not. Takes one hash check (some 30 ms), outside any writing.
    """
    key = hashlib.sha256(f"{scope}\n{fold(name)}".encode()).hexdigest()
    with reading():
        wait_seconds = _wait_seconds(db.session.get(WrongTries, key))
        hashed = db.session.scalar(
            select(Account.secret).where(Account.id == account_id)
        )
    if wait_seconds:
        raise Refused(_too_often(wait_seconds))
    fits = secret_matches(hashed, secret)
    tries = db.session.get(WrongTries, key)
    # Others may have tried while this one was checked: many at once are many.
    if wait_seconds := _wait_seconds(tries):
        raise Refused(_too_often(wait_seconds))
    if not fits:
        _count_wrong(tries or WrongTries(key=key, count=0))
        db.session.commit()
        raise Refused(_("That did not fit. Check each line and try again."))
    if tries is not None:
        db.session.delete(tries)
    start_session(db.session.get_one(Account, account_id))
    db.session.commit()


def _count_wrong(tries: WrongTries) -> None:
    tries.count += 1
    if tries.count >= FREE_TRIES:
        doubled = FIRST_WAIT_SECONDS * 2 ** min(tries.count - FREE_TRIES, 10)
        wait_seconds = min(doubled, LONGEST_WAIT_SECONDS)
        tries.wait_until = now() + timedelta(seconds=wait_seconds)
    db.session.add(tries)


def _wait_seconds(tries: WrongTries | None) -> int:
    if tries is None or tries.wait_until is None:
        return 0
    left = math.ceil((tries.wait_until - now()).total_seconds())
    # A longer wait than the longest is a clock that was set back.
    return left if 0 < left <= LONGEST_WAIT_SECONDS else 0


def _too_often(wait_seconds: int) -> str:
    return ngettext(
        "Too many tries. Wait %(num)s second, then try again, or ask your teacher.",
        "Too many tries. Wait %(num)s seconds, then try again, or ask your teacher.",
        wait_seconds,
    )
