"""Reports by readers, and the moderation log whose rows hold on to each other."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.db import Base, Moment, now
from app.posts.models import Post


class Report(Base):
    """A reader asks a teacher to look at a post."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    post: Mapped[Post] = relationship()
    reporter: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ModerationLog(Base):
    """One act; each row carries the digest of the one before, so none goes missing."""

    __tablename__ = "moderation_log"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(20))
    post_uid: Mapped[str] = mapped_column(String(22), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
