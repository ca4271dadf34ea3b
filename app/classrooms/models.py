"""Schools, classrooms, members and spaces: who is whose audience."""

from datetime import date, datetime
from typing import Self

from sqlalchemy import (
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship
from sqlalchemy.sql.elements import SQLCoreOperations

from app.accounts.models import Account, Person, Viewer
from app.db import Base, Moment, new_uid, now

PUPIL = "pupil"
TEACHER = "teacher"
# Looks after pupils and their posts; who belongs to the class stays the teacher's.
CO_TEACHER = "co-teacher"
# The school's safeguarding lead: reads and hides, releases nothing.
SAFEGUARDING = "lead"
# Who looks after a class, and who reads along with its pupils.
TEACHES = (TEACHER, CO_TEACHER)
ADULTS = (TEACHER, CO_TEACHER, SAFEGUARDING)

CLASSROOM_SPACE = "classroom"
PARTNERSHIP = "partnership"


class School(Base):
    """A school; several of our own may share one server."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(120))
    own: Mapped[bool] = mapped_column(default=True)
    lang: Mapped[str] = mapped_column(String(8))
    # ISO 3166: CO, KE; empty until told.
    country: Mapped[str] = mapped_column(String(2), default="")
    place: Mapped[str] = mapped_column(String(80), default="")
    # IANA: America/Bogota; empty reads as UTC.
    time_zone: Mapped[str] = mapped_column(String(40), default="")
    # Codes with commas.
    reads: Mapped[str] = mapped_column(String(120), default="")
    writes: Mapped[str] = mapped_column(String(120), default="")
    # Days when the link is up: 0 is Monday.
    link_days: Mapped[str] = mapped_column(String(7), default="")
    wifi_name: Mapped[str] = mapped_column(String(40), default="")
    # Where the printed cards send pupils; told when the server's own changes.
    cards_address: Mapped[str] = mapped_column(String(200), default="")
    # Pupils are shown by a pen name instead of first name and initial.
    pen_names: Mapped[bool] = mapped_column(default=False)

    days: Mapped[list["SchoolDays"]] = relationship(order_by="SchoolDays.first_on")


class SchoolDays(Base):
    """A term or a holiday: first and last day."""

    __tablename__ = "school_days"
    __table_args__ = (Index(None, "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    # "term" or "holiday".
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(80))
    first_on: Mapped[date]
    last_on: Mapped[date]


class Classroom(Base):
    """A class; its code is what a pupil types first."""

    __tablename__ = "classroom"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(8))

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def taught_by(cls, viewer: Account) -> Select[tuple[Self]]:
        """Select the classrooms the viewer looks after, also as co-teacher, by title."""
        return cls._where_role(viewer, TEACHES)

    @classmethod
    def led_by(cls, viewer: Account) -> Select[tuple[Self]]:
        """Select the classrooms whose members and partners the viewer decides on."""
        return cls._where_role(viewer, (TEACHER,))

    @classmethod
    def _where_role(
        cls, viewer: Account, roles: tuple[str, ...]
    ) -> Select[tuple[Self]]:
        mine = Member.current().where(
            Member.person_id == viewer.person_id, Member.role.in_(roles)
        )
        return (
            select(cls)
            .where(cls.id.in_(mine.with_only_columns(Member.classroom_id)))
            .order_by(cls.title, cls.id)
        )


class Member(Base):
    """A person's role in a classroom; who has left keeps the row."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("classroom_id", "person_id"),
        UniqueConstraint("classroom_id", "name_folded"),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    classroom_id: Mapped[int] = mapped_column(ForeignKey("classroom.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(10))
    # The full name regardless of case and accents: no two alike in one class.
    name_folded: Mapped[str] = mapped_column(String(120))
    left_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    classroom: Mapped[Classroom] = relationship()

    @classmethod
    def current(cls) -> Select[tuple[Self]]:
        """Select the members who have not left."""
        return select(cls).where(cls.left_at.is_(None))


class Space(Base):
    """The only audience there is: a classroom's own, or a partnership's."""

    __tablename__ = "space"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)

    classrooms: Mapped[list["SpaceClassroom"]] = relationship(
        back_populates="space", order_by="SpaceClassroom.id"
    )

    @classmethod
    def open_to(
        cls, viewer: Account, *, as_teacher: bool = False
    ) -> Select[tuple[Self]]:
        """Select the spaces the viewer's classrooms have joined, by title."""
        return (
            select(cls)
            .where(cls.id.in_(space_ids(viewer, as_teacher=as_teacher)))
            .order_by(cls.title, cls.id)
        )


class SpaceClassroom(Base):
    """A classroom in a space: asked to come, or joined."""

    __tablename__ = "space_classroom"
    __table_args__ = (
        UniqueConstraint("space_id", "classroom_id"),
        Index(None, "classroom_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    classroom_id: Mapped[int] = mapped_column(ForeignKey("classroom.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Nobody reads or is read through a classroom whose teacher has not agreed.
    joined_at: Mapped[datetime | None] = mapped_column(Moment)

    space: Mapped[Space] = relationship(back_populates="classrooms")
    classroom: Mapped[Classroom] = relationship(lazy="joined", innerjoin=True)
    asked_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def proposer(self) -> Classroom:
        """The classroom that proposed; it joined by proposing."""
        return self.space.classrooms[0].classroom


def space_ids(
    viewer: Viewer, *, as_teacher: bool = False, as_adult: bool = False
) -> Select[tuple[int]]:
    """Select the ids of spaces the viewer belongs to, teaches in or reads along in."""
    chosen = (
        select(SpaceClassroom.space_id)
        .join(Member, Member.classroom_id == SpaceClassroom.classroom_id)
        .where(
            SpaceClassroom.joined_at.is_not(None),
            Member.left_at.is_(None),
            Member.person_id == viewer.person_id,
        )
    )
    if as_teacher:
        return chosen.where(Member.role.in_(TEACHES))
    return chosen.where(Member.role.in_(ADULTS)) if as_adult else chosen


def space_langs(space_id: SQLCoreOperations[int]) -> ScalarSelect[str]:
    """Select the languages of a space's classrooms, as one text with commas."""
    return (
        select(func.aggregate_strings(Classroom.lang, ","))
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Classroom.id)
        .where(
            SpaceClassroom.space_id == space_id, SpaceClassroom.joined_at.is_not(None)
        )
        .scalar_subquery()
    )


# Made once: an alias made at each call makes SQLAlchemy compile each page anew.
_mine, _theirs = aliased(Member), aliased(Member)


def pupils_of(viewer: Viewer, *, roles: tuple[str, ...] = ADULTS) -> Select[tuple[int]]:
    """Select the person ids of pupils, also former, whom the viewer reads along with.

    What a pupil wrote stays with the class: its teachers still read and
    release it when she has left. Whom she may release or pair are those of
    the classes where she has one of the `roles` that teach.
    """
    return (
        select(_theirs.person_id)
        .join(_mine, _mine.classroom_id == _theirs.classroom_id)
        .where(
            _mine.person_id == viewer.person_id,
            _mine.role.in_(roles),
            _mine.left_at.is_(None),
            _theirs.role == PUPIL,
        )
    )
