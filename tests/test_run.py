"""`python3 run.py` as a person starts it: its sentences, its two processes, its end."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

import launch.packages
import run
from launch.addresses import serves
from launch.places import ROOT
from launch.words import Stop, about_folder

# A server that does not stand by then is broken; a slow machine takes a tenth.
PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")


class Running:
    """A started `run.py`, what it has said, and the processes it keeps."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.said = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.said += line

    def kept(self, word: str) -> int | None:
        """Find the process that it keeps with this word on its command line."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            command = Path(f"/proc/{child}/cmdline")
            if command.exists() and word in command.read_text().split("\0"):
                return int(child)
        return None

    def another(self, word: str, than: int | None) -> int | None:
        """Find a process of this kind that is not the one named."""
        found = self.kept(word)
        return None if found == than else found

    def is_open(self) -> bool:
        assert self.process.poll() is None, self.said
        return "Paravion is open." in self.said and serves("127.0.0.1", self.port)


def until(found: Callable[[], Found | None]) -> Found:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.05)
    pytest.fail("it never came to be")


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command(port: int) -> list[str]:
    here = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, str(ROOT / "run.py"), *here]


@contextmanager
def started(instance: Path) -> Iterator[Running]:
    port = a_free_port()
    with subprocess.Popen(
        command(port),
        env=os.environ | {"PARAVION_INSTANCE": str(instance)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        running = Running(process, port)
        try:
            yield running
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            running.reader.join()


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("school") / "instance"


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for has, too."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="finds the kept processes in Linux' /proc"
)


@on_linux
def test_it_sets_up_serves_and_ends_on_ctrl_c(instance: Path) -> None:
    with started(instance) as running:
        until(running.is_open)
        web = until(lambda: running.kept("wsgi.py"))
        worker = until(lambda: running.kept("jobs"))
        running.process.send_signal(signal.SIGINT)
        code = running.process.wait(PATIENCE_SECONDS)

    assert code == 0, running.said
    assert f"http://localhost:{running.port}/first" in running.said
    assert (instance / "first-run-code").read_text().strip() in running.said
    assert "killed" not in running.said
    assert "Traceback" not in running.said
    assert "Fatal Python error" not in running.said
    assert gone(web)
    assert gone(worker)
    assert not serves("127.0.0.1", running.port)


@on_linux
@pytest.mark.parametrize(
    ("word", "name"), [("wsgi.py", "web process"), ("jobs", "worker")]
)
def test_a_killed_process_is_started_again(
    instance: Path, word: str, name: str
) -> None:
    with started(instance) as running:
        until(running.is_open)
        first = until(lambda: running.kept(word))

        os.kill(first, signal.SIGKILL)

        until(lambda: running.another(word, than=first))
        until(running.is_open)
    assert f"The {name} ended by itself (code -9); it starts again" in running.said


@on_linux
def test_its_processes_do_not_outlive_it(instance: Path) -> None:
    with started(instance) as running:
        until(running.is_open)
        web = until(lambda: running.kept("wsgi.py"))
        worker = until(lambda: running.kept("jobs"))

        running.process.kill()

        until(lambda: gone(web) and gone(worker))
    assert not serves("127.0.0.1", running.port)


def test_a_second_one_on_the_same_folder_is_sent_to_the_first(instance: Path) -> None:
    with started(instance) as running:
        until(running.is_open)

        second = subprocess.run(
            command(a_free_port()),
            env=os.environ | {"PARAVION_INSTANCE": str(instance)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert running.is_open()
    assert second.returncode == 1
    assert "Paravion already runs with the folder instance" in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(port),
            env=os.environ | {"PARAVION_INSTANCE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken")
    assert done.stderr.count("\n") == 1


def test_words_after_flask_go_to_the_servers_own_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "flask", "people", "--help"],
        env=os.environ | {"PARAVION_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "recover" in done.stdout


@pytest.mark.parametrize(
    ("version", "fits"),
    [((3, 10, 13), False), ((3, 11, 0), True), ((3, 14, 0), True), ((2, 7), False)],
)
def test_an_old_python_is_told_by_one_sentence(
    version: tuple[int, ...], fits: bool
) -> None:
    sentence = run.too_old(version)

    assert (sentence == "") is fits
    assert fits or f"this is {version[0]}.{version[1]}" in sentence


def test_an_old_python_can_read_run_py() -> None:
    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 4))


def test_what_sets_up_needs_the_standard_library_alone() -> None:
    ours = {"launch", "run"}
    for path in [ROOT / "run.py", *(ROOT / "launch").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            roots = {name.partition(".")[0] for name in names}
            assert roots <= sys.stdlib_module_names | ours, path


@pytest.mark.skipif(sys.platform == "win32", reason="read-only by Unix permissions")
def test_a_read_only_folder_is_one_sentence() -> None:
    folder = Path(tempfile.mkdtemp(prefix="paravion-"))
    try:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "launch", folder / "launch", ignore=ignored)
        for name in ("run.py", "requirements.txt"):
            shutil.copy(ROOT / name, folder)
        folder.chmod(0o555)
        # Root may write everywhere, so the child becomes nobody first.
        code = (
            "import os, sys; sys.dont_write_bytecode = True\n"
            "import run, launch.commands\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"
            "sys.argv = ['run.py']; sys.exit(run.main())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)

    assert done.returncode == 1
    assert "may not be written: copy the whole folder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    nearly_full = shutil._ntuple_diskusage(10**12, 10**12 - 1000, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)

    with pytest.raises(Stop, match="is full: free 500 MB"):
        launch.packages._install(["requirements.txt"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' full device")
def test_a_disk_that_fills_while_we_write_is_the_same_sentence() -> None:
    full = Path("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        full.write_text("a letter")

    assert "is full: free 500 MB" in about_folder(caught.value, full.parent)


def test_a_port_that_is_none_is_refused_by_name() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--port", "70000"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "70000 is no port: give one of 1 to 65535" in done.stderr
