"""Sign-in cards: new numbers with new secrets, and QR codes on paper. Alone imports segno."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts import access_log, tries
from app.accounts.models import Account
from app.accounts.people import FreshPin, free_card, fresh_pins, give_pin
from app.accounts.secrets import hash_secret
from app.accounts.sessions import end_all_sessions
from app.accounts.symbols import PICTURES, SYMBOLS
from app.classrooms.models import Classroom
from app.web.pages import school_address

if TYPE_CHECKING:
    from segno import QRCode

# Light modules around a code, from ISO/IEC 18004.
QUIET = 4


@dataclass(frozen=True)
class FreshPictures:
    """Pictures to show once in their order, and the hash that is kept."""

    pictures: tuple[str, ...]
    hashed: str


@dataclass(frozen=True)
class FreshCard:
    """All secrets of a new card."""

    pin: FreshPin
    pictures: FreshPictures | None


def fresh_pictures() -> FreshPictures:
    """Draw pictures; hashing takes some 30 ms, so do it outside a transaction."""
    drawn = tuple(secrets.SystemRandom().sample(SYMBOLS, PICTURES))
    return FreshPictures(drawn, hash_secret(" ".join(drawn)))


def fresh_card(*, pictures: bool) -> FreshCard:
    """Draw a card's secrets; hashes them, so do it outside a transaction."""
    (pin,) = fresh_pins(1)
    return FreshCard(pin, fresh_pictures() if pictures else None)


def give_card(actor: Account, account: Account, fresh: FreshCard) -> None:
    """Put a new card in place of the old, whose number and secrets end now."""
    account.card = free_card()
    account.picture_secret = fresh.pictures.hashed if fresh.pictures else None
    give_pin(account, fresh.pin)
    access_log.record(actor, access_log.NEW_CARD, account.person_id)


def give_pictures(actor: Account, account: Account, fresh: FreshPictures) -> None:
    """Let three pictures sign her in beside the PIN; those of before end now."""
    account.picture_secret = fresh.hashed
    end_all_sessions([account])
    tries.forget(tries.account_keys(account))
    access_log.record(actor, access_log.NEW_CARD, account.person_id)


def card_address(account: Account) -> str:
    return f"{school_address()}sign-in/card/{account.card}"


def class_address(classroom: Classroom) -> str:
    return f"{school_address()}sign-in?class={classroom.code}"


def qr_code(content: str) -> Markup:
    """Draw a QR code as inline SVG of one path, 29 to 33 modules wide for our addresses.

    The smallest that holds it, and of that size the best error level that fits.
    """
    # It costs 1 MB and 60 ms, and most days nobody prints.
    import segno

    code = segno.make(content, error="l", micro=False, boost_error=True)
    side = code.symbol_size(border=QUIET)[0]
    # Small and black where the stylesheet does not arrive, too.
    return Markup(
        '<svg class="qr" width="{side}" height="{side}" viewBox="0 0 {units} {units}" '
        'fill="none" stroke="#000" role="img" aria-label="{name}"><path d="{path}"/></svg>'
    ).format(side=4 * side, units=side, name=_("QR code"), path=_runs(code))


def _runs(code: "QRCode") -> str:
    """Write each run of dark modules as a stroke of its row."""
    drawn: list[str] = []
    at_x = at_y = 0
    for y, row in enumerate(code.matrix_iter(border=QUIET)):
        x = 0
        line = bytes(row)
        while (start := line.find(1, x)) >= 0:
            x = end if (end := line.find(0, start)) >= 0 else len(line)
            move = f"m{start - at_x} {y - at_y}" if drawn else f"M{start} {y + 0.5}"
            drawn.append(f"{move}h{x - start}")
            at_x, at_y = x, y
    return "".join(drawn)
