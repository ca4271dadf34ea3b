"""Archives from anywhere: the hostile are refused with a reason, and change nothing."""

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.packs import archive, installing, packs
from app.packs.errors import PackRefused
from tests.starter_packs import STARTERS

TOP = "translate-es_en-9"
GOOD_METADATA = {"from_code": "es", "to_code": "en", "package_version": "9"}

Entries = dict[str, bytes]


def entries(**changed: bytes | None) -> Entries:
    """What a pack holds, with some of it replaced or (None) left out."""
    with zipfile.ZipFile(STARTERS / "translate-es_en.argosmodel") as real:
        held = {
            name.partition("/")[2]: real.read(name)
            for name in real.namelist()
            if not name.endswith("model.bin")
        }
    held["model/model.bin"] = b"no model" * 100
    held["metadata.json"] = json.dumps(GOOD_METADATA).encode()
    for name, content in changed.items():
        if content is None:
            del held[name]
        else:
            held[name] = content
    return {f"{TOP}/{name}": content for name, content in held.items()}


def zipped(path: Path, held: Entries) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in held.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # as given, not tidied up
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, content)
    return path


def with_path(name: str) -> Callable[[Path], Path]:
    return lambda path: zipped(path, entries() | {name: b"x"})


def with_metadata(content: bytes) -> Callable[[Path], Path]:
    return lambda path: zipped(path, entries(**{"metadata.json": content}))


def said(**changed: object) -> bytes:
    return json.dumps(GOOD_METADATA | changed).encode()


def without(name: str) -> Callable[[Path], Path]:
    return lambda path: zipped(path, entries(**{name: None}))


def with_link(path: Path) -> Path:
    zipped(path, entries())
    with zipfile.ZipFile(path, "a") as made:
        info = zipfile.ZipInfo(f"{TOP}/model/link")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return path


def with_device(path: Path) -> Path:
    zipped(path, entries())
    with zipfile.ZipFile(path, "a") as made:
        info = zipfile.ZipInfo(f"{TOP}/model/tty")
        info.create_system = 3
        info.external_attr = (stat.S_IFCHR | 0o666) << 16
        made.writestr(info, "")
    return path


def with_password_flag(path: Path) -> Path:
    zipped(path, entries())
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(signature, at + 4)
    path.write_bytes(raw)
    return path


def bomb(path: Path) -> Path:
    return zipped(path, entries(**{"model/model.bin": bytes(30_000_000)}))


def bomb_behind_a_true_model(path: Path) -> Path:
    true = random.Random(1).randbytes(400_000)
    return zipped(
        path, entries(**{"model/model.bin": true, "model/extra": bytes(30_000_000)})
    )


def huge_by_its_own_word(path: Path) -> Path:
    """The directory says 3 GB where a few bytes are."""
    zipped(path, entries())
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 24 : at + 28] = struct.pack("<I", 3_000_000_000)
        at = raw.find(b"PK\x01\x02", at + 4)
    path.write_bytes(raw)
    return path


def shorter_than_it_says(path: Path) -> Path:
    zipped(path, entries())
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    (size,) = struct.unpack("<I", raw[at + 24 : at + 28])
    raw[at + 24 : at + 28] = struct.pack("<I", size + 10)
    path.write_bytes(raw)
    return path


def truncated(path: Path) -> Path:
    whole = (STARTERS / "translate-es_en.argosmodel").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def flipped(path: Path) -> Path:
    whole = bytearray((STARTERS / "translate-es_en.argosmodel").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    return path


def many_files(path: Path) -> Path:
    extra = {f"{TOP}/model/{n}": b"x" for n in range(archive.MAX_FILES + 1)}
    return zipped(path, entries() | extra)


def written(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def empty_zip() -> bytes:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no zip": (written(b"hello"), "not an Argos pack"),
    "nothing": (written(b""), "not an Argos pack"),
    "empty zip": (written(empty_zip()), "empty"),
    "truncated": (truncated, "not an Argos pack"),
    "flipped bit": (flipped, "damaged"),
    "not there": (lambda path: path, "not there"),
    "two folders": (with_path("other/file"), "side by side"),
    "file at the top": (with_path("file"), "outside"),
    "up": (with_path(f"{TOP}/../../evil"), "path"),
    "up at the top": (with_path("../evil"), "path"),
    "absolute": (with_path("/etc/cron.d/evil"), "path"),
    "drive": (with_path("C:/evil"), "path"),
    "backslash": (with_path(f"{TOP}/..\\..\\evil"), "path"),
    "nul": (with_path(f"{TOP}/model/a\0b"), "path"),
    "newline": (with_path(f"{TOP}/model/a\nb"), "path"),
    "device name": (with_path(f"{TOP}/model/NUL.bin"), "path"),
    "serial port": (with_path(f"{TOP}/model/com1"), "path"),
    "trailing dot": (with_path(f"{TOP}/model./x"), "path"),
    "doubled slash": (with_path(f"{TOP}//x"), "path"),
    "twice but for case": (with_path(f"{TOP}/METADATA.json"), "twice"),
    "link": (with_link, "link or a device"),
    "device": (with_device, "link or a device"),
    "password": (with_password_flag, "password"),
    "bomb": (bomb, "hundredfold"),
    "bomb behind a model": (bomb_behind_a_true_model, "hundredfold"),
    "says it is huge": (huge_by_its_own_word, "MB is the most"),
    "shorter than it says": (shorter_than_it_says, ""),
    "many files": (many_files, "files"),
    "no metadata": (without("metadata.json"), "metadata.json is missing"),
    "no model": (without("model/model.bin"), "model.bin is missing"),
    "no tokenizer": (without("sentencepiece.model"), "cannot read words"),
    "no vocabulary": (without("model/shared_vocabulary.json"), "vocabulary"),
    "metadata no JSON": (with_metadata(b"{"), "cannot be read"),
    "metadata a list": (with_metadata(b"[]"), "not a pack's"),
    "metadata deep": (with_metadata(b"[" * 50_000), "metadata"),
    "metadata big": (with_metadata(b" " * 200_000), "too big"),
    "metadata no UTF-8": (with_metadata(b'{"from_code": "\xff"}'), "cannot be read"),
    "code a path": (with_metadata(said(from_code="../../x")), "pair of languages"),
    "code missing": (with_metadata(said(to_code=None)), "pair of languages"),
    "code a list": (with_metadata(said(to_code=["en"])), "pair of languages"),
    "one language": (with_metadata(said(to_code="es")), "one language twice"),
    "version a path": (with_metadata(said(package_version="1/../2")), "version"),
    "no translator": (with_metadata(said(type="sbd")), "does not translate"),
    "model of noise": (lambda path: zipped(path, entries()), "cannot be loaded"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_and_the_good_pack_stays(
    with_packs: Flask, tmp_path: Path, kind: str
) -> None:
    make, reason = HOSTILE[kind]
    path = make(tmp_path / "from-a-stick.argosmodel")
    before = tree(tmp_path)

    with pytest.raises(PackRefused) as refusal:
        installing.install(path)

    assert reason in str(refusal.value)
    assert tree(tmp_path) == before
    assert [pack.pair for pack in packs.installed()] == ["en-es", "es-en"]


def test_only_what_a_pack_needs_is_unpacked(tmp_path: Path) -> None:
    held = entries() | {f"{TOP}/stanza/es.pt": b"pickle", f"{TOP}/setup.py": b"x"}
    path = zipped(tmp_path / "a.argosmodel", held)

    archive.unpack(path, tmp_path / "out")

    assert sorted(p.name for p in (tmp_path / "out").rglob("*") if p.is_file()) == [
        "README.md", "config.json", "metadata.json", "model.bin",
        "sentencepiece.model", "shared_vocabulary.json",
    ]  # fmt: skip


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SPARE_DISK_BYTES", 10**18)

    with pytest.raises(PackRefused, match="free disk"):
        archive.unpack(STARTERS / "translate-es_en.argosmodel", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def tree(folder: Path) -> list[tuple[str, int]]:
    return sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in folder.rglob("*")
        if ".argos" not in path.parts
    )
