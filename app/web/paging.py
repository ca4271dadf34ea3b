"""Pages fill by bytes, so that none costs more than a weak link can carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db

# About 10 kB after gzip; design section 7 allows a page 14,000 bytes in all.
PAGE_BYTES = 24_000
PAGE_ROWS = 20
MAX_KEY = 2**62


class Sized(Protocol):
    """A row that knows about how many bytes it will put on the page."""

    def page_bytes(self) -> int: ...


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class Page(Generic[S]):
    """Rows in the order shown, and whether there are more on either side."""

    rows: Sequence[S]
    earlier: bool
    later: bool


def page_of(
    query: Select[tuple[S]],
    column: InstrumentedAttribute[int],
    *,
    before: int | None = None,
    at: int | None = None,
) -> Page[S]:
    """Fetch the page that ends before a key, or begins at one; the last by default.

    Keys, not page numbers: the place holds when posts are hidden or added.
    One query of at most `PAGE_ROWS` + 1 rows; beginning at a key, a second
    one that looks for a single row before it.
    """
    forward = at is not None
    edge = column >= _bounded(at) if forward else column < _bounded(before)
    order = column if forward else column.desc()
    found = (
        db.session.scalars(
            query.where(edge).order_by(None).order_by(order).limit(PAGE_ROWS + 1)
        )
        .unique()
        .all()
    )
    rows = _fill(found[:PAGE_ROWS])
    more = len(rows) < len(found)
    if forward:
        return Page(rows, earlier=_any_before(query, column, at), later=more)
    return Page(rows[::-1], earlier=more, later=before is not None)


def _any_before(
    query: Select[tuple[S]], column: InstrumentedAttribute[int], at: int | None
) -> bool:
    earlier = query.where(column < _bounded(at)).order_by(None)
    return db.session.scalar(earlier.with_only_columns(column).limit(1)) is not None


def _bounded(key: int | None) -> int:
    return MAX_KEY if key is None else max(0, min(key, MAX_KEY))


def _fill(found: Sequence[S]) -> Sequence[S]:
    """Take rows until the page is full, and one at least."""
    total = 0
    for n, row in enumerate(found):
        total += row.page_bytes()
        if total > PAGE_BYTES and n:
            return found[:n]
    return found
