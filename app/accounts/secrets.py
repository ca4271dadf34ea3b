"""Secrets: Argon2 hashes, PINs, and codes for slips. Alone imports argon2."""

import hashlib
import secrets
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
PASSPHRASE_MIN = 12
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
        return _hasher.hash(secret)


def secret_matches(hashed: str | None, secret: str) -> bool:
    """Check a secret; costs the same when there is no such account."""
    with _at_once:
        try:
            _hasher.verify(hashed or _NOBODY, secret[:SECRET_MAX])
        except (VerificationError, InvalidHashError):
            return False
    return hashed is not None


def new_pin() -> str:
    """Draw a PIN of six figures without long runs or repeats."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not is_weak_pin(pin):
            return pin


def is_weak_pin(pin: str) -> bool:
    """Hold for PINs that a classmate tries first: 121212, 112233, 234567."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return len(set(pin)) < 4 or len(steps) == 1


def new_slip() -> str:
    """Draw a one-time code of about 58 bits, in groups that can be typed."""
    drawn = "".join(secrets.choice(SLIP_ALPHABET) for _ in range(SLIP_LENGTH))
    return "-".join(drawn[n : n + 4] for n in range(0, SLIP_LENGTH, 4))


def slip_digest(slip: str) -> str:
    """Hash a slip as typed: hyphens, spaces and case do not matter."""
    plain = "".join(ch for ch in slip.upper() if ch in SLIP_ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
