"""Sentences in capitals: asked for in small letters, and said in capitals again."""

import re
from collections.abc import Callable, Collection

from app.translate.stand_ins import HARD

_WORD = re.compile(r"[^\W\d_]+")
_LOUD_WORD = re.compile(r"(?<!\w)[^\W\d_a-zß-ÿ]{4,}(?!\w)")
_BEGINNING = re.compile(r"[^\W\d_]")
# Sought first, since it is found in few sentences.
_TWO_CAPITALS = re.compile(r"[^\W\d_a-zß-ÿ]{2}")
_I = re.compile(r"(?<!\w)i(?!\w)")
# ONU and TV are no shouts, and a name or a unit may stand in a shout as it is.
LEAST_LETTERS, LEAST_SHARE = 6, 0.8
# A word in so many pieces the model has hardly met.
UNKNOWN_PIECES = 4


def is_shouted(sentence: str) -> bool:
    """Whether a sentence is in capitals; a short word alone may be an abbreviation."""
    if not _TWO_CAPITALS.search(sentence):
        return False
    words = _WORD.findall(HARD.sub(" ", sentence))
    letters = "".join(words)
    loud = [word for word in words if word.isupper()]
    if len(words) < 2 and len(letters) < LEAST_LETTERS:
        return False
    if not any(len(word) > 1 for word in loud):
        return False
    return sum(map(len, loud)) >= LEAST_SHARE * len(letters)


def in_small_letters(
    sentence: str, names: Collection[str], pieces: Callable[[str], int]
) -> str:
    """Write it as a sentence, with a capital where it begins and for names.

    `pieces` is into how many pieces a word falls for the model: London into fewer
    than london, and into many what it has never met, such as the name of a village.
    """
    named = {name.upper(): name for name in names}

    def small(word: str) -> str:
        low, high = word.lower(), word.capitalize()
        if word in named:
            return named[word]
        known = pieces(low)
        return high if known >= UNKNOWN_PIECES or pieces(high) < known else low

    said = _outside_of_kept(sentence, lambda word: small(word[0].upper()))
    return _I.sub("I", _BEGINNING.sub(lambda first: first[0].upper(), said, count=1))


def softened(
    sentence: str, names: Collection[str], pieces: Callable[[str], int]
) -> str:
    """Write single words in small letters that are in capitals for their weight.

    The model knows them so; NASA it does not.
    """
    if not _LOUD_WORD.search(sentence):
        return sentence

    def soft(word: re.Match[str]) -> str:
        low = word[0].lower()
        is_name = word[0].capitalize() in names or word[0] in names
        return word[0] if is_name or pieces(low) > 1 else low

    return _outside_of_kept(sentence, soft, _LOUD_WORD)


def in_capitals(text: str, source: str) -> str:
    """Write it in capitals; what is kept stays as it stood in the source."""
    as_they_were = {part for part, kept in _parts(source) if kept}
    return "".join(
        part if kept and part in as_they_were else part.upper()
        for part, kept in _parts(text)
    )


def _outside_of_kept(
    text: str,
    change: Callable[[re.Match[str]], str],
    words: re.Pattern[str] = _WORD,
) -> str:
    return "".join(
        part if kept else words.sub(change, part) for part, kept in _parts(text)
    )


def _parts(text: str) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    for found in HARD.finditer(text):
        parts += [(text[at : found.start()], False), (found[0], True)]
        at = found.end()
    return [*parts, (text[at:], False)]
