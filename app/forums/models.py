"""Forums: named shelves for the threads of one space."""

from datetime import datetime
from typing import Self

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Viewer
from app.classrooms.models import Space, space_ids
from app.db import Base, Moment, new_uid, now


class Forum(Base):
    """A shelf for threads; who reads it is decided by its space alone."""

    __tablename__ = "forum"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    # Forums of one category stand together; empty for none.
    category: Mapped[str] = mapped_column(String(80), default="")
    lang: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)

    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def visible_to(cls, viewer: Viewer) -> Select[tuple[Self]]:
        """Select the forums of the viewer's spaces, by space, category and title."""
        return (
            select(cls)
            .where(cls.space_id.in_(space_ids(viewer)))
            .order_by(cls.space_id, cls.category, cls.title, cls.id)
        )
