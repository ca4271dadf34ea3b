"""Sessions kept by the server: true sign-out, one device one person, cookies."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account, SignInSession
from app.accounts.people import fresh_pins, give_pin
from app.accounts.validity import SEEN_EVERY_SECONDS
from app.db import db
from config import settings
from tests.builders import PASSPHRASE, PIN, a_classroom, a_pupil, a_teacher
from tests.clients import Client
from tests.clocks import Clocks


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


def test_done_means_the_old_cookie_is_refused(app: Flask, pupil: Account) -> None:
    client = Client(app, pupil)
    thief = copy_of(client)
    assert is_in(thief)

    answer = client.post("/done")

    assert answer.status_code == 303
    assert not is_in(client)
    assert not is_in(thief)


def test_done_leads_back_to_the_page_of_her_class(app: Flask, pupil: Account) -> None:
    client = in_by_form(Client(app), pupil)

    answer = client.post("/done")

    assert answer.headers["Location"] == "/sign-in"
    assert f'value="{_room_of(pupil)}"' in client.get("/sign-in").text
    assert f'value="{_room_of(pupil)}"' not in Client(app).get("/sign-in").text


def in_by_form(client: Client, who: Account, **more: str) -> Client:
    """Sign in on this device as people do."""
    form = {"name": who.full_name, "secret": PASSPHRASE}
    if not who.adult:
        form |= {"class": _room_of(who), "secret": PIN}
    client.token = ""
    url = "/sign-in/teacher" if who.adult else "/sign-in"
    assert client.post(url, form | more).status_code == 303
    client.token = ""
    return client


def test_a_teacher_who_came_with_no_class_goes_to_her_own_page(app: Flask) -> None:
    client = in_by_form(Client(app), a_teacher())

    assert client.post("/done").headers["Location"] == "/sign-in/teacher"


def test_a_teacher_on_a_pupils_device_leaves_the_page_of_the_class(
    app: Flask, pupil: Account
) -> None:
    client = in_by_form(Client(app), pupil)
    client.post("/done")
    in_by_form(client, a_teacher())

    assert client.post("/done").headers["Location"] == "/sign-in"
    assert f'value="{_room_of(pupil)}"' in client.get("/sign-in").text


def test_a_sign_in_that_ran_out_leaves_the_page_of_the_class(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = in_by_form(Client(app), pupil)

    clocks.pass_seconds(601)

    assert not is_in(client)
    assert f'value="{_room_of(pupil)}"' in client.get("/sign-in").text


def test_done_twice_is_no_fault(app: Flask, pupil: Account) -> None:
    client = Client(app, pupil)
    client.post("/done")

    again = client.post("/done")

    assert (again.status_code, again.headers["Location"]) == (303, "/sign-in")


def test_done_on_a_page_of_her_earlier_sign_in_ends_this_one(
    app: Flask, pupil: Account
) -> None:
    client = Client(app, pupil)
    left_open = client.read_token()
    client.become(pupil)
    client.token = left_open

    answer = client.post("/done")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert not is_in(client)


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
    client = Client(app)
    client.token = client.read_token()

    answer = client.post(
        "/sign-in",
        form,
        headers={"Referer": "https://localhost/"},
        base_url="https://localhost",
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


READING, FORM = "/letters", "/me"


def test_a_shared_device_forgets_who_sat_there(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client, idle = Client(app, pupil), app.config["SESSION_IDLE_SECONDS"]
    assert idle == 600

    clocks.pass_seconds(idle - 10)
    assert is_in(client)
    clocks.pass_seconds(idle - 20)
    assert is_in(client)
    clocks.pass_seconds(idle + 1)
    assert not is_in(client)


def test_a_page_with_a_form_stays_good_for_forty_minutes(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    for seconds, stays in ((2400, True), (2401, False)):
        client = Client(app, pupil)
        client.get(FORM)

        clocks.pass_seconds(seconds)

        assert is_in(client) == stays


def test_a_form_opened_earlier_stays_good_while_other_pages_are_read(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = Client(app, pupil)
    client.get(FORM)
    for _n in range(3):
        clocks.pass_seconds(400)
        client.get(READING)

    clocks.pass_seconds(2400 - 3 * 400)
    assert is_in(client)
    clocks.pass_seconds(601)
    assert not is_in(client)


def test_ones_own_device_is_good_for_eight_hours(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    for seconds, stays in ((8 * 3600, True), (8 * 3600 + 1, False)):
        client = in_by_form(Client(app), pupil, own="on")

        clocks.pass_seconds(seconds)

        assert is_in(client) == stays


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_calendar_that_jumps_ends_nothing(
    app: Flask, pupil: Account, clocks: Clocks, days: int
) -> None:
    client = Client(app, pupil)

    clocks.set_calendar(days=days)

    assert is_in(client)
    clocks.pass_seconds(601)
    assert not is_in(client)


def test_a_calendar_that_is_set_back_makes_nothing_last_longer(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = Client(app, pupil)

    clocks.pass_seconds(601)
    clocks.set_calendar(seconds=-601)

    assert not is_in(client)


@pytest.mark.parametrize(
    ("off_seconds", "stays"),
    [(500, True), (601, False), (-500, True), (-601, False), (-86_400 * 400, False)],
)
def test_across_a_restart_of_the_machine_the_calendar_decides(
    app: Flask, pupil: Account, clocks: Clocks, off_seconds: int, stays: bool
) -> None:
    client = Client(app, pupil)

    clocks.reboot(off_seconds=off_seconds)

    assert is_in(client) == stays


def test_a_form_opened_before_a_restart_stays_good_for_the_rest_of_its_time(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = Client(app, pupil)
    client.get(FORM)

    clocks.reboot(off_seconds=300)
    client.get(READING)
    clocks.pass_seconds(2000)
    assert is_in(client)
    clocks.pass_seconds(601)
    assert not is_in(client)


def test_how_long_a_sign_in_lasts_can_be_set(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAVION_IDLE_MINUTES", "5")
    monkeypatch.setenv("PARAVION_FORM_MINUTES", "90")

    told = settings(instance)

    assert told["SESSION_IDLE_SECONDS"] == 300
    assert told["SESSION_FORM_SECONDS"] == 5400


def test_what_is_set_is_what_counts(app: Flask, pupil: Account, clocks: Clocks) -> None:
    app.config["SESSION_FORM_SECONDS"] = 90 * 60
    client = Client(app, pupil)
    client.get(FORM)

    clocks.pass_seconds(90 * 60)

    assert is_in(client)


def test_seen_is_written_at_most_once_a_minute(
    app: Flask, pupil: Account, clocks: Clocks
) -> None:
    client = Client(app, pupil)
    first = only_session().seen_at

    client.get(READING)
    clocks.pass_seconds(SEEN_EVERY_SECONDS - 5)
    client.get(READING)
    within = only_session().seen_at
    clocks.pass_seconds(10)
    client.get(READING)

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
