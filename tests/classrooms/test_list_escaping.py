"""Formulas in cells: none goes out, and coming in again each name is as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classrooms.list_escaping import escaped, unescaped

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\tAna", "  =1", "\u200b=1",
    "\ufeff=1", "\u00a0+1", "＝1+1", "＋1", "－1", "＠SUM", "﹦1", "﹢1", "﹣1", "﹫x", "−1",
    "'=1", "''+1", "' =1",
]  # fmt: skip


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_a_spreadsheet_would_run_is_escaped(cell: str) -> None:
    assert escaped(cell) == "'" + cell
    assert unescaped(escaped(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["", "Ana", "'Abd", "O'Neil", "Ana-María", "7", "'", "1+1"]
)
def test_what_is_no_formula_stays(cell: str) -> None:
    assert escaped(cell) == unescaped(cell) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@ \t\r\n\u200b＝aé٣"), max_size=8))
def test_undoing_is_exact(cell: str) -> None:
    assert unescaped(escaped(cell)) == cell
