"""What pip prints is understood, by lines it really printed."""

import pytest

from launch.progress import PipRun

NO_NETWORK = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, "
    "status=None)) after connection broken by 'NewConnectionError(': Failed to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')'"
)
NOT_FOUND = "ERROR: No matching distribution found for ctranslate2==4.8.5"
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


def read(*lines: str) -> PipRun:
    run = PipRun(packages=3)
    for line in lines:
        run.read(line + "\n")
    return run


@pytest.mark.parametrize(
    ("line", "network", "disk", "missing"),
    [
        (NO_NETWORK, True, False, ""),
        (NOT_FOUND, False, False, "ctranslate2"),
        (FULL, False, True, ""),
        ("Collecting ctranslate2==4.8.5", False, False, ""),
    ],
)
def test_each_trouble_is_told_from_the_others(
    line: str, network: bool, disk: bool, missing: str
) -> None:
    run = read(line)

    assert (run.network_failed, run.disk_failed, run.missing) == (
        network,
        disk,
        missing,
    )


def test_the_count_leaves_out_what_is_for_other_systems() -> None:
    run = read(
        "Ignoring colorama: markers 'sys_platform == \"win32\"' don't match your environment",
        "Collecting alembic==1.20.1 (from -r less-requirements.txt (line 1))",
        "Requirement already satisfied: babel==2.18.0 in ./site-packages",
    )

    assert (run.collected, run.packages, run.writing) == (2, 2, False)


def test_writing_begins_with_pips_own_word() -> None:
    assert read("Installing collected packages: whoosh, pytz").writing
