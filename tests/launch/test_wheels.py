"""A folder of wheels is filled by real pip, from wheels made here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launch.tiny_wheels import a_copy, a_wheel


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder that has no `.venv` yet; its packages lie in `index`."""
    copy = a_copy(tmp_path)
    (copy / "wheels").rename(copy / "index")
    return copy


def fill(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(copy / "index")}
    return subprocess.run(
        [sys.executable, "run.py", "wheels", *arguments],
        cwd=copy,
        env=environment | {"PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_stick_is_filled_for_this_machine(copy: Path) -> None:
    done = fill(copy, "stick/wheels")

    assert done.returncode == 0, done.stderr
    assert "1 packages, 0 MB" in done.stdout
    held = [path.name for path in (copy / "stick" / "wheels").iterdir()]
    assert held == ["tiny-1.0-py3-none-any.whl"]


def test_a_stick_is_filled_for_another_system(copy: Path) -> None:
    lock = copy / "requirements.txt"
    lines = a_wheel(copy / "index", "windy", tag="cp313-cp313-win_amd64")
    only_there = lines.replace(" \\", " ; sys_platform == 'win32' \\", 1)
    lock.write_text(lock.read_text() + only_there)

    windows = fill(copy, "stick", "--for", "windows", "--python", "3.13")
    elsewhere = fill(copy, "other", "--for", "linux-arm64", "--python", "3.13")

    assert windows.returncode == 0, windows.stderr
    assert (copy / "stick" / "windy-1.0-cp313-cp313-win_amd64.whl").exists()
    assert (copy / "stick" / "tiny-1.0-py3-none-any.whl").exists()
    assert elsewhere.returncode == 1
    assert "no ready-made windy for linux-arm64 with Python 3.13" in elsewhere.stderr


def test_a_folder_that_cannot_be_made_is_one_sentence(copy: Path) -> None:
    done = fill(copy, "run.py/wheels")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "could not be written" in done.stderr
