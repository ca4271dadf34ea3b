"""Making a school, its first teacher, and classrooms."""

import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.names import digits, fold, tidy
from app.accounts.people import make_teacher
from app.classrooms.models import (
    CLASSROOM_SPACE,
    SAFEGUARDING,
    TEACHER,
    Classroom,
    Member,
    School,
    Space,
    SpaceClassroom,
)
from app.db import db, now
from app.web.errors import Refused

CODE_DIGITS = 6
TITLE_MAX = 80


def checked_title(typed: str, field: str = "") -> str:
    """Tidy a title, or say what is wrong with it."""
    title = tidy(typed)
    if not title:
        raise Refused(_("A title is missing. Write a few words."), field)
    if len(title) > TITLE_MAX:
        raise Refused(
            _(
                "This title is longer than %(most)s letters. Shorten it.",
                most=TITLE_MAX,
            ),
            field,
        )
    return title


def has_school() -> bool:
    """Whether a school of our own is here; without one the first-run page opens."""
    return db.session.scalar(select(School.id).where(School.own).limit(1)) is not None


def check_first_code(code_file: Path, typed: str) -> None:
    """Compare with the code that was printed in the terminal; Refused when it differs."""
    try:
        code = digits(code_file.read_text("ascii"))
    except OSError:
        code = ""
    if not code or not hmac.compare_digest(code, digits(typed)):
        raise Refused(
            _(
                "This is not the code in the terminal window where the server started. "
                "Look there and type it again."
            ),
            "code",
        )


def make_school(name: str, lang: str) -> School:
    school = School(name=checked_title(name, "school"), lang=lang, own=True)
    db.session.add(school)
    db.session.flush()
    return school


def found_school(name: str, teacher_name: str, lang: str) -> Account:
    """Make a school with its first teacher, who is its admin and has no secret yet."""
    return make_teacher(make_school(name, lang).id, teacher_name, lang, admin=True)


def _check_new(
    teacher: Account, title: str, field: str, *, but: Classroom | None = None
) -> None:
    titles = {
        fold(one.title) or one.title
        for one in db.session.scalars(Classroom.led_by(teacher))
        if one is not but
    }
    if (fold(title) or title) in titles:
        raise Refused(
            _(
                "Your class “%(title)s” is there already. Give a second one another "
                "name.",
                title=title,
            ),
            field,
        )


def make_classroom(teacher: Account, title: str, lang: str) -> Classroom:
    """Make a classroom with its own space; the teacher is its first member.

    Refused when she has one of this title: a second tap on the button makes no
    second class.
    """
    called = checked_title(title, "title")
    _check_new(teacher, called, "title")
    classroom = Classroom(
        school_id=teacher.person.school_id,
        code=_free_code(),
        title=called,
        lang=lang,
    )
    db.session.add(classroom)
    db.session.flush()
    for lead in _safeguarding_leads(classroom.school_id):
        add_teacher(classroom, lead, SAFEGUARDING)
    add_teacher(classroom, teacher)
    space = Space(kind=CLASSROOM_SPACE, title=classroom.title)
    db.session.add(space)
    db.session.flush()
    db.session.add(
        SpaceClassroom(
            space_id=space.id,
            classroom_id=classroom.id,
            asked_by_id=teacher.person_id,
            joined_at=now(),
        )
    )
    db.session.flush()
    return classroom


def rename_classroom(classroom: Classroom, teacher: Account, title: str) -> None:
    """Call a classroom and its own space otherwise; Refused says why not."""
    called = checked_title(title, "called")
    _check_new(teacher, called, "called", but=classroom)
    classroom.title = called
    own = select(SpaceClassroom.space_id).where(
        SpaceClassroom.classroom_id == classroom.id
    )
    for space in db.session.scalars(
        select(Space).where(Space.kind == CLASSROOM_SPACE, Space.id.in_(own))
    ):
        space.title = called


def add_teacher(classroom: Classroom, teacher: Account, role: str = TEACHER) -> None:
    """Let an adult of the same school look after the classroom, or read along."""
    known = db.session.scalars(
        select(Member).where(
            Member.classroom_id == classroom.id, Member.person_id == teacher.person_id
        )
    ).one_or_none()
    if known is not None:
        known.role, known.left_at = role, None
        return
    db.session.add(
        Member(
            classroom_id=classroom.id,
            person_id=teacher.person_id,
            role=role,
            # Nobody signs in by it, and a pupil may be called like her teacher.
            name_folded=f"@{teacher.person_id}",
        )
    )
    db.session.flush()


def read_along(lead: Account) -> None:
    """Let a safeguarding lead read in all classrooms of her school; flushes.

    Where she teaches she stays what she is there.
    """
    current = Member.current().where(Member.person_id == lead.person_id)
    hers = set(db.session.scalars(current.with_only_columns(Member.classroom_id)))
    for classroom in db.session.scalars(
        select(Classroom).where(Classroom.school_id == lead.person.school_id)
    ):
        if classroom.id not in hers:
            add_teacher(classroom, lead, SAFEGUARDING)


def read_along_no_more(lead: Account) -> None:
    """End what `read_along` gave; classes that she teaches stay hers."""
    for member in db.session.scalars(
        Member.current().where(
            Member.person_id == lead.person_id, Member.role == SAFEGUARDING
        )
    ):
        member.left_at = now()
    db.session.flush()


def _safeguarding_leads(school_id: int) -> Sequence[Account]:
    return db.session.scalars(
        select(Account).where(
            Account.safeguarding,
            Account.left_at.is_(None),
            Account.person.has(school_id=school_id),
        )
    ).all()


def _free_code() -> str:
    while True:
        code = str(
            10 ** (CODE_DIGITS - 1) + secrets.randbelow(9 * 10 ** (CODE_DIGITS - 1))
        )
        taken = select(Classroom.id).where(Classroom.code == code)
        if db.session.scalar(taken) is None:
            return code
