"""Every setting once: its name, unit, default and reason. Read by the factory alone."""

import os
import secrets
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


class MissingSecretError(Exception):
    """The secret key is not there; says where it belongs."""


def settings(instance: Path | None = None) -> dict[str, Any]:
    """Collect the settings of one instance folder.

    `instance` defaults to `PARAVION_INSTANCE`, else `instance/` beside this
    file. Raises `MissingSecretError` when `secret_key` is not in it.
    """
    folder = (
        instance or Path(os.environ.get("PARAVION_INSTANCE") or ROOT / "instance")
    ).resolve()
    return {
        # Where everything of this school lives: database, index, packs, uploads.
        "INSTANCE": folder,
        # Signs forms and cookies. Made by run.py; losing it signs everyone out.
        "SECRET_KEY": _secret_key(folder),
        # One file unless a bigger site sets PostgreSQL.
        "SQLALCHEMY_DATABASE_URI": os.environ.get("PARAVION_DATABASE_URL")
        or f"sqlite:///{folder / 'paravion.db'}",
        # The school's own names for this machine, comma-separated. Addresses in
        # figures, localhost and the machine's own name are always trusted.
        "HOSTS": frozenset(
            name.strip().lower()
            for name in os.environ.get("PARAVION_HOSTS", "").split(",")
            if name.strip()
        ),
        # Where pupils' devices reach this server, as run.py found it; for printed
        # cards that a teacher makes on the machine itself.
        "SCHOOL_ADDRESS": os.environ.get("PARAVION_ADDRESS", ""),
        # Seconds after which a shared device forgets who sat there: when the last
        # page was only to read, when it had a form, and on somebody's own device.
        "SESSION_IDLE_SECONDS": _seconds("PARAVION_IDLE_MINUTES", 10),
        "SESSION_FORM_SECONDS": _seconds("PARAVION_FORM_MINUTES", 40),
        "SESSION_OWN_SECONDS": 8 * 3600,
        # Bytes of a post: design section 7.
        "POST_MAX_BYTES": 16_384,
        # Bytes of one picture as a telephone makes it, before the worker shrinks it.
        "UPLOAD_MAX_BYTES": 12_000_000,
        # Far above a picture's limit, so that who sends a larger one is told so on
        # a page that still holds her words.
        "MAX_CONTENT_LENGTH": 30_000_000,
        # Werkzeug's default of 500,000 bytes of text is more than any form here.
        "MAX_FORM_MEMORY_SIZE": 400_000,
        # Languages the pages themselves speak, by their codes.
        "LANGUAGES": ("en", "es", "fr", "pt", "ar", "sw"),
        # Where run.py and setup find the two packs that ship with the server.
        "STARTER_PACKS": ROOT / "packs",
        "SESSION_COOKIE_NAME": "s",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Only an address with https sets this; a school network has plain http.
        "SESSION_COOKIE_SECURE": os.environ.get("PARAVION_HTTPS") == "1",
        # Translations of the pages lie beside the code that speaks.
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "messages"),
    }


def _seconds(name: str, minutes: int) -> int:
    """Read a number of minutes from the environment; what is none is the default."""
    told = os.environ.get(name, "")
    return 60 * (int(told) if told.isdecimal() and int(told) else minutes)


def _secret_key(folder: Path) -> str:
    path = folder / "secret_key"
    try:
        key = path.read_text("ascii").strip()
    except FileNotFoundError:
        key = ""
    if len(key) < 32:
        raise MissingSecretError(
            f"{path} is missing or too short. Start with `python3 run.py`, which "
            f"makes it, or write one line into it: {secrets.token_hex(8)}… "
            "(64 such characters)."
        )
    return key
