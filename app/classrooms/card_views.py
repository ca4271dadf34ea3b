"""Pages: sign-in cards with secrets that are shown once, and a poster for the wall."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import login_required
from markupsafe import Markup

from app.accounts.models import Account
from app.accounts.sessions import viewer
from app.accounts.symbols import symbol_names
from app.classrooms import addresses, cards, class_list
from app.classrooms.models import Classroom, School
from app.classrooms.permissions import is_teacher
from app.classrooms.pupil_views import pupil_of
from app.db import db, reading
from app.web.answers import Answer
from app.web.errors import one_or_404
from app.web.langs import speaking

bp = Blueprint("cards", __name__, template_folder="templates")

Pictures = Mapping[int, Sequence[str]]


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/card")
@login_required
def new_card(classroom_id: int, account_id: int) -> Answer:
    shown, account = pupil_of(classroom_id, account_id)
    return _give_cards(shown.id, [account])


@bp.get("/classrooms/<int:classroom_id>/cards")
@login_required
def all_cards(classroom_id: int) -> Answer:
    """Show all cards as they are, to be printed again; no secret is on them."""
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return cards_page(shown, [(account, None) for account in class_list.pupils(shown)])


@bp.post("/classrooms/<int:classroom_id>/cards")
@login_required
def new_cards(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    return _give_cards(shown.id, class_list.pupils(shown))


def _give_cards(classroom_id: int, pupils: Sequence[Account]) -> Answer:
    drawn_with = {pupil.id: pupil.picture_secret is not None for pupil in pupils}
    with reading():
        fresh = {
            account_id: cards.fresh_card(pictures=pictures)
            for account_id, pictures in drawn_with.items()
        }
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    # Who left in that second gets none, and who came has hers already.
    given = [pupil for pupil in class_list.pupils(shown) if pupil.id in fresh]
    for account in given:
        cards.give_card(viewer(), account, fresh[account.id])
    addresses.remember(shown.school)
    db.session.commit()
    pictures = {
        account_id: card.pictures.pictures
        for account_id, card in fresh.items()
        if card.pictures
    }
    pins = [(account, fresh[account.id].pin.pin) for account in given]
    return cards_page(shown, pins, pictures)


@bp.post("/classrooms/<int:classroom_id>/pupils/<int:account_id>/pictures")
@login_required
def new_pictures(classroom_id: int, account_id: int) -> Answer:
    pupil_of(classroom_id, account_id)
    with reading():
        fresh = cards.fresh_pictures()
    shown, account = pupil_of(classroom_id, account_id)
    cards.give_pictures(viewer(), account, fresh)
    addresses.remember(shown.school)
    db.session.commit()
    return cards_page(shown, [(account, None)], {account.id: fresh.pictures})


def cards_page(
    shown: Classroom,
    listed: Sequence[tuple[Account, str | None]],
    pictures: Pictures | None = None,
) -> str:
    """Show cards, with their PINs in the answer to the POST that made those.

    A page of secrets that could be opened again would have to keep them
    somewhere. The cards speak the class's language, what is around them the
    teacher's.
    """
    with speaking(shown.lang):
        printed = render_template(
            "classrooms/_cards.html",
            classroom=shown,
            cards=listed,
            pictures=pictures or {},
            names=symbol_names(),
            card_address=cards.card_address,
            qr_code=cards.qr_code,
        )
    return render_template(
        "classrooms/cards.html",
        classroom=shown,
        secret=bool(pictures) or any(pin for _account, pin in listed),
        only_here=addresses.only_here(),
        printed=Markup(printed),  # noqa: S704  # our own template made it
    )


@bp.get("/classrooms/<int:classroom_id>/poster")
@login_required
def poster(classroom_id: int) -> Answer:
    shown = one_or_404(Classroom.taught_by(viewer()), id=classroom_id)
    with speaking(shown.lang):
        printed = render_template(
            "classrooms/_poster.html",
            classroom=shown,
            code=cards.qr_code(cards.class_address(shown)),
        )
    return render_template(
        "classrooms/poster.html",
        classroom=shown,
        only_here=addresses.only_here(),
        printed=Markup(printed),  # noqa: S704  # our own template made it
    )


@bp.post("/cards/address")
@login_required
def settle_address() -> Answer:
    """Take a teacher's word for what the printed cards say."""
    if not is_teacher(viewer()):
        abort(404)
    school = db.session.get_one(School, viewer().person.school_id)
    if request.form.get("do") == "both":
        addresses.both_work(school)
    else:
        addresses.all_printed_anew(school)
    db.session.commit()
    return redirect(url_for("home.my_post"), code=303)
