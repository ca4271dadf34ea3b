"""A form is taken from pages of its own session alone, and its token is never twice the same."""

import base64
import os
import re

import pytest
from flask import Flask, session
from sqlalchemy import select

from app.accounts.models import SignInSession
from app.db import db
from app.web import csrf
from tests.builders import a_classroom, a_pupil, a_teacher
from tests.clients import TOKEN, Client

DROP = "/kept/no-such-form/drop"


def test_a_page_of_this_session_gives_a_token_that_is_taken(app: Flask) -> None:
    client = Client(app, a_teacher())

    assert client.post(DROP).status_code == 303


def test_each_page_says_it_in_other_letters_and_all_of_them_fit(app: Flask) -> None:
    client = Client(app, a_teacher())

    tokens = {client.read_token() for _n in range(5)}

    assert len(tokens) == 5
    for client.token in tokens:
        assert client.post(DROP).status_code == 303


def test_all_forms_of_one_page_say_it_in_the_same_letters(app: Flask) -> None:
    page = Client(app, a_teacher()).get("/me").text

    assert len(TOKEN.findall(page)) > 1
    assert len(set(TOKEN.findall(page))) == 1


def test_no_page_holds_the_token_as_the_session_knows_it(app: Flask) -> None:
    client = Client(app, a_teacher())

    page = client.get("/me").text

    kept = db.session.scalars(select(SignInSession.csrf_token)).one()
    assert TOKEN.search(page)
    assert kept not in page


@pytest.mark.parametrize(
    "sent",
    ["", "made-up", "===", "é" * 16, "\x00", "AAAA", "A" * 16, "A" * 17, "w" * 5000],
)
def test_what_is_no_token_is_not_taken(app: Flask, sent: str) -> None:
    client = Client(app, a_teacher())

    answer = client.post(DROP, {"csrf_token": sent})

    assert answer.status_code == 400


def test_no_letter_of_it_may_be_another(app: Flask) -> None:
    client = Client(app, a_teacher())
    token = client.read_token()

    for n, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        client.token = token[:n] + other + token[n + 1 :]
        assert client.post(DROP).status_code == 400


def test_a_form_without_the_field_is_not_taken(app: Flask) -> None:
    client = Client(app, a_teacher())

    assert client.web.post(DROP).status_code == 400


def test_the_token_of_somebody_else_is_not_taken(app: Flask) -> None:
    room = a_classroom()
    one, other = Client(app, a_pupil(room, "Amina Otieno")), Client(app, a_pupil(room))

    one.token = other.read_token()

    assert one.post(DROP).status_code == 400
    assert other.post(DROP).status_code == 303


def test_the_token_of_an_earlier_sign_in_is_not_taken(app: Flask) -> None:
    teacher = a_teacher()
    client = Client(app, teacher)
    token = client.read_token()
    client.become(teacher)
    client.token = token

    assert client.post(DROP).status_code == 400


def test_who_is_not_signed_in_has_one_in_her_cookie(app: Flask) -> None:
    a_teacher()
    client, stranger = Client(app), Client(app)
    form = {"name": "nobody", "secret": "nothing"}
    client.token = client.read_token()

    taken = client.post("/sign-in/teacher", form)
    stranger.token = client.token
    refused = stranger.post("/sign-in/teacher", form)

    assert taken.status_code == 422
    assert refused.status_code == 400


def test_a_request_of_our_own_brings_it_in_a_header(app: Flask) -> None:
    client = Client(app, a_teacher())
    headers = {csrf.TOKEN_HEADER: client.read_token()}

    assert client.web.post(DROP, headers=headers).status_code == 303
    headers = {csrf.TOKEN_HEADER: "made-up"}
    assert client.web.post(DROP, headers=headers).status_code == 400


def test_no_letters_of_the_token_are_likelier_on_a_page_than_others(app: Flask) -> None:
    """The lengths of packed pages tell nothing when each letter may be any."""
    with app.test_request_context():
        session[csrf.TOKEN_FIELD] = "A" * 12

        shown = [csrf.masked("A" * 12) for _n in range(2000)]

    for place in zip(*shown, strict=True):
        assert len(set(place)) == 64


def test_a_mask_takes_nothing_away() -> None:
    for length in (9, 12, 30):
        token = base64.urlsafe_b64encode(os.urandom(length)).decode()

        assert re.fullmatch(r"[\w-]+", csrf.masked(token))
        assert len(csrf.masked(token)) == len(token) + 4
