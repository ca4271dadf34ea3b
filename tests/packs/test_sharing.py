"""Packs for a neighbour: whole or the rest, to private addresses, two at once."""

import http.client
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.packs import inventory, packs, sharing
from tests.serving import serving

FILE = "/packs/es-en/model/model.bin"


@pytest.fixture
def offering(with_packs: Flask) -> Iterator[Flask]:
    """Both starter packs with their inventories, as after an install."""
    for pair in ("es_en", "en_es"):
        inventory.take(packs.packs_folder() / pair, 20_000_000)
    yield with_packs
    # Whatever a test did, both places are free again.
    assert sharing._places._value == sharing.MOST_TRANSFERS


def model() -> bytes:
    return (packs.packs_folder() / "es_en" / "model" / "model.bin").read_bytes()


def test_all_packs_are_listed_with_their_files(offering: Flask) -> None:
    told = offering.test_client().get("/packs.json").json

    assert told is not None
    assert told["kind"] == "paravion packs"
    assert [(pack["pair"], pack["version"]) for pack in told["packs"]] == [
        ("en-es", "0.2"), ("es-en", "0.2"),
    ]  # fmt: skip
    files = {file["path"]: file for file in told["packs"][1]["files"]}
    assert set(files) == {
        "README.md", "metadata.json", "model/config.json", "model/model.bin",
        "model/shared_vocabulary.json", "sentencepiece.model",
    }  # fmt: skip
    assert files["model/model.bin"]["size_bytes"] == len(model())


def test_a_damaged_pack_is_not_offered(offering: Flask) -> None:
    (packs.packs_folder() / "es_en" / "sentencepiece.model").unlink()
    client = offering.test_client()

    told = client.get("/packs.json").json

    assert told is not None
    assert [pack["pair"] for pack in told["packs"]] == ["en-es"]
    assert client.get(FILE).status_code == 404


def test_a_pack_that_nobody_vouched_for_is_not_offered(with_packs: Flask) -> None:
    client = with_packs.test_client()

    told = client.get("/packs.json").json

    assert told is not None
    assert told["packs"] == []
    assert client.get(FILE).status_code == 404


def test_a_file_comes_whole_or_from_a_byte_on(offering: Flask) -> None:
    client = offering.test_client()

    whole = client.get(FILE, buffered=True)
    rest = client.get(FILE, headers={"Range": "bytes=5000000-"}, buffered=True)
    beyond = client.get(FILE, headers={"Range": f"bytes={len(model())}-"})

    assert (whole.status_code, whole.data) == (200, model())
    assert (rest.status_code, rest.data) == (206, model()[5_000_000:])
    size = len(model())
    assert rest.headers["Content-Range"] == f"bytes 5000000-{size - 1}/{size}"
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (
        416, f"bytes */{size}",
    )  # fmt: skip


@pytest.mark.parametrize(
    "wanted", ["bytes=1-2", "bytes=-5", "bytes=1-,7-", "rows=1-", "x"]
)
def test_another_kind_of_range_gets_the_whole(offering: Flask, wanted: str) -> None:
    answer = offering.test_client().get(FILE, headers={"Range": wanted}, buffered=True)

    assert (answer.status_code, answer.content_length) == (200, len(model()))


@pytest.mark.parametrize(
    "name",
    [
        "/packs/es-en/inventory.json", "/packs/es-en/../../secret_key",
        "/packs/es-en/model/../metadata.json", "/packs/es-en/%2e%2e/en_es/metadata.json",
        "/packs/es-en/extra", "/packs/../metadata.json", "/packs/es_en/metadata.json",
        "/packs/fr-en/metadata.json", "/packs/es-en/set-aside.txt",
    ],
)  # fmt: skip
def test_only_the_files_of_a_pack_are_given(offering: Flask, name: str) -> None:
    (offering.config["INSTANCE"] / "packs" / "es_en" / "extra").write_text("x")

    assert offering.test_client().get(name).status_code == 404


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True), ("192.168.1.20", True), ("10.1.2.3", True),
        ("172.31.0.1", True), ("169.254.7.7", True), ("::1", True), ("fd00::7", True),
        ("fe80::1%eth0", True), ("::ffff:192.168.1.5", True),
        ("8.8.8.8", False), ("172.32.0.1", False), ("192.169.0.1", False),
        ("100.64.0.1", False), ("2001:db8::1", False), ("::ffff:8.8.8.8", False),
        ("", False), ("localhost", False), ("127.0.0.1, 8.8.8.8", False),
    ],
)  # fmt: skip
def test_near_is_this_machine_and_private_networks(address: str, near: bool) -> None:
    assert sharing.is_near(address) is near


@pytest.mark.parametrize("path", ["/packs.json", FILE])
def test_a_stranger_gets_nothing(offering: Flask, path: str) -> None:
    def asked_by(address: str, **headers: str) -> int:
        return (
            offering.test_client()
            .get(
                path,
                environ_base={"REMOTE_ADDR": address},
                headers=headers,
                buffered=True,
            )
            .status_code
        )

    assert asked_by("192.168.1.20") == 200
    assert asked_by("8.8.8.8") == 404
    forwarded = {"X-Forwarded-For": "10.0.0.5, 8.8.8.8"}
    assert asked_by("127.0.0.1", **forwarded) == 404
    assert asked_by("127.0.0.1", **{"X-Forwarded-For": "10.0.0.5"}) == 200


def test_two_fetch_at_once_and_the_third_is_asked_to_wait(
    offering: Flask, line: "Line"
) -> None:
    one, two = line.asked(), line.asked()
    third = line.asked()
    assert (one.status, two.status, third.status) == (200, 200, 503)
    assert third.headers["Retry-After"] == "10"

    assert one.read() == model()
    assert line.asked_until_free().read() == model()
    assert two.read() == model()
    line.wait_until_all_is_free()


def test_who_goes_away_in_the_middle_leaves_her_place(
    offering: Flask, line: "Line"
) -> None:
    for _n in range(sharing.MOST_TRANSFERS):
        line.asked().read(1000)
    line.hang_up()

    assert line.asked_until_free().read() == model()
    line.wait_until_all_is_free()


def test_who_asks_only_for_the_head_takes_no_place(offering: Flask) -> None:
    for _n in range(sharing.MOST_TRANSFERS + 1):
        assert offering.test_client().head(FILE, buffered=True).status_code == 200


def test_a_large_file_is_never_read_into_memory(
    offering: Flask, line: "Line", monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read at once is a block, packed answers asked for or not."""
    seen: list[int] = []
    real = sharing._Transfer.read

    def noted(self: Any, size: int = -1) -> bytes:
        got = real(self, size) or b""
        seen.append(len(got))
        return got

    monkeypatch.setattr(sharing._Transfer, "read", noted)

    answer = line.asked({"Accept-Encoding": "gzip"})

    assert answer.headers.get("Content-Encoding") is None
    assert answer.read() == model()
    assert sum(seen) >= len(model())
    assert max(seen) <= sharing.BLOCK_BYTES
    line.wait_until_all_is_free()


class Line:
    """Neighbours at the real server, each with a narrow line of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open: list[http.client.HTTPConnection] = []

    def asked(self, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.sock = socket.socket()
        connection.sock.settimeout(20)
        # Else the system takes the whole file before anybody reads it.
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connection.sock.connect(("127.0.0.1", self.port))
        self.open.append(connection)
        connection.request("GET", FILE, headers=headers or {})
        return connection.getresponse()

    def asked_until_free(self) -> http.client.HTTPResponse:
        """Ask until a place is free: the server closes a file after its last byte."""
        for _n in range(400):
            answer = self.asked()
            if answer.status == 200:
                return answer
            answer.read()
            time.sleep(0.05)
        raise AssertionError("no place became free")

    def wait_until_all_is_free(self) -> None:
        for _n in range(400):
            if sharing._places._value == sharing.MOST_TRANSFERS:
                return
            time.sleep(0.05)

    def hang_up(self) -> None:
        for connection in self.open:
            connection.close()
            if connection.sock is not None:
                connection.sock.close()


@pytest.fixture
def line(offering: Flask) -> Iterator[Line]:
    with serving(offering) as port:
        made = Line(port)
        yield made
        made.hang_up()
