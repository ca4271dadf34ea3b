"""The packs of this instance: which are there, adding one, taking one away."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from app.translate import archive, engine
from app.translate.errors import PackRefused

# Argos has codes of its own for two languages; a person chooses only ours. The
# pack with our own code is asked first.
SPOKEN_AS = {"pb": "pt", "zt": "zh"}
BETWEEN = "en"  # every official pack has English on one side

# In a pack's folder: why the worker could not use it, for the pages to say.
SET_ASIDE = "set-aside.txt"

TRIAL_SECONDS = 120
LEFT_BEHIND_SECONDS = 3600

_CODE = re.compile(r"[a-z]{2,3}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,11}")
_PAIR = re.compile(r"([a-z]{2,3})[-_]([a-z]{2,3})")


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

    A direct pack goes before a way through English.
    """
    if from_lang == to_lang:
        return ()
    known = list(packs)
    direct = _between(from_lang, to_lang, known)
    if direct is not None:
        return (direct,)
    first = _between(from_lang, BETWEEN, known)
    second = _between(BETWEEN, to_lang, known)
    return (first, second) if first and second else ()


def route_label(packs: Iterable[Pack]) -> str:
    return "+".join(pack.label for pack in packs)


def install(path: Path) -> Pack:
    """Check an .argosmodel file, try it and put it in place of an older one.

    Raises `PackRefused`; then nothing has changed. Takes seconds, in which the
    model is loaded once in a child process.
    """
    if reason := engine.available():
        raise PackRefused(reason)
    home = packs_folder()
    home.mkdir(parents=True, exist_ok=True)
    tidy(home)
    fresh = home / f".new-{secrets.token_hex(4)}"
    try:
        archive.unpack(path, fresh)
        pack = read_pack(fresh)
        _try(fresh)
        _sync(fresh)
        final = home / f"{pack.from_code}_{pack.to_code}"
        _replace(fresh, final)
    except OSError as error:
        raise PackRefused(
            f"The pack cannot be put in its place: {error.strerror or error}. Make sure "
            "that nothing else installs it now, then try again."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return read_pack(final)


def install_starters() -> list[Pack]:
    """Install the packs that ship with the server and are not there yet."""
    there = {pack.pair for pack in installed()}
    shipped = sorted(Path(current_app.config["STARTER_PACKS"]).glob("*.argosmodel"))
    return [install(path) for path in shipped if _pair_in_name(path) not in there]


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


def read_pack(folder: Path) -> Pack:
    """Read one unpacked pack; raises `PackRefused` when it cannot be used."""
    metadata = _metadata(folder)
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
    if not (folder / "model" / "model.bin").is_file():
        raise PackRefused("Its model is missing.")
    if not any(
        (folder / name).is_file() for name in ("sentencepiece.model", "bpe.model")
    ):
        raise PackRefused("Its tokenizer is missing.")
    return Pack(folder, str(from_code), str(to_code), version)


def set_aside(folder: Path, reason: str) -> None:
    """Use this pack no more until the worker starts anew or it is installed again."""
    (folder / SET_ASIDE).write_text(reason, "utf-8")


def give_another_chance() -> None:
    """Forget why packs were set aside: memory may be free again, a library back."""
    for mark in packs_folder().glob(f"*/{SET_ASIDE}"):
        mark.unlink()


def tidy(home: Path) -> None:
    """Bring back a pack whose exchange was cut short, and sweep up remains."""
    for old in home.glob(".old-*"):
        place = home / old.name.removeprefix(".old-")
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(place)
    for rest in [*home.glob(".new-*"), *home.glob(".gone-*")]:
        if time.time() - rest.stat().st_mtime > LEFT_BEHIND_SECONDS:
            shutil.rmtree(rest, ignore_errors=True)


def _pair_in_name(path: Path) -> str:
    return path.stem.removeprefix("translate-").replace("_", "-")


def _all() -> list[Pack | Damaged]:
    try:
        folders = sorted(packs_folder().iterdir())
    except OSError:
        return []
    return [
        _read(folder)
        for folder in folders
        if not folder.name.startswith(".") and folder.is_dir()
    ]


def _read(folder: Path) -> Pack | Damaged:
    try:
        pack = read_pack(folder)
    except PackRefused as refusal:
        return Damaged(folder, str(refusal))
    if folder.name != f"{pack.from_code}_{pack.to_code}":
        return Damaged(folder, f"It is {pack.pair}, in a folder of another name.")
    if (folder / SET_ASIDE).exists():
        return Damaged(folder, (folder / SET_ASIDE).read_text("utf-8"))
    return pack


def _metadata(folder: Path) -> dict[str, Any]:
    try:
        with (folder / "metadata.json").open(encoding="utf-8") as file:
            metadata = json.loads(file.read(archive.MAX_METADATA_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise PackRefused("Its metadata.json cannot be read.") from error
    if not isinstance(metadata, dict):
        raise PackRefused("Its metadata.json is not a pack's.")
    return metadata


def _between(from_lang: str, to_lang: str, packs: list[Pack]) -> Pack | None:
    fitting = [pack for pack in packs if pack.langs == (from_lang, to_lang)]
    exact = [p for p in fitting if (p.from_code, p.to_code) == (from_lang, to_lang)]
    return next(iter(exact or fitting), None)


def _try(folder: Path) -> None:
    """Load the model and translate a word, in a child: a bad model may crash."""
    command = [sys.executable, "-m", "app.translate.trial", str(folder)]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            timeout=TRIAL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PackRefused(
            "Its model did not translate one word in two minutes, so it was not installed."
        ) from error
    if done.returncode != 0:
        raise PackRefused(
            "Its model cannot be loaded on this machine. Copy or download the pack again."
        )


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        elif os.name != "nt":
            _sync_folder(path)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(fresh: Path, final: Path) -> None:
    old = final.with_name(f".old-{final.name}")
    if final.exists():
        final.rename(old)
    fresh.rename(final)
    if os.name != "nt":
        _sync_folder(final.parent)
    shutil.rmtree(old, ignore_errors=True)
