"""Fixtures: a worker that dies or lives within bounds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.translate.workers import Answer, Fate, workers


@pytest.fixture
def worker(with_packs: Flask, instance: Path) -> Iterator[Callable[[Fate], Answer]]:
    """Let a worker live as it is told; starting the process takes seconds."""
    with workers(instance) as live:
        yield live
