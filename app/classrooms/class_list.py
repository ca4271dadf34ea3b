"""A class's pupils: adding them by name, finding one who signs in, letting one leave."""

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounts.models import Account, Person
from app.accounts.names import digits, fold
from app.accounts.people import (
    FreshPin,
    checked_name,
    give_pin,
    make_pupil,
    rarest_symbol,
)
from app.accounts.sessions import end_all_sessions
from app.classrooms.models import PUPIL, TEACHES, Classroom, Member
from app.db import db, now
from app.web.errors import Refused

CLASS_MAX = 100
# A list copied from elsewhere often counts: 1. Ana, 2) José.
LIST_NUMBER = re.compile(r"^\s*\d+\s*[.):–-]\s*")


def listed_names(typed: str) -> list[str]:
    """Read one name a line, all or nothing; Refused names the line that is wrong."""
    lines = [line for line in typed.splitlines() if line.strip()]
    if not lines:
        raise Refused(_("No name is here. Write one name on each line."))
    if len(lines) > CLASS_MAX:
        raise Refused(
            _(
                "These are %(count)s names; %(most)s fit at a time. Add them in parts.",
                count=len(lines),
                most=CLASS_MAX,
            )
        )
    names: list[str] = []
    seen: set[str] = set()
    for line in lines:
        name = checked_name(LIST_NUMBER.sub("", line))
        if fold(name) in seen:
            raise Refused(
                _(
                    "“%(name)s” is there twice. Add an initial to tell them apart.",
                    name=name,
                )
            )
        seen.add(fold(name))
        names.append(name)
    return names


def add_pupils(
    classroom: Classroom, names: Sequence[str], pins: Sequence[FreshPin]
) -> list[Account]:
    """Add pupils with their PINs, all or nothing; a pupil who had left comes back."""
    members = {
        member.name_folded: member
        for member in db.session.scalars(
            select(Member).where(Member.classroom_id == classroom.id)
        )
    }
    symbols = [
        member.person.symbol
        for member in members.values()
        if member.role == PUPIL and member.left_at is None
    ]
    added = []
    for name, fresh in zip(names, pins, strict=True):
        known = members.get(fold(name))
        if known is not None and (known.left_at is None or known.role != PUPIL):
            raise Refused(
                _(
                    "“%(name)s” is in this class already. Add an initial to tell them "
                    "apart.",
                    name=name,
                )
            )
        if known is not None:
            known.left_at = None
            account = account_of(known)
        else:
            account = make_pupil(
                classroom.school_id, name, classroom.lang, rarest_symbol(symbols)
            )
            db.session.add(
                Member(
                    classroom_id=classroom.id,
                    person_id=account.person_id,
                    role=PUPIL,
                    name_folded=fold(name),
                )
            )
        symbols.append(account.person.symbol)
        give_pin(account, fresh)
        added.append(account)
    db.session.flush()
    return added


def accounts_of_pupils(classroom: Classroom) -> Select[tuple[Account]]:
    """Select the accounts of the pupils who have not left."""
    return (
        select(Account)
        .join(Member, Member.person_id == Account.person_id)
        .where(
            Member.classroom_id == classroom.id,
            Member.role == PUPIL,
            Member.left_at.is_(None),
        )
    )


def pupils(classroom: Classroom) -> Sequence[Account]:
    """List the current pupils by full name; for their teachers only."""
    ordered = accounts_of_pupils(classroom).order_by(Account.full_name)
    return db.session.scalars(ordered).all()


def teachers(classroom: Classroom) -> Sequence[Account]:
    return db.session.scalars(
        select(Account)
        .join(Member, Member.person_id == Account.person_id)
        .where(
            Member.classroom_id == classroom.id,
            Member.role.in_(TEACHES),
            Member.left_at.is_(None),
        )
        .order_by(Account.full_name)
    ).all()


def who_signs_in(code: str, name: str) -> int | None:
    """Find the account id for a classroom code and a name as pupils type them.

    The full name or the one that others see: both stand on the card.
    """
    rows = db.session.execute(
        select(Account.id, Member.name_folded, Person.shown_name)
        .join(Member, Member.person_id == Account.person_id)
        .join(Person, Person.id == Account.person_id)
        .join(Classroom, Classroom.id == Member.classroom_id)
        .where(
            Classroom.code == digits(code),
            Member.role == PUPIL,
            Member.left_at.is_(None),
        )
    ).all()
    typed = fold(name)
    by_full = [row.id for row in rows if row.name_folded == typed]
    by_shown = [row.id for row in rows if fold(row.shown_name) == typed]
    return next(iter(by_full + by_shown), None)


def let_leave(classroom: Classroom, account: Account) -> None:
    """Take a pupil off the list and sign her out; what she wrote stays."""
    member = db.session.scalars(
        Member.current().where(
            Member.classroom_id == classroom.id,
            Member.person_id == account.person_id,
            Member.role == PUPIL,
        )
    ).one()
    member.left_at = now()
    end_all_sessions([account])


def account_of(member: Member) -> Account:
    return db.session.scalars(
        select(Account).where(Account.person_id == member.person_id)
    ).one()
