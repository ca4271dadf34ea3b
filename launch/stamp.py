"""What `.venv` holds, remembered in it, so that a second start asks pip nothing."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from launch.places import ROOT, VENV, venv_program

# A Python that takes longer to do nothing is none.
START_SECONDS = 60.0


@dataclass
class Stamp:
    """`locks` maps a lock file's name to its hash; `without` names what was left out."""

    python: str = ""
    locks: dict[str, str] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)


def this_python() -> str:
    """Name what packages depend on; a security update of Python keeps its packages."""
    major, minor, _ = platform.python_version_tuple()
    return f"{sys.implementation.name} {major}.{minor} {platform.machine()}"


def lock_hash(name: str, root: Path = ROOT) -> str:
    return hashlib.sha256((root / name).read_bytes()).hexdigest()


def read_stamp(venv: Path = VENV) -> Stamp:
    """Read the stamp; a missing or torn one reads as an empty one."""
    try:
        return Stamp(**json.loads((venv / "installed.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Stamp()


def write_stamp(stamp: Stamp, venv: Path = VENV) -> None:
    """Write the stamp after what it speaks of: a pulled plug leaves the old one."""
    if hasattr(os, "sync"):
        os.sync()
    fresh = venv / "installed.json.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(stamp), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(venv / "installed.json")


def lacks(stamp: Stamp, locks: Iterable[str], root: Path = ROOT) -> list[str]:
    return [name for name in locks if stamp.locks.get(name) != lock_hash(name, root)]


def usable(venv: Path = VENV) -> bool:
    """Whether what stands in `.venv` can be built on, or must be made anew.

    No after an install that a pulled plug cut short, and when the Python it was
    made with is another one now, gone or no longer starts. A moved folder alone
    breaks nothing, because every program in it is started as `python -m`.
    """
    if (venv / "installing").exists() or not venv_program("python", venv).exists():
        return False
    known = read_stamp(venv).python in ("", this_python())
    return known and _home_stands(venv) and _starts(venv_program("python", venv))


def _home_stands(venv: Path) -> bool:
    try:
        lines = (venv / "pyvenv.cfg").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    named = dict(line.split(" = ", 1) for line in lines if " = " in line)
    version = named.get("version", "").split(".")[:2]
    same = version == list(platform.python_version_tuple()[:2])
    return same and Path(named.get("home", "?")).is_dir()


def _starts(python: Path) -> bool:
    """Run it with nothing to do, because a torn file may still be there; some 20 ms."""
    try:
        tried = subprocess.run(
            [str(python), "-I", "-S", "-c", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
