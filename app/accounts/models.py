"""Persons (what travels), accounts (own people only), sessions and wrong tries."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Moment, db, new_uid, now


class Person(Base):
    """Who wrote it, by the name the school shares; needs no account here."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("school_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    number: Mapped[int]
    shown_name: Mapped[str] = mapped_column(String(60))
    symbol: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(8))

    @staticmethod
    def next_number(school_id: int) -> int:
        highest = select(func.max(Person.number)).where(Person.school_id == school_id)
        return (db.session.scalar(highest) or 0) + 1


class Account(Base):
    """One of our own people: the full name and the secret never leave."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    # Set for teachers, who sign in by name alone; pupils by classroom and name.
    login_folded: Mapped[str | None] = mapped_column(String(120), unique=True)
    # Argon2; none until a slip has been used.
    secret: Mapped[str | None] = mapped_column(String(120))
    slip_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    slip_until: Mapped[datetime | None] = mapped_column(Moment)
    admin: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)


class Anyone:
    """Stands for the viewer in a statement that is built once and run for many.

    Building a reading rule anew takes some 4 ms, running it 0.3. Who it is comes
    with each run, as `as_viewer` says; a run without fails.
    """

    person_id = bindparam("viewer_person_id", type_=Integer)

    @staticmethod
    def as_viewer(viewer: Account) -> dict[str, int]:
        return {"viewer_person_id": viewer.person_id}


ANYONE = Anyone()
Viewer = Account | Anyone


class SignInSession(Base):
    """One sign-in on one device; ends for good when `ended_at` is set."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class WrongTries(Base):
    """How often a secret was wrong in a row, by a name that may not even exist."""

    __tablename__ = "wrong_tries"

    # SHA-256 of where and as whom, so that the table lists no names.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime | None] = mapped_column(Moment)
