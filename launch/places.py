"""Where things are: the folder of Paravion, its Python, and what its children see."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"

# What a person's own Python set-up would change in ours.
NOT_INHERITED = {"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"}


def venv_program(name: str, venv: Path = VENV) -> Path:
    if os.name == "nt":
        return venv / "Scripts" / f"{name}.exe"
    return venv / "bin" / name


def own_python() -> str:
    """Find the Python that is not inside `.venv`, which may have to be remade."""
    return getattr(sys, "_base_executable", None) or sys.executable


def instance_folder(*, demo: bool) -> Path:
    """Find where this school's data lives; `PARAVION_INSTANCE` moves it."""
    if demo:
        return ROOT / "instance-demo"
    chosen = os.environ.get("PARAVION_INSTANCE")
    return Path(chosen).resolve() if chosen else ROOT / "instance"


def child_environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k.upper() not in NOT_INHERITED}
    return kept | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"} | more


def server_environment(instance: Path, **more: str) -> dict[str, str]:
    return child_environment(
        PARAVION_INSTANCE=str(instance),
        # Whoosh's old code makes Python warn where it cannot keep compiled files.
        PYTHONWARNINGS="ignore::SyntaxWarning",
        **more,
    )


def web_environment(instance: Path, **more: str) -> dict[str, str]:
    """As `server_environment`, for a process of many threads that hash secrets.

    glibc keeps an arena for each thread, and in it every 19 MiB that a hash once
    took: 250 MB after a class has signed in, 130 with these. Others ignore them.
    """
    return server_environment(
        instance, MALLOC_ARENA_MAX="2", MALLOC_MMAP_THRESHOLD_=str(1 << 20), **more
    )
