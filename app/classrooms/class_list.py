"""A class's pupils: adding them by name, finding one who signs in, letting one leave."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounts.models import Account, Person
from app.accounts.names import digits, fold
from app.accounts.people import make_pupil, rarest_symbol
from app.accounts.sessions import end_all_sessions
from app.accounts.shown_names import pen_name
from app.classrooms.models import PUPIL, TEACHES, Classroom, Member
from app.db import db, now
from app.web.errors import Refused


def new_pupil(
    classroom: Classroom,
    full_name: str,
    shown_name: str,
    symbols: Iterable[str],
    taken: set[str],
) -> Account:
    """Add a pupil with no secret yet; `symbols` are those of her class, hers is rare.

    The names are checked and free. Without a shown name she gets a pen name, which
    is put with those that are `taken`.
    """
    symbol = rarest_symbol(symbols)
    if not shown_name:
        shown_name = pen_name(symbol, classroom.lang, taken)
        taken.add(fold(shown_name))
    account = make_pupil(
        classroom.school_id, full_name, classroom.lang, symbol, shown_name
    )
    db.session.add(
        Member(
            classroom_id=classroom.id,
            person_id=account.person_id,
            role=PUPIL,
            name_folded=fold(full_name),
        )
    )
    return account


def check_free(account: Account, full_name: str) -> None:
    """Refuse a full name that another pupil has, or had, in a class of hers."""
    hers = select(Member.classroom_id).where(
        Member.person_id == account.person_id, Member.role == PUPIL
    )
    others = select(Member.id).where(
        Member.classroom_id.in_(hers),
        Member.person_id != account.person_id,
        Member.name_folded == fold(full_name),
    )
    if db.session.scalar(others.limit(1)) is not None:
        raise Refused(
            _(
                "“%(name)s” is in this class already. Add an initial to tell them "
                "apart.",
                name=full_name,
            ),
            "full_name",
        )


def rename(account: Account, full_name: str) -> None:
    """Give a pupil another full name, by which she signs in; it is checked and free."""
    account.full_name = full_name
    memberships = select(Member).where(
        Member.person_id == account.person_id, Member.role == PUPIL
    )
    for member in db.session.scalars(memberships):
        member.name_folded = fold(full_name)


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
    """Take a pupil off the list and sign her out; what she wrote stays.

    Off her last list she has no PIN any more: a form that came too late asks for
    that alone. Who comes back gets a new one.
    """
    member = db.session.scalars(
        Member.current().where(
            Member.classroom_id == classroom.id,
            Member.person_id == account.person_id,
            Member.role == PUPIL,
        )
    ).one()
    member.left_at = now()
    db.session.flush()
    elsewhere = Member.current().where(Member.person_id == account.person_id)
    if db.session.scalar(elsewhere.with_only_columns(Member.id).limit(1)) is None:
        account.secret = None
    end_all_sessions([account])
