"""What a machine's sentence must pass before a child reads it."""

import re
from collections import Counter
from collections.abc import Collection

# A translation is longer or shorter than its source by language, not tenfold.
SHORTEST, LONGEST = 0.4, 2.5
SLACK_CHARACTERS = 12
# A word said more often than in the source, by this many, is a loop.
MORE_OFTEN = 2

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_WORD_OR_STOP = re.compile(rf"{_WORD.pattern}|[,;:.!?]")
_LOOP = re.compile(r"([^\W\d_]{1,6}?)\1{3,}", re.I)
_LINK = re.compile(r"://|www\.|@", re.I)
_MAY_DOUBLE = frozenset({"had", "that"})
# Children write small numbers either way.
_SMALL = {
    "0": ("zero", "cero", "zéro", "sifuri"),
    "1": ("one", "a", "an", "un", "uno", "una", "une", "um", "uma", "moja"),
    "2": ("two", "dos", "deux", "dois", "duas", "mbili"),
    "3": ("three", "tres", "trois", "três", "tatu"),
    "4": ("four", "cuatro", "quatre", "quatro", "nne"),
    "5": ("five", "cinco", "cinq", "tano"),
    "6": ("six", "seis", "sita"),
    "7": ("seven", "siete", "sept", "sete", "saba"),
    "8": ("eight", "ocho", "huit", "oito", "nane"),
    "9": ("nine", "nueve", "neuf", "nove", "tisa"),
    "10": ("ten", "diez", "dix", "dez", "kumi"),
    "11": ("eleven", "once", "onze"),
    "12": ("twelve", "doce", "douze", "doze"),
}


def problem(source: str, target: str, names: Collection[str] = ()) -> str | None:
    """Say what is wrong with a translated sentence; None when nothing is seen.

    `names` are those of people; each that stands in the source must be kept.
    """
    if not target.strip():
        return "nothing came back"
    if _LINK.search(target) and not _LINK.search(source):
        return "a link came out of nowhere"
    if repeats(source, target):
        return "it repeats itself"
    if lost := numbers(source) - _numbers_said(target):
        return f"the number {min(lost)} is lost"
    if invented := numbers(target) - _numbers_said(source) - _spelled(source, target):
        return f"the number {min(invented)} came out of nowhere"
    if lost_names(source, target, names):
        return "a name is lost"
    if not is_plausible_length(source, target):
        return "the length is far off"
    if is_source_again(source, target, names):
        return "the source came back"
    return None


def repeats(source: str, target: str) -> bool:
    """Whether the target says something over and over that the source does not."""
    loop = _LOOP.search(target)
    if loop and not _LOOP.search(source):
        return True
    if _runs(target) > _runs(source):
        return True
    said, given = _words(target), _words(source)
    # Four words in a row that come again, though nothing in the source did.
    if _most(said, 4) > max(_most(given, 4), 1) and _most(given, 2) < 2:
        return True
    longer = [word for word in said if len(word) > 3]
    return (
        _most(longer, 1)
        > _most([word for word in given if len(word) > 3], 1) + MORE_OFTEN
        or _most(said, 2) > _most(given, 2) + 1
    )


def numbers(text: str) -> Counter[str]:
    return Counter(_digits(found) for found in _NUMBER.findall(text))


def names_in(source: str, names: Collection[str]) -> list[str]:
    """List which of the names stand in a sentence, as whole words, with a capital."""
    words = set(_WORD.findall(source))
    return sorted(name for name in names if name in words)


def lost_names(source: str, target: str, names: Collection[str]) -> list[str]:
    return [name for name in names_in(source, names) if not says(target, name)]


def is_plausible_length(source: str, target: str) -> bool:
    least = SHORTEST * len(source) - SLACK_CHARACTERS
    most = LONGEST * len(source) + SLACK_CHARACTERS
    return least <= len(target) <= most


def is_source_again(source: str, target: str, names: Collection[str] = ()) -> bool:
    """Whether the machine returned the sentence; names and one word may be alike."""
    words = [word for word in _words(source) if word.capitalize() not in names]
    return len(set(words)) > 1 and _words(source) == _words(target)


def _numbers_said(text: str) -> Counter[str]:
    said = numbers(text)
    words = Counter(_words(text))
    for digits, spelled in _SMALL.items():
        said[digits] += sum(words[word] for word in spelled)
    return said


def _spelled(source: str, target: str) -> Counter[str]:
    """Leave numbers alone that the source may have said in words we do not know."""
    return numbers(target) if not numbers(source) else Counter()


def _digits(number: str) -> str:
    return re.sub(r"[^\d]", "", number).lstrip("0") or "0"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _runs(text: str) -> int:
    """Count the most times that one to four words or stops stand there in a row."""
    tokens = [token.lower() for token in _WORD_OR_STOP.findall(text)]
    most = 1
    for length in (1, 2, 3, 4):
        for start in range(len(tokens) - length):
            unit, count = tokens[start : start + length], 1
            while tokens[start + count * length :][:length] == unit:
                count += 1
            # "had had" and "that that" are English; dots in a row are a pause.
            if unit[0] not in _MAY_DOUBLE and any(map(str.isalpha, "".join(unit))):
                most = max(most, count)
    return most


def _most(words: list[str], length: int) -> int:
    grams = Counter(
        tuple(words[at : at + length]) for at in range(len(words) - length + 1)
    )
    return max(grams.values(), default=0)


def says(target: str, name: str) -> bool:
    """Whether a word or more stand there as whole words, with their capitals."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", target) is not None
