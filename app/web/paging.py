"""Pages fill by bytes, so that none costs more than a weak link can carry."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import BigInteger, Select, bindparam
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


class Pages(Generic[S]):
    """A list that is shown page by page: its statements, built once for all requests.

    Keys, not page numbers: the place holds when posts are hidden or added.
    """

    def __init__(
        self,
        query: Select[Any],
        column: InstrumentedAttribute[int],
        make: Callable[[Iterable[Any]], S],
    ) -> None:
        """`make` turns a row of the query into what the page shows."""
        self._make = make
        edge, plain = bindparam("edge", type_=BigInteger), query.order_by(None)
        most = PAGE_ROWS + 1
        self._before = plain.where(column < edge).order_by(column.desc()).limit(most)
        # Whether there is anything before the first row comes with the rows.
        earlier = plain.where(column < edge).with_only_columns(column).limit(1)
        self._from = (
            plain.add_columns(earlier.correlate(None).exists())
            .where(column >= edge)
            .order_by(column)
            .limit(most)
        )

    def page(
        self, given: dict[str, Any], *, before: int | None = None, at: int | None = None
    ) -> Page[S]:
        """Fetch the page that ends before a key, or begins at one; the last by default.

        `given` are the query's own parameters. One query of at most `PAGE_ROWS` + 1
        rows.
        """
        if at is None:
            found = self._found(self._before, given, before)
            rows = _fill([self._make(row) for row in found[:PAGE_ROWS]])
            more = len(rows) < len(found)
            return Page(rows[::-1], earlier=more, later=before is not None)
        found = self._found(self._from, given, at)
        rows = _fill([self._make(row[:-1]) for row in found[:PAGE_ROWS]])
        earlier = bool(found) and bool(found[0][-1])
        return Page(rows, earlier=earlier, later=len(rows) < len(found))

    def _found(
        self, query: Select[Any], given: dict[str, Any], edge: int | None
    ) -> Sequence[Any]:
        # The connection itself: plain columns need nothing that the session adds.
        return (
            db.session.connection()
            .execute(query, given | {"edge": _bounded(edge)})
            .all()
        )


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
