"""Fills a folder with all packages, for a machine that has no network."""

import argparse
import re
import subprocess
from pathlib import Path

from launch.packages import (
    NO_TRANSLATING,
    TRANSLATING,
    dispensable,
    less,
    read_lock,
    venv_ready,
)
from launch.places import ROOT, child_environment, venv_program
from launch.progress import PipRun
from launch.words import Stop, disk_full, say

# What pip calls each system: the oldest that all our packages still run on.
LINUX = [*(f"manylinux_2_{n}" for n in range(28, 16, -1)), "manylinux2014"]
SYSTEMS = {
    "linux-arm64": [f"{tag}_aarch64" for tag in LINUX],
    "linux-x86_64": [f"{tag}_x86_64" for tag in LINUX],
    "macos-arm64": ["macosx_11_0_arm64"],
    "windows": ["win_amd64"],
}
# A lock line's condition is about the machine we are on, not the one we fill for.
CONDITION = re.compile(r"^(\S+==\S+) ;.*?( \\)$", re.MULTILINE)


def fill_wheels(options: argparse.Namespace) -> int:
    """Download every wheel of `requirements.txt` into a folder; about 90 MB."""
    folder = Path(options.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    venv_ready()
    say(f"Fetching the packages into {folder}, about 90 MB.")
    lock = read_lock(ROOT / "requirements.txt")
    run = _download(lock, folder, options)
    while not options.system and (spared := dispensable(run.missing) & lock.keys()):
        if spared & TRANSLATING:
            say(NO_TRANSLATING)
        lock = less(lock, spared)
        run = _download(lock, folder, options)
    if run.code:
        raise Stop(_why_not(run, folder, options))
    wheels = list(folder.glob("*.whl"))
    megabytes = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    say(f"{len(wheels)} packages, {megabytes:.0f} MB, are in {folder}.")
    say("Put them beside run.py as a folder named wheels: it then needs no network.")
    return 0


def _download(
    packages: dict[str, str], folder: Path, options: argparse.Namespace
) -> PipRun:
    command = [str(venv_program("python")), "-m", "pip", "download", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    text = "".join(packages.values())
    if options.system:
        text = CONDITION.sub(r"\1\2", text)
        command += ["--implementation", "cp", "--python-version", options.python]
        for tag in SYSTEMS[options.system]:
            command += ["--platform", tag]
    wanted = folder / "wanted.txt"
    wanted.write_text(text, "utf-8")
    run = PipRun(len(packages))
    try:
        with subprocess.Popen(
            [*command, "-d", str(folder), "-r", str(wanted)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=child_environment(),
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as pip:
            for line in pip.stdout or ():
                run.read(line)
                if line.startswith(("Collecting ", "Processing ")):
                    name = line.split()[1].replace("\\", "/").rpartition("/")[2]
                    say(f"  {run.collected} of {run.packages}: {name}")
        run.code = pip.returncode
    finally:
        wanted.unlink(missing_ok=True)
    return run


def _why_not(run: PipRun, folder: Path, options: argparse.Namespace) -> str:
    if run.network_failed:
        return (
            "The packages could not be fetched from the network: connect this machine "
            "to the internet and start again; what has arrived is kept."
        )
    if run.disk_failed:
        return disk_full(folder)
    if run.missing:
        return (
            f"There is no ready-made {run.missing} for {options.system or 'this system'} "
            f"with Python {options.python}: choose another with --for and --python."
        )
    return f"The packages could not be fetched ({run.last_error}): start again."
