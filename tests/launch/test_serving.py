"""Processes are kept alive and ended, with real ones."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launch.serving import BACK_OFF_SECONDS, WELL_SECONDS, Kept
from launch.words import Stop

ENDS_AT_ONCE = "raise SystemExit(3)"
LIVES_UNTIL_ASKED = "import sys; print('up', flush=True); sys.stdin.read()"
STUBBORN = (
    "import signal, sys, time\n"
    "for name in ('SIGTERM', 'SIGBREAK'):\n"
    "    if hasattr(signal, name): signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
    "open(sys.argv[1], 'w').close()\n"
    "time.sleep(60)"
)


def a_kept(code: str, *arguments: str) -> Kept:
    return Kept("worker", [sys.executable, "-c", code, *arguments], dict(os.environ))


def wait_for_death(kept: Kept) -> None:
    assert kept.process
    kept.process.wait(timeout=20)


def test_a_death_is_answered_at_once_then_with_longer_and_longer_waits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = a_kept(ENDS_AT_ONCE)
    now = 1000.0
    waits = []
    kept.look(now)
    for _ in range(6):
        wait_for_death(kept)
        kept.look(now)
        waits.append(kept.due - now)
        now = kept.due
        kept.look(now)
    wait_for_death(kept)
    kept.close()

    assert waits == [*BACK_OFF_SECONDS, BACK_OFF_SECONDS[-1]]
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 6
    assert said[0] == "The worker ended by itself (code 3); it starts again at once."
    assert said[5].endswith("it starts again in 10 s.")


def test_who_dies_three_times_before_the_first_page_is_given_up_with_advice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = a_kept(ENDS_AT_ONCE)
    kept.unproven = True
    now = 1000.0
    kept.look(now)
    for _ in range(2):
        wait_for_death(kept)
        kept.look(now)
        now = kept.due
        kept.look(now)
    wait_for_death(kept)

    with pytest.raises(Stop, match="delete the folder"):
        kept.look(now)

    assert kept.process is None
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_program_that_is_none_is_tried_again_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    garbage = tmp_path / "python"
    garbage.write_bytes(b"\x00garbage")
    kept = Kept("worker", [str(garbage)], dict(os.environ))

    kept.look(1000.0)
    kept.look(1000.0)

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("The worker could not be started (")
    assert said[1].endswith("it starts again in 1 s.")
    assert kept.process is None
    assert kept.due == 1001.0


def test_a_process_that_lived_well_is_started_again_at_once() -> None:
    kept = a_kept(ENDS_AT_ONCE)
    kept.deaths = 4
    kept.look(1000.0)
    wait_for_death(kept)

    kept.look(1000.0 + WELL_SECONDS + 1)

    assert kept.process, "it waits although it lived well"
    assert kept.deaths == 1
    wait_for_death(kept)
    kept.close()


def test_a_live_process_is_left_alone() -> None:
    kept = a_kept(LIVES_UNTIL_ASKED)
    kept.look(0.0)
    first = kept.process
    kept.look(1000.0)

    assert kept.process is first
    kept.ask_to_end()
    kept.end(time.monotonic() + 10)


def test_who_does_not_end_is_killed_at_the_deadline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = tmp_path / "ready"
    kept = a_kept(STUBBORN, str(ready))
    kept.look(0.0)
    process = kept.process
    assert process
    while not ready.exists():
        time.sleep(0.02)

    kept.ask_to_end()
    kept.end(time.monotonic() + 0.3)

    assert process.returncode is not None
    assert "was killed" in capsys.readouterr().out


def test_a_child_sees_when_its_parent_is_killed() -> None:
    parent = (
        "import os, sys, time; sys.path.insert(0, '.')\n"
        "from launch.serving import Kept\n"
        "kept = Kept('child', [sys.executable, '-c', "
        f"{LIVES_UNTIL_ASKED!r}], dict(os.environ))\n"
        "kept.look(0.0); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"

        process.kill()

        # The child holds the same end: it closes when the child is gone too.
        assert process.stdout.read() == ""
