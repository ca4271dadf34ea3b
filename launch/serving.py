"""Starts the web process and the worker, keeps both alive, ends both cleanly."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from launch.addresses import own_address, school_address, serves
from launch.instance import first_words
from launch.places import (
    ROOT,
    server_environment,
    venv_program,
    web_environment,
)
from launch.words import Stop, say

LOOK_SECONDS = 0.2
STOP_SECONDS = 10.0
# A process that lived this long was well; its next death counts as the first.
WELL_SECONDS = 60.0
BACK_OFF_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0)
# The worker waits for the first page, so that a slow machine shows it sooner.
WORKER_WAITS_SECONDS = 15.0
SLOW_SECONDS = 60.0
# Who dies so often before the first page will not live the next time either.
MOST_DEATHS_UNPROVEN = 3
DAMAGED = (
    "The web process ended {deaths} times before its first page, so the packages seem "
    "damaged: delete the folder .venv and start again."
)

if sys.platform == "win32":
    FLAGS, GROUP = subprocess.CREATE_NEW_PROCESS_GROUP, None
    END = signal.CTRL_BREAK_EVENT
else:
    FLAGS, GROUP = 0, 0
    END = signal.SIGTERM


class Kept:
    """A process that is started again whenever it dies.

    While `unproven` is set its third death in a row raises `Stop` instead.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: dict[str, str]
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.began = 0.0
        self.due = 0.0
        self.unproven = False

    def look(self, now: float) -> None:
        """Start it where it is due; say so once where it has died."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self._mourn(f"ended by itself (code {code})", now)
        if now >= self.due:
            self.began = now
            try:
                self.process = self._start()
            except OSError as error:
                self._mourn(f"could not be started ({error.strerror})", now)

    def _start(self) -> "subprocess.Popen[bytes]":
        # The pipe on its standard input ends with us, even when we are killed,
        # and so does the child: PARAVION_PARENT_PIPE tells it to watch. A group
        # of its own keeps Ctrl-C from it; we pass on the word in our order.
        return subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            creationflags=FLAGS,
            process_group=GROUP,
        )

    def _mourn(self, what: str, now: float) -> None:
        self.close()
        if now - self.began > WELL_SECONDS:
            self.deaths = 0
        wait = BACK_OFF_SECONDS[min(self.deaths, len(BACK_OFF_SECONDS) - 1)]
        self.deaths += 1
        if self.unproven and self.deaths >= MOST_DEATHS_UNPROVEN:
            raise Stop(DAMAGED.format(deaths=self.deaths))
        self.due = now + wait
        again = f"in {wait:.0f} s" if wait else "at once"
        say(f"The {self.name} {what}; it starts again {again}.")

    def ask_to_end(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.process.send_signal(END)
        except OSError:
            self.process.terminate()  # on Windows, where there is no console

    def end(self, deadline: float) -> None:
        """Wait until it has ended; kill it where the deadline has passed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            say(f"The {self.name} did not end in time and was killed; nothing is lost.")
        self.close()

    def close(self) -> None:
        if self.process is not None and self.process.stdin:
            self.process.stdin.close()
        self.process = None


def serve(instance: Path, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM; both processes have ended when it returns."""
    settings = {
        "PARAVION_HOST": host,
        "PARAVION_PORT": str(port),
        "PARAVION_PARENT_PIPE": "1",
        "PARAVION_ADDRESS": school_address(host, port) or "",
    }
    python = str(venv_program("python"))
    web = Kept(
        "web process", [python, "wsgi.py"], web_environment(instance, **settings)
    )
    worker = Kept(
        "worker",
        [python, "-m", "flask", "--app", "wsgi", "jobs", "work"],
        server_environment(instance, **settings),
    )
    stop = _stop_asked()
    try:
        _keep(web, worker, stop, instance, host, port)
    finally:
        say("Ending.")
        deadline = time.monotonic() + STOP_SECONDS
        for kept in (web, worker):
            kept.ask_to_end()
        for kept in (web, worker):
            kept.end(deadline)


def _stop_asked() -> threading.Event:
    """Set once someone asks us to end: Ctrl-C, SIGTERM, a closed window."""
    stop = threading.Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup ignores SIGHUP, and means it.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, asked)
    return stop


def _keep(
    web: Kept,
    worker: Kept,
    stop: threading.Event,
    instance: Path,
    host: str,
    port: int,
) -> None:
    began = time.monotonic()
    open_to_all = told_slow = False
    web.unproven = True
    while not stop.is_set():
        now = time.monotonic()
        web.look(now)
        if not open_to_all and serves(host, port):
            open_to_all = True
            web.unproven = False
            say(banner(instance, host, port))
        if open_to_all or now - began > WORKER_WAITS_SECONDS:
            worker.look(now)
        if not open_to_all and not told_slow and now - began > SLOW_SECONDS:
            told_slow = True
            say("The web process does not answer yet: the lines above may say why.")
        stop.wait(LOOK_SECONDS)


def banner(instance: Path, host: str, port: int) -> str:
    here = own_address(host, port)
    lines = ["", "Paravion is open.", f"  on this machine:          {here}"]
    if school := school_address(host, port):
        lines.append(f"  on the school's network:  {school}")
    if words := first_words(instance, here):
        lines += ["", words]
    return "\n".join([*lines, "", "To end it, press Ctrl-C in this window."])
