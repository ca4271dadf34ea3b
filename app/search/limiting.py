"""What a post must be besides having the words: whose, where, when, and for this reader."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import to_utc

from app.posts.models import LETTERS
from app.search import indexing
from app.search.asking import Question, bare_words
from app.search.names import Reach, authors_named
from app.web.errors import Refused
from app.web.numbers import row_number

# What `Question.where` says for letters, and the number of the forum they stand in.
AMONG_LETTERS, NO_FORUM = "letters", 0


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


def limits(reach: Reach, question: Question) -> Limits:
    """Say what this question comes to for who sees so much; no query.

    Refused, with its field, where a limit makes no sense.
    """
    since, until = question.since, question.until
    if since and until and until < since:
        raise Refused(
            _("The last day is before the first. Change one of the two."), "to"
        )
    return Limits(
        _audiences(reach),
        authors_named(reach, question.who) if bare_words(question.who) else None,
        _forums(reach, question.where) if question.where else None,
        _midnight(since) if since else None,
        _midnight(until + timedelta(1)) if until else None,
        question.lang or None,
    )


def _audiences(reach: Reach) -> frozenset[int]:
    """Number the audiences of the index that she belongs to."""
    letters = (indexing.audience_of(LETTERS, thread, 0) for thread in reach.letters)
    spaces = (indexing.audience_of("", 0, space) for space in reach.spaces)
    return frozenset((*letters, *spaces))


def _forums(reach: Reach, where: str) -> frozenset[int]:
    if where == AMONG_LETTERS:
        return frozenset([NO_FORUM])
    try:
        chosen = frozenset([row_number(where)])
    except ValueError:
        chosen = frozenset()
    if not chosen.intersection(forum.id for forum in reach.forums):
        raise Refused(
            _("This place is not there, or not for you. Choose another one."), "where"
        )
    return chosen


def _midnight(day: date) -> int:
    """Say when a day begins where the reader is, in seconds since 1970."""
    begins: datetime = to_utc(datetime.combine(day, time()))
    return int(begins.replace(tzinfo=UTC).timestamp())
