"""The database: typed base, names of constraints, UTC moments, and who may write when."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_SECONDS = 20


class Base(DeclarativeBase):
    """Base of all tables; constraints get names, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A zone-aware moment; stored and handed out in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Counter(Base):
    """Numbers that only rise, taken inside the transaction that uses them."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(Integer, default=0)


db = SQLAlchemy(model_class=Base)

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Begin transactions inside without taking the one writer's place.

    For GETs and for the parts of a job that only read; ends the transaction
    that was open before, so call it between transactions.
    """
    db.session.rollback()
    token = _reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


def set_reading(*, value: bool) -> None:
    """Say for this request or command whether transactions only read."""
    _reading.set(value)


def write_at_once(*statements: Executable) -> None:
    """Run and commit something small that may as well be left out.

    Raises `OperationalError` at once when somebody else is writing.
    """
    token = _reading.set(False)
    try:
        with db.engine.connect() as connection:
            _set_patience(connection.connection.dbapi_connection, 0)
            try:
                with connection.begin():
                    for statement in statements:
                        connection.execute(statement)
            finally:
                _set_patience(
                    connection.connection.dbapi_connection, BUSY_TIMEOUT_SECONDS
                )
    finally:
        _reading.reset(token)


def is_damaged(error: DBAPIError) -> bool:
    """Whether SQLite found its file torn or not its own; waiting mends neither."""
    code = int(getattr(error.orig, "sqlite_errorcode", 0))
    # The lower byte is the kind, what is above tells more of the same.
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def now() -> datetime:
    return datetime.now(UTC)


def new_uid() -> str:
    """Make a name that travels: 128 random bits as 22 characters."""
    return secrets.token_urlsafe(16)


def next_number(counter: str, count: int = 1) -> int:
    """Take `count` numbers in a row and return the first.

    Rises with the transaction: what is rolled back was never taken.
    """
    taken = db.session.scalar(
        update(Counter)
        .where(Counter.name == counter)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        db.session.add(Counter(name=counter, value=count))
        db.session.flush()
        taken = count
    return taken - count + 1


def next_change_no() -> int:
    """Take the next change number: what is new follows it, never a clock."""
    return next_number("change_no")


def last_number(counter: str) -> int:
    return db.session.scalar(select(Counter.value).where(Counter.name == counter)) or 0


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # Python's own BEGIN comes too late and never IMMEDIATE; `_begin` says it.
    connection.isolation_level = None
    _set_patience(connection, BUSY_TIMEOUT_SECONDS)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # NORMAL lost acknowledged letters in simulated power cuts; FULL lost none.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA cache_size=-8000")
    cursor.close()


def _set_patience(connection: Any, seconds: float) -> None:
    """Say how long this connection waits for another one's writing."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A transaction that reads first and writes later fails as "locked"
        # when another wrote meanwhile, whatever the timeout.
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
