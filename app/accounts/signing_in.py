"""Checking a secret: the same words, time and waiting for known and unknown names."""

from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.accounts import tries
from app.accounts.models import Account, Device
from app.accounts.secrets import secret_matches
from app.accounts.sessions import start_session
from app.db import db, reading
from app.web.errors import Refused


@dataclass(frozen=True)
class Claim:
    """Who says she is whom, and where: what a sign-in form comes down to.

    `said` stands for the person where there is no account, so that a name that
    does not exist is counted like one that does. `card` holds when her card
    named her; `device` is the enrolled device that this is, if it is one.
    """

    account_id: int | None
    said: str
    device: Device | None = None
    card: bool = False

    def account_key(self) -> str:
        side = tries.ELSEWHERE
        if self.device is not None:
            side = tries.CLASS_DEVICE
        if self.card:
            side = tries.CARD
        who = self.account_id if self.account_id is not None else f"name {self.said}"
        return tries.key_of(side, who)

    def source_key(self) -> str:
        if self.card and self.account_id is not None:
            return tries.key_of("card", self.account_id)
        if self.device is not None:
            return tries.key_of("device", self.device.id)
        return tries.address_key()


def sign_in(
    claim: Claim,
    secret: str,
    *,
    kind: Literal["secret", "picture_secret"] = "secret",
    own: bool = False,
    remember: dict[str, str] | None = None,
) -> Account:
    """Sign in when the secret is right, and commit; else Refused says why.

    Takes one hash check (some 30 ms), outside any writing. `own` and
    `remember` are handed to `start_session`.
    """
    device_id = claim.device.id if claim.device else None
    account_key = claim.account_key()
    try:
        try_id = tries.reserve(account_key, claim.source_key())
    except tries.Waits as waits:
        raise Refused(_too_often(waits.seconds)) from None
    except tries.NeedsTeacher:
        raise Refused(
            _(
                "Too many tries today. Ask your teacher for a new secret; your printed "
                "card still works."
            )
        ) from None
    with reading():
        hashed = db.session.scalar(
            select(getattr(Account, kind)).where(Account.id == claim.account_id)
        )
    if not secret_matches(hashed, secret):
        raise Refused(_("That did not fit. Check each line and try again."))
    tries.it_fitted(try_id, account_key)
    account = db.session.get_one(Account, claim.account_id)
    if not account.may_sign_in:
        db.session.commit()
        raise Refused(_("You cannot sign in for now. Talk with your teacher."))
    start_session(account, device_id=device_id, own=own, remember=remember)
    db.session.commit()
    return account


def _too_often(wait_seconds: int) -> str:
    return ngettext(
        "Too many tries. Wait %(num)s second, then try again, or ask your teacher.",
        "Too many tries. Wait %(num)s seconds, then try again, or ask your teacher.",
        wait_seconds,
    )
