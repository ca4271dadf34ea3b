"""The form of a post: what it holds, and its one-time key, sealed to person and address."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.accounts.names import tidy
from app.accounts.sessions import viewer
from app.posts.publishing import DESCRIPTION_MAX, tidied
from app.web.errors import Refused
from app.web.langs import chosen_lang
from app.web.numbers import row_number
from app.web.seals import SEAL_CHARACTERS, seal

KEY_FIELD = "key"
# Enough among the forms of one person: the database asks for no more.
RANDOM_BYTES = 6
# A forged one would but let her send to where she may send anyway.
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{8,34}[A-Za-z0-9_-]{6}\Z")


@dataclass(frozen=True)
class Written:
    """All that somebody typed or chose in one form; none of it is checked."""

    title: str
    source: str
    description: str
    lang: str
    # The post it answers, and the block of it that it quotes.
    parent: str = ""
    quote: int | None = None
    # The version that a change of a post began from.
    base: int | None = None
    # The fingerprint of the draft that the form was filled in with.
    began_from: str = ""

    @property
    def words(self) -> tuple[str, str, str]:
        return self.title, self.source, self.description


def written() -> Written:
    """Read this request's form."""
    form = request.form
    return Written(
        title=tidy(form.get("title", "")),
        source=tidied(form.get("source", "")),
        description=tidy(form.get("description", ""))[:DESCRIPTION_MAX],
        lang=chosen_lang(),
        parent=form.get("parent", ""),
        quote=form.get("quote", type=row_number),
        base=form.get("base", type=row_number),
        began_from=form.get("draft", ""),
    )


def sent_picture() -> FileStorage | None:
    picture = request.files.get("picture")
    return picture if picture and picture.filename else None


def new_form_key(address: str, name: str = "") -> str:
    """Make the key of a form that is sent to this address; a draft's form has a name.

    A form that comes back refused keeps the key it was sent with.
    """
    sent = request.form.get(KEY_FIELD, "") if request.path == address else ""
    if sent and _is_sealed(sent, address):
        return sent
    name = name or secrets.token_urlsafe(RANDOM_BYTES)
    return sealed_key(name, viewer().person_id, address)


def sent_form_key() -> str:
    """Read the key of the form that was sent, without its seal, as it is stored.

    Refused when no page gave it to the viewer for this very address.
    """
    key = request.form.get(KEY_FIELD, "")
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
    given = sealed_key(key[:-SEAL_CHARACTERS], viewer().person_id, address)
    return hmac.compare_digest(given, key)


def sealed_key(name: str, person_id: int, address: str) -> str:
    return name + seal(f"form {person_id} {address} {name}")
