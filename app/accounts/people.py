"""Making people, giving them secrets and symbols, and slips for lost passphrases."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import tries
from app.accounts.models import Account, Person
from app.accounts.names import fold, shared_name, tidy
from app.accounts.secrets import (
    CARD_DIGITS,
    hash_secret,
    new_pin,
    new_slip,
    slip_digest,
)
from app.accounts.sessions import end_all_sessions
from app.accounts.shown_names import SHOWN_MAX, free_name, shown_names
from app.accounts.symbols import SYMBOLS
from app.db import db, now
from app.web.errors import Refused

SLIP_DAYS = 7
NAME_MAX = 80
# One sign may stand for a whole word; the column holds this much.
FOLDED_MAX = 120


def checked_name(typed: str, field: str = "") -> str:
    """Tidy a name, or say what is wrong with it."""
    name = tidy(typed)
    if not fold(name):
        raise Refused(_("A name is missing. Write it with letters."), field)
    if len(name) > NAME_MAX or len(fold(name)) > FOLDED_MAX:
        raise Refused(
            _(
                "“%(name)s…” is longer than %(most)s letters. Shorten the name.",
                name=name[:20],
                most=NAME_MAX,
            ),
            field,
        )
    return name


def make_person(
    school_id: int, full_name: str, lang: str, symbol: str = "", shown_name: str = ""
) -> Account:
    """Add a person with an account that has no secret yet; flushes.

    Without a `symbol` one is drawn; without a `shown_name`, which the caller has
    checked, it is the first name and an initial.
    """
    name = checked_name(full_name)
    person = Person(
        school_id=school_id,
        number=Person.next_number(school_id),
        shown_name=shown_name or free_name(shared_name(name), shown_names(school_id)),
        symbol=symbol or secrets.choice(SYMBOLS),
        lang=lang,
    )
    account = Account(person=person, full_name=name)
    db.session.add(account)
    db.session.flush()
    return account


def rarest_symbol(taken: Iterable[str]) -> str:
    """Draw one of the symbols that are taken least often, so that a class's differ."""
    counted = Counter(dict.fromkeys(SYMBOLS, 0))
    counted.update(symbol for symbol in taken if symbol in counted)
    fewest = min(counted.values())
    return secrets.choice([name for name, n in counted.items() if n == fewest])


def make_pupil(
    school_id: int, full_name: str, lang: str, symbol: str = "", shown_name: str = ""
) -> Account:
    """Add a person with an account and the number of her printed card."""
    account = make_person(school_id, full_name, lang, symbol, shown_name)
    account.card = free_card()
    db.session.flush()
    return account


def make_adult(school_id: int, full_name: str, lang: str) -> Account:
    """Add an adult with no role yet, who signs in by name alone.

    Refused when the name is taken.
    """
    folded = fold(checked_name(full_name, "name"))
    taken = select(Account.id).where(Account.login_folded == folded)
    if db.session.scalar(taken) is not None:
        raise Refused(
            _(
                "Somebody of this name is here already. Add an initial or a second name."
            ),
            "name",
        )
    account = make_person(school_id, full_name, lang)
    account.person.shown_name = account.full_name[:SHOWN_MAX]
    account.login_folded = folded
    db.session.flush()
    return account


def make_teacher(school_id: int, full_name: str, lang: str, *, admin: bool) -> Account:
    """Add an adult who teaches; Refused when the name is taken."""
    account = make_adult(school_id, full_name, lang)
    account.teacher, account.admin = True, admin
    db.session.flush()
    return account


def free_card() -> str:
    """Draw a number that no card has."""
    while True:
        card = f"{secrets.randbelow(10**CARD_DIGITS):0{CARD_DIGITS}d}"
        taken = select(Account.id).where(Account.card == card)
        if db.session.scalar(taken) is None:
            return card


@dataclass(frozen=True)
class FreshPin:
    """A PIN to show once, and the hash that is kept."""

    pin: str
    hashed: str


def fresh_pins(count: int) -> list[FreshPin]:
    """Draw PINs; hashing takes some 30 ms each, so do it outside a transaction."""
    pins = [new_pin() for _n in range(count)]
    return [FreshPin(pin, hash_secret(pin)) for pin in pins]


def give_pin(account: Account, fresh: FreshPin) -> None:
    """Put a new PIN in place of the old: sessions end, and tries begin anew."""
    account.secret = fresh.hashed
    tries.forget(tries.account_keys(account))
    end_all_sessions([account])


def give_slip(account: Account) -> str:
    """Give a one-time code in place of the passphrase; ends all sessions."""
    slip = new_slip()
    account.secret = None
    account.slip_sha256 = slip_digest(slip)
    account.slip_until = now() + timedelta(days=SLIP_DAYS)
    end_all_sessions([account])
    return slip


def slip_owner(slip: str) -> Account:
    """Find whose slip this is; Refused when it is nobody's."""
    account = db.session.scalars(
        select(Account).where(
            Account.slip_sha256 == slip_digest(slip), Account.slip_until > now()
        )
    ).one_or_none()
    if account is None:
        raise Refused(
            _("This slip is used up, too old or mistyped. Ask for a new one."), "slip"
        )
    return account


def use_slip(slip: str, hashed: str) -> Account:
    """Set the passphrase that a slip allows, and use the slip up."""
    account = slip_owner(slip)
    account.secret = hashed
    account.slip_sha256 = account.slip_until = None
    return account


def end_access(account: Account) -> None:
    """Let somebody in no more: sign-ins, secret and slip end; what she wrote stays."""
    account.left_at = now()
    account.secret = account.slip_sha256 = account.slip_until = None
    end_all_sessions([account])


def teacher_named(name: str) -> Account | None:
    return db.session.scalars(
        select(Account).where(Account.login_folded == fold(name))
    ).one_or_none()
