"""What the worker drops in quiet minutes: sign-ins that nobody asks after any more."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from app.accounts.models import SignInSession
from app.accounts.validity import may_be_live
from app.db import db, now, reading
from app.jobs.registry import chore_when_idle

# So long a form that comes late still finds whose it is.
KEPT_DAYS = 30


@chore_when_idle
def sweep_sessions() -> None:
    """Delete sign-ins that have been over for a month; commits."""
    with reading():
        count = db.session.scalar(
            select(func.count()).select_from(SignInSession).where(_long_over())
        )
    if count:
        db.session.execute(
            delete(SignInSession)
            .where(_long_over())
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def _long_over() -> ColumnElement[bool]:
    month_ago = now() - timedelta(days=KEPT_DAYS)
    return or_(
        SignInSession.ended_at < month_ago,
        # Run out, and never ended; the calendar alone does not say so.
        and_(SignInSession.seen_at < month_ago, ~may_be_live()),
    )
