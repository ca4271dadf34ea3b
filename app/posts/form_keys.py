"""One-time keys of forms: what is sent twice is one post; sealed to person and address."""

import base64
import hashlib
import hmac
import re
import secrets

from flask import current_app, request
from flask_babel import gettext as _

from app.accounts.sessions import viewer
from app.web.errors import Refused

FIELD = "key"
# Enough among the forms of one person: the database asks for no more.
RANDOM_BYTES = 6
# 36 bits: a forged one would but let her send to where she may send anyway.
SEAL_CHARACTERS = 6
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{8,34}[A-Za-z0-9_-]{6}\Z")


def new_form_key(address: str, name: str = "") -> str:
    """Make the key of a form that is sent to this address; a draft's form has a name.

    A form that comes back refused keeps the key it was sent with.
    """
    sent = request.form.get(FIELD, "") if request.path == address else ""
    if sent and _is_sealed(sent, address):
        return sent
    name = name or secrets.token_urlsafe(RANDOM_BYTES)
    return seal(name, viewer().person_id, address)


def sent_form_key() -> str:
    """Read the key of the form that was sent, without its seal, as it is stored.

    Refused when no page gave it to the viewer for this very address.
    """
    key = request.form.get(FIELD, "")
    if not _is_sealed(key, request.path):
        raise Refused(_("The form lost its key on the way. Send it once more."))
    return key[:-SEAL_CHARACTERS]


def other_key(name: str, words: str) -> str:
    """Derive the key under which other words of the same form are kept.

    The same words give the same key, so that they are kept once.
    """
    digest = hashlib.sha256(f"{name} {words}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:RANDOM_BYTES]).decode()


def _is_sealed(key: str, address: str) -> bool:
    """Whether this is a key that a page gave the viewer for a form sent there."""
    if not FORM_KEY.match(key):
        return False
    given = seal(key[:-SEAL_CHARACTERS], viewer().person_id, address)
    return hmac.compare_digest(given, key)


def seal(name: str, person_id: int, address: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    words = f"form {person_id} {address} {name}".encode()
    digest = hmac.digest(secret, words, hashlib.sha256)
    return name + base64.urlsafe_b64encode(digest)[:SEAL_CHARACTERS].decode()
