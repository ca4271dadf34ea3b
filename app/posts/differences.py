"""What changed between two versions of a text, word by word, in bounded time."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from app import markup

# A sign of Chinese or Japanese is a word of its own: no spaces part them there.
_WORD = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_SENTENCE = re.compile("[^\n.!?。！？؟।]+[\n.!?。！？؟।]*|[\n.!?。！？؟।]+")
# Steps that difflib may take for two texts, about 0.1 s; `a a a` against `a b a b`
# would take it minutes otherwise.
MOST_STEPS = 3_000_000
# Left of the words that stayed, on each side of a change.
AROUND_CHARACTERS = 40

SAME, OUT, ADDED, CUT = "same", "out", "added", "cut"
Units = list[tuple[int, int]]


class Piece(NamedTuple):
    """A stretch of words that stayed, were taken out or added; a `CUT` has none."""

    kind: str
    words: str


@lru_cache(maxsize=64)
def difference(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two sources; only `SAME` pieces when no word differs.

    Where they are too long and too much alike to be compared by words, whole
    sentences count, and at worst the whole.
    """
    before, after = _words_of(old), _words_of(new)
    return tuple(_pieces(before, after))


def in_short(pieces: Sequence[Piece], most_bytes: int) -> list[Piece]:
    """Keep the changes and a few words around each, up to a number of bytes."""
    short: list[Piece] = []
    left = most_bytes
    for n, piece in enumerate(pieces):
        for kind, words in _around(piece, first=not n, last=n == len(pieces) - 1):
            raw = words.encode()
            if len(raw) > left:
                fits = raw[:left].decode(errors="ignore")
                return [*short, Piece(kind, fits), Piece(CUT, "")]
            left -= len(raw)
            short.append(Piece(kind, words))
    return short


def _around(piece: Piece, *, first: bool, last: bool) -> Iterator[Piece]:
    words, edge = piece.words, AROUND_CHARACTERS
    if piece.kind != SAME or len(words) <= 2 * edge:
        yield piece
        return
    if not first:
        yield Piece(SAME, words[: _space(words, edge)])
    yield Piece(CUT, "")
    if not last:
        yield Piece(SAME, words[_space(words, len(words) - edge) :])


def _space(words: str, place: int) -> int:
    """Find the end of the word at a place, so that none is torn that is not long."""
    found = words.find(" ", place, place + AROUND_CHARACTERS)
    return place if found < 0 else found


def _words_of(source: str) -> str:
    """Leave out what turns the neighbours round, as on every page."""
    return markup.unblocks(markup.blocks(source))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _units(_WORD, old), _units(_WORD, new)
    changes = list(_changes(old, before, new, after))
    at = 0
    for (a, b), (c, d) in changes:
        if after[at:c]:
            yield Piece(SAME, new[after[at][0] : after[c - 1][1]])
        if a < b:
            yield Piece(OUT, old[before[a][0] : before[b - 1][1]])
        if c < d:
            yield Piece(ADDED, new[after[c][0] : after[d - 1][1]])
        at = d
    if after[at:]:
        yield Piece(SAME, new[after[at][0] :])


Change = tuple[tuple[int, int], tuple[int, int]]


def _changes(old: str, before: Units, new: str, after: Units) -> list[Change]:
    """List the ranges of words that differ, as places in both texts."""
    a = [old[start:end] for start, end in before]
    b = [new[start:end] for start, end in after]
    found, _steps = _compared(a, b, MOST_STEPS)
    if found is not None:
        return found
    sentences = _in_words(_SENTENCE, old, before), _in_words(_SENTENCE, new, after)
    coarse, steps = _compared(
        [" ".join(a[start:end]) for start, end in sentences[0]],
        [" ".join(b[start:end]) for start, end in sentences[1]],
        MOST_STEPS,
    )
    if coarse is None:
        return [((0, len(a)), (0, len(b)))]
    return list(_finer(a, b, coarse, sentences, MOST_STEPS - steps))


def _finer(
    a: list[str],
    b: list[str],
    coarse: Sequence[Change],
    sentences: tuple[Units, Units],
    left: int,
) -> Iterator[Change]:
    """Compare the sentences that differ by their words, as far as the steps reach."""
    for (i, j), (k, m) in coarse:
        start, end = _edge(sentences[0], i, len(a)), _edge(sentences[0], j, len(a))
        begin, stop = _edge(sentences[1], k, len(b)), _edge(sentences[1], m, len(b))
        found, steps = _compared(a[start:end], b[begin:stop], left)
        left -= steps
        if found is None:
            yield (start, end), (begin, stop)
            continue
        for (p, q), (r, s) in found:
            yield (start + p, start + q), (begin + r, begin + s)


def _compared(
    a: Sequence[str], b: Sequence[str], most_steps: int
) -> tuple[list[Change] | None, int]:
    """Compare two lists; None where it could take more steps than that."""
    head = _same_length(a, b)
    tail = _same_length(a[head:][::-1], b[head:][::-1])
    a, b = a[head : len(a) - tail], b[head : len(b) - tail]
    in_b = Counter(b)
    pairs = sum(in_b[one] for one in a)
    steps = pairs * min(len(a), len(b)) + len(a) + len(b)
    if steps > most_steps:
        return None, 0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [
        ((head + i, head + j), (head + k, head + m))
        for kind, i, j, k, m in matcher.get_opcodes()
        if kind != "equal"
    ], steps


def _same_length(a: Sequence[str], b: Sequence[str]) -> int:
    for n, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return n
    return min(len(a), len(b))


def _units(pattern: re.Pattern[str], text: str) -> Units:
    return [found.span() for found in pattern.finditer(text)]


def _in_words(pattern: re.Pattern[str], text: str, words: Units) -> Units:
    """Say from which word to which each sentence goes."""
    ends = [end for _start, end in _units(pattern, text)]
    found: Units = []
    begin = at = 0
    for end in ends:
        while at < len(words) and words[at][1] <= end:
            at += 1
        if at > begin:
            found.append((begin, at))
            begin = at
    if begin < len(words):
        found.append((begin, len(words)))
    return found


def _edge(sentences: Units, n: int, most: int) -> int:
    return sentences[n][0] if n < len(sentences) else most
