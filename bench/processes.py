"""The server's own processes on an instance of their own, and what they cost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.figures import NotMeasured
from launch.addresses import serves
from launch.places import ROOT, server_environment, web_environment

PATIENCE_SECONDS = 60.0
END_SECONDS = 15.0
POLL_SECONDS = 0.05


class Started:
    """A process of ours: its costs as Linux counts them, its end."""

    def __init__(
        self, command: list[str], log: Path, environment: dict[str, str]
    ) -> None:
        self.log = log
        self.port = int(environment.get("PARAVION_PORT", 0))
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def wait_until_open(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not serves("127.0.0.1", self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise NotMeasured(f"{self.log.stem} did not start: {self.last_words()}")
            time.sleep(0.02)

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def cpu_seconds(self) -> float:
        """Sum what all its threads have cost so far, in the kernel's nanoseconds."""
        spent = 0
        try:
            for task in Path(f"/proc/{self.process.pid}/task").iterdir():
                spent += int((task / "schedstat").read_text("ascii").split()[0])
        except OSError as error:
            raise NotMeasured(
                "this system does not tell a process's CPU time"
            ) from error
        return spent / 1e9

    def cpu_ms(self, times: int, ask: Callable[[], object]) -> float:
        """Say what its threads cost each time something is asked of it."""
        before = self.cpu_seconds()
        for _n in range(times):
            ask()
        return (self.cpu_seconds() - before) * 1000 / times

    def memory_mb(self, field: str) -> float:
        """Read `VmRSS` (now) or `VmHWM` (the most so far), in 10^6 bytes."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        except OSError as error:
            raise NotMeasured("this system does not tell a process's memory") from error
        (line,) = (one for one in status.splitlines() if one.startswith(field))
        return int(line.split()[1]) * 1024 / 1e6

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def an_instance() -> Iterator[Path]:
    """An empty instance, set up as on the first start; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="paravion-bench-"))
    try:
        instance = folder / "instance"
        instance.mkdir()
        (instance / "secret_key").write_text(os.urandom(32).hex(), "ascii")
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "setup"],
            cwd=ROOT, env=server_environment(instance), check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise NotMeasured(f"setup failed: {done.stderr.strip()[-300:]}")
        yield instance
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_web(instance: Path) -> Iterator[Started]:
    """The web process as run.py starts it, open."""
    with _open(instance, ["wsgi.py"], "web.log") as web:
        yield web


@contextmanager
def a_hello(instance: Path) -> Iterator[Started]:
    """Bare Flask, on waitress with the settings of ours."""
    with _open(instance, ["-m", "bench.hello"], "hello.log") as hello:
        yield hello


@contextmanager
def a_worker(instance: Path) -> Iterator[Started]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    with running(
        command, instance / "worker.log", server_environment(instance)
    ) as worker:
        yield worker


@contextmanager
def _open(instance: Path, words: list[str], log: str) -> Iterator[Started]:
    port = {"PARAVION_HOST": "127.0.0.1", "PARAVION_PORT": str(free_port())}
    environment = web_environment(instance, **port)
    with running([sys.executable, *words], instance / log, environment) as server:
        server.wait_until_open()
        yield server


@contextmanager
def running(
    command: list[str], log: Path, environment: dict[str, str]
) -> Iterator[Started]:
    started = Started(command, log, environment)
    try:
        yield started
    finally:
        started.end()


class Cost(NamedTuple):
    """What a command and all its children took; the memory is the most at one time."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def cost_of(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a command to its end; `NotMeasured` says its last words when it fails."""
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        peak = 0
        while True:
            peak = max(peak, _peak_kib(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(POLL_SECONDS)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip()[-300:]
            raise NotMeasured(f"it ended with {process.returncode}: {words}")
    return Cost(used.ru_utime + used.ru_stime, wall, peak * 1024 / 1e6)


def _peak_kib(pid: int) -> int:
    """Sum what a process and its children have taken at most so far."""
    # Not `ru_maxrss`: in that stands the parent's memory too, from before the exec.
    total = 0
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text("ascii")
        total += sum(
            int(line.split()[1])
            for line in status.splitlines()
            if line.startswith("VmHWM")
        )
        for task in Path(f"/proc/{pid}/task").iterdir():
            children = (task / "children").read_text("ascii").split()
            total += sum(_peak_kib(int(child)) for child in children)
    return total
