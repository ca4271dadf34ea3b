"""Names that others see: first name and initial, or a pen name; no two alike in a school."""

import secrets
from collections.abc import Container
from itertools import count

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.names import fold, shared_name, tidy
from app.accounts.symbols import symbol_names
from app.db import db
from app.web.errors import Refused
from app.web.langs import speaking

SHOWN_MAX = 60
# Pen names count up to here, and on from it where a school has more kites.
PEN_NUMBERS = 99


def shown_names(school_id: int) -> dict[str, int]:
    """Map the shown names of a school's people, folded, to their person ids."""
    rows = db.session.execute(
        select(Person.shown_name, Person.id).where(Person.school_id == school_id)
    )
    return {fold(shown): person_id for shown, person_id in rows}


def free_name(shown: str, taken: Container[str]) -> str:
    """Two pupils called Ana R. become Ana R. and Ana R. 2 to the outside."""
    free = (f"{shown} {n}" if n > 1 else shown for n in count(1))
    return next(name for name in free if fold(name) not in taken)


def pen_name(symbol: str, lang: str, taken: Container[str]) -> str:
    """Draw a name that tells nothing of hers: her symbol's and a number, Kite 7."""
    with speaking(lang):
        called = symbol_names()[symbol]
    numbers = [
        n for n in range(2, PEN_NUMBERS + 1) if fold(f"{called} {n}") not in taken
    ]
    if numbers:
        return f"{called} {secrets.choice(numbers)}"
    free = (f"{called} {n}" for n in count(PEN_NUMBERS + 1))
    return next(name for name in free if fold(name) not in taken)


def checked_shown_name(typed: str, full_name: str, field: str = "") -> str:
    """Tidy a name that others will see, or say what is wrong with it."""
    shown = tidy(typed)
    if not fold(shown):
        raise Refused(
            _("The name that others see is missing. Write a few letters."), field
        )
    if len(shown) > SHOWN_MAX:
        raise Refused(
            _(
                "“%(name)s…” is longer than %(most)s letters. Shorten the name that "
                "others see.",
                name=shown[:20],
                most=SHOWN_MAX,
            ),
            field,
        )
    if _tells(shown, full_name):
        raise Refused(
            _(
                "Others would see the full name. Write a first name and an initial, or "
                "a pen name."
            ),
            field,
        )
    return shown


def _tells(shown: str, full_name: str) -> bool:
    """Hold when a shown name is the full one; who is listed as “Ana R.” shows no more."""
    words = sorted(fold(full_name).split())
    return (
        len(words) > 1
        and sorted(fold(shown).split()) == words
        and fold(shown) != fold(shared_name(full_name))
    )


def taken_by_another() -> str:
    return _("Somebody of your school is shown by this name. Choose another one.")
