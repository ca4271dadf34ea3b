"""Cells that a spreadsheet would run as formulas: escaped going out, undone coming in."""

import unicodedata

# A cell that begins so is a formula or a command to Excel, LibreOffice or Sheets.
FORMULAS = tuple("=+-@\u2212")
APOSTROPHE = "'"


def escaped(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run (OWASP, CSV injection)."""
    return APOSTROPHE + cell if _runs(cell) else cell


def unescaped(cell: str) -> str:
    """Take away the one apostrophe that `escaped` put there."""
    runs = cell.startswith(APOSTROPHE) and _runs(cell)
    return cell.removeprefix(APOSTROPHE) if runs else cell


def _runs(cell: str) -> bool:
    # What was escaped already is escaped once more, so that undoing it is exact.
    begins = cell.lstrip(APOSTROPHE)
    if begins[:1] in ("\t", "\r", "\n"):
        return True
    first = next((ch for ch in begins if _is_seen(ch)), "")
    # The full-width forms run as well.
    return unicodedata.normalize("NFKC", first)[:1] in FORMULAS


def _is_seen(ch: str) -> bool:
    return not ch.isspace() and unicodedata.category(ch) not in ("Cc", "Cf", "Mn")
