"""The real server on loopback, with short time limits: who is slow and who drips."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import select
from waitress import wasyncore

import wsgi
from app.db import db
from app.posts.models import HELD, Revision
from bench.weak_link import WeakLink
from tests.weak_link.browser import Browser
from tests.weak_link.school import a_school_that_writes

CHANNEL_TIMEOUT_SECONDS = 1
PATIENCE_SECONDS = 8
PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def made(app: Flask) -> Any:
    db.session.rollback()
    made = wsgi.server("127.0.0.1", 0, app)
    made.adj.channel_timeout = CHANNEL_TIMEOUT_SECONDS
    made.adj.cleanup_interval = made.adj.asyncore_loop_timeout = 0.1
    return made


@pytest.fixture
def address(made: Any) -> Iterator[tuple[str, int]]:
    thread = threading.Thread(target=made.run)
    thread.start()
    yield ("127.0.0.1", int(made.effective_port))
    made.trigger.pull_trigger(lambda: wasyncore.close_all(made._map, ignore_all=True))
    thread.join(timeout=10)
    made.task_dispatcher.shutdown()
    assert not thread.is_alive()


@pytest.fixture
def line(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as opened:
        yield opened


def seconds_until_closed(line: socket.socket, drip: bytes, every: float) -> float:
    """Drip until the server hangs up; PATIENCE_SECONDS when it does not."""
    begun = time.monotonic()
    line.settimeout(every)
    while time.monotonic() - begun < PATIENCE_SECONDS:
        try:
            line.sendall(drip)
            if line.recv(4096) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


def answer(line: socket.socket) -> bytes:
    """Read one whole answer and give its first line."""
    with line.makefile("rb") as lines:
        first, length = lines.readline().strip(), 0
        while head := lines.readline().strip():
            if head.lower().startswith(b"content-length:"):
                length = int(head.split(b":")[1])
        lines.read(length)
    return first


def test_headers_that_drip_are_hung_up_on_though_bytes_keep_coming(
    line: socket.socket,
) -> None:
    line.sendall(b"GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Long: ")

    waited = seconds_until_closed(line, b"a", every=0.1)

    assert CHANNEL_TIMEOUT_SECONDS * 0.5 < waited < PATIENCE_SECONDS * 0.6


def test_blank_lines_hold_no_door_open(line: socket.socket) -> None:
    waited = seconds_until_closed(line, b"\r\n\r\n", every=0.1)

    assert CHANNEL_TIMEOUT_SECONDS * 0.5 < waited < PATIENCE_SECONDS * 0.6


def test_a_body_that_drips_is_hung_up_on(line: socket.socket) -> None:
    line.sendall(
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
    )

    waited = seconds_until_closed(line, b"a", every=0.1)

    assert waited < PATIENCE_SECONDS * 0.6


def test_a_slow_upload_that_goes_on_is_waited_for(line: socket.socket) -> None:
    size, piece = 10_000, b"a" * 600
    line.sendall(
        b"POST /ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size
    )

    begun = time.monotonic()
    for start in range(0, size, len(piece)):
        time.sleep(0.2)
        line.sendall(piece[: size - start])
    took = time.monotonic() - begun

    assert answer(line) == b"HTTP/1.1 405 METHOD NOT ALLOWED"
    assert took > 3 * CHANNEL_TIMEOUT_SECONDS


def test_a_letter_of_the_full_size_comes_through_at_300_bytes_a_second(
    app: Flask, address: tuple[str, int]
) -> None:
    """Thirty times faster, as is the time after which an idle line is ended."""
    school = a_school_that_writes(app, 1)
    words = ("El río está frío. " * 1000).encode()[:16_384].decode(errors="ignore")
    with WeakLink(address[1], rate_bits=2400, faster=30) as link:
        browser = Browser(
            link.port, school.pupils[0].cookie, patience_seconds=PATIENCE_SECONDS
        )
        form = browser.open_once(f"/threads/{school.thread_id}").form("/posts")
        begun = time.monotonic()
        shown = browser.open_once(form.filled(source=words))
        took = time.monotonic() - begun
        browser.close()

    assert shown.path.endswith("/sent")
    assert took > CHANNEL_TIMEOUT_SECONDS
    assert len(link.lines) == 1
    assert sources() == [words.strip()]


def test_a_letter_that_comes_byte_by_byte_is_the_same_letter(
    app: Flask, address: tuple[str, int]
) -> None:
    school = a_school_that_writes(app, 1)
    browser = Browser(
        address[1], school.pupils[0].cookie, patience_seconds=PATIENCE_SECONDS
    )
    form = browser.open_once(f"/threads/{school.thread_id}").form("/posts")
    words = "¿Qué ves? النهر ❄️ 川\n\nNada."
    browser.close()

    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in browser.bytes_of(form.filled(source=words)):
            line.sendall(bytes([byte]))
        got = answer(line)

    assert got == b"HTTP/1.1 303 SEE OTHER"
    assert sources() == [words]


def sources() -> list[str]:
    """List what pupils have written."""
    return list(
        db.session.scalars(select(Revision.source).where(Revision.state == HELD))
    )


def test_a_second_request_on_the_same_line_is_answered(line: socket.socket) -> None:
    request = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"

    line.sendall(request)
    first = answer(line)
    time.sleep(CHANNEL_TIMEOUT_SECONDS * 0.7)
    line.sendall(request[:20])
    time.sleep(CHANNEL_TIMEOUT_SECONDS * 0.7)
    line.sendall(request[20:])

    assert first == answer(line) == b"HTTP/1.1 404 NOT FOUND"


def test_an_idle_line_is_hung_up_on(line: socket.socket) -> None:
    assert line.recv(10) == b""


def test_a_line_is_kept_for_who_reads_what_she_was_answered(
    line: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wsgi, "KEPT_SECONDS", 60)
    line.sendall(PING)
    first = answer(line)
    time.sleep(CHANNEL_TIMEOUT_SECONDS * 2.5)
    line.sendall(PING)

    assert first == answer(line) == b"HTTP/1.1 204 NO CONTENT"


def test_what_has_not_changed_does_not_end_the_line(line: socket.socket) -> None:
    request = (
        b"GET /static/site.css HTTP/1.1\r\nHost: localhost\r\n"
        b"If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT\r\n\r\n"
    )

    line.sendall(request)
    first = answer(line)
    line.sendall(request)

    assert first == answer(line) == b"HTTP/1.1 304 NOT MODIFIED"


@pytest.mark.parametrize("asks", [b"HTTP/1.1\r\nConnection: close", b"HTTP/1.0"])
def test_who_wants_the_line_ended_gets_it_without_a_body_too(
    line: socket.socket, asks: bytes
) -> None:
    line.sendall(b"GET /ping %b\r\nHost: localhost\r\n\r\n" % asks)

    assert answer(line).endswith(b"204 NO CONTENT")
    assert line.recv(10) == b""


@pytest.mark.parametrize(("kept", "most"), [(0, 300), (60, 0)])
def test_who_reads_too_long_or_in_a_crowd_is_hung_up_on(
    line: socket.socket, monkeypatch: pytest.MonkeyPatch, kept: int, most: int
) -> None:
    monkeypatch.setattr(wsgi, "KEPT_SECONDS", kept)
    monkeypatch.setattr(wsgi, "MOST_KEPT", most)
    line.sendall(PING)

    assert answer(line) == b"HTTP/1.1 204 NO CONTENT"
    assert line.recv(10) == b""


@pytest.mark.parametrize(
    ("version", "asks", "kept"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.0", b"Connection: keep-alive\r\n", True),
        (b"1.0", b"", False),
    ],
)
def test_one_line_carries_page_after_page_for_old_browsers_too(
    line: socket.socket, version: bytes, asks: bytes, kept: bool
) -> None:
    request = b"GET /nothing HTTP/%b\r\nHost: localhost\r\n%b\r\n" % (
        version, asks,
    )  # fmt: skip

    line.sendall(request)
    first = answer(line)
    with suppress(OSError):
        line.sendall(request)

    assert first.endswith(b"404 NOT FOUND")
    try:
        again = answer(line)
    except OSError:
        again = b""
    assert again == (first if kept else b"")


def test_lines_that_went_dead_with_half_a_letter_or_an_answer_stop_nobody(
    made: Any, address: tuple[str, int]
) -> None:
    made.adj.channel_timeout = 60
    half = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
    with ExitStack() as held:
        for n in range(100):
            dead = held.enter_context(socket.create_connection(address, timeout=5))
            # Who asked and went away never reads what is answered.
            dead.sendall(half + b"a" * 4000 if n % 2 else PING)

        asking = held.enter_context(socket.create_connection(address, timeout=5))
        asking.sendall(PING)

        assert answer(asking) == b"HTTP/1.1 204 NO CONTENT"


def test_two_hundred_idle_lines_stop_nobody(
    made: Any, address: tuple[str, int]
) -> None:
    made.adj.channel_timeout = 60
    with ExitStack() as held:
        idle = [
            held.enter_context(socket.create_connection(address, timeout=5))
            for _n in range(200)
        ]
        for line in idle[:100]:
            line.sendall(b"GET /ping HTTP/1.1\r\n")

        asking: Any = held.enter_context(socket.create_connection(address, timeout=5))
        asking.sendall(b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n")

        assert answer(asking) == b"HTTP/1.1 204 NO CONTENT"


def test_nothing_says_which_server_this_is(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(b"GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n")
        got = b""
        while more := line.recv(4096):
            got += more

    assert b"server:" not in got.lower()


@pytest.mark.parametrize(("https", "expected"), [("1", "192.0.2.7"), ("", "127.0.0.1")])
def test_an_https_proxy_says_who_comes_and_nobody_else_does(
    app: Flask, monkeypatch: pytest.MonkeyPatch, https: str, expected: str
) -> None:
    monkeypatch.setenv("PARAVION_HTTPS", https)
    came: list[str | None] = []
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: came.append(request.remote_addr)
    )
    db.session.rollback()
    made = wsgi.server("127.0.0.1", 0, app)
    thread = threading.Thread(target=made.run)
    thread.start()
    with socket.create_connection(
        ("127.0.0.1", int(made.effective_port)), timeout=PATIENCE_SECONDS
    ) as line:
        # A visitor may say what she likes; the proxy adds the address it saw.
        line.sendall(
            b"GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"X-Forwarded-For: 198.51.100.9, 192.0.2.7\r\n\r\n"
        )
        assert answer(line).startswith(b"HTTP/1.1 204")
    made.trigger.pull_trigger(lambda: wasyncore.close_all(made._map, ignore_all=True))
    thread.join(timeout=10)
    made.task_dispatcher.shutdown()

    assert came == [expected]
