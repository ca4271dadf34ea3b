"""What goes on the wire around a page: strict headers, our own names, gzip."""

import gzip
import random
import socket
from pathlib import Path

import pytest
from flask import Flask, Response, g, redirect

from app.factory import create_app
from app.web.headers import CONTENT_SECURITY_POLICY, FOREVER
from tests.builders import a_classroom, a_pupil, a_teacher
from tests.clients import Client


@pytest.mark.parametrize("url", ["/", "/sign-in", "/nothing-here", "/letters"])
def test_every_page_is_strict_and_kept_by_no_device(app: Flask, url: str) -> None:
    for client in (Client(app), Client(app, a_teacher())):
        headers = client.get(url, follow_redirects=True).headers

        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"


def test_the_policy_lets_no_script_run_and_no_inline_style() -> None:
    rules = rules_of(CONTENT_SECURITY_POLICY)

    assert rules["default-src"] == rules["base-uri"] == "'none'"
    assert "script-src" not in rules
    assert "img-src" not in rules
    assert rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("page", "pictures"),
    [
        ('<p><img src="/x" alt="A boat"></p>', "'self'"),
        ("<p>&lt;img src=x&gt;</p>", None),
        ("<p>No picture.</p>", None),
    ],
)
def test_a_page_may_show_pictures_where_it_has_one(
    app: Flask, page: str, pictures: str | None
) -> None:
    app.add_url_rule("/made", view_func=lambda: page)

    rules = rules_of(Client(app).get("/made").headers["Content-Security-Policy"])

    assert rules.get("img-src") == pictures
    assert rules["default-src"] == "'none'"


def test_a_script_of_ours_runs_where_a_page_says_so(app: Flask) -> None:
    def made() -> str:
        g.has_script = True
        return "<p>A page."

    app.add_url_rule("/made", view_func=made)

    policy = Client(app).get("/made").headers["Content-Security-Policy"]

    assert rules_of(policy)["script-src"] == "'self'"
    assert rules_of(policy)["default-src"] == "'none'"


def test_a_page_says_its_charset_once_and_not_another(app: Flask) -> None:
    a_teacher()
    app.add_url_rule("/bare", view_func=lambda: "<p>Olá")

    ours, bare = Client(app).get("/sign-in"), Client(app).get("/bare")

    assert ours.headers["Content-Type"] == "text/html"
    assert '<meta charset="utf-8">' in ours.text[:1024]
    assert bare.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("mimetype", ["text/csv", "image/jpeg", "text/plain"])
def test_what_is_no_page_is_taken_for_nothing_else(app: Flask, mimetype: str) -> None:
    app.add_url_rule("/made", view_func=lambda: Response("<p>", mimetype=mimetype))

    headers = Client(app).get("/made").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"].startswith(mimetype)
    assert headers["Cache-Control"] == "no-store"


def test_what_leads_on_has_no_words_of_its_own(app: Flask) -> None:
    client = Client(app, a_teacher())

    answer = client.post("/done")

    assert (answer.status_code, answer.data) == (303, b"")
    assert "Content-Type" not in answer.headers
    assert answer.headers["Location"]
    assert "Set-Cookie" in answer.headers


def test_an_address_that_moved_for_good_is_kept_by_no_device(app: Flask) -> None:
    app.add_url_rule("/old", view_func=lambda: redirect("/new", 301))

    assert Client(app).get("/old").headers["Cache-Control"] == "no-store"


def rules_of(policy: str) -> dict[str, str]:
    parted = (rule.partition(" ") for rule in policy.split(";"))
    return {name: value for name, _space, value in parted}


def test_errors_are_strict_too(app: Flask) -> None:
    answer = Client(app).get("/", headers={"Host": "strange.example"})

    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_stylesheet_is_kept_for_ever_and_named_by_its_words(app: Flask) -> None:
    a_teacher()
    client = Client(app)
    page = client.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = client.get(address)

    assert address.startswith("/static/site.css?")
    assert answer.headers["Cache-Control"] == FOREVER
    assert "immutable" in FOREVER
    assert "Set-Cookie" not in answer.headers


def test_a_file_that_is_not_there_is_not_kept_for_ever(app: Flask) -> None:
    answer = Client(app).get("/static/nothing.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


OURS = [
    "localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:8000", "192.168.1.20:8000",
    "[::1]", "[::1]:8000", "[fe80::1]:8000", "LOCALHOST",
    socket.gethostname(), f"{socket.gethostname().split('.')[0]}.local:8000",
]  # fmt: skip
STRANGE = [
    "name.example", "name.example:8000", "localhost.example", "127.0.0.1.example",
    "1.2.3", "[name]", "paravion", "", "user@localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", OURS)
def test_the_server_answers_to_its_own_names(app: Flask, host: str) -> None:
    assert Client(app).get("/ping", headers={"Host": host}).status_code == 204


@pytest.mark.parametrize("host", STRANGE)
def test_the_server_answers_to_no_other_name(app: Flask, host: str) -> None:
    assert Client(app).get("/ping", headers={"Host": host}).status_code == 400


def test_a_school_may_name_its_machine(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAVION_HOSTS", "Letters.School.example , other.example")
    client = Client(create_app(instance, TESTING=True))

    asked = {
        host: client.get("/ping", headers={"Host": host}).status_code
        for host in ("letters.school.example:8000", "other.example", "third.example")
    }

    assert list(asked.values()) == [204, 204, 400]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 303),
        ("http://localhost", 303),
        ("https://localhost", 303),  # a proxy speaks https for us
        ("http://localhost:8000", 403),
        ("http://strange.example", 403),
        ("http://localhost.strange.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_forms_come_from_our_own_pages(
    app: Flask, origin: str | None, status: int
) -> None:
    client = Client(app, a_teacher())
    headers = {} if origin is None else {"Origin": origin}

    assert client.post("/done", headers=headers).status_code == status


def test_a_page_may_be_asked_for_from_anywhere(app: Flask) -> None:
    a_teacher()

    answer = Client(app).get("/sign-in", headers={"Origin": "http://strange.example"})

    assert answer.status_code == 200


def test_a_form_without_its_token_is_not_taken(app: Flask) -> None:
    client = Client(app, a_teacher())
    client.token = "made-up"

    assert client.post("/done").status_code == 400
    assert client.get("/waiting").status_code == 200


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip", True), ("gzip, deflate, br", True), ("*", True), ("", False),
     ("br", False), ("gzip;q=0", False), ("identity", False)],
)  # fmt: skip
def test_pages_are_packed_for_who_can_unpack(
    app: Flask, accepts: str, packed: bool
) -> None:
    a_teacher()
    client = Client(app)

    for url in ("/sign-in", "/static/site.css"):
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        answer = client.get(url, headers={"Accept-Encoding": accepts})

        assert (answer.headers.get("Content-Encoding") == "gzip") is packed
        body = gzip.decompress(answer.data) if packed else answer.data
        assert len(body) == len(plain.data)
        assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("length", [200, 249, 250, 251, 7930, 7931, 32_506, 33_000])
def test_a_page_of_any_length_unpacks_whole(app: Flask, length: int) -> None:
    page = "".join(random.Random(length).choices("abc <>", k=length // 2)) * 2
    app.add_url_rule("/made", view_func=lambda: page)

    answer = Client(app).get("/made", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(answer.data) == page.encode()
    assert len(answer.data) <= len(gzip.compress(page.encode(), 6))


def test_a_cache_between_keeps_both_forms_of_the_stylesheet(app: Flask) -> None:
    for accepts in ("gzip", "identity"):
        answer = Client(app).get(
            "/static/site.css", headers={"Accept-Encoding": accepts}
        )

        assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_part_of_a_file_is_not_packed(app: Flask) -> None:
    answer = Client(app).get(
        "/static/site.css",
        headers={"Accept-Encoding": "gzip", "Range": "bytes=0-499"},
    )

    assert "Content-Encoding" not in answer.headers or answer.status_code == 200


def test_a_small_answer_is_not_packed(app: Flask) -> None:
    answer = Client(app).get("/ping", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers


def test_head_says_what_get_would(app: Flask) -> None:
    client = Client(app, a_pupil(a_classroom()))

    answer = client.web.head("/ping")

    assert (answer.status_code, answer.data) == (204, b"")
