"""Two lines of a text around the words that were looked for, with those marked."""

from collections.abc import Iterator

from markupsafe import Markup, escape

from app.search.analysis import field_of, words

# Two lines of a book, three on a telephone.
EXCERPT_CHARACTERS = 120
# So much of it stands before the first word that was looked for.
BEFORE_CHARACTERS = 30
# A cut moves at most so far to fall between two words.
SPACE_CHARACTERS = 20

Span = tuple[int, int]


def found_in(text: str, lang: str, wanted: set[str]) -> list[Span]:
    """Find where the wanted terms stand in a text, as (start, end), in order."""
    spans: list[Span] = []
    for word in words(text, field_of(lang)):
        if wanted.isdisjoint(word.terms):
            continue
        if spans and word.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(word.end, spans[-1][1]))
        else:
            spans.append((word.start, word.end))
    return spans


def marked(text: str, spans: list[Span]) -> Markup:
    """Escape a text and mark these parts of it."""
    return Markup().join(_pieces(text, 0, len(text), spans))


def excerpt(text: str, spans: list[Span]) -> Markup:
    """Cut out where most of what was looked for stands; the beginning if nothing."""
    if len(text) <= EXCERPT_CHARACTERS:
        return marked(text, spans)
    start, end = _window(text, spans)
    inside = [(s, e) for s, e in spans if s >= start and e <= end]
    pieces = list(_pieces(text, start, end, inside))
    before = ["… "] if start else []
    after = [" …"] if end < len(text) else []
    return Markup().join([*before, *pieces, *after])


def _window(text: str, spans: list[Span]) -> Span:
    best = max(
        (start for start, _end in spans),
        key=lambda start: sum(
            start <= s < start + EXCERPT_CHARACTERS // 2 for s, _ in spans
        ),
        default=0,
    )
    start = max(0, min(best - BEFORE_CHARACTERS, len(text) - EXCERPT_CHARACTERS))
    end = start + EXCERPT_CHARACTERS
    if start:
        space = text.find(" ", start, min(start + SPACE_CHARACTERS, best))
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - SPACE_CHARACTERS, end)
        end = space if space >= 0 else end
    return start, end


def _pieces(text: str, start: int, end: int, spans: list[Span]) -> Iterator[Markup]:
    at = start
    for begin, stop in spans:
        yield escape(text[at:begin])
        yield Markup("<mark>{}</mark>").format(text[begin:stop])
        at = stop
    yield escape(text[at:end])
