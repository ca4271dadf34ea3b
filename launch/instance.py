"""Makes a school's own folder ready: its key, its database, its first-run code."""

import os
import re
import secrets
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from launch.places import ROOT, server_environment, venv_program
from launch.words import Stop, about_folder, say

KEY = re.compile(r"[0-9a-f]{64}")


def folder_ready(instance: Path) -> None:
    """Make the folder and its secret key where they are missing.

    Raises `Stop` with the sentence to print where it cannot be written.
    """
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_key(instance / "secret_key")
    except OSError as error:
        raise Stop(about_folder(error, instance)) from error


def _make_key(path: Path) -> None:
    try:
        if KEY.fullmatch(path.read_text("ascii", "replace").strip()):
            return
        say(f"{path} was damaged and is made anew: everyone signs in again.")
    except FileNotFoundError:
        pass
    fresh = path.with_name("secret_key.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123  # a descriptor has no Path
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def database_ready(instance: Path) -> None:
    """Bring the database to this version, by a child that backs it up first."""
    if not os.environ.get("PARAVION_DATABASE_URL") and database_version(
        instance / "paravion.db"
    ) == newest_version(ROOT / "migrations" / "versions"):
        return
    say("Setting up the database.")
    if flask(instance, "setup").returncode:
        raise Stop(
            "The database could not be set up: the lines above say why; nothing was "
            "lost, mend that and start again."
        )


def database_version(path: Path) -> str | None:
    """Read which migration the database is at; None where there is none yet."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=10)) as database:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None  # setup looks closer and says what is wrong
    return str(row[0]) if row else None


def newest_version(migrations: Path) -> str:
    """Read the newest migration from the file names, such as `0001_first_tables.py`."""
    return max(path.name.partition("_")[0] for path in migrations.glob("[0-9]*_*.py"))


def demo_ready(instance: Path) -> None:
    """Fill the demo once; `sign-ins.txt` is written last, so it says it is whole."""
    if (instance / "sign-ins.txt").exists():
        return
    say("Filling the demo with two schools and their letters: about a minute, once.")
    if flask(instance, "demo", "fill").returncode:
        raise Stop(
            "The demo could not be filled: the lines above say why; mend that, delete "
            f"the folder {instance.name} and start again."
        )


def flask(instance: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run one of the server's own commands to its end, in this window."""
    return subprocess.run(
        [str(venv_program("python")), "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=server_environment(instance),
        check=False,
    )


def first_words(instance: Path, address: str) -> str:
    """Say how to make the first teacher, or whom to be in the demo."""
    if table := _read(instance / "sign-ins.txt"):
        return table
    code = _read(instance / "first-run-code")
    if not code:
        return ""
    return (
        f"There is no school here yet. Open {address}/first\n"
        f"and type this code to make the school and its first teacher:  {code}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""
