"""What a passphrase must be. Alone asks zxcvbn, in a child process.

Its lists of words take 15 MB of whoever imports them, for good; a web process on a
small machine needs them some ten times a year.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Sequence

from flask_babel import gettext as _

from app.accounts.names import fold
from app.accounts.secrets import SECRET_MAX, hash_secret
from app.web.errors import Refused

PASSPHRASE_MIN = 12
DIFFERENT_MIN = 5
# zxcvbn's "very unguessable", its score 4: against who stole the database, too.
GUESSES_MIN = 10**10
# It takes time with the square of the length; a longer one is none of the commonest.
ASKED_MAX = 72
PATIENCE_SECONDS = 10

CHILD = """
import json, sys
from zxcvbn import zxcvbn
asked, known = json.load(sys.stdin)
print(int(zxcvbn(asked, user_inputs=known)["guesses"]))
"""

log = logging.getLogger(__name__)


def hashed_passphrase(passphrase: str, again: str, known: Sequence[str] = ()) -> str:
    """Check and hash a new passphrase, outside any writing: it takes some 200 ms.

    `known` are words that others try first for this person. Refused names the field.
    """
    check_passphrase(passphrase, again, known)
    return hash_secret(passphrase)


def check_passphrase(passphrase: str, again: str, known: Sequence[str] = ()) -> None:
    """Refuse a passphrase that is short, long, mistyped or soon guessed."""
    if len(passphrase) < PASSPHRASE_MIN:
        raise Refused(
            _(
                "A passphrase has at least %(least)s characters. Take four words that "
                "only you would put together.",
                least=PASSPHRASE_MIN,
            ),
            "secret",
        )
    if len(passphrase) > SECRET_MAX:
        raise Refused(
            _(
                "A passphrase has at most %(most)s characters. Shorten it.",
                most=SECRET_MAX,
            ),
            "secret",
        )
    if passphrase != again:
        raise Refused(
            _("The two passphrases differ. Type the same one twice."), "again"
        )
    if len(set(passphrase)) < DIFFERENT_MIN or _soon_guessed(passphrase, known):
        raise Refused(
            _(
                "This passphrase is one of the first that somebody would try. Take four "
                "words that only you would put together."
            ),
            "secret",
        )


def _soon_guessed(passphrase: str, known: Sequence[str]) -> bool:
    """Ask how many guesses it takes; where nobody can tell, the other rules stand."""
    spelt = [spelling for one in known for spelling in (one.lower(), fold(one))]
    words = [*spelt, *(word for spelling in spelt for word in spelling.split())]
    asked = json.dumps([passphrase[:ASKED_MAX], words])
    try:
        told = subprocess.run(
            [sys.executable, "-I", "-c", CHILD],
            input=asked, capture_output=True, text=True, check=True,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        return int(told.stdout) < GUESSES_MIN
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("a passphrase is not compared with lists: %s", type(error).__name__)
        return False
