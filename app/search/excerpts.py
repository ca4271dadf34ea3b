"""Two lines of a text around the words that were looked for, with those marked."""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from markupsafe import Markup, escape

from app.search.analysis import field_of, occurrences

# Two lines of a book, three on a telephone.
EXCERPT_CHARACTERS = 120
# So much of it stands before the first word that was looked for.
BEFORE_CHARACTERS = 30
# A cut moves at most so far to fall between two words.
SPACE_CHARACTERS = 20
# Words so near to each other are shown together.
NEAR_CHARACTERS = EXCERPT_CHARACTERS // 2


class Span(NamedTuple):
    """Where a word stands that was looked for, and what it was found by."""

    start: int
    end: int
    term: str


def found_in(
    text: str,
    lang: str,
    wanted: Set[str],
    beginnings: tuple[str, ...] = (),
    *,
    enough: int | None = None,
) -> list[Span]:
    """Find the words with these terms, or that begin so, in order.

    Reads on for an excerpt's length only where `enough` different terms stand
    near each other. Until there it takes 0.6 us a word.
    """
    field = field_of(lang)
    spans: list[Span] = []
    for found in occurrences(text, field, wanted, beginnings):
        _add(spans, Span(*found))
        if enough and _terms_near(spans) >= enough:
            break
    else:
        return spans
    end = spans[-1].end
    rest = text[end : end + EXCERPT_CHARACTERS]
    for start, stop, term in occurrences(rest, field, wanted, beginnings):
        _add(spans, Span(end + start, end + stop, term))
    return spans


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """Escape a text and mark these parts of it."""
    return Markup().join(_pieces(text, 0, len(text), spans))


def excerpt(text: str, spans: Sequence[Span]) -> Markup:
    """Cut out where most of what was looked for stands; the beginning if nothing."""
    if len(text) <= EXCERPT_CHARACTERS:
        return marked(text, spans)
    start, end = _window(text, spans)
    inside = [span for span in spans if span.start >= start and span.end <= end]
    pieces = list(_pieces(text, start, end, inside))
    # With spaces that do not break, or the dots would stand on a line of their own.
    before = ["…\N{NO-BREAK SPACE}"] if start else []
    after = ["\N{NO-BREAK SPACE}…"] if end < len(text) else []
    return Markup().join([*before, *pieces, *after])


def _add(spans: list[Span], span: Span) -> None:
    if spans and span.start <= spans[-1].end:
        spans[-1] = spans[-1]._replace(end=max(span.end, spans[-1].end))
    else:
        spans.append(span)


def _terms_near(spans: Sequence[Span]) -> int:
    """Count the different terms that stand near the last one."""
    terms = set()
    for span in reversed(spans):
        if span.start < spans[-1].end - NEAR_CHARACTERS:
            break
        terms.add(span.term)
    return len(terms)


def _window(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    most = first = best = 0
    for n, span in enumerate(spans):
        while spans[first].start < span.end - NEAR_CHARACTERS and first < n:
            first += 1
        terms = len({near.term for near in spans[first : n + 1]})
        if terms > most:
            most, best = terms, spans[first].start
    start = max(0, min(best - BEFORE_CHARACTERS, len(text) - EXCERPT_CHARACTERS))
    end = start + EXCERPT_CHARACTERS
    if start:
        space = text.find(" ", start, min(start + SPACE_CHARACTERS, best))
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - SPACE_CHARACTERS, end)
        end = space if space >= 0 else end
    return start, end


def _pieces(text: str, start: int, end: int, spans: Iterable[Span]) -> Iterator[Markup]:
    at = start
    for span in spans:
        yield escape(text[at : span.start])
        yield Markup("<mark>{}</mark>").format(text[span.start : span.end])
        at = span.end
    yield escape(text[at:end])
