"""Which tests run without a browser, and how a run closes."""

import os
import sys
from pathlib import Path

import pytest

from launch.browser import find_browser
from launch.checking import Outcome, _close, _run, browser_selection
from launch.words import Stop


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that has neither a browser nor a way to install one."""
    monkeypatch.setenv("PARAVION_CHROMIUM", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_named_browser_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAVION_CHROMIUM", sys.executable)
    environment: dict[str, str] = {}

    assert browser_selection(environment) == []
    assert environment == {"PARAVION_CHROMIUM": sys.executable}


def test_a_browser_on_the_path_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser = tmp_path / ("chromium.exe" if os.name == "nt" else "chromium")
    browser.touch(mode=0o755)
    monkeypatch.delenv("PARAVION_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_browser() == str(browser)


@pytest.mark.usefixtures("no_browser")
def test_without_a_browser_a_person_is_told_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)

    assert browser_selection({}) == ["-m", "not browser and not sweep"]
    assert "The tests marked `browser` are left out" in capsys.readouterr().out


@pytest.mark.usefixtures("no_browser")
def test_without_a_browser_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(Stop, match="CI leaves no test out"):
        browser_selection({})


def test_a_check_carries_its_programs_code() -> None:
    outcome = _run("mine", ["-c", "raise SystemExit(7)"], dict(os.environ))

    assert (outcome.name, outcome.code) == ("mine", 7)


@pytest.mark.parametrize(("codes", "code"), [((0, 0), 0), ((1, 0), 1), ((0, 5), 1)])
def test_one_failed_check_fails_the_run(
    codes: tuple[int, int], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [Outcome("mypy", codes[0], 1.0), Outcome("pytest", codes[1], 2.0)]

    assert _close(checks) == code
    last = capsys.readouterr().out.splitlines()[-1]
    failed = {(0, 0): "All checks passed.", (1, 0): "Failed: mypy."}
    assert last == failed.get(codes, "Failed: pytest.")
