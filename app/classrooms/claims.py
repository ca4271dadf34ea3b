"""Whom a sign-in form names: by class and name, by card, or on the class's own device."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.devices import this_device
from app.accounts.models import Account, Device
from app.accounts.names import digits, fold
from app.accounts.secrets import CARD_DIGITS
from app.accounts.signing_in import Claim
from app.classrooms import class_list
from app.classrooms.models import PUPIL, Classroom, Member
from app.db import db


@dataclass(frozen=True)
class Named:
    """A claim, and the class whose sign-in page comes back after *I'm done*."""

    claim: Claim
    classroom: Classroom | None = None
    account: Account | None = None

    def remember(self) -> dict[str, str]:
        """Hand on what this browser keeps: nothing that tells who sat there."""
        if self.classroom is None:
            return {}
        return {"class": self.classroom.code, "class_lang": self.classroom.lang}


def classroom_with(code: str) -> Classroom | None:
    """Find the class of a code, in whatever figures it is typed."""
    wanted = select(Classroom).where(Classroom.code == digits(code))
    return db.session.scalars(wanted).one_or_none()


def is_card(typed: str) -> bool:
    """Twelve figures name a card, where a class's code has six."""
    return len(digits(typed)) == CARD_DIGITS


def by_name(code: str, name: str) -> Named:
    """Name somebody as she types it; who does not exist is claimed all the same."""
    classroom = classroom_with(code)
    claim = Claim(
        class_list.who_signs_in(code, name),
        f"pupil {digits(code)} {fold(name)}",
        device=_if_theirs(this_device(), classroom),
    )
    return Named(claim, classroom)


def by_card(card: str) -> Named:
    """Name the pupil whose card has this number; one that was replaced names nobody."""
    rows = db.session.execute(
        select(Account, Classroom)
        .join(Member, Member.person_id == Account.person_id)
        .join(Classroom, Classroom.id == Member.classroom_id)
        .where(
            Account.card == digits(card), Member.role == PUPIL, Member.left_at.is_(None)
        )
        .order_by(Member.id)
    ).all()
    said = f"card {digits(card)}"
    if not rows:
        return Named(Claim(None, said, card=True))
    here = this_device()
    # A pupil of two classes comes back to the page of the one whose device it is.
    account, classroom = next(
        (row for row in rows if _if_theirs(here, row[1])), rows[0]
    )
    device = _if_theirs(here, classroom)
    return Named(Claim(account.id, said, device, card=True), classroom, account)


def at_device(account: Account, classroom: Classroom, device: Device) -> Named:
    """Name the pupil whose symbol was tapped on her class's own device."""
    return Named(Claim(account.id, "", device), classroom, account)


def _if_theirs(device: Device | None, classroom: Classroom | None) -> Device | None:
    """A device counts only for the class that it is of."""
    if device is None or classroom is None or device.classroom_id != classroom.id:
        return None
    return device
