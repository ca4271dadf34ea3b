"""A pupil signs in: a tap on her class's own device, a card, pictures, or typing."""

import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account, SignInSession
from app.accounts.names import digits
from app.accounts.tries import ACCOUNT
from app.classrooms.class_list import let_leave
from app.classrooms.models import Classroom
from app.db import db, now
from tests.builders import (
    PIN,
    a_classroom,
    a_device,
    a_pupil,
    a_teacher,
    hashed,
    teacher_of,
)
from tests.clients import Client

WRONG = "000000"
TYPED = re.compile(r'(name="(?:class|name|csrf_token)" value=")[^"]*')
FIGURES = {"Latin": "0123456789", "Arabic": "٠١٢٣٤٥٦٧٨٩", "Persian": "۰۱۲۳۴۵۶۷۸۹"}
PACKED = {"Accept-Encoding": "gzip"}
# Design section 7 and the issue: as a browser counts them, on the wire.
MOST_BYTES = 4_000


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(a_teacher(lang="en"), lang="en")


@pytest.fixture
def pupil(room: Classroom) -> Account:
    return a_pupil(room, "José Peña Ñoño")


@pytest.fixture
def tablet(app: Flask, room: Classroom) -> Client:
    return Client(app, device=a_device(room))


def type_in(
    client: Client, room: Classroom, name: str, secret: str = PIN, **more: str
) -> TestResponse:
    form = {"class": room.code, "name": name, "secret": secret, **more}
    return client.post("/sign-in", form)


def tap(client: Client, pupil: Account, secret: str = PIN, **more: str) -> TestResponse:
    client.token = ""  # each sign-in has its own
    return client.post(f"/sign-in/name/{pupil.id}", {"secret": secret, **more})


def show_card(
    client: Client, pupil: Account, secret: str = PIN, **more: str
) -> TestResponse:
    client.token = ""
    return client.post(f"/sign-in/card/{pupil.card}", {"secret": secret, **more})


def choose(client: Client, pupil: Account, *pictures: str) -> TestResponse:
    """Tap pictures one after the other, each on the page that came before."""
    url, chosen = f"/sign-in/name/{pupil.id}/pictures", ""
    for picture in pictures:
        answer = client.post(url, {"chosen": chosen, "picture": picture})
        found = re.search(r'name="chosen" value="([^"]*)"', answer.text)
        chosen = found[1] if found else ""
    return answer


def has_come_in(answer: TestResponse) -> bool:
    if answer.status_code == 303:
        return True
    assert answer.status_code == 422
    return False


def newest_sign_in() -> SignInSession:
    newest = select(SignInSession).order_by(SignInSession.id.desc()).limit(1)
    return db.session.scalars(newest).one()


# Tap, secret, go.


def test_a_class_device_opens_on_names_and_symbols_and_other_devices_do_not(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    other, left = a_pupil(a_classroom(lang="en")), a_pupil(room, "Rosa Luz")
    let_leave(room, left)

    page = tablet.get("/sign-in").text
    elsewhere = [
        Client(app).get(url).text for url in ("/sign-in", f"/sign-in?class={room.code}")
    ]

    assert f'href="/sign-in/name/{pupil.id}"' in page
    assert "José Ñ." in page
    assert "<svg" in page
    for nobody in (other, left):
        assert nobody.person.shown_name not in page
    assert "Ñoño" not in page
    assert not any("José" in plain or "<svg" in plain for plain in elsewhere)


def test_a_tap_a_secret_and_she_is_in(pupil: Account, tablet: Client) -> None:
    page = tablet.get(f"/sign-in/name/{pupil.id}").text

    answer = tap(tablet, pupil, next="/letters")

    assert "José Ñ." in page
    assert "<svg" in page
    assert page.count("<input") == 3  # the token, where she wanted to go, the PIN
    assert (answer.status_code, answer.headers["Location"]) == (303, "/letters")
    assert "José Ñ." in tablet.get("/").text
    assert newest_sign_in().device is not None


def test_a_wrong_pin_is_told_beside_the_field(pupil: Account, tablet: Client) -> None:
    for secret in (WRONG, "no figures"):
        answer = tap(tablet, pupil, secret)

        assert answer.status_code == 422
        beside = answer.text.split('for="secret"')[1].split("<button")[0]
        assert 'role="alert" id="error"' in beside
        assert secret not in answer.text


def test_one_who_is_suspended_is_told_so_only_by_her_own_pin(
    app: Flask, pupil: Account, tablet: Client
) -> None:
    pupil.suspended_at = now()
    db.session.commit()

    for try_it in (tap, show_card):
        right, wrong = try_it(tablet, pupil), try_it(tablet, pupil, WRONG)

        assert not has_come_in(right)
        assert "You cannot sign in for now." in right.text
        assert "This PIN did not fit." in wrong.text
    assert pupil.person.shown_name in tablet.get("/sign-in").text


def test_a_name_is_only_on_the_devices_of_its_class(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    other = a_pupil(a_classroom(lang="en"))
    left = a_pupil(room)
    let_leave(room, left)
    no_pupils = [other.id, left.id, teacher_of(room).id, 9999]
    foreign = Client(app, device=a_device(a_classroom()))

    for account_id in no_pupils:
        url = f"/sign-in/name/{account_id}"
        assert tablet.get(url).status_code == 404
        assert tablet.post(url, {"secret": PIN}).status_code == 404
    for client in (Client(app), foreign, Client(app, device="x" * 22)):
        assert client.get(f"/sign-in/name/{pupil.id}").status_code == 404
        assert tap(client, pupil).status_code == 404


def test_who_is_not_on_the_list_types_on_a_class_device_too(
    app: Flask, room: Classroom, tablet: Client
) -> None:
    other_room = a_classroom(lang="en")
    guest = a_pupil(other_room, "Bea Sol")

    assert 'href="/sign-in?plain"' in tablet.get("/sign-in").text
    answer = type_in(tablet, other_room, "bea sol", own="on")

    assert has_come_in(answer)
    assert newest_sign_in().account_id == guest.id
    assert newest_sign_in().device_id is None
    assert not newest_sign_in().own


def test_the_devices_cookie_begins_anew_with_each_sign_in(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    def cookies(answer: TestResponse) -> list[str]:
        return [said[:2] for said in answer.headers.getlist("Set-Cookie")]

    assert "d=" in cookies(tap(tablet, pupil))
    assert "d=" not in cookies(type_in(Client(app), room, pupil.full_name))


# Names and figures as people type them.


@pytest.mark.parametrize("figures", FIGURES)
def test_codes_cards_and_pins_may_be_typed_in_three_scripts(
    app: Flask, room: Classroom, pupil: Account, tablet: Client, figures: str
) -> None:
    def written(number: str) -> str:
        return number.translate(str.maketrans("0123456789", FIGURES[figures]))

    form = {
        "class": written(room.code), "name": pupil.full_name, "secret": written(PIN)
    }  # fmt: skip
    spaced = f" {pupil.card[:4]} {pupil.card[4:8]} {pupil.card[8:]} "  # type: ignore[index]
    by_card = {"class": written(spaced), "name": "", "secret": written(PIN)}

    assert digits(written(room.code)) == room.code
    assert has_come_in(Client(app).post("/sign-in", form))
    assert has_come_in(Client(app).post("/sign-in", by_card))
    assert has_come_in(tap(tablet, pupil, written(PIN)))
    assert has_come_in(show_card(Client(app), pupil, written(PIN)))
    assert not has_come_in(tap(tablet, pupil, written(WRONG)))


@pytest.mark.parametrize(
    ("full", "typed"),
    [
        ("José Peña", ["JOSE PENA", "josé  peña", "José P.", "jose p"]),
        ("أحمد علي", ["احمد علي", "أحمد علي", "إحمد على", "احمد ع"]),
        ("Émilie Œuvrard", ["emilie œuvrard", "EMILIE ŒUVRARD", "Émilie Œ."]),
    ],
)
def test_a_name_matches_however_it_is_written(
    app: Flask, room: Classroom, full: str, typed: list[str]
) -> None:
    a_pupil(room, full)

    came_in = {name: has_come_in(type_in(Client(app), room, name)) for name in typed}

    assert came_in == dict.fromkeys(typed, True)
    assert not has_come_in(type_in(Client(app), room, typed[0][1:]))


def test_what_is_missing_is_told_beside_its_field(app: Flask, room: Classroom) -> None:
    whole = {"class": room.code, "name": "Ana", "secret": PIN}

    for name in whole:
        answer = Client(app).post("/sign-in", {**whole, name: " "})

        assert answer.status_code == 422
        beside = answer.text.split(f'for="{name}"')[1].split("<label")[0]
        assert 'role="alert" id="error"' in beside


# Three pictures.


@pytest.fixture
def opened(app: Flask, room: Classroom) -> Client:
    return Client(app, device=a_device(room, pictures=True))


@pytest.fixture
def young(room: Classroom) -> Account:
    """A pupil with a picture code."""
    pupil = a_pupil(room, "Ana Luz")
    pupil.picture_secret = hashed("fish kite drum")
    db.session.commit()
    return pupil


def test_three_pictures_in_their_order_open_an_account(
    opened: Client, young: Account
) -> None:
    names = opened.get("/sign-in").text
    page = opened.get(f"/sign-in/name/{young.id}").text
    first = opened.get(f"/sign-in/name/{young.id}/pictures").text

    answer = choose(opened, young, "fish", "kite", "drum")

    for shown in (names, page):
        assert f'href="/sign-in/name/{young.id}/pictures"' in shown
    assert 'name="secret"' in page  # figures remain, for who cannot see
    assert f'href="/sign-in/name/{young.id}"' in first
    assert first.count("<button") == first.count("<svg") - 1 == 24
    assert re.search(r'value="fish">.*</svg>Fish</button>', first)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert newest_sign_in().account_id == young.id


def test_other_pictures_and_another_order_open_nothing(
    opened: Client, young: Account
) -> None:
    for pictures in (("kite", "fish", "drum"), ("fish", "kite", "cup")):
        answer = choose(opened, young, *pictures)

        assert not has_come_in(answer)
        assert 'role="alert"' in answer.text
        assert 'name="chosen" value=""' in answer.text
    url = f"/sign-in/name/{young.id}/pictures"
    four = {"chosen": "fish kite drum", "picture": "drum"}
    assert opened.post(url, four).status_code == 400
    assert opened.post(url, {"picture": "four"}).status_code == 400


def test_pictures_count_only_on_opened_devices_of_her_class(
    app: Flask, room: Classroom, young: Account, tablet: Client
) -> None:
    foreign = Client(app, device=a_device(a_classroom(), pictures=True))
    url = f"/sign-in/name/{young.id}/pictures"
    third = {"chosen": "fish kite", "picture": "drum"}

    for client in (tablet, foreign, Client(app)):
        assert client.get(url).status_code == 404
        assert client.post(url, third).status_code == 404
    for shown in ("/sign-in", f"/sign-in/name/{young.id}"):
        assert url not in tablet.get(shown).text


def test_who_has_no_picture_code_is_asked_for_none(
    opened: Client, pupil: Account
) -> None:
    url = f"/sign-in/name/{pupil.id}/pictures"

    for shown in ("/sign-in", f"/sign-in/name/{pupil.id}"):
        assert url not in opened.get(shown).text
    assert opened.get(url).status_code == 404
    assert choose(opened, pupil, "fish").status_code == 404


def test_what_is_chosen_stands_in_no_address(opened: Client, young: Account) -> None:
    url = f"/sign-in/name/{young.id}/pictures"

    page = opened.post(url, {"chosen": "fish", "picture": "kite"}).text

    addresses = re.findall(r'(?:href|action)="([^"]*)"', page)
    assert addresses
    assert not [at for at in addresses if "fish" in at or "kite" in at]
    assert f'href="{url}"' in page  # begin again
    assert '<form method="post">' in page


# The printed card.


def test_a_card_says_whose_it_is_and_then_asks_for_the_secret(
    app: Flask, pupil: Account
) -> None:
    page = Client(app).get(f"/sign-in/card/{pupil.card}").text

    answer = show_card(Client(app), pupil)

    assert "José Ñ." in page
    assert "<svg" in page
    assert "Ñoño" not in page
    assert has_come_in(answer)
    assert answer.headers["Location"] == "/"
    assert not has_come_in(show_card(Client(app), pupil, WRONG))


def test_a_card_that_is_replaced_or_of_one_who_left_names_nobody(
    app: Flask, room: Classroom, pupil: Account
) -> None:
    old = pupil.card
    left = a_pupil(room)
    let_leave(room, left)
    pupil.card = "481526481526"
    db.session.commit()

    for number in (old, left.card, "1", "abc"):
        url = f"/sign-in/card/{number}"
        shown = Client(app).get(url)
        tried = Client(app).post(url, {"secret": PIN})

        assert (shown.status_code, tried.status_code) == (404, 422)
        for page in (shown.text, tried.text):
            assert "This card is not known any more." in page
            assert 'name="class"' in page
            assert pupil.person.shown_name not in page
    assert has_come_in(show_card(Client(app), pupil))


def test_a_card_works_on_every_device_but_is_at_home_on_one(
    app: Flask, pupil: Account, tablet: Client
) -> None:
    foreign = Client(app, device=a_device(a_classroom()))

    assert has_come_in(show_card(foreign, pupil, own="on"))
    assert newest_sign_in().device_id is None
    assert not newest_sign_in().own
    assert has_come_in(show_card(tablet, pupil))
    assert newest_sign_in().device is not None


def test_a_wrong_card_number_typed_costs_as_much_and_tells_nothing(
    app: Flask, pupil: Account
) -> None:
    def typed(number: str | None) -> TestResponse:
        form = {"class": str(number), "name": "", "secret": WRONG}
        return Client(app).post("/sign-in", form)

    known, unknown = typed(pupil.card), typed("000000000000")

    assert known.status_code == unknown.status_code == 422
    assert TYPED.sub(r"\1", known.text) == TYPED.sub(r"\1", unknown.text)


@pytest.mark.parametrize("own", [True, False])
def test_her_own_device_is_hers_when_she_says_so(
    app: Flask, room: Classroom, pupil: Account, *, own: bool
) -> None:
    more = {"own": "on"} if own else {}

    for answer in (
        type_in(Client(app), room, pupil.full_name, **more),
        show_card(Client(app), pupil, **more),
    ):
        assert has_come_in(answer)
        assert newest_sign_in().own == own


def test_a_class_device_is_nobodys_own(pupil: Account, tablet: Client) -> None:
    for url in ("/sign-in?plain", f"/sign-in/name/{pupil.id}"):
        assert 'name="own"' not in tablet.get(url).text
    for answer in (tap(tablet, pupil, own="on"), show_card(tablet, pupil, own="on")):
        assert has_come_in(answer)
        assert not newest_sign_in().own


# Locking is no weapon.


def test_who_is_locked_out_elsewhere_comes_in_by_card_and_on_a_class_device(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    for _n in range(ACCOUNT.free):
        type_in(Client(app), room, pupil.full_name, WRONG)

    assert "Too many tries" in type_in(Client(app), room, pupil.full_name).text
    assert has_come_in(tap(tablet, pupil))
    assert has_come_in(show_card(Client(app), pupil))


def test_who_is_locked_out_on_a_class_device_comes_in_elsewhere_and_by_card(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    for n in range(ACCOUNT.free):
        if n % 2:
            type_in(tablet, room, pupil.full_name, WRONG)
        else:
            tap(tablet, pupil, WRONG)

    assert "Too many tries" in tap(tablet, pupil).text
    assert "Too many tries" in type_in(tablet, room, pupil.full_name).text
    assert has_come_in(show_card(tablet, pupil))
    assert has_come_in(type_in(Client(app), room, pupil.full_name))


def test_a_locked_card_leaves_the_other_ways_open(
    app: Flask, room: Classroom, pupil: Account, tablet: Client
) -> None:
    for _n in range(ACCOUNT.free):
        show_card(Client(app), pupil, WRONG)

    assert "Too many tries" in show_card(tablet, pupil).text
    assert has_come_in(tap(tablet, pupil))
    assert has_come_in(type_in(Client(app), room, pupil.full_name))


# Known and unknown look the same.


@pytest.mark.parametrize("enrolled", [True, False])
def test_known_and_unknown_names_are_answered_byte_for_byte_alike(
    app: Flask,
    room: Classroom,
    pupil: Account,
    monkeypatch: pytest.MonkeyPatch,
    *,
    enrolled: bool,
) -> None:
    checks: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, secret: str) -> bool:
        checks.append(hashed.rsplit("$", 2)[0])
        return verify(hasher, hashed, secret)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    token = a_device(room) if enrolled else ""
    tried = []
    for name, code in (
        (pupil.full_name, room.code),
        (pupil.person.shown_name, room.code),
        ("Nobody Here", room.code),
        (teacher_of(room).full_name, room.code),
        (pupil.full_name, "999999"),
    ):
        before = len(checks)
        client = Client(app, device=token)
        form = {"class": code, "name": name, "secret": WRONG}
        answer = client.post("/sign-in", form)
        shown = TYPED.sub(r"\1", answer.text)
        headers = str(answer.headers).replace(answer.headers["Content-Length"], "")
        tried.append((answer.status_code, shown, headers, len(checks) - before))

    assert len(set(tried)) == 1
    assert tried[0][0] == 422
    assert tried[0][3] == 1
    assert len(set(checks)) == 1  # the same memory and rounds


# The class's language before anybody is known.


def says_arabic(client: Client, url: str = "/sign-in") -> bool:
    return '<html lang="ar" dir="rtl">' in client.get(url).text


def test_pages_before_sign_in_speak_the_classs_language(app: Flask) -> None:
    room = a_classroom(lang="ar")
    pupil = a_pupil(room, "أحمد علي")
    tablet = Client(app, device=a_device(room))

    assert says_arabic(tablet)
    assert says_arabic(tablet, f"/sign-in/name/{pupil.id}")
    assert says_arabic(tablet, "/sign-in/name/9999")
    assert says_arabic(tablet, "/sign-in/teacher")
    assert says_arabic(Client(app), f"/sign-in/card/{pupil.card}")
    poster = Client(app)
    assert says_arabic(poster, f"/sign-in?class={room.code}")
    assert says_arabic(poster)
    assert f'value="{room.code}"' in poster.get("/sign-in").text
    assert not says_arabic(Client(app))
    assert not says_arabic(Client(app), "/sign-in?class=999999")


def test_after_im_done_the_browser_remembers_the_class_and_not_who(app: Flask) -> None:
    room = a_classroom(lang="ar")
    pupil = a_pupil(room, "أحمد علي")
    pupil.person.lang = "en"
    client = Client(app)
    type_in(client, room, pupil.full_name)
    client.token = ""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert token is not None

    client.token = token[1]
    page = client.post("/done", follow_redirects=True).text

    assert '<html lang="ar" dir="rtl">' in page
    assert f'value="{room.code}"' in page
    assert "أحمد" not in page


def test_a_language_that_somebody_chose_comes_first(app: Flask) -> None:
    room = a_classroom(lang="ar")
    tablet = Client(app, device=a_device(room))

    assert '<html lang="fr"' in tablet.get("/sign-in?lang=fr").text
    assert '<html lang="fr"' in tablet.get("/sign-in").text


# What it weighs.


def test_the_sign_in_pages_of_a_class_of_thirty_are_light(
    app: Flask, room: Classroom, tablet: Client
) -> None:
    for first in ("Amina", "José", "أحمد", "Wanjiru", "Nguyễn"):
        for last in ("Otieno", "Peña", "علي", "Mwangi", "Duarte", "Sol"):
            a_pupil(room, f"{first} {last}")
    client = Client(app)

    for answer in (
        tablet.get("/sign-in", headers=PACKED),
        client.get("/sign-in", headers=PACKED),
    ):
        # The server adds Date and its own name.
        on_the_wire = len(answer.data) + len(str(answer.headers)) + 100
        assert answer.headers["Content-Encoding"] == "gzip"
        assert on_the_wire <= MOST_BYTES
