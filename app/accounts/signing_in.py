"""Checking a secret: the same words, time and waiting for known and unknown names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.accounts import tries
from app.accounts.models import Account, Device
from app.accounts.secrets import secret_matches
from app.accounts.sessions import start_session
from app.db import db, new_uid, reading
from app.web.errors import Refused


@dataclass(frozen=True)
class Claim:
    """Who says she is whom, and where: what a sign-in form comes down to.

    `said` stands for the person where there is no account, so that a name that
    does not exist is counted like one that does. `card` holds when her card
    named her; `device` is the enrolled device that this is, if it is one;
    `adult` holds on the form for adults, whoever is named there.
    """

    account_id: int | None
    said: str
    device: Device | None = None
    card: bool = False
    adult: bool = False

    def account_key(self) -> str:
        who = self.account_id if self.account_id is not None else f"name {self.said}"
        # A passphrase is not guessed in ten tries from each of many addresses; a
        # pupil who could lock her teacher's name from her own tablet would.
        if self.adult:
            return tries.key_of("adult", who, tries.address_key())
        return tries.key_of(self._side(), who)

    def source_key(self) -> str:
        if self.card and self.account_id is not None:
            return tries.key_of("card", self.account_id)
        if self.device is not None:
            return tries.key_of("device", self.device.id)
        return tries.address_key()

    def needs_teacher(self) -> str:
        """Say what helps when the day's tries are used up, whether she exists or not."""
        if self.adult:
            return _(
                "Too many tries today. Ask another admin for a slip, or who looks after "
                "the machine."
            )
        if self.card:
            return _("Too many tries today. Ask your teacher for a new card.")
        return _(
            "Too many tries today. Ask your teacher for a new card; the card you have "
            "still works."
        )

    def wait(self, seconds: int) -> str:
        if self.adult:
            return ngettext(
                "Too many tries. Wait %(num)s second, then try again, or ask another admin.",
                "Too many tries. Wait %(num)s seconds, then try again, or ask another admin.",
                seconds,
            )
        return ngettext(
            "Too many tries. Wait %(num)s second, then try again, or ask your teacher.",
            "Too many tries. Wait %(num)s seconds, then try again, or ask your teacher.",
            seconds,
        )

    def _side(self) -> str:
        if self.card:
            return tries.CARD
        return tries.ELSEWHERE if self.device is None else tries.CLASS_DEVICE


class DidNotFit(Refused):
    """The secret was checked and is another one; a page that knows more may say more."""


def sign_in(
    claim: Claim,
    secret: str,
    *,
    kind: Literal["secret", "picture_secret"] = "secret",
    own: bool = False,
    remember: dict[str, str] | None = None,
) -> Account:
    """Sign in when the secret is right, and commit; else Refused says why.

    Takes one hash check (some 30 ms), outside any writing; none when she has to
    wait. `own` and `remember` are handed to `start_session`.
    """
    device_id = claim.device.id if claim.device else None
    account_key = claim.account_key()
    try:
        try_id = tries.reserve(account_key, claim.source_key())
    except tries.Waits as waits:
        raise Refused(claim.wait(waits.seconds)) from None
    except tries.NeedsTeacher:
        raise Refused(claim.needs_teacher()) from None
    with reading():
        hashed = db.session.scalar(
            select(getattr(Account, kind)).where(Account.id == claim.account_id)
        )
    if not secret_matches(hashed, secret):
        raise DidNotFit(_("That did not fit. Check each line and try again."))
    tries.it_fitted(try_id, account_key)
    account = db.session.get_one(Account, claim.account_id)
    if not account.may_sign_in:
        db.session.commit()
        raise Refused(_("You cannot sign in for now. Talk with your teacher."))
    start_session(account, device_id=device_id, own=own, remember=remember)
    db.session.commit()
    return account


@contextmanager
def counted_code(field: str) -> Iterator[None]:
    """Count a code that stands for nobody by its address alone; commits.

    What is refused inside was a wrong try. `field` names the form's field.
    """
    # Counted apart from other secrets: who mistypes her PIN all morning keeps no
    # teacher from her slip. And each try is its own account, or a pupil who
    # guesses would lock the page for the whole school.
    account_key = tries.key_of(field, new_uid())
    try:
        try_id = tries.reserve(account_key, tries.key_of(field, tries.address_key()))
    except tries.Waits as waits:
        raise Refused(
            ngettext(
                "Too many tries. Wait %(num)s second, then try again.",
                "Too many tries. Wait %(num)s seconds, then try again.",
                waits.seconds,
            ),
            field,
        ) from None
    yield
    tries.it_fitted(try_id, account_key)
    db.session.commit()
