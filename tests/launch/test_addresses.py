"""Ports and addresses, with real sockets on this machine."""

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from launch.addresses import (
    _why_not,
    loopback,
    own_address,
    port_free,
    school_address,
    serves,
)
from launch.words import Stop


@contextmanager
def a_web_server(status: int) -> Iterator[int]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/ping" else 500)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_busy_port_names_another_to_take(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Stop, match=f"Port {port} is taken.*--port {port + 1}"):
            port_free(host, port)


def test_a_free_port_is_let_pass_also_right_after_its_last_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            line, _ = server.accept()
            line.close()  # the side that closes first keeps the port in TIME_WAIT
            client.recv(1)

    port_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(Stop, match=r"cannot listen on the address 192\.0\.2\.1"):
        port_free("192.0.2.1", 8000)


def test_a_port_for_the_system_alone_is_one_sentence() -> None:
    error = OSError(errno.EACCES, "Permission denied")

    assert "port 80: start with another one" in _why_not(error, "", 80)


def test_our_web_process_is_known_by_its_ping() -> None:
    with a_web_server(204) as port:
        assert serves("0.0.0.0", port)


def test_another_program_is_not_taken_for_ours() -> None:
    with a_web_server(200) as port:
        assert not serves("127.0.0.1", port)
    assert not serves("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "reached", "typed"),
    [
        ("0.0.0.0", "127.0.0.1", "http://localhost:8000"),
        ("::", "::1", "http://localhost:8000"),
        ("127.0.0.1", "127.0.0.1", "http://localhost:8000"),
        ("192.0.2.7", "192.0.2.7", "http://192.0.2.7:8000"),
        ("2001:db8::7", "2001:db8::7", "http://[2001:db8::7]:8000"),
    ],
)
def test_each_host_has_an_address_to_type(host: str, reached: str, typed: str) -> None:
    assert loopback(host) == reached
    assert own_address(host, 8000) == typed


def test_a_server_for_this_machine_alone_names_no_other_address() -> None:
    assert school_address("127.0.0.1", 8000) is None


def test_without_a_network_no_address_of_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(*_: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    class Cut(socket.socket):
        connect = unreachable

    monkeypatch.setattr(socket, "socket", Cut)

    assert school_address("0.0.0.0", 8000) is None
