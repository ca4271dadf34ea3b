"""The job table: what has to be brought in line, queued with the change itself."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Index,
    Integer,
    String,
    UniqueConstraint,
    and_,
    case,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Moment, db, now

AT_ONCE = 400  # keys in one statement; SQLite takes 999 values


class Job(Base):
    """One thing of one kind to bring in line; `wanted` over `done` means to do."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "ready_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[int] = mapped_column(Integer)
    wanted: Mapped[int] = mapped_column(default=1)
    done: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    # Higher goes first: 0 for what has just changed, below it for what nobody waits
    # for, above it once for each who asked.
    urgency: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(200))

    @classmethod
    def open(cls) -> ColumnElement[bool]:
        """Hold for jobs that wait, run or will be tried again."""
        return cls.ready_at.is_not(None)


def enqueue(kind: str, keys: Iterable[int], *, urgency: int = 0) -> None:
    """Ask for these keys to be brought in line, in the caller's transaction.

    Asking again while a job runs makes it run once more afterwards. What waits
    already keeps its urgency if that is higher.
    """
    still_open = and_(Job.open(), Job.urgency > urgency)
    wanted = sorted(set(keys))
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        there = set(
            db.session.scalars(
                update(Job)
                .where(Job.kind == kind, Job.key.in_(some))
                .values(
                    wanted=Job.wanted + 1,
                    ready_at=now(),
                    tries=0,
                    urgency=case((still_open, Job.urgency), else_=urgency),
                )
                .returning(Job.key)
                .execution_options(synchronize_session=False)
            )
        )
        db.session.add_all(
            Job(kind=kind, key=key, ready_at=now(), urgency=urgency)
            for key in some
            if key not in there
        )
    db.session.flush()


def hurry(kind: str, key: int) -> None:
    """Put one key before all that fewer have asked for; each call counts as one who asks."""
    asked = db.session.scalar(
        select(Job.urgency).where(Job.kind == kind, Job.key == key, Job.open())
    )
    enqueue(kind, [key], urgency=max(asked or 0, 0) + 1)


def open_jobs(kind: str) -> list[int]:
    """List the keys of a kind that are still to do."""
    return list(db.session.scalars(select(Job.key).where(Job.kind == kind, Job.open())))
