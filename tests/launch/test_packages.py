"""Real installs by real pip, of tiny wheels made here, in folders of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launch.packages import less, read_lock
from launch.places import ROOT, venv_program
from launch.stamp import read_stamp, write_stamp
from tests.launch.tiny_wheels import a_copy, a_wheel, lock_lines

PREPARE = """
import sys
from launch.packages import packages_ready
from launch.words import Stop
try:
    packages_ready()
except Stop as stop:
    sys.exit(str(stop))
"""


def prepare(copy: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", PREPARE],
        cwd=copy,
        env=environment | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def tiny_version(copy: Path) -> str:
    return subprocess.run(
        [
            venv_program("python", copy / ".venv"),
            "-c",
            "import tiny; print(tiny.VERSION)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = a_copy(tmp_path_factory.mktemp("fresh"))
    done = prepare(copy)
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture
def installed(fresh: Path, tmp_path: Path) -> Path:
    """An installed folder, moved to another place: it must work there too."""
    return Path(shutil.copytree(fresh, tmp_path / "moved", symlinks=True))


def test_wheels_beside_it_are_installed_without_any_index(fresh: Path) -> None:
    assert tiny_version(fresh) == "1.0"
    assert not (fresh / ".venv" / "installing").exists()
    assert not (fresh / ".venv" / "downloads").exists()


def test_a_second_start_asks_pip_nothing(installed: Path) -> None:
    shutil.rmtree(installed / "wheels")
    pip = next((installed / ".venv").glob("[Ll]ib*/**/pip"))
    shutil.rmtree(pip)

    done = prepare(installed)

    assert (done.returncode, done.stdout) == (0, "")
    assert tiny_version(installed) == "1.0"


def test_a_changed_lock_is_installed_over_the_old(installed: Path) -> None:
    lines = a_wheel(installed / "wheels", "tiny", "2.0")
    (installed / "requirements.txt").write_text(lines)

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert tiny_version(installed) == "2.0"


def test_an_install_cut_short_is_made_anew(installed: Path) -> None:
    (installed / ".venv" / "installing").touch()
    torn = next((installed / ".venv").glob("[Ll]ib*/**/tiny.py"))
    torn.write_bytes(b"")

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert tiny_version(installed) == "1.0"


def test_a_python_that_is_gone_makes_it_anew(installed: Path) -> None:
    settings = installed / ".venv" / "pyvenv.cfg"
    home = next(x for x in settings.read_text().splitlines() if x.startswith("home"))
    settings.write_text(settings.read_text().replace(home, "home = /gone/bin"))

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert home in settings.read_text()
    assert tiny_version(installed) == "1.0"


@pytest.mark.parametrize(
    ("content", "mode"), [(b"\x00garbage", 0o755), (b"\x7fELF", 0o755), (b"", 0o644)]
)
def test_a_python_that_does_not_start_makes_it_anew(
    installed: Path, content: bytes, mode: int
) -> None:
    python = venv_program("python", installed / ".venv")
    python.unlink()  # a link on most systems: what it leads to stays
    python.write_bytes(content)
    python.chmod(mode)

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert tiny_version(installed) == "1.0"


def test_settings_that_are_no_text_make_it_anew(installed: Path) -> None:
    (installed / ".venv" / "pyvenv.cfg").write_bytes(b"home = \xff\xfe\n")

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert tiny_version(installed) == "1.0"


def test_another_python_than_the_stamps_makes_it_anew(installed: Path) -> None:
    venv = installed / ".venv"
    stamp = read_stamp(venv)
    ours, stamp.python = stamp.python, "cpython 3.99 mips"
    write_stamp(stamp, venv)

    done = prepare(installed)

    assert "Making a folder" in done.stdout
    assert read_stamp(venv).python == ours


def test_a_system_without_the_translation_engine_goes_on(installed: Path) -> None:
    other = a_wheel(installed / "wheels", "other")
    engine = lock_lines("ctranslate2", "4.0", "0" * 64)
    numbers = lock_lines("numpy", "2.0", "0" * 64)
    tiny = (installed / "requirements.txt").read_text()
    (installed / "requirements.txt").write_text(tiny + engine + numbers + other)

    done = prepare(installed)
    again = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("without translation") == 1
    assert again.stdout.count("without translation") == 1
    assert {"ctranslate2", "numpy"} <= set(read_stamp(installed / ".venv").without)


def test_a_system_without_the_quick_stems_goes_on(installed: Path) -> None:
    other = a_wheel(installed / "wheels", "other")
    stems = lock_lines("pystemmer", "3.1", "0" * 64)
    tiny = (installed / "requirements.txt").read_text()
    (installed / "requirements.txt").write_text(tiny + stems + other)

    done = prepare(installed)

    assert done.returncode == 0, done.stderr
    assert "without translation" not in done.stdout
    assert read_stamp(installed / ".venv").without == ["pystemmer"]


def test_an_empty_wheels_folder_is_named_in_one_sentence(installed: Path) -> None:
    (installed / "requirements.txt").write_text(lock_lines("absent", "1.0", "0" * 64))

    done = prepare(installed)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "The folder wheels has no absent" in done.stderr
    assert tiny_version(installed) == "1.0"


def test_a_package_that_is_not_the_locked_one_is_not_installed(installed: Path) -> None:
    a_wheel(installed / "wheels", "tiny", "3.0")
    lock = lock_lines("tiny", "3.0", "0" * 64)
    (installed / "requirements.txt").write_text(lock)

    done = prepare(installed)

    assert done.returncode == 1
    assert "not the one we locked" in done.stderr
    assert tiny_version(installed) == "1.0"


def test_no_network_is_one_sentence_and_the_next_start_goes_on(installed: Path) -> None:
    wheels = (installed / "wheels").rename(installed / "later")
    lines = a_wheel(wheels, "tiny", "2.0")
    (installed / "requirements.txt").write_text(lines)

    # Nobody listens on port 9 of this machine: as good as a pulled cable.
    cut = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    done = prepare(installed, **cut, PIP_CONFIG_FILE=os.devnull)
    wheels.rename(installed / "wheels")
    after = prepare(installed)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "could not be fetched from the network" in done.stderr
    assert after.returncode == 0, after.stderr
    assert tiny_version(installed) == "2.0"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(
    tmp_path: Path, module: str
) -> None:
    copy = a_copy(tmp_path)
    # As on Debian, where the module is a package of its own.
    missing = f"import sys; sys.modules[{module!r}] = None\n"

    done = subprocess.run(
        [sys.executable, "-c", missing + PREPARE],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "sudo apt install python3-venv" in done.stderr
    assert not (copy / ".venv").exists()


def test_two_installs_do_not_meet(installed: Path) -> None:
    (installed / "requirements.txt").write_text(a_wheel(installed / "wheels", "other"))
    holding = "from launch.locking import only_one; from pathlib import Path\n"
    holding += "with only_one(Path('.venv.lock')): print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding],
        cwd=installed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline().strip() == b"held"

        meanwhile = prepare(installed)
        other.communicate(b"\n")
        after = prepare(installed)

    assert "Another window is installing" in meanwhile.stderr
    assert after.returncode == 0, after.stderr


def test_a_lock_less_some_packages_keeps_the_others_hashes(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    kept = lock_lines("kept", "1", "a" * 64)
    lock.write_text("# a word\n" + kept + lock_lines("left", "1", "b" * 64))

    assert less(read_lock(lock), {"left"}) == {"kept": kept}


def test_the_real_locks_leave_out_what_must_never_come() -> None:
    runtime = read_lock(ROOT / "requirements.txt")
    every = runtime | read_lock(ROOT / "requirements-dev.txt")

    assert {"flask", "argostranslate", "ctranslate2", "whoosh"} <= set(runtime)
    assert not {"torch", "stanza", "spacy", "minisbd"} & set(every)
    assert all("--hash=sha256:" in lines for lines in every.values())
    assert "://" not in "".join(every.values())
