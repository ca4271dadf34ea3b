"""Follows pip: one progress line for the person, and what went wrong in the end."""

import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from launch.words import say

# From an index, from a folder of wheels, already there.
COLLECTED = ("Collecting ", "Processing ", "Requirement already satisfied")
NETWORK = re.compile(
    r"connection broken by|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|"
    r"Read timed out|name resolution|getaddrinfo failed|Max retries exceeded|SSLError|"
    r"ConnectionResetError|IncompleteRead|ProtocolError|HTTP error 5\d\d"
)
DISK = re.compile(r"No space left on device|Errno 28|WinError 112|Disk quota exceeded")
MISSING = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+?)==")
CHANGED = re.compile(r"DO NOT MATCH THE HASHES")
STEP_SECONDS = 0.5
# Without a terminal (a service's log, CI) a line now and then is enough.
LOG_SECONDS = 20.0


@dataclass
class PipRun:
    """How one run of pip went; `missing` is a package without a wheel for this system."""

    packages: int
    code: int = 0
    collected: int = 0
    writing: bool = False
    network_failed: bool = False
    disk_failed: bool = False
    changed: bool = False
    missing: str = ""
    last_error: str = "pip says no more"

    def read(self, line: str) -> None:
        if line.startswith("Ignoring "):
            self.packages -= 1
        elif line.startswith(COLLECTED):
            self.collected += 1
        elif line.startswith("Installing collected packages"):
            self.writing = True
        elif "ERROR" in line or "WARNING" in line or "error" in line:
            self._read_trouble(line)

    def _read_trouble(self, line: str) -> None:
        self.network_failed |= bool(NETWORK.search(line))
        self.disk_failed |= bool(DISK.search(line))
        self.changed |= bool(CHANGED.search(line))
        if found := MISSING.search(line):
            self.missing = found[1].lower().replace("_", "-")
        if line.startswith("ERROR: "):
            self.last_error = line.removeprefix("ERROR: ").strip().rstrip(".:")


def follow(
    command: list[str],
    environment: dict[str, str],
    *,
    packages: int,
    downloads: Path,
    mark: Path,
) -> PipRun:
    """Run pip to its end, showing how far it is.

    `mark` exists while pip writes packages, and stays if we or it are cut
    short there: the next start then makes everything anew.
    """
    run = PipRun(packages)
    mark.touch()
    with subprocess.Popen(
        [
            *command,
            "--progress-bar",
            "off",
            "--no-input",
            "--disable-pip-version-check",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        done = threading.Event()
        shower = threading.Thread(target=_show, args=(run, downloads, done))
        shower.start()
        try:
            for line in pip.stdout or ():
                run.read(line)
        except BaseException:
            pip.terminate()
            raise
        finally:
            done.set()
            shower.join()
    run.code = pip.returncode
    if run.code == 0 or not run.writing:
        mark.unlink()
    return run


def _show(run: PipRun, downloads: Path, done: threading.Event) -> None:
    terminal = sys.stdout.isatty()
    began = time.monotonic()
    said = began
    most_bytes = 0
    while not done.wait(STEP_SECONDS):
        most_bytes = max(most_bytes, _size_bytes(downloads))
        line = _line(run, most_bytes, time.monotonic() - began)
        if terminal:
            print(f"\r  {line}\x1b[K", end="", flush=True)
        elif time.monotonic() - said > LOG_SECONDS:
            said = time.monotonic()
            say(f"  {line}")
    if terminal:
        print("\r\x1b[K", end="", flush=True)


def _line(run: PipRun, size_bytes: int, seconds: float) -> str:
    if run.writing:
        return f"unpacking {run.packages} packages, {seconds:.0f} s"
    megabytes = f"{size_bytes / 1e6:.1f} MB" if size_bytes else "from this machine"
    return f"package {run.collected} of {run.packages}, {megabytes}, {seconds:.0f} s"


def _size_bytes(folder: Path) -> int:
    total = 0
    for path in folder.glob("pip-*/**/*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # pip has just moved it
    return total
