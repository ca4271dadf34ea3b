"""What adults of a school may do: roles, classes, leaving and coming back."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, func, or_, select

from app.accounts.models import Account
from app.accounts.people import end_access
from app.classrooms.founding import add_teacher, read_along, read_along_no_more
from app.classrooms.models import (
    CO_TEACHER,
    SAFEGUARDING,
    TEACHER,
    TEACHES,
    Classroom,
    Member,
)
from app.db import db, now
from app.web.errors import Refused

# Roles in the school, as columns of the account are called.
ROLES = ("teacher", "admin", "keeper", "safeguarding")


def adults_of(school_id: int) -> Select[tuple[Account]]:
    """Select the school's adults, who has left last, by name."""
    return (
        select(Account)
        .where(
            Account.login_folded.is_not(None),
            Account.person.has(school_id=school_id),
        )
        .order_by(Account.left_at.is_not(None), Account.full_name)
    )


def roles_of(account: Account) -> list[str]:
    return [role for role in ROLES if getattr(account, role)]


def set_roles(account: Account, chosen: Collection[str]) -> None:
    """Give an adult these roles and no others; flushes.

    Who teaches no more loses her classes, and what they wrote waits for the
    next teacher. Refused without any role, and when no admin would be left.
    """
    given = [role for role in ROLES if role in chosen]
    if not given:
        raise Refused(_("Tick what this person does at the school."), "role")
    if "admin" not in given:
        _keep_an_admin(account)
    for role in ROLES:
        setattr(account, role, role in given)
    if not account.teacher:
        for member in _memberships(account, TEACHES):
            _end(member, account)
    if account.safeguarding:
        read_along(account)
    else:
        read_along_no_more(account)
    db.session.flush()


def leave(account: Account) -> None:
    """End all that an adult may do and see, at once; flushes.

    Letters and posts stay with her classes. Refused when no admin would be left.
    """
    _keep_an_admin(account)
    for role in ROLES:
        setattr(account, role, False)
    for member in _memberships(account, (*TEACHES, SAFEGUARDING)):
        _end(member, account)
    end_access(account)
    db.session.flush()


def come_back(account: Account, chosen: Collection[str]) -> None:
    """Let an adult in again, with these roles; her classes are given anew."""
    account.left_at = None
    set_roles(account, chosen)


def _keep_an_admin(account: Account) -> None:
    """Refuse when nobody else could sign in as admin of this school."""
    others = select(func.count(Account.id)).where(
        Account.id != account.id,
        Account.person.has(school_id=account.person.school_id),
        Account.admin,
        # Who never used her slip cannot come in yet.
        Account.secret.is_not(None),
        Account.suspended_at.is_(None),
        Account.left_at.is_(None),
    )
    if account.admin and not db.session.scalar(others):
        raise Refused(
            _(
                "%(name)s is the only admin who can sign in. Make somebody else admin "
                "first; she counts once she has chosen a passphrase.",
                name=account.full_name,
            ),
            "role",
        )


def _memberships(account: Account, roles: Collection[str]) -> Sequence[Member]:
    return db.session.scalars(
        Member.current().where(
            Member.person_id == account.person_id, Member.role.in_(roles)
        )
    ).all()


def _end(member: Member, account: Account) -> None:
    """Take an adult off a class; a safeguarding lead goes on reading there."""
    if account.safeguarding:
        member.role = SAFEGUARDING
    else:
        member.left_at = now()


def colleagues(classroom: Classroom) -> list[tuple[Account, str | None]]:
    """List the school's teachers with the role each has in the class, or none."""
    here = and_(
        Member.person_id == Account.person_id,
        Member.classroom_id == classroom.id,
        Member.left_at.is_(None),
    )
    rows = db.session.execute(
        select(Account, Member.role)
        .outerjoin(Member, here)
        .where(
            Account.login_folded.is_not(None),
            Account.left_at.is_(None),
            Account.person.has(school_id=classroom.school_id),
            or_(Account.teacher, Member.id.is_not(None)),
        )
        .order_by(Account.full_name)
    )
    return [(account, role) for account, role in rows]


def change_teacher(classroom: Classroom, account: Account, role: str | None) -> None:
    """Make somebody who teaches the class teacher or co-teacher; None takes her off.

    Refused when the class would have no teacher.
    """
    member = db.session.scalars(
        Member.current().where(
            Member.classroom_id == classroom.id, Member.person_id == account.person_id
        )
    ).one()
    if role == TEACHER:
        member.role = TEACHER
        return
    others = exists().where(
        Member.classroom_id == classroom.id,
        Member.person_id != account.person_id,
        Member.role == TEACHER,
        Member.left_at.is_(None),
    )
    if member.role == TEACHER and not db.session.scalar(select(others)):
        raise Refused(
            _(
                "%(name)s is the only teacher of this class. Make somebody else its "
                "teacher first.",
                name=account.full_name,
            ),
            "teachers",
        )
    if role == CO_TEACHER:
        member.role = CO_TEACHER
    else:
        _end(member, account)
    db.session.flush()


def without_teacher(school_id: int) -> Select[tuple[Classroom]]:
    """Select the classes that nobody leads; their co-teachers still release."""
    led = exists().where(
        Member.classroom_id == Classroom.id,
        Member.role == TEACHER,
        Member.left_at.is_(None),
    )
    return (
        select(Classroom)
        .where(Classroom.school_id == school_id, ~led)
        .order_by(Classroom.title, Classroom.id)
    )


def co_teachers(classrooms: Collection[Classroom]) -> set[tuple[int, int]]:
    """List who co-teaches these classes, as (classroom id, person id)."""
    rows = db.session.execute(
        select(Member.classroom_id, Member.person_id).where(
            Member.classroom_id.in_([classroom.id for classroom in classrooms]),
            Member.role == CO_TEACHER,
            Member.left_at.is_(None),
        )
    )
    return {(row.classroom_id, row.person_id) for row in rows}


def give_class(classroom: Classroom, account: Account) -> None:
    """Make a teacher of the school the teacher of a class; flushes."""
    add_teacher(classroom, account)
    db.session.flush()
