"""Secrets: Argon2 hashes, PINs, and codes for slips. Alone imports argon2."""

import hashlib
import secrets
import unicodedata
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, t=2, p=1.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A class signing in at the bell must not eat the memory of a small machine.
_at_once = BoundedSemaphore(2)

PIN_DIGITS = 6
CARD_DIGITS = 12
# In 1984xx and xx2014 somebody was born.
CENTURIES = ("19", "20")
LAST_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SECRET_MAX = 200
# Letters and figures that cannot be mistaken for one another on paper.
SLIP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SLIP_LENGTH = 12

# So that an unknown name takes as long as a known one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZW9uZXdob2lzbm90"
    "$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
)


def hash_secret(secret: str) -> str:
    """Hash a PIN or passphrase; takes 19 MiB and some 30 ms."""
    with _at_once:
        return _hasher.hash(_as_typed_anywhere(secret))


def secret_matches(hashed: str | None, secret: str) -> bool:
    """Check a secret; costs the same when there is no such account."""
    with _at_once:
        try:
            _hasher.verify(hashed or _NOBODY, _as_typed_anywhere(secret))
        except (VerificationError, InvalidHashError):
            return False
    return hashed is not None


def _as_typed_anywhere(secret: str) -> str:
    """One keyboard sends é as a letter, another as a letter and its accent."""
    return unicodedata.normalize("NFKC", secret[:SECRET_MAX])


def new_pin() -> str:
    """Draw a PIN of six figures that nobody tries first; some 800,000 remain."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not is_weak_pin(pin):
            return pin


def is_weak_pin(pin: str) -> bool:
    """Hold for what a classmate tries first: 121212, 112233, 234517, birthdays."""
    return _repeats(pin) or _runs(pin) or _is_birthday(pin)


def _repeats(pin: str) -> bool:
    half = len(pin) // 2
    thrice = any(figure * 3 in pin for figure in set(pin))
    return len(set(pin)) < 4 or thrice or pin[:half] == pin[half:]


def _runs(pin: str) -> bool:
    """Hold for 4 in a row, up or down and past 9, and for steps that are all alike."""
    steps = [(int(b) - int(a)) % 10 for a, b in pairwise(pin)]
    return len(set(steps)) == 1 or any(
        steps[n : n + 3] in ([1] * 3, [9] * 3) for n in range(len(steps) - 2)
    )


def _is_birthday(pin: str) -> bool:
    """Hold for a date in any country's order, and for a year of ours at either end."""
    one, two, three = (int(pin[n : n + 2]) for n in (0, 2, 4))
    readings = ((one, two, three), (two, one, three), (three, two, one))
    return (
        pin[:2] in CENTURIES
        or pin[2:4] in CENTURIES
        or any(_is_date(*reading) for reading in readings)
    )


def _is_date(day: int, month: int, year: int) -> bool:
    if not 1 <= month <= 12:
        return False
    # 29 February counts where either century's year had one; 2000 did.
    last = 28 if month == 2 and year % 4 else LAST_DAYS[month]
    return 1 <= day <= last


def new_slip() -> str:
    """Draw a one-time code of about 58 bits, in groups that can be typed."""
    drawn = "".join(secrets.choice(SLIP_ALPHABET) for _ in range(SLIP_LENGTH))
    return "-".join(drawn[n : n + 4] for n in range(0, SLIP_LENGTH, 4))


def slip_digest(slip: str) -> str:
    """Hash a slip as typed: hyphens, spaces and case do not matter."""
    plain = "".join(ch for ch in slip.upper() if ch in SLIP_ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
