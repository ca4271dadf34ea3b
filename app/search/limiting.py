"""What a post must be besides having the words: whose, where, when, and for this reader."""

from dataclasses import dataclass

from sqlalchemy import literal, select

from app.accounts.models import Account
from app.classrooms.models import space_ids
from app.db import db
from app.posts.models import LETTERS, Thread
from app.search import indexing
from app.search.asking import Question


@dataclass(frozen=True)
class Limits:
    """What the index is asked for besides words; None asks for nothing."""

    # As `indexing.audience_of` numbers them.
    audiences: frozenset[int]
    authors: frozenset[int] | None = None
    # 0 stands for letters.
    forums: frozenset[int] | None = None
    # Seconds since 1970, the second not included.
    since: int | None = None
    until: int | None = None
    # The language the author wrote in.
    written_in: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for besides words."""
        chosen = self.authors, self.forums, self.since, self.until, self.written_in
        return any(one is not None for one in chosen)


def limits(viewer: Account, question: Question) -> Limits:
    """Say what this question comes to for this reader; one query."""
    return Limits(_audiences(viewer), written_in=question.lang or None)


def _audiences(viewer: Account) -> frozenset[int]:
    """Number the audiences of the index that the viewer belongs to; one query."""
    letters = Thread.visible_to(viewer).where(Thread.kind == LETTERS).order_by(None)
    spaces = space_ids(viewer).subquery()
    rows = db.session.execute(
        select(literal(""), literal(0), spaces.c.space_id).union(
            letters.with_only_columns(literal(LETTERS), Thread.id, literal(0))
        )
    )
    return frozenset(indexing.audience_of(*row) for row in rows)
