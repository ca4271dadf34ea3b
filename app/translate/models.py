"""The sentence memory: what was translated once serves again at no cost."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Memory(Base):
    """One sentence and its translation, by a pack's version or by a person."""

    __tablename__ = "memory"
    __table_args__ = (UniqueConstraint("pair", "sha256", "by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pair: Mapped[str] = mapped_column(String(20))
    # Of the normalised source sentence.
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    # The pack and its version, or "person".
    by: Mapped[str] = mapped_column(String(80))
    # The machine stumbled and `target` is the source sentence.
    doubt: Mapped[bool] = mapped_column(default=False)


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
