"""A pack tried in a child process, then put in the place of an older one."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.packs import archive, engine, inventory, loading, packs
from app.packs.errors import PackRefused
from app.packs.packs import Pack

TRIAL_SECONDS = 120
LEFT_BEHIND_SECONDS = 3600
# What has come of a download is kept for so long after its last byte.
PARTS_KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class Offer:
    """What an archive holds and will take, told before it is unpacked."""

    path: Path
    pair: str
    version: str
    disk_bytes: int
    memory_bytes: int
    sizes: dict[str, int]

    @property
    def is_here(self) -> bool:
        """Whether this very pack is installed and whole."""
        folder = packs.packs_folder() / self.pair.replace("-", "_")
        here = [pack for pack in packs.installed() if pack.folder == folder]
        return (
            [pack.version for pack in here] == [self.version]
            and (known := inventory.read(folder)) is not None
            and {file.path: file.size_bytes for file in known.files} == self.sizes
        )

    @property
    def is_no_newer(self) -> bool:
        """Whether this pack, or a newer one of its pair, is installed and whole."""
        here = [pack for pack in packs.installed() if pack.pair == self.pair]
        return (
            any(packs.order(pack.version) > packs.order(self.version) for pack in here)
            or self.is_here
        )


def look(path: Path) -> Offer:
    """Judge an .argosmodel file without installing it; raises `PackRefused`."""
    found = archive.look(path)
    from_code, to_code, version = packs.named_in(found.metadata)
    model_bytes = found.sizes["model/model.bin"]
    return Offer(
        path,
        f"{from_code}-{to_code}",
        version,
        found.size_bytes,
        inventory.memory_of(model_bytes),
        found.sizes,
    )


def install(path: Path) -> Pack:
    """Check an .argosmodel file, try it and put it in place of an older one.

    Raises `PackRefused`; then nothing has changed. Takes seconds, in which the
    model is loaded once in a child process.
    """
    if reason := engine.unavailable():
        raise PackRefused(reason)
    home = packs.packs_folder()
    home.mkdir(parents=True, exist_ok=True)
    tidy(home)
    fresh = home / f".new-{secrets.token_hex(4)}"
    try:
        archive.unpack(path, fresh)
        pack = packs.read_pack(fresh)
        inventory.take(fresh, try_out(fresh))
        _sync(fresh)
        final = home / f"{pack.from_code}_{pack.to_code}"
        _replace(fresh, final)
    except OSError as error:
        if error.errno in archive.FULL:
            raise archive.no_room() from error
        raise PackRefused(
            f"The pack cannot be put in its place: {error.strerror or error}. Make sure "
            "that nothing else installs it now, then try again."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return packs.read_pack(final)


def install_starters() -> list[Pack]:
    """Install the packs that ship with the server and are not there yet."""
    there = {pack.pair for pack in packs.installed()}
    shipped = sorted(Path(current_app.config["STARTER_PACKS"]).glob("*.argosmodel"))
    return [install(path) for path in shipped if _pair_in_name(path) not in there]


def try_out(folder: Path) -> int:
    """Load the model and translate a word, in a child: a bad model may crash.

    Gives the bytes of memory it took, or 0. Raises `PackRefused`.
    """
    command = [sys.executable, "-m", "app.packs.trial", str(folder)]
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
    last = done.stdout.strip().rpartition(b"\n")[2]
    return int(last) if last.isdigit() else 0


def look_after() -> None:
    """Try the packs that nobody has vouched for, before any is loaded here.

    Those whose load ended a worker, since it would end again; and those from
    before there were inventories. For the worker's start.
    """
    for folder in packs.folders():
        crashes = loading.crashes(folder)
        if not crashes and (folder / inventory.NAME).exists():
            continue
        if crashes >= loading.MOST_CRASHES:
            packs.set_aside(
                folder,
                f"The worker ended {crashes} times while it loaded this pack. Install "
                "it again, or take it away.",
            )
            continue
        try:
            packs.read_pack(folder)
            memory_bytes = try_out(folder)
            if not (folder / inventory.NAME).exists():
                inventory.take(folder, memory_bytes)
        except (PackRefused, OSError):
            packs.set_aside(
                folder,
                "Its model cannot be loaded on this machine. Install it again.",
            )


def tidy(home: Path) -> None:
    """Bring back a pack whose exchange was cut short, and sweep up remains."""
    for old in home.glob(".old-*"):
        place = home / old.name.removeprefix(".old-")
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(place)
    for pattern, kept_seconds in (
        (".new-*", LEFT_BEHIND_SECONDS),
        (".gone-*", LEFT_BEHIND_SECONDS),
        (".from-*", PARTS_KEPT_SECONDS),
        (".download-*", PARTS_KEPT_SECONDS),
    ):
        for rest in home.glob(pattern):
            if time.time() - rest.stat().st_mtime > kept_seconds:
                _drop(rest)


def _drop(rest: Path) -> None:
    if rest.is_dir():
        shutil.rmtree(rest, ignore_errors=True)
    else:
        rest.unlink(missing_ok=True)


def _pair_in_name(path: Path) -> str:
    return path.stem.removeprefix("translate-").replace("_", "-")


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
