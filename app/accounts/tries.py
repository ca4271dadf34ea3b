"""Wrong tries: how long somebody waits, counted where a restart does not lose them.

Each try is written down as wrong before its secret is checked and taken back when
it fits, so that a hundred at once, or a pulled plug, test no more than one by one.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, request
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update

from app.accounts import elapsed
from app.accounts.models import Account, WrongTry
from app.db import db, now

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 15 * 60
DAY_SECONDS = 24 * 3600
HOUR_SECONDS = 3600
# So many an hour on the whole server are more than a school's typing mistakes.
ALARM_AN_HOUR = 200

# Each side is counted by itself, so that a stranger who locks an account from outside
# locks nobody out of the class's own devices, nor who holds her card.
ELSEWHERE, CLASS_DEVICE, CARD = "elsewhere", "class device", "card"
SIDES = (ELSEWHERE, CLASS_DEVICE, CARD)


@dataclass(frozen=True)
class Limit:
    """How many wrong tries within `seconds` are free before the waiting doubles."""

    free: int
    seconds: int


# An account: what a pupil may mistype. A day's number ends it, see `MOST_A_DAY`.
ACCOUNT = Limit(free=5, seconds=DAY_SECONDS)
MOST_A_DAY = 10
# A device or an address: a whole class mistypes there.
SOURCE = Limit(free=40, seconds=HOUR_SECONDS)


class NeedsTeacher(Exception):  # noqa: N818  # an answer, not a fault
    """So many wrong tries today that only a teacher, or the card, helps."""


@dataclass(frozen=True)
class Waits(Exception):  # noqa: N818  # an answer, not a fault
    """Nobody tries again before so many seconds have passed."""

    seconds: int


def key_of(*parts: object) -> str:
    """Make a key that tells nothing to who reads the table without the secret key."""
    said = "\n".join([current_app.config["SECRET_KEY"], *map(str, parts)])
    return hashlib.sha256(said.encode()).hexdigest()


def address_key() -> str:
    """Name where the request comes from; neighbours in one IPv6 house are one."""
    told = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return key_of("address", told)
    if address.version == 6 and address.ipv4_mapped is None:
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return key_of("address", address)


def reserve(account_key: str, source_key: str) -> int:
    """Write a try down as wrong and commit; gives the number to take it back.

    Raises `Waits` or `NeedsTeacher`, and writes nothing, when it may not be made.
    """
    _check(account_key, source_key)
    row = WrongTry(
        account_key=account_key,
        source_key=source_key,
        boot=elapsed.boot(),
        steady=elapsed.steady(),
    )
    db.session.add(row)
    db.session.commit()
    return row.id


def it_fitted(try_id: int, account_key: str) -> None:
    """Take a try back, and let earlier ones of this account make nobody wait."""
    db.session.execute(delete(WrongTry).where(WrongTry.id == try_id))
    db.session.execute(
        update(WrongTry)
        .where(WrongTry.account_key == account_key)
        .values(forgiven=True)
        .execution_options(synchronize_session=False)
    )


def forget(account_keys: list[str]) -> None:
    """Let somebody begin anew: her teacher has seen to it."""
    db.session.execute(delete(WrongTry).where(WrongTry.account_key.in_(account_keys)))


def alarm() -> int:
    """Count the last hour's wrong tries of all when they are too many, else 0."""
    count = db.session.scalar(
        select(func.count()).select_from(WrongTry).where(_within(HOUR_SECONDS))
    )
    return count if count and count >= ALARM_AN_HOUR else 0


def sweep() -> None:
    """Drop what no longer counts; the caller commits."""
    db.session.execute(delete(WrongTry).where(~_within(DAY_SECONDS)))


def _check(account_key: str, source_key: str) -> None:
    own = _newest(WrongTry.account_key == account_key, ACCOUNT, MOST_A_DAY)
    rows = db.session.scalars(own).all()
    if len(rows) >= MOST_A_DAY:
        raise NeedsTeacher
    _wait([row for row in rows if not row.forgiven], ACCOUNT)
    most = SOURCE.free + 10
    _wait(
        db.session.scalars(
            _newest(WrongTry.source_key == source_key, SOURCE, most)
        ).all(),
        SOURCE,
    )


def _newest(
    whose: ColumnElement[bool], limit: Limit, most: int
) -> Select[tuple[WrongTry]]:
    return (
        select(WrongTry)
        .where(whose, _within(limit.seconds))
        .order_by(WrongTry.id.desc())
        .limit(most)
    )


def _wait(rows: Sequence[WrongTry], limit: Limit) -> None:
    """Make wait who has tried too often; the newest try comes first."""
    over = len(rows) - limit.free
    if over < 0:
        return
    last = rows[0]
    passed = max(0.0, elapsed.seconds_since(last.boot, last.steady, last.at))
    doubled = FIRST_WAIT_SECONDS * 2 ** min(over, 10)
    left = min(doubled, LONGEST_WAIT_SECONDS) - passed
    if left > 0:
        raise Waits(int(left) + 1)


def _within(seconds: int) -> ColumnElement[bool]:
    """Hold for tries of the last so many seconds; see `elapsed`."""
    here = WrongTry.boot == elapsed.boot()
    return or_(
        and_(here, WrongTry.steady > elapsed.steady() - seconds),
        and_(~here, WrongTry.at > now() - timedelta(seconds=seconds)),
    )


def account_keys(account: Account) -> list[str]:
    """Name all ways in which tries of this account are counted."""
    return [key_of(side, account.id) for side in SIDES]
