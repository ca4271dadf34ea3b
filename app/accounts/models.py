"""Persons (what travels), accounts (own people only), devices, sessions and wrong tries."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Moment, db, last_number, new_uid, now


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
    # Set for adults, who sign in by name alone; pupils by classroom and name.
    login_folded: Mapped[str | None] = mapped_column(String(120), unique=True)
    # Argon2; none until a slip has been used.
    secret: Mapped[str | None] = mapped_column(String(120))
    slip_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    slip_until: Mapped[datetime | None] = mapped_column(Moment)
    # Argon2 of three pictures, for who cannot read; counts only on opened devices.
    picture_secret: Mapped[str | None] = mapped_column(String(120))
    # Twelve figures on the printed card, in place of the class and the name.
    card: Mapped[str | None] = mapped_column(String(12), unique=True, index=True)
    # Roles in the school; who has none of them is a pupil. Denied by default.
    teacher: Mapped[bool] = mapped_column(default=False)
    admin: Mapped[bool] = mapped_column(default=False)
    # Looks after the machine, and sees no child's word anywhere.
    keeper: Mapped[bool] = mapped_column(default=False)
    # Reads what the school's pupils share, so that no adult is alone with them.
    safeguarding: Mapped[bool] = mapped_column(default=False)
    # 0 as the browser has it, 1 larger, 2 largest.
    text_size: Mapped[int] = mapped_column(default=0)
    # Whether the browser keeps a copy of what she types until *I'm done*; unset:
    # only on her own device.
    keeps_copy: Mapped[bool | None]
    # The change up to which she has been told of new threads and of her own posts.
    seen_no: Mapped[int] = mapped_column(
        BigInteger, default=lambda: last_number("change_no")
    )
    # A teacher said: not for now.
    suspended_at: Mapped[datetime | None] = mapped_column(Moment)
    # Works at the school no more; what was written stays.
    left_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)

    @property
    def adult(self) -> bool:
        """Adults sign in by name alone."""
        return self.login_folded is not None

    @property
    def may_sign_in(self) -> bool:
        return self.suspended_at is None and self.left_at is None


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


class Device(Base):
    """A tablet or PC that a teacher made the class's own; knows its classroom by id."""

    __tablename__ = "device"
    __table_args__ = (Index(None, "classroom_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    classroom_id: Mapped[int] = mapped_column(ForeignKey("classroom.id"))
    name: Mapped[str] = mapped_column(String(60))
    # Whether three pictures open an account here.
    pictures: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class SignInSession(Base):
    """One sign-in on one device; ends for good when `ended_at` is set.

    How long it lasts is told in seconds of a clock that nobody can set, see
    `elapsed`: `until_steady` on the same `boot`.
    """

    __tablename__ = "session"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    # Stands in every form of this sign-in, so that a late form tells whose it is.
    csrf_token: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    # "This is my own device": eight hours, and the browser keeps pages.
    own: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    boot: Mapped[str] = mapped_column(String(36))
    seen_steady: Mapped[int] = mapped_column(Integer)
    until_steady: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)
    device: Mapped[Device | None] = relationship()


class WrongTry(Base):
    """One secret that did not fit, by keys that tell no name and no address."""

    __tablename__ = "wrong_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of whom it was tried as, whether such a person exists or not.
    account_key: Mapped[str] = mapped_column(String(64), index=True)
    # SHA-256 of where it came from: an enrolled device, else an address.
    source_key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    boot: Mapped[str] = mapped_column(String(36))
    steady: Mapped[int] = mapped_column(Integer)
    # She signed in afterwards: it makes nobody wait, but counts for the day.
    forgiven: Mapped[bool] = mapped_column(default=False)


class KeptForm(Base):
    """A form that came after its sign-in had ended; waits for the same person."""

    __tablename__ = "kept_form"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    path: Mapped[str] = mapped_column(String(400))
    content_type: Mapped[str] = mapped_column(String(120))
    # The form as it came, pictures too, without its token.
    body: Mapped[bytes] = mapped_column(LargeBinary)
    # What she typed, to show her.
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class AccessLog(Base):
    """Who changed who may come in: slips, roles, new secrets, sign-ins that were ended."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    # None: in a terminal on the machine.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    actor: Mapped[Person | None] = relationship(foreign_keys=[actor_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
