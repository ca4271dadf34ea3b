"""The packs of this instance: which are there, which is damaged, which way they speak."""

import json
import logging
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from app.packs import archive, inventory
from app.packs.errors import PackRefused

# Argos has codes of its own for two languages; a person chooses only ours. The
# pack with our own code is asked first.
SPOKEN_AS = {"pb": "pt", "zt": "zh"}
BETWEEN = "en"  # every official pack has English on one side

# In a pack's folder: why the worker could not use it, for the pages to say.
SET_ASIDE = "set-aside.txt"
MAX_REASON_CHARACTERS = 500

_CODE = re.compile(r"[a-z]{2,3}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,11}")
_PAIR = re.compile(r"([a-z]{2,3})[-_]([a-z]{2,3})")

# Why packs are set aside whose folder takes no note; of this process alone.
_aside: dict[Path, str] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pack:
    """One installed direction, by Argos' own codes."""

    folder: Path
    from_code: str
    to_code: str
    version: str

    @property
    def pair(self) -> str:
        return f"{self.from_code}-{self.to_code}"

    @property
    def langs(self) -> tuple[str, str]:
        """The two languages by our own codes."""
        codes = (self.from_code, self.to_code)
        first, second = (SPOKEN_AS.get(code, code) for code in codes)
        return first, second

    @property
    def label(self) -> str:
        """The name that stands in renditions and in the memory."""
        return f"{self.pair} {self.version}"


@dataclass(frozen=True)
class Damaged:
    """A folder among the packs that cannot be used, and why."""

    folder: Path
    reason: str


def packs_folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / "packs"


def installed() -> list[Pack]:
    """List the packs that can be used, by pair; damaged ones are left out.

    Reads small files only, so every job may ask anew.
    """
    return [pack for pack in _all() if isinstance(pack, Pack)]


def damaged() -> list[Damaged]:
    """List the folders that are no usable packs, each with its reason."""
    return [pack for pack in _all() if isinstance(pack, Damaged)]


def route(from_lang: str, to_lang: str, packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Choose the packs from one language to another; empty where there is no way.

    A direct pack goes before a way through English, and that before a way through
    another language, the first by its code. Three packs never speak together: too
    little of a sentence is left.
    """
    if from_lang == to_lang:
        return ()
    known = list(packs)
    direct = _between(from_lang, to_lang, known)
    if direct is not None:
        return (direct,)
    reached = {pack.langs[1] for pack in known if pack.langs[0] == from_lang}
    left = {pack.langs[0] for pack in known if pack.langs[1] == to_lang}
    for middle in sorted(reached & left, key=lambda lang: (lang != BETWEEN, lang)):
        first = _between(from_lang, middle, known)
        second = _between(middle, to_lang, known)
        if first and second:
            return (first, second)
    return ()


def route_label(packs: Iterable[Pack]) -> str:
    return "+".join(pack.label for pack in packs)


def remove(pair: str) -> None:
    """Take a pack away; `pair` is like es-en. Raises `PackRefused`.

    What it has translated stays readable.
    """
    home = packs_folder()
    folder = home / "_".join(read_pair(pair))
    if not folder.is_dir():
        raise PackRefused(
            f"There is no pack {pair}. See `python3 run.py flask packs list` for those that are here."
        )
    gone = home / f".gone-{secrets.token_hex(4)}"
    folder.rename(gone)
    shutil.rmtree(gone)


def read_pair(pair: str) -> tuple[str, str]:
    found = _PAIR.fullmatch(pair.lower())
    if not found:
        raise PackRefused(
            f"“{pair}” is neither a file here nor a pair of languages. Write a pair as es-en."
        )
    return found[1], found[2]


def order(version: str) -> tuple[int, ...]:
    """Give what versions are put in order by: 1.10 comes after 1.9."""
    return tuple(int(n) for n in re.findall(r"\d{1,6}", version))


def read_pack(folder: Path) -> Pack:
    """Read one unpacked pack; raises `PackRefused` when it cannot be used."""
    try:
        with (folder / "metadata.json").open("rb") as file:
            names = named_in(file.read(archive.MAX_METADATA_BYTES))
    except OSError as error:
        raise PackRefused("Its metadata.json cannot be read.") from error
    try:
        if not (folder / "model" / "model.bin").is_file():
            raise PackRefused("Its model is missing.")
        tokenizers = (folder / name for name in ("sentencepiece.model", "bpe.model"))
        if not any(path.is_file() for path in tokenizers):
            raise PackRefused("Its tokenizer is missing.")
    except OSError as error:
        raise PackRefused("Its folder cannot be read on this machine.") from error
    return Pack(folder, *names)


def named_in(content: bytes) -> tuple[str, str, str]:
    """Read from metadata.json the two languages, by Argos' codes, and the version."""
    return names_of(_metadata(content))


def names_of(metadata: dict[str, Any]) -> tuple[str, str, str]:
    """Check what a pack says it is; it may come from anywhere."""
    from_code, to_code = metadata.get("from_code"), metadata.get("to_code")
    version = metadata.get("package_version")
    if metadata.get("type", "translate") != "translate":
        raise PackRefused(
            "This Argos package does not translate; it was not installed."
        )
    for code in (from_code, to_code):
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise PackRefused("Its metadata.json names no proper pair of languages.")
    if from_code == to_code:
        raise PackRefused("Its metadata.json names one language twice.")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise PackRefused("Its metadata.json names no proper version.")
    return str(from_code), str(to_code), version


def set_aside(folder: Path, reason: str) -> None:
    """Use this pack no more until the worker starts anew or it is installed again."""
    try:
        (folder / SET_ASIDE).write_text(reason[:MAX_REASON_CHARACTERS], "utf-8")
    except OSError as error:
        log.warning("%s takes no note: %s", folder.name, error)
        _aside[folder] = reason


def give_another_chance(folder: Path | None = None) -> None:
    """Forget why packs were set aside, or one: memory may be free, a library back."""
    for aside in [folder] if folder else [*_aside]:
        _aside.pop(aside, None)
    for mark in packs_folder().glob(f"{folder.name if folder else '*'}/{SET_ASIDE}"):
        try:
            mark.unlink()
        except OSError as error:
            log.warning("%s stays set aside: %s", mark.parent.name, error)


def folders() -> list[Path]:
    """List the folders that are packs, or should be, by name."""
    try:
        found = sorted(packs_folder().iterdir())
    except OSError:
        return []
    return [path for path in found if path.name[0] != "." and _is_folder(path)]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _all() -> list[Pack | Damaged]:
    return [_read(folder) for folder in folders()]


def _read(folder: Path) -> Pack | Damaged:
    try:
        pack = read_pack(folder)
    except PackRefused as refusal:
        return Damaged(folder, str(refusal))
    if folder.name != f"{pack.from_code}_{pack.to_code}":
        return Damaged(folder, f"It is {pack.pair}, in a folder of another name.")
    reason = inventory.fault(folder) or _why_aside(folder)
    return Damaged(folder, reason) if reason else pack


def _why_aside(folder: Path) -> str | None:
    try:
        with (folder / SET_ASIDE).open(encoding="utf-8") as file:
            return file.read(MAX_REASON_CHARACTERS)
    except FileNotFoundError:
        return _aside.get(folder)
    except (OSError, ValueError):
        return "It was set aside. Install it again."


def _metadata(content: bytes) -> dict[str, Any]:
    try:
        metadata = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PackRefused("Its metadata.json cannot be read.") from error
    if not isinstance(metadata, dict):
        raise PackRefused("Its metadata.json is not a pack's.")
    return metadata


def _between(from_lang: str, to_lang: str, packs: list[Pack]) -> Pack | None:
    codes = (from_lang, to_lang)
    return min(
        (pack for pack in packs if pack.langs == codes),
        key=lambda pack: ((pack.from_code, pack.to_code) != codes, pack.pair),
        default=None,
    )
