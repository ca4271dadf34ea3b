"""Packs from another Paravion: by a good one's line that is cut, and from all that lie."""

import hashlib
import http.server
import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.packs import fetching, inventory, neighbours, packs, sharing
from app.packs.errors import NoRoom, PackRefused
from tests.packs.test_downloading import nothing
from tests.serving import serving
from tests.translate.test_cli import ES_EN, say

# What a Paravion with one pack has, by its paths.
Held = dict[str, bytes]


def held() -> Held:
    with zipfile.ZipFile(ES_EN) as real:
        return {name.partition("/")[2]: real.read(name) for name in real.namelist()}


class Stranger(http.server.ThreadingHTTPServer):
    """Says it is a Paravion, and does what a test tells it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.held = held()
        self.index: Any = self.true_index()
        self.cuts: list[int] = []  # after so many bytes the line is cut, once each
        self.busy = 0  # times that it says so
        self.asked: list[tuple[str, str]] = []
        self.sends: dict[str, bytes] = {}  # in place of what it promised
        self.endless = False
        self.leads_to = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def true_index(self) -> dict[str, Any]:
        files = [
            {
                "path": path,
                "size_bytes": len(c),
                "sha256": hashlib.sha256(c).hexdigest(),
            }
            for path, c in self.held.items()
        ]
        pack = {"pair": "es-en", "version": "0.2", "memory_bytes": 0, "files": files}
        return {"kind": sharing.KIND, "format": sharing.FORMAT, "packs": [pack]}

    def pack(self, **changed: Any) -> None:
        self.index["packs"][0] |= changed

    def file(self, of: str, **changed: Any) -> None:
        files = self.index["packs"][0]["files"]
        next(file for file in files if file["path"] == of).update(changed)


class Answers(http.server.BaseHTTPRequestHandler):
    server: Stranger

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append((self.path, wanted))
        if self.path == "/packs.json":
            content = self.server.index
            if not isinstance(content, bytes):
                content = json.dumps(content).encode()
            self._send(200, content)
        elif self.server.leads_to:
            self.send_response(302)
            self.send_header("Location", self.server.leads_to)
            self.end_headers()
        elif self.server.busy:
            self.server.busy -= 1
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
        else:
            self._file(self.path.removeprefix("/packs/es-en/"), wanted)

    def _file(self, path: str, wanted: str) -> None:
        content = self.server.sends.get(path, self.server.held.get(path, b""))
        start = int(wanted[len("bytes=") : -1]) if wanted else 0
        if self.server.endless and path.endswith("model.bin"):
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(bytes(100_000))
        cut = self.server.cuts.pop(0) if self.server.cuts else None
        said = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(206 if start else 200, content[start:], cut, said)

    def _send(
        self, status: int, body: bytes, cut: int | None = None, said: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 206:
            self.send_header("Content-Range", said)
        self.end_headers()
        self.wfile.write(body[:cut])

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            """Whoever asked has hung up, as it should."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Stay silent."""


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with Stranger() as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), daemon=True
        )
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def home(app: Flask) -> Path:
    folder = packs.packs_folder()
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries some seconds pass."""
    monkeypatch.setattr(fetching, "time", SimpleNamespace(sleep=lambda _seconds: None))


def fetched(server: Stranger, home: Path) -> Path:
    found = neighbours.find("es-en", server.url)
    return neighbours.download(found, home, nothing)


def test_a_pack_goes_from_one_paravion_to_another(
    app: Flask, home: Path, tmp_path: Path, with_packs: Flask
) -> None:
    """Both are real: this one serves what is then installed here anew."""
    for pair in ("es_en", "en_es"):
        inventory.take(home / pair)
    with serving(app) as port:
        url = f"http://127.0.0.1:{port}/"
        listed = say(app, "packs", "install", "--from", url)
        found = neighbours.find("es-en", url)
        made = neighbours.download(found, tmp_path, nothing)
        again = say(app, "packs", "install", "es-en", "--from", url)

    assert listed == (0, "en-es  0.2  9 MB\nes-en  0.2  9 MB\n")
    assert again == (0, "es-en 0.2 is here already. Nothing was done.\n")
    with zipfile.ZipFile(made) as packed:
        files = {
            name.partition("/")[2]: packed.read(name) for name in packed.namelist()
        }
    assert files == held()


def test_a_pair_is_fetched_tried_and_installed(
    app: Flask, stranger: Stranger, home: Path
) -> None:
    code, output = say(app, "packs", "install", "es-en", "--from", stranger.url)

    assert code == 0, output
    assert "es-en 0.2 will take 9 MB of disk (" in output
    assert "es-en 0.2 is installed: 9 MB of disk" in output
    assert [pack.label for pack in packs.installed()] == ["es-en 0.2"]
    assert not list(home.glob(".from*"))


def test_a_cut_line_goes_on_within_the_file(stranger: Stranger, home: Path) -> None:
    stranger.cuts = [10, 10]

    made = fetched(stranger, home)

    assert zipfile.ZipFile(made).testzip() is None
    first = stranger.asked[1][0]
    assert stranger.asked[1:4] == [
        (first, ""),
        (first, "bytes=10-"),
        (first, "bytes=20-"),
    ]


def test_what_came_before_a_stop_is_used_next_time(
    stranger: Stranger, home: Path
) -> None:
    files = neighbours.find("es-en", stranger.url).files
    largest = [file.path for file in files].index("model/model.bin")
    whole: list[int | None] = [None] * largest
    stranger.cuts = whole + [1_000_000] * fetching.TRIES  # type: ignore[assignment]  # a whole file
    with pytest.raises(PackRefused, match="is kept: do the same again to go on"):
        fetched(stranger, home)
    stranger.asked.clear()

    made = fetched(stranger, home)

    fetched_again = [asked for asked in stranger.asked if asked[0] != "/packs.json"]
    assert fetched_again[0] == (
        "/packs/es-en/model/model.bin", f"bytes={fetching.TRIES * 1_000_000}-",
    )  # fmt: skip
    assert len(fetched_again) == len(files) - largest
    assert zipfile.ZipFile(made).testzip() is None


def test_a_busy_server_is_asked_again(stranger: Stranger, home: Path) -> None:
    stranger.busy = fetching.TRIES - 1

    assert fetched(stranger, home).exists()


def test_another_version_does_not_mix_with_what_came_before(
    stranger: Stranger, home: Path
) -> None:
    stranger.cuts = [10] * fetching.TRIES
    with pytest.raises(PackRefused):
        fetched(stranger, home)
    stranger.pack(version="0.3")
    stranger.asked.clear()

    fetched(stranger, home)

    assert all(wanted == "" for _path, wanted in stranger.asked)


BAD_SHA = "0" * 64
OFFERS: dict[str, tuple[Any, str]] = {
    "up": (lambda s: s.file("README.md", path="../../evil"), "which no pack has"),
    "up inside": (lambda s: s.file("README.md", path="model/../../evil"), "no pack has"),
    "absolute": (lambda s: s.file("README.md", path="/etc/passwd"), "which no pack has"),
    "another file": (lambda s: s.file("README.md", path="setup.py"), "'setup.py'"),
    "our own note": (lambda s: s.file("README.md", path="inventory.json"), "no pack has"),
    "path a list": (lambda s: s.file("README.md", path=["x"]), "without a proper name"),
    "twice": (lambda s: s.file("README.md", path="metadata.json"), "too many files"),
    "huge": (lambda s: s.file("model/model.bin", size_bytes=10**12), "more than 1 GB"),
    "negative": (lambda s: s.file("model/model.bin", size_bytes=-1), "without a proper"),
    "size a word": (lambda s: s.file("model/model.bin", size_bytes="9"), "without"),
    "size true": (lambda s: s.file("model/model.bin", size_bytes=True), "without"),
    "no checksum": (lambda s: s.file("model/model.bin", sha256="x"), "without a proper"),
    "no model": (lambda s: s.held.pop("model/model.bin") and s.index.update(s.true_index()), "not whole"),
    "many files": (lambda s: s.pack(files=[{"path": f"model/{n}", "size_bytes": 1, "sha256": BAD_SHA} for n in range(99)]), "too many files"),
    "pair a path": (lambda s: s.pack(pair="../x-en"), "without a proper name"),
    "pair of three": (lambda s: s.pack(pair="es-en-fr"), "without a proper name"),
    "one language": (lambda s: s.pack(pair="es-es"), "without a proper name"),
    "version a path": (lambda s: s.pack(version="1/../2"), "without a proper name"),
    "version missing": (lambda s: s.index["packs"][0].pop("version"), "without a proper"),
    "files missing": (lambda s: s.index["packs"][0].pop("files"), "without a proper"),
    "pack a word": (lambda s: s.index.update(packs=["x"]), "without a proper name"),
    "many packs": (lambda s: s.index.update(packs=s.index["packs"] * 501), "more packs"),
    "another kind": (lambda s: s.index.update(kind="mastodon"), "no Paravion that shares"),
    "another format": (lambda s: s.index.update(format=2), "another version of Paravion"),
    "a list": (lambda s: setattr(s, "index", []), "no Paravion that shares"),
    "a page": (lambda s: setattr(s, "index", b"<html>Welcome</html>"), "no Paravion that"),
    "deep": (lambda s: setattr(s, "index", b"[" * 100_000), "no Paravion that shares"),
    "a long list": (lambda s: setattr(s, "index", b" " * 3_000_000 + b"{}"), "no Paravion"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OFFERS)
def test_an_offer_that_no_paravion_makes_is_refused_before_a_file_is_asked_for(
    stranger: Stranger, home: Path, kind: str
) -> None:
    change, said = OFFERS[kind]
    change(stranger)

    with pytest.raises(PackRefused, match=said):
        fetched(stranger, home)

    assert [path for path, _range in stranger.asked] == ["/packs.json"]
    assert list(home.iterdir()) == []


LIES: dict[str, tuple[Any, str]] = {
    "another checksum": (lambda s: s.file("metadata.json", sha256=BAD_SHA), "otherwise than"),
    "another content": (lambda s: s.sends.update({"model/config.json": bytes(222)}), "otherwise"),
    "longer": (lambda s: s.sends.update({"model/model.bin": bytes(9_000_000)}), "otherwise"),
    "shorter": (lambda s: s.sends.update({"model/model.bin": b"x"}), "otherwise|stopped"),
    "endless": (lambda s: setattr(s, "endless", True), "otherwise than"),
    "leads elsewhere": (lambda s: setattr(s, "leads_to", "http://127.0.0.1:9/x"), "leads to another"),
    "leads to a file": (lambda s: setattr(s, "leads_to", "file:///etc/passwd"), "leads to another"),
    "leads to itself": (lambda s: setattr(s, "leads_to", "/packs.json"), "leads to another"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIES)
def test_a_server_that_does_not_keep_its_word_installs_nothing(
    app: Flask, stranger: Stranger, home: Path, kind: str
) -> None:
    change, said = LIES[kind]
    change(stranger)

    with pytest.raises(PackRefused, match=said):
        fetched(stranger, home)

    assert packs.installed() == []
    found = neighbours.find("es-en", stranger.url)
    kept = sum(path.stat().st_size for path in home.rglob("*.part"))
    assert kept <= found.size_bytes


def test_a_list_that_leads_elsewhere_is_not_followed(
    stranger: Stranger, home: Path
) -> None:
    with Stranger() as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        stranger.leads_to = f"{other.url}/packs.json"
        with pytest.raises(PackRefused, match="leads to another address"):
            neighbours.ask(f"{stranger.url}/elsewhere")
        other.shutdown()
        thread.join()

    assert other.asked == []


def test_a_hostile_pack_meets_the_door_of_every_file(
    app: Flask, stranger: Stranger, home: Path
) -> None:
    """All is as promised; what was promised is no model."""
    stranger.held["model/model.bin"] = b"noise" * 1000
    stranger.index = stranger.true_index()

    code, output = say(app, "packs", "install", "es-en", "--from", stranger.url)

    assert code == 1
    assert "Its model cannot be loaded on this machine" in output
    assert packs.installed() == []
    assert not list(home.glob(".from*")), "fetching it again would not mend it"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9", "does not answer as a Paravion"),
        ("192.168.1.20:8000", "is no address"),
        ("file:///etc", "is no address"),
        ("http://", "is no address"),
        ("http://127.0.0.1:99999", "is no address"),
        ("http://[::1", "is no address"),
    ],
)
def test_an_address_where_nobody_shares_is_one_sentence(
    app: Flask, url: str, said: str
) -> None:
    code, output = say(app, "packs", "install", "es-en", "--from", url)

    assert (code, output.count("\n")) == (1, 1)
    assert said in output


def test_without_room_nothing_is_fetched(
    stranger: Stranger, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home)._replace(free=70_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)

    with pytest.raises(NoRoom, match="needs 76 MB of free disk, and 70 MB are free"):
        fetched(stranger, home)

    assert [path for path, _range in stranger.asked] == ["/packs.json"]


def test_a_server_without_packs_says_so(
    app: Flask, stranger: Stranger, home: Path
) -> None:
    stranger.index["packs"] = []

    listed = say(app, "packs", "install", "--from", stranger.url)
    wanted = say(app, "packs", "install", "es-en", "--from", stranger.url)

    assert listed == (0, f"{stranger.url} has no pack to share.\n")
    assert wanted == (1, f"Error: {stranger.url} has no pack es-en. It has: none.\n")
