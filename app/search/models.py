"""How far the index has come, by change number."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class IndexState(Base):
    """What one generation of the index holds; an index that knows less is rebuilt."""

    __tablename__ = "index_state"

    generation: Mapped[str] = mapped_column(String(40), primary_key=True)
    change_no: Mapped[int] = mapped_column(BigInteger, default=0)
