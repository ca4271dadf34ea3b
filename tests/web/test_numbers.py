"""Numbers in addresses and forms that no database counts to."""

from typing import Any

import pytest
from flask import Flask

from app.web.numbers import row_number
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_thread,
    own_space,
    teacher_of,
)
from tests.clients import Client

FAR = "9" * 19
ENDLESS = "9" * 5000


@pytest.mark.parametrize("number", [FAR, ENDLESS, "-1", "1.5", "x"])
def test_an_address_with_an_odd_number_is_no_page(app: Flask, number: str) -> None:
    client = Client(app, teacher_of(a_classroom()))

    for url in ("/threads/{}", "/classrooms/{}", "/letters/{}", "/p/1/pictures/{}"):
        assert client.get(url.format(number)).status_code == 404


@pytest.mark.parametrize("number", [FAR, ENDLESS, "-1", "1.5", "x", ""])
def test_an_odd_number_in_a_question_or_form_breaks_nothing(
    app: Flask, number: str
) -> None:
    room = a_classroom()
    space, teacher = a_partnership(room), teacher_of(room)
    forum = a_forum(space)
    thread = a_thread(own_space(room), teacher)
    a_post(thread, teacher)
    client = Client(app, teacher)

    for name in ("before", "at"):
        url = f"/threads/{thread.id}?{name}={number}"
        assert client.get(url).status_code == 200
    url = f"/forums/{forum.id}?before={number}"
    assert client.get(url).status_code == 200
    forms: list[tuple[str, dict[str, Any], int]] = [
        ("/forums", {"space": number, "title": "x"}, 404),
        ("/waiting", {"do": "ticked", "tick": number}, 303),
        ("/waiting", {"do": f"release {number}"}, 400),
        (f"/letters/pair/{space.id}", {"pupil": [number, number]}, 422),
    ]
    got = [client.post(url, form).status_code for url, form, _status in forms]
    assert got == [status for _url, _form, status in forms]


def test_the_numbers_of_rows_are_read() -> None:
    assert row_number("17") == 17
    assert row_number("٣") == 3
    for text in ("", "-1", "1e3", "²", "9" * 16):
        with pytest.raises(ValueError, match="number"):
            row_number(text)
