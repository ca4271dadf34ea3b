"""How long a sign-in stays good: told in seconds of the clock that nobody can set."""

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Update, and_, case, or_, update

from app.accounts import elapsed
from app.accounts.models import SignInSession
from app.db import now

SEEN_EVERY_SECONDS = 60


def is_live(row: SignInSession) -> bool:
    """Whether this sign-in opens pages: neither ended, run out nor suspended."""
    return row.ended_at is None and row.account.may_sign_in and seconds_left(row) >= 0


def may_be_live() -> ColumnElement[bool]:
    """Hold for all rows that `is_live` can hold for, and some of the last hours."""
    longest = timedelta(seconds=valid_seconds(own=True, form=True))
    here = SignInSession.boot == elapsed.boot()
    return and_(
        SignInSession.ended_at.is_(None),
        or_(
            and_(here, SignInSession.until_steady >= elapsed.steady()),
            # Before the machine was last switched on, as far as the calendar knows.
            SignInSession.seen_at.between(now() - longest, now() + longest),
        ),
    )


def seconds_left(row: SignInSession) -> float:
    # Set back across a restart, a calendar tells nothing: then it is over too.
    passed = abs(elapsed.seconds_since(row.boot, row.seen_steady, row.seen_at))
    return row.until_steady - row.seen_steady - passed


def valid_seconds(*, own: bool, form: bool) -> int:
    """Say how long a page is good: writing takes longer than reading."""
    config: dict[str, Any] = current_app.config
    if own:
        return int(config["SESSION_OWN_SECONDS"])
    return int(config["SESSION_FORM_SECONDS" if form else "SESSION_IDLE_SECONDS"])


def until_after_page(row: SignInSession, *, form: bool) -> int:
    """Say until when it is good once this page is out, by the steady clock."""
    valid = valid_seconds(own=row.own, form=form)
    # A form opened earlier stays good while other pages are read.
    return elapsed.steady() + max(valid, int(seconds_left(row)))


def is_news(row: SignInSession, until: int) -> bool:
    """Whether it is worth a writing: more than a minute has passed, or is won."""
    if row.boot != elapsed.boot():
        return True
    most = max(elapsed.steady() - row.seen_steady, until - row.until_steady)
    return most >= SEEN_EVERY_SECONDS


def seen_until(row: SignInSession, until: int, **more: Any) -> Update:
    """Make the statement that notes a page; `more` are further values."""
    # Another page of hers may have been given longer in the same moment.
    longer = and_(
        SignInSession.boot == elapsed.boot(), SignInSession.until_steady > until
    )
    return (
        update(SignInSession)
        .where(SignInSession.id == row.id)
        .values(
            seen_at=now(),
            boot=elapsed.boot(),
            seen_steady=elapsed.steady(),
            until_steady=case((longer, SignInSession.until_steady), else_=until),
            **more,
        )
    )
