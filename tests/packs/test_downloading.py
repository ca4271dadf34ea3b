"""Downloading from a server that cuts the line: goes on, stops clearly, never loops."""

import hashlib
import http.server
import json
import resource
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click.testing
import pytest
from flask import Flask

from app.packs import downloading, engine, fetching, packs
from app.packs.errors import NoRoom, PackRefused
from tests.starter_packs import STARTERS

PACK = (STARTERS / "translate-es_en.argosmodel").read_bytes()


class Mirror(http.server.ThreadingHTTPServer):
    """A mirror on this machine, with the faults of a weak link."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.index: Any = [self.entry()]
        self.pack = PACK
        self.cuts: list[int] = []  # after so many bytes the line is cut, once each
        self.knows_ranges = True
        self.says = ""  # in place of the true range
        self.asked: list[str] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"

    def entry(self, **changed: object) -> dict[str, Any]:
        return {
            "from_code": "es", "to_code": "en", "package_version": "0.2",
            "links": [self.url("pack")], "type": "translate", **changed,
        }  # fmt: skip


class Answers(http.server.BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        if self.path == "/index.json":
            self._send(200, json.dumps(self.server.index).encode())
            return
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        start = (
            int(wanted[len("bytes=") : -1])
            if wanted and self.server.knows_ranges
            else 0
        )
        whole = len(self.server.pack)
        if start >= whole:
            self._send(416, b"", said=f"bytes */{whole}")
            return
        rest = self.server.pack[start:]
        self._send(
            206 if start else 200,
            rest,
            self.server.cuts.pop(0) if self.server.cuts else None,
            said=self.server.says or f"bytes {start}-{whole - 1}/{whole}",
        )

    def _send(
        self, status: int, body: bytes, cut: int | None = None, said: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status in (206, 416):
            self.send_header("Content-Range", said)
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Stay silent."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), daemon=True
        )
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def nothing(there: int, whole: int | None) -> None:
    """Show no progress."""


def test_a_cut_download_goes_on_where_it_ended(mirror: Mirror, tmp_path: Path) -> None:
    mirror.cuts = [1_000_000, 2_000_000]
    seen: list[tuple[int, int | None]] = []

    part = downloading.download(mirror.entry(), tmp_path, lambda *now: seen.append(now))

    assert part.read_bytes() == PACK
    assert mirror.asked == ["", "bytes=1000000-", "bytes=3000000-"]
    assert seen[-1] == (len(PACK), len(PACK))
    assert seen == sorted(seen)


def test_what_came_before_a_stop_is_used_next_time(
    mirror: Mirror, tmp_path: Path
) -> None:
    mirror.cuts = [100_000] * fetching.TRIES
    with pytest.raises(PackRefused, match="are kept for the next try"):
        downloading.download(mirror.entry(), tmp_path, nothing)

    mirror.asked.clear()
    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert mirror.asked == ["bytes=500000-"]
    assert part.read_bytes() == PACK


def test_a_mirror_that_knows_no_ranges_begins_anew(
    mirror: Mirror, tmp_path: Path
) -> None:
    mirror.knows_ranges = False
    mirror.cuts = [1_000_000]

    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert part.read_bytes() == PACK


def test_a_mirror_that_sends_another_part_is_asked_for_all(
    mirror: Mirror, tmp_path: Path
) -> None:
    mirror.says = "bytes 5-9/10"
    mirror.cuts = [1_000_000]

    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert part.read_bytes() == PACK


def test_a_part_that_is_whole_is_not_fetched_again(
    mirror: Mirror, tmp_path: Path
) -> None:
    (tmp_path / ".download-es_en-0.2.part").write_bytes(PACK)

    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert part.read_bytes() == PACK
    assert mirror.asked == [f"bytes={len(PACK)}-"]


def test_a_part_longer_than_the_pack_is_thrown_away(
    mirror: Mirror, tmp_path: Path
) -> None:
    (tmp_path / ".download-es_en-0.2.part").write_bytes(bytes(len(PACK) + 5))

    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert part.read_bytes() == PACK


def test_a_checksum_that_is_named_is_checked(mirror: Mirror, tmp_path: Path) -> None:
    good = hashlib.sha256(PACK).hexdigest()
    downloading.download(mirror.entry(sha256=good), tmp_path / "good", nothing)

    with pytest.raises(PackRefused, match="not what the list promised"):
        downloading.download(mirror.entry(sha256="0" * 64), tmp_path / "bad", nothing)

    assert not list((tmp_path / "bad").iterdir())


def test_a_full_disk_is_said_and_what_came_stays(
    mirror: Mirror, tmp_path: Path
) -> None:
    """The system takes no file above 3 MB here, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, before[1]))
    try:
        with pytest.raises(NoRoom, match="The disk became full"):
            downloading.download(mirror.entry(), tmp_path, nothing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    mirror.asked.clear()

    part = downloading.download(mirror.entry(), tmp_path, nothing)

    assert part.read_bytes() == PACK
    assert mirror.asked == ["bytes=3000000-"]


def test_without_room_for_the_file_and_what_is_in_it_nothing_is_fetched(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=60_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)

    with pytest.raises(NoRoom, match="and 60 MB are free"):
        downloading.download(mirror.entry(), tmp_path, nothing)

    assert list(tmp_path.iterdir()) == []


def test_the_newest_pack_of_a_pair_is_found(mirror: Mirror) -> None:
    mirror.index = [
        mirror.entry(package_version="1.9"),
        mirror.entry(package_version="1.10"),
        mirror.entry(package_version="2.0", to_code="fr"),
        mirror.entry(package_version="9.0", links=["file:///etc/passwd"]),
        "rubbish",
        {},
    ]

    found = downloading.find("es", "en", mirror.url("index.json"))

    assert found["package_version"] == "1.10"


def test_a_pair_nobody_offers_is_said(mirror: Mirror) -> None:
    with pytest.raises(PackRefused, match="no pack es-sw"):
        downloading.find("es", "sw", mirror.url("index.json"))


@pytest.mark.parametrize("index", [{}, "x", 3, None])
def test_a_list_of_rubbish_has_no_packs(mirror: Mirror, index: object) -> None:
    mirror.index = index

    with pytest.raises(PackRefused, match="no pack"):
        downloading.find("es", "en", mirror.url("index.json"))


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9/index.json"

    with pytest.raises(PackRefused, match=r"no answer from the network.* on a stick"):
        downloading.find("es", "en", closed)


def test_no_other_scheme_is_followed() -> None:
    with pytest.raises(PackRefused, match="no web address"):
        downloading.find("es", "en", "file:///etc/passwd")


def test_a_pair_is_fetched_and_installed_by_its_name(
    app: Flask, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "index_url", lambda _home: mirror.url("index.json"))
    mirror.cuts = [3_000_000]

    result = app.test_cli_runner().invoke(args=["packs", "install", "es-en"])

    assert result.exit_code == 0, result.output
    assert "es-en 0.2 is installed" in result.output
    assert [pack.pair for pack in packs.installed()] == ["es-en"]
    assert not list(packs.packs_folder().glob(".download*"))


def test_a_pair_without_network_is_one_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "index_url", lambda _home: "http://127.0.0.1:9/x")

    result: click.testing.Result = app.test_cli_runner().invoke(
        args=["packs", "install", "es-en"]
    )

    assert result.exit_code == 1
    assert "bring the .argosmodel file on a stick" in result.output
    assert result.output.count("\n") == 1
