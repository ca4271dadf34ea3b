"""Makes `.venv` and installs what the lock files name, with a progress line."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence, Set
from pathlib import Path

from launch.locking import only_one
from launch.places import ROOT, VENV, child_environment, own_python, venv_program
from launch.progress import PipRun, follow
from launch.stamp import (
    lacks,
    lock_hash,
    read_stamp,
    this_python,
    usable,
    write_stamp,
)
from launch.words import Stop, about_folder, disk_full, say

# What a fresh install takes on the disk while pip unpacks it.
NEEDED_BYTES = 500_000_000

# What only translating needs and some systems have no wheel for.
TRANSLATING = frozenset(
    {"ctranslate2", "numpy", "pyyaml", "regex", "sentencepiece", "sentencex"}
)

# With it search finds the stems of words eighty times as fast; some systems lack it.
FASTER = frozenset({"pystemmer"})

NO_TRANSLATING = (
    "This system has no ready-made translation engine, so the server runs whole "
    "but without translation."
)


def packages_ready(locks: Sequence[str] = ("requirements.txt",)) -> None:
    """Make `.venv` hold exactly what the locks name; cheap when it already does.

    Raises `Stop` with the sentence to print where it cannot.
    """
    try:
        if not _up_to_date(locks):
            with only_one(ROOT / ".venv.lock") as mine:
                if not mine:
                    raise Stop(
                        "Another window is installing Paravion's packages just now: "
                        "wait until it is done, then start again."
                    )
                if not _up_to_date(locks):
                    _install(locks)
    except OSError as error:
        raise Stop(about_folder(error, VENV)) from error
    if TRANSLATING.intersection(read_stamp().without):
        say(NO_TRANSLATING)


def _up_to_date(locks: Sequence[str]) -> bool:
    return usable() and not lacks(read_stamp(), locks)


def _install(locks: Sequence[str]) -> None:
    if shutil.disk_usage(ROOT).free < NEEDED_BYTES:
        raise Stop(disk_full(ROOT))
    venv_ready()
    stamp = read_stamp()
    stamp.python = this_python()
    for name in lacks(stamp, locks):
        stamp.without = sorted({*stamp.without, *_install_lock(name)})
        stamp.locks[name] = lock_hash(name)
        write_stamp(stamp)


def venv_ready() -> None:
    """Make an empty `.venv` where there is none that can be built on."""
    if usable():
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise Stop(no_venv_sentence())
    say("Making a folder for Paravion's packages (.venv).")
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run(
        [own_python(), "-m", "venv", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(),
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout + made.stderr:
            raise Stop(no_venv_sentence())
        why = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
        raise Stop(
            f"Python could not make {VENV} ({' '.join(why)}): mend that and start again."
        )


def no_venv_sentence() -> str:
    return (
        "This Python came without its venv module: on Debian, Ubuntu or Raspberry Pi OS "
        "type `sudo apt install python3-venv`, elsewhere install Python from "
        "python.org, then start again."
    )


def _install_lock(name: str) -> set[str]:
    """Install one lock file and return the packages that had to stay out."""
    wheels = ROOT / "wheels"
    source = "the folder wheels" if wheels.is_dir() else "the network"
    what = "packages" if name == "requirements.txt" else "the tests' tools"
    say(f"Installing {what} from {source}: this happens once.")
    without: set[str] = set()
    build = False
    while True:
        run = _pip(_lock_less(name, without), wheels, build=build)
        if run.code == 0:
            return without
        if run.network_failed:
            raise Stop(
                "The packages could not be fetched from the network: connect this "
                "machine to the internet and check its date, then start again, or "
                "bring them on a stick (`python3 run.py wheels FOLDER` on another "
                "machine) and put them here as the folder `wheels`."
            )
        if run.disk_failed:
            raise Stop(disk_full(VENV))
        if spared := dispensable(run.missing) - without:
            without |= spared
        elif run.missing and not build and not wheels.is_dir():
            # Rarer systems have no wheel for a few small ones: build those.
            build = True
            say(f"There is no ready-made {run.missing} for this system: building it.")
        else:
            raise Stop(_unexplained(run, wheels))


def dispensable(missing: str) -> frozenset[str]:
    """Say what the server does without where this package is not to be had."""
    return next(
        (some for some in (TRANSLATING, FASTER) if missing in some), frozenset()
    )


def _unexplained(run: PipRun, wheels: Path) -> str:
    if run.changed:
        return (
            "A package arrived that is not the one we locked, so nothing was installed: "
            "something on the way changes downloads; start again on another network."
        )
    if run.missing and wheels.is_dir():
        return (
            f"The folder wheels has no {run.missing} for {this_python()}: fill it anew "
            "with `python3 run.py wheels FOLDER` (it can do so for another system), "
            "or take it away to install from the network."
        )
    return (
        f"The packages could not be installed ({run.last_error}): on Debian, Ubuntu or "
        "Raspberry Pi OS `sudo apt install build-essential python3-dev libffi-dev "
        "libjpeg-dev zlib1g-dev` may help, then start again."
    )


def _lock_less(name: str, without: set[str]) -> Path:
    """Write the lock without some packages where pip can read it."""
    trimmed = VENV / f"less-{name}"
    lines = less(read_lock(ROOT / name), without).values()
    trimmed.write_text("".join(lines), encoding="utf-8")
    return trimmed


def read_lock(path: Path) -> dict[str, str]:
    """Map each package's name to its lines in a lock file."""
    found: dict[str, str] = {}
    current = ""
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            current = line.partition("==")[0]
            found[current] = ""
        found[current] += line
    return found


def less(lock: dict[str, str], without: Set[str]) -> dict[str, str]:
    return {name: lines for name, lines in lock.items() if name not in without}


def _pip(lock: Path, wheels: Path, *, build: bool) -> PipRun:
    """Run pip; a mark stays in `.venv` if it is cut short while it writes."""
    arguments = ["install", "--no-deps", "--require-hashes", "-r", str(lock)]
    arguments += ["--timeout", "60"]
    if not build:
        arguments += ["--only-binary", ":all:"]
    downloads = VENV / "downloads"
    environment = child_environment(TMPDIR=str(downloads), TEMP=str(downloads))
    environment["TMP"] = str(downloads)
    if wheels.is_dir():
        # A set-up of pip may name an index, which would be a call to the network.
        arguments += ["--no-index", "--find-links", str(wheels), "--no-cache-dir"]
        own = {k for k in environment if k.startswith("PIP_")}
        environment = {k: v for k, v in environment.items() if k not in own}
        environment["PIP_CONFIG_FILE"] = os.devnull
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir()
    try:
        return follow(
            [str(venv_program("python")), "-m", "pip", *arguments],
            environment,
            packages=len(read_lock(lock)),
            downloads=downloads,
            mark=VENV / "installing",
        )
    finally:
        shutil.rmtree(downloads, ignore_errors=True)
        lock.unlink(missing_ok=True)
