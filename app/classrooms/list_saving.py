"""Carrying out what a class list's plan says; all of it, or nothing."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.names import fold
from app.accounts.people import FreshPin, give_pin
from app.accounts.shown_names import shown_names
from app.classrooms.class_list import new_pupil, rename
from app.classrooms.list_planning import Change, Plan, plan
from app.classrooms.list_reading import ListRow
from app.classrooms.models import PUPIL, Classroom, Member
from app.db import db
from app.web.errors import Refused


def save(
    planned: Plan, classroom: Classroom, pins: Sequence[FreshPin]
) -> list[Account]:
    """Carry out a plan with a PIN for each who comes; returns these; flushes.

    Only a plan without refused rows, made in this transaction.
    """
    members = _members(classroom)
    for line in planned.changed:
        _change(planned.accounts[line.account_id or 0], line.changes)
    symbols = [
        member.person.symbol for member in members.values() if member.left_at is None
    ]
    # Read once: a school has a thousand names, and a list asks for a hundred.
    taken = set(shown_names(classroom.school_id))
    taken.update(fold(line.shown) for line in planned.coming if line.shown)
    came = []
    for line, fresh in zip(planned.coming, pins, strict=True):
        account = planned.accounts.get(line.account_id or 0)
        if account is None:
            account = new_pupil(classroom, line.name, line.shown, symbols, taken)
        else:
            _change(account, line.changes)
            members[account.person_id].left_at = None
        symbols.append(account.person.symbol)
        give_pin(account, fresh)
        came.append(account)
    db.session.flush()
    return came


def add_pupils(
    classroom: Classroom, names: Sequence[str], pins: Sequence[FreshPin]
) -> list[Account]:
    """Add pupils by full name with their PINs, all or nothing; for who has no list."""
    rows = [ListRow(n, name) for n, name in enumerate(names, 1)]
    planned = plan(classroom, rows)
    for line in planned.lines:
        if line not in planned.coming:
            raise Refused(
                line.said
                or _(
                    "“%(name)s” is in this class already. Add an initial to tell them "
                    "apart.",
                    name=line.name,
                )
            )
    return save(planned, classroom, pins)


def _change(account: Account, changes: Iterable[Change]) -> None:
    for change in changes:
        if change.what == "full":
            rename(account, change.after)
        else:
            account.person.shown_name = change.after


def _members(classroom: Classroom) -> dict[int, Member]:
    rows = db.session.scalars(
        select(Member).where(Member.classroom_id == classroom.id, Member.role == PUPIL)
    )
    return {member.person_id: member for member in rows}
