"""Pages: sign-in cards with their PINs, shown once."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask_login import login_required

from app.accounts.models import Account
from app.accounts.people import fresh_pins, give_pin
from app.accounts.sessions import viewer
from app.classrooms import class_list
from app.classrooms.models import Classroom
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import one_or_404

bp = Blueprint("cards", __name__, template_folder="templates")


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/card")
@login_required
def new_card(classroom_id: int, account_id: int) -> Answer:
    shown, account = _pupil_of(classroom_id, account_id)
    with reading():
        (fresh,) = fresh_pins(1)
    shown, account = _pupil_of(classroom_id, account_id)
    give_pin(account, fresh)
    db.session.commit()
    return cards_page(shown, [(account, fresh.pin)])


@bp.post("/classrooms/<int:classroom_id>/cards")
@login_required
def new_cards(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    count = len(class_list.pupils(shown))
    with reading():
        pins = fresh_pins(count)
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    # Who came or went in that second gets a card by herself.
    cards = list(zip(class_list.pupils(shown), pins, strict=False))
    for account, fresh in cards:
        give_pin(account, fresh)
    db.session.commit()
    return cards_page(shown, [(account, fresh.pin) for account, fresh in cards])


def cards_page(shown: Classroom, cards: Sequence[tuple[Account, str | None]]) -> str:
    """Show cards in the answer to the POST that made their PINs.

    A page that could be opened again would have to keep the secrets somewhere.
    """
    return render_template("classrooms/cards.html", classroom=shown, cards=cards)


def _pupil_of(classroom_id: int, account_id: int) -> tuple[Classroom, Account]:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return shown, one_or_404(class_list.accounts_of_pupils(shown), id=account_id)
