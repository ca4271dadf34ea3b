"""The moderation log: who did what to which post, in rows that hold on to each other."""

import hashlib

from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.moderation.models import ModerationLog

NOTHING_BEFORE = "0" * 64


def record(actor: Account, act: str, post_uid: str, reason: str = "") -> None:
    """Add a row in the transaction of the act itself; flushes."""
    last = _last()
    db.session.add(
        ModerationLog(
            n=last.n + 1 if last else 1,
            prev_sha256=_digest(last) if last else NOTHING_BEFORE,
            at=now(),
            actor_id=actor.person_id,
            act=act,
            post_uid=post_uid,
            reason=reason,
        )
    )
    db.session.flush()


def first_broken() -> int | None:
    """Find the first row that does not follow from the one before it."""
    expected, n = NOTHING_BEFORE, 0
    for row in db.session.scalars(select(ModerationLog).order_by(ModerationLog.n)):
        if row.prev_sha256 != expected or row.n != n + 1:
            return row.n
        expected, n = _digest(row), row.n
    return None


def _last() -> ModerationLog | None:
    return db.session.scalars(
        select(ModerationLog).order_by(ModerationLog.n.desc()).limit(1)
    ).one_or_none()


def _digest(row: ModerationLog) -> str:
    parts = (
        row.n, row.prev_sha256, row.at.isoformat(), row.actor_id, row.act,
        row.post_uid, row.reason,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
