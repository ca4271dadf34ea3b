"""Days as they are typed."""

from datetime import date

import pytest
from flask import Flask

from app.web.days import read_day
from app.web.errors import Refused


@pytest.mark.parametrize(
    "typed", ["2026-05-01", " 2026-5-1 ", "2026/05/01", "2026.5.1", "٢٠٢٦-٠٥-٠١"]
)
def test_a_day_is_read_in_any_figures(app: Flask, typed: str) -> None:
    assert read_day(typed, "from") == date(2026, 5, 1)


@pytest.mark.parametrize(
    "typed",
    ["yesterday", "01-05-2026", "2026-13-01", "2026-02-30", "0000-00-00", "0001-01-01",
     "1999-12-31", "2100-01-01", "9999-99-99", "10000-01-01", "2026-05-01-02", "²⁰²⁶-¹-¹"],
)  # fmt: skip
def test_what_is_no_day_is_said_beside_its_field(app: Flask, typed: str) -> None:
    with pytest.raises(Refused, match="year, month and day") as refused:
        read_day(typed, "from")

    assert refused.value.field == "from"
