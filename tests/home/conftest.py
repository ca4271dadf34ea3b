"""Fixtures of My post."""

import pytest
from flask import Flask

from tests.home.pals import Pals


@pytest.fixture
def pals(app: Flask) -> Pals:
    return Pals(app)
