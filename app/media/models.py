"""One picture: the upload while it waits, then the small one that is kept."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.db import Base, Moment, new_uid, now

WAITING = "waiting"
READY = "ready"
UNREADABLE = "unreadable"
# Its bytes were deleted with the last post that carried it.
DROPPED = "dropped"


class Media(Base):
    """Content-addressed by its upload; knows its owners only by their asking."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # The upload's file in the instance's uploads folder, until it is shrunk.
    upload: Mapped[str | None] = mapped_column(String(40))
    mime: Mapped[str | None] = mapped_column(String(20))
    width: Mapped[int | None]
    height: Mapped[int | None]
    size_bytes: Mapped[int | None]
    # At most 40 kB, so it lives in the database and in every backup.
    picture: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
