"""Workers that the tests let die or live within bounds; see victims.py."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from tests.journeys.site import NO_NETWORK
from tests.translate.victims import Fate

ROOT = Path(__file__).resolve().parents[2]

__all__ = ["Answer", "Fate", "workers"]


class Answer(NamedTuple):
    """How a worker ended; `peak_bytes` is the most memory it held."""

    signal: int
    exit: int
    peak_bytes: int


@contextmanager
def workers(instance: Path) -> Iterator[Callable[[Fate], Answer]]:
    """Start workers on an instance, one after another, with the network cut."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.translate.victims", str(instance)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(NO_NETWORK)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        asked, heard = process.stdin, process.stdout

        def live(fate: Fate) -> Answer:
            asked.write(json.dumps(asdict(fate)) + "\n")
            asked.flush()
            return Answer(**json.loads(heard.readline()))

        yield live
