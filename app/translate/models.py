"""The sentence memory, what persons mend in it, and what classes want said their way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.db import Base, Moment, now
from app.posts.models import Revision

TERM_MAX = 80


class Memory(Base):
    """One sentence and its translation, by a pack's version or by a person."""

    __tablename__ = "memory"
    __table_args__ = (UniqueConstraint("pair", "sha256", "by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A pack's by Argos' codes, a person's by ours.
    pair: Mapped[str] = mapped_column(String(20))
    # Of the normalised source sentence.
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    # The pack and its version, with a mark of the terms it had to use; or "person".
    by: Mapped[str] = mapped_column(String(80))
    # The machine stumbled and `target` is the source sentence.
    doubt: Mapped[bool] = mapped_column(default=False)
    # Mean log-probability of a token, of a machine's own words.
    score: Mapped[float | None]
    # It was uneasy, and nobody has translated it back yet.
    to_check: Mapped[bool] = mapped_column(default=False, index=True)
    # Who mended it, where that is known here.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime | None] = mapped_column(Moment)


class MemorySource(Base):
    """Which revisions a sentence came from, so that erasing reaches it."""

    __tablename__ = "memory_source"
    __table_args__ = (
        UniqueConstraint("memory_id", "revision_id"),
        Index(None, "revision_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    memory_id: Mapped[int] = mapped_column(ForeignKey("memory.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))


class Mend(Base):
    """A pupil's words for a sentence of her post; they wait for her teacher like a post."""

    __tablename__ = "mend"
    __table_args__ = (UniqueConstraint("revision_id", "lang", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    # The language it is said in.
    lang: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    revision: Mapped[Revision] = relationship()


class WrongReading(Base):
    """A reader says that a sentence of a translation reads wrong."""

    __tablename__ = "wrong_reading"
    __table_args__ = (UniqueConstraint("revision_id", "lang", "sha256", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    lang: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # A teacher has mended the sentence or found it right.
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    revision: Mapped[Revision] = relationship()


class GlossaryTerm(Base):
    """A word or name of a class, and how it is said in another language, or that it stays."""

    __tablename__ = "glossary_term"
    __table_args__ = (
        UniqueConstraint("classroom_id", "lang", "term_folded", "to_lang"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    classroom_id: Mapped[int] = mapped_column(ForeignKey("classroom.id"))
    lang: Mapped[str] = mapped_column(String(8))
    term: Mapped[str] = mapped_column(String(TERM_MAX))
    term_folded: Mapped[str] = mapped_column(String(TERM_MAX))
    # Empty for all languages.
    to_lang: Mapped[str] = mapped_column(String(8), default="")
    # Empty where the term stays as it is.
    said: Mapped[str] = mapped_column(String(TERM_MAX), default="")
    # None where it came from another server.
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
