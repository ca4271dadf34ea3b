"""Wrong tries: how long somebody waits, counted where a restart does not lose them.

Each try is written down as wrong before its secret is checked and taken back when
it fits, so that a hundred at once, or a pulled plug, test no more than one by one.
"""

import hashlib
import ipaddress
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from flask import current_app, request
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from app.accounts import elapsed
from app.accounts.models import Account, WrongTry
from app.db import db, next_number, now
from app.jobs.registry import chore_at_start, chore_when_idle

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 15 * 60
DAY_SECONDS = 24 * 3600
HOUR_SECONDS = 3600
# So many an hour on the whole server are more than a school's typing mistakes.
ALARM_AN_HOUR = 200
# Counting ends here: the number says "very many", and costs the same for all above.
MOST_COUNTED = 1000
# More than a good clock drifts in a day.
CALENDAR_SLACK_SECONDS = 120

# Each side is counted by itself, so that a stranger who locks an account from outside
# locks nobody out of the class's own devices, nor who holds her card.
ELSEWHERE, CLASS_DEVICE, CARD = "elsewhere", "class device", "card"
SIDES = (ELSEWHERE, CLASS_DEVICE, CARD)

log = logging.getLogger(__name__)


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


class Earlier(NamedTuple):
    """A wrong try of before: when, by the clock and by the calendar."""

    boot: str
    steady: int
    at: datetime
    forgiven: bool


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
    if address.version == 6:
        house = ipaddress.ip_network((address, 64), strict=False).network_address
        return key_of("address", address.ipv4_mapped or house)
    return key_of("address", address)


def account_keys(account: Account) -> list[str]:
    """Name all ways in which tries of this pupil are counted."""
    return [key_of(side, account.id) for side in SIDES]


def reserve(account_key: str, source_key: str) -> int:
    """Write a try down as wrong and commit; gives the number to take it back.

    Raises `Waits` or `NeedsTeacher`, and writes nothing, when it may not be made.
    """
    # All tries stand in line for their number, so that two never count the same rows.
    number = next_number("wrong_try")
    try:
        _check(account_key, source_key)
    except (Waits, NeedsTeacher):
        db.session.rollback()
        raise
    db.session.add(
        WrongTry(
            id=number,
            account_key=account_key,
            source_key=source_key,
            at=now(),
            boot=elapsed.boot(),
            steady=elapsed.steady(),
        )
    )
    _sound_alarm()
    db.session.commit()
    return number


def it_fitted(try_id: int, account_key: str) -> None:
    """Take a try back, and let earlier ones of this account make nobody wait."""
    db.session.execute(delete(WrongTry).where(WrongTry.id == try_id))
    db.session.execute(
        update(WrongTry)
        .where(WrongTry.account_key == account_key, WrongTry.forgiven.is_(False))
        .values(forgiven=True)
        .execution_options(synchronize_session=False)
    )


def forget(account_keys: Sequence[str]) -> None:
    """Let somebody begin anew: her teacher has seen to it."""
    db.session.execute(delete(WrongTry).where(WrongTry.account_key.in_(account_keys)))


def last_hour() -> int:
    """Count the last hour's wrong tries of all, up to `MOST_COUNTED`; one query."""
    # The newest by number: the table has no order in time but this.
    newest = (
        select(WrongTry.boot, WrongTry.steady, WrongTry.at)
        .order_by(WrongTry.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    recent = (
        select(func.count()).select_from(newest).where(_within(HOUR_SECONDS, newest.c))
    )
    return db.session.scalar(recent) or 0


def alarm() -> int:
    """Count the last hour's wrong tries of all when they are too many, else 0."""
    count = last_hour()
    return count if count >= ALARM_AN_HOUR else 0


@dataclass
class _Told:
    """When this process last wrote of the alarm, by the steady clock."""

    steady: float = float("-inf")


_told = _Told()


def _sound_alarm() -> None:
    if elapsed.steady() - _told.steady < HOUR_SECONDS:
        return
    count = alarm()
    if count:
        _told.steady = elapsed.steady()
        log.warning(
            "%s wrong secrets in the last hour: somebody may be guessing", count
        )


@chore_at_start
@chore_when_idle
def sweep_tries() -> None:
    """Drop what no longer counts, and keep what does in line with the clocks; commits."""
    db.session.execute(delete(WrongTry).where(~_within(DAY_SECONDS)))
    for row in db.session.scalars(select(WrongTry)):
        _follow_clocks(row)
    db.session.commit()


def _follow_clocks(row: WrongTry) -> None:
    """Note how old a try is by each clock, so that either may be set tomorrow.

    Across a restart of the machine the calendar is believed, but once: at its first
    minute, not at each jump that comes later.
    """
    # Below zero the calendar was ahead, and how long ago it was, nobody knows: its
    # day begins now, or it would last for years.
    age = max(0.0, elapsed.seconds_since(row.boot, row.steady, row.at))
    if row.boot != elapsed.boot() or row.steady > elapsed.steady():
        row.boot, row.steady = elapsed.boot(), elapsed.steady() - int(age)
    was_at = now() - timedelta(seconds=age)
    if abs((row.at - was_at).total_seconds()) > CALENDAR_SLACK_SECONDS:
        row.at = was_at


def _check(account_key: str, source_key: str) -> None:
    own = _newest(WrongTry.account_key == account_key, ACCOUNT, MOST_A_DAY)
    if len(own) >= MOST_A_DAY:
        raise NeedsTeacher
    _wait([one for one in own if not one.forgiven], ACCOUNT)
    # From there on the waiting grows no more.
    most = SOURCE.free + LONGEST_WAIT_SECONDS // FIRST_WAIT_SECONDS
    _wait(_newest(WrongTry.source_key == source_key, SOURCE, most), SOURCE)


def _newest(whose: ColumnElement[bool], limit: Limit, most: int) -> list[Earlier]:
    rows = db.session.execute(
        select(WrongTry.boot, WrongTry.steady, WrongTry.at, WrongTry.forgiven)
        .where(whose, _within(limit.seconds))
        .order_by(WrongTry.id.desc())
        .limit(most)
    )
    return [Earlier(*row) for row in rows]


def _wait(tries: Sequence[Earlier], limit: Limit) -> None:
    """Make wait who has tried too often; the newest try comes first."""
    over = len(tries) - limit.free
    if over < 0:
        return
    last = tries[0]
    passed = max(0.0, elapsed.seconds_since(last.boot, last.steady, last.at))
    left = min(FIRST_WAIT_SECONDS * 2**over, LONGEST_WAIT_SECONDS) - passed
    if left > 0:
        raise Waits(ceil(left))


def _of_this_boot(columns: Any = WrongTry) -> ColumnElement[bool]:
    """Hold where the steady clock can tell the age, as in `elapsed.seconds_since`."""
    return and_(columns.boot == elapsed.boot(), columns.steady <= elapsed.steady())


def _within(seconds: int, columns: Any = WrongTry) -> ColumnElement[bool]:
    """Hold for tries of the last so many seconds; see `elapsed`."""
    here = _of_this_boot(columns)
    return or_(
        and_(here, columns.steady > elapsed.steady() - seconds),
        and_(~here, columns.at > now() - timedelta(seconds=seconds)),
    )
