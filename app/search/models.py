"""How far each generation of the index has come, as the database knows it."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class IndexState(Base):
    """The last commit of one generation; an index that knows less is rebuilt."""

    __tablename__ = "index_state"

    generation: Mapped[str] = mapped_column(String(40), primary_key=True)
    # All changes up to this one are in it.
    change_no: Mapped[int] = mapped_column(BigInteger, default=0)
    # Counts the commits: an older copy of the folder is found out even when
    # only translations had changed since.
    commit_no: Mapped[int] = mapped_column(BigInteger, default=0)
