"""Sessions kept by the server: true sign-out, one device one person, cookies."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import sessions
from app.accounts.models import Account, SignInSession
from app.accounts.people import fresh_pins, give_pin
from app.accounts.sessions import SEEN_EVERY_SECONDS
from app.db import db, now
from tests.builders import PIN, a_classroom, a_pupil, a_teacher
from tests.clients import Client


@pytest.fixture
def pupil(app: Flask) -> Account:
    return a_pupil(a_classroom())


def copy_of(client: Client) -> Client:
    """Somebody who wrote the cookie down."""
    thief = Client(client.app)
    thief.web.set_cookie(client.app.config["SESSION_COOKIE_NAME"], client.cookie)
    return thief


def is_in(client: Client) -> bool:
    return client.get("/letters").status_code == 200


def only_session() -> SignInSession:
    db.session.rollback()
    return db.session.scalars(select(SignInSession)).one()


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    moment = now() + timedelta(seconds=seconds)
    monkeypatch.setattr(sessions, "now", lambda: moment)


def test_done_means_the_old_cookie_is_refused(app: Flask, pupil: Account) -> None:
    client = Client(app, pupil)
    thief = copy_of(client)
    assert is_in(thief)

    answer = client.post("/done")

    assert answer.status_code == 303
    assert not is_in(client)
    assert not is_in(thief)


def test_done_on_one_device_leaves_the_other_alone(app: Flask, pupil: Account) -> None:
    tablet, telephone = Client(app, pupil), Client(app, pupil)

    tablet.post("/done")

    assert is_in(telephone)


def test_signing_in_ends_who_sat_here_before(app: Flask, pupil: Account) -> None:
    client = Client(app, pupil)
    thief = copy_of(client)
    mate = a_pupil(a_classroom())
    room_code, name = _room_of(mate), mate.full_name

    answer = client.post("/sign-in", {"class": room_code, "name": name, "secret": PIN})

    assert answer.status_code == 303
    assert mate.person.shown_name in client.get("/").text
    assert not is_in(thief)


def _room_of(pupil: Account) -> str:
    return str(
        db.session.scalar(
            db.text(
                "select code from classroom join member on member.classroom_id ="
                " classroom.id where person_id = :person"
            ),
            {"person": pupil.person_id},
        )
    )


def test_a_cookie_planted_before_sign_in_is_worth_nothing(
    app: Flask, pupil: Account
) -> None:
    name = app.config["SESSION_COOKIE_NAME"]
    planted = Client(app)
    planted.read_token()
    known = {planted.cookie, "t-made-up-by-a-thief"}
    for cookie in known:
        victim = Client(app)
        victim.web.set_cookie(name, cookie)
        form = {"class": _room_of(pupil), "name": pupil.full_name, "secret": PIN}
        assert victim.post("/sign-in", form).status_code == 303
        assert victim.cookie not in known
        thief = Client(app)
        thief.web.set_cookie(name, cookie)
        assert not is_in(thief)


def test_the_table_holds_no_token(app: Flask, pupil: Account) -> None:
    client = Client(app, pupil)

    row = only_session()

    assert client.cookie.startswith("t-")
    assert client.cookie not in f"{row.token_sha256} {row.data}"


def test_a_form_token_of_one_person_is_none_of_another(
    app: Flask, pupil: Account
) -> None:
    thief = Client(app, a_teacher())
    stolen = Client(app, pupil)
    stolen.token = thief.read_token()

    assert stolen.post("/done").status_code == 400
    assert is_in(stolen)


def test_the_cookie_is_for_this_site_and_no_script(app: Flask, pupil: Account) -> None:
    form = {"class": _room_of(pupil), "name": pupil.full_name, "secret": PIN}

    cookie = Client(app).post("/sign-in", form).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_on_https_the_cookie_is_secure(app: Flask, pupil: Account) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    form = {"class": _room_of(pupil), "name": pupil.full_name, "secret": PIN}
    https = {"base_url": "https://localhost"}
    client = Client(app)
    client.token = client.read_token()

    answer = client.post(
        "/sign-in", form, headers={"Referer": "https://localhost/"}, **https
    )

    assert "; Secure;" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "url", ["/letters", "/nothing-here", "/ping", "/static/site.css?lang=es"]
)
def test_a_page_without_a_form_sets_no_cookie(app: Flask, url: str) -> None:
    a_teacher()

    assert "Set-Cookie" not in Client(app).get(url).headers


@pytest.mark.parametrize("url", ["/sign-in", "/sign-in/teacher", "/slip"])
def test_a_page_with_a_form_sets_one(app: Flask, url: str) -> None:
    a_teacher()

    assert "Set-Cookie" in Client(app).get(url).headers


def test_a_page_of_who_is_signed_in_sets_none(app: Flask, pupil: Account) -> None:
    assert "Set-Cookie" not in Client(app, pupil).get("/letters").headers


def test_a_shared_device_forgets_who_sat_there(
    app: Flask, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, idle = Client(app, pupil), app.config["SESSION_IDLE_SECONDS"]

    later(monkeypatch, idle - 10)
    assert is_in(client)
    later(monkeypatch, 2 * idle - 30)
    assert is_in(client)
    later(monkeypatch, 3 * idle)
    assert not is_in(client)


def test_seen_is_written_at_most_once_a_minute(
    app: Flask, pupil: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(app, pupil)
    first = only_session().seen_at

    client.get("/letters")
    later(monkeypatch, SEEN_EVERY_SECONDS - 5)
    client.get("/letters")
    within = only_session().seen_at
    later(monkeypatch, SEEN_EVERY_SECONDS + 5)
    client.get("/letters")

    assert within == first
    assert only_session().seen_at > first


def test_a_new_pin_signs_the_pupil_out_everywhere(app: Flask, pupil: Account) -> None:
    client, mate = Client(app, pupil), Client(app, a_teacher())
    (fresh,) = fresh_pins(1)

    give_pin(pupil, fresh)
    db.session.commit()

    assert not is_in(client)
    assert is_in(mate)


def test_before_sign_in_the_language_chosen_stays(app: Flask) -> None:
    a_teacher()
    client = Client(app)

    client.get("/sign-in?lang=ar")

    assert '<html lang="ar" dir="rtl">' in client.get("/sign-in").text
    assert '<html lang="ar" dir="rtl">' not in Client(app).get("/sign-in").text


def test_a_signed_in_person_reads_in_her_own_language(
    app: Flask, pupil: Account
) -> None:
    page = Client(app, pupil).get("/letters?lang=ar", headers={"Accept-Language": "fr"})

    assert f'<html lang="{pupil.person.lang}"' in page.text


def test_who_chooses_another_language_reads_in_it_from_then_on(
    app: Flask, pupil: Account
) -> None:
    client = Client(app, pupil)

    client.post("/me", {"lang": "fr"})

    assert '<html lang="fr"' in client.get("/letters").text
    assert '<html lang="fr"' in Client(app, pupil).get("/letters").text
