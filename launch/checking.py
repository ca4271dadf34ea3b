"""`python3 run.py test`: every check by its name and seconds, pytest last."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from launch.browser import find_browser, install_browser
from launch.packages import packages_ready
from launch.places import ROOT, child_environment, venv_program
from launch.words import Stop, say

LOCKS = ("requirements.txt", "requirements-dev.txt")
# As `python -m` or `-c`, never a script of `.venv`: those name its old folder.
CHECKS = {
    "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "ruff check": ["-m", "ruff", "check", "--quiet", "."],
    "mypy": ["-m", "mypy"],
    "import-linter": [
        "-c",
        "from importlinter.cli import lint_imports_command as main; main()",
    ],
    "djlint": ["-m", "djlint", "--lint", "--quiet", "app"],
}
NO_TESTS = 5  # pytest's exit code when it ran none


@dataclass(frozen=True)
class Outcome:
    name: str
    code: int
    seconds: float

    def __str__(self) -> str:
        word = "passed" if self.code == 0 else f"FAILED (code {self.code})"
        return f"{self.name:<14}{word:<18}{self.seconds:6.1f} s"


def check(arguments: Sequence[str]) -> int:
    """Run all checks, also after one has failed; return 1 if any has.

    `arguments` go to pytest, so that one test can be run; then the other
    checks still run, since they take seconds.
    """
    packages_ready(LOCKS)
    environment = child_environment()
    selection = browser_selection(environment)
    outcomes = [_run(name, words, environment) for name, words in CHECKS.items()]
    pytest = ["-m", "pytest", *selection, *arguments]
    outcomes.append(_run("pytest", pytest, environment))
    return _close(outcomes)


def browser_selection(environment: dict[str, str]) -> list[str]:
    """Name the browser to the tests, or say which tests are left out without one.

    Raises `Stop` where CI has none, because CI leaves no test out.
    """
    if browser := find_browser() or install_browser():
        environment["PARAVION_CHROMIUM"] = browser
        return []
    if os.environ.get("CI") == "true":
        raise Stop(
            "There is no Chromium here and CI leaves no test out: install chromium, "
            "or name it in PARAVION_CHROMIUM."
        )
    say(
        "The tests marked `browser` are left out, because there is no Chromium or "
        "Chrome here: install one, or name it in PARAVION_CHROMIUM."
    )
    return ["-m", "not browser and not sweep"]


def _run(name: str, words: Sequence[str], environment: dict[str, str]) -> Outcome:
    say(f"--- {name}")
    began = time.monotonic()
    code = subprocess.run(
        [str(venv_program("python")), *words], cwd=ROOT, env=environment, check=False
    ).returncode
    return Outcome(name, code, time.monotonic() - began)


def _close(outcomes: Sequence[Outcome]) -> int:
    failed = [outcome for outcome in outcomes if outcome.code]
    say()
    for outcome in outcomes:
        say(str(outcome))
    if outcomes[-1].code == NO_TESTS:
        say("No test was run: the words after `test` match none.")
    names = ", ".join(outcome.name for outcome in failed)
    say(f"Failed: {names}." if failed else "All checks passed.")
    return 1 if failed else 0
