"""What the worker drops in quiet minutes: sign-ins and late forms that nobody asks after."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from app.accounts.models import Account, KeptForm, SignInSession
from app.accounts.validity import may_be_live
from app.db import db, now, reading
from app.jobs.registry import chore_when_idle

# So long a form that comes late still finds whose it is.
KEPT_DAYS = 30
# Of who works here no more; what others wrote waits as long as it takes.
FORM_DAYS = 180


@chore_when_idle
def sweep_sessions() -> None:
    """Delete sign-ins that have been over for a month; commits."""
    _drop(SignInSession, _long_over())


@chore_when_idle
def sweep_kept_forms() -> None:
    """Delete forms that came late from who has left the school half a year ago; commits.

    No other: whoever may still sign in, or come back, sends or drops them herself,
    and nobody has more than ten.
    """
    half_a_year_ago = now() - timedelta(days=FORM_DAYS)
    gone = select(Account.id).where(Account.left_at < half_a_year_ago)
    _drop(KeptForm, KeptForm.account_id.in_(gone))


def _drop(
    table: type[SignInSession] | type[KeptForm], unwanted: ColumnElement[bool]
) -> None:
    with reading():
        count = db.session.scalar(
            select(func.count()).select_from(table).where(unwanted)
        )
    if count:
        db.session.execute(
            delete(table).where(unwanted).execution_options(synchronize_session=False)
        )
        db.session.commit()


def _long_over() -> ColumnElement[bool]:
    month_ago = now() - timedelta(days=KEPT_DAYS)
    return or_(
        SignInSession.ended_at < month_ago,
        # Run out, and never ended; the calendar alone does not say so.
        and_(SignInSession.seen_at < month_ago, ~may_be_live()),
    )
