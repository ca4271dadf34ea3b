"""A whole server in a folder of its own: web and worker as processes, the network cut."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = Path(__file__).resolve().parent / "no_network"
PATIENCE_SECONDS = 60


class Site:
    """Processes as run.py starts them, without run.py, so that each can be killed."""

    def __init__(self, instance: Path, *, network: bool = False) -> None:
        self.instance = instance
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PARAVION_", "FLASK_"))
        } | {
            "PARAVION_INSTANCE": str(instance),
            "PARAVION_HOST": "127.0.0.1",
            "PARAVION_PORT": str(self.port),
            "PYTHONUTF8": "1",
        }
        if not network:
            self.env["PYTHONPATH"] = str(NO_NETWORK)
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.killer: threading.Thread | None = None

    def set_up(self) -> str:
        """Make secret, tables and packs; return the first-run code."""
        self.instance.mkdir(parents=True, exist_ok=True)
        (self.instance / "secret_key").write_text(os.urandom(32).hex(), "ascii")
        self.flask("setup")
        return (self.instance / "first-run-code").read_text("ascii").strip()

    def flask(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_web(self) -> None:
        self.web = self._start("wsgi.py", log="web.log")
        self.wait_for_web()

    def start_worker(self) -> None:
        self.worker = self._start(
            "-m", "flask", "--app", "wsgi", "jobs", "work", log="worker.log"
        )

    def _start(self, *words: str, log: str) -> subprocess.Popen[bytes]:
        with (self.instance / log).open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.env,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def wait_for_web(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(self.url + "/ping", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError((self.instance / "web.log").read_text("utf-8"))

    def join_killer(self) -> None:
        """Wait until a kill that is on its way has been done and mended."""
        if self.killer is not None:
            self.killer.join()
            self.killer = None

    def kill(self, process: subprocess.Popen[bytes] | None) -> None:
        """End a process as a pulled plug does."""
        if process is not None:
            process.kill()
            process.wait()

    def stop(self) -> None:
        self.join_killer()
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.web, self.worker):
            if process is not None:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_site(folder: Path, *, network: bool = False) -> Iterator[tuple[Site, str]]:
    """A server that runs, with its first-run code."""
    site = Site(folder / "instance", network=network)
    code = site.set_up()
    try:
        site.start_web()
        site.start_worker()
        yield site, code
    finally:
        site.stop()
