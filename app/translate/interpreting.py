"""Sentences through one pack: names kept safe, every answer checked, failures tried again."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.translate.checks import names_in, problem
from app.translate.engine import Draft

# Names every model has met often enough to copy. A name it has not met becomes
# a word: a dog called Luna was the moon.
STAND_INS = (("Tom", "John", "Ken", "Jim"), ("Mary", "Alice", "Emily", "Jane"))

# In these only names carry a capital inside a sentence.
ONLY_NAMES_HAVE_CAPITALS = frozenset({"es", "fr", "pt", "it", "ca", "gl", "ro"})

# Log-probability a token: on 6,000 everyday sentences those below the first were
# half wrong, those below the second mostly.
UNEASY_SCORE, LEAST_SCORE = -0.5, -0.8

_CAPITALISED = re.compile(r"(?<=[^.!?¡¿\s] )(?![a-zß-öø-ÿ])[^\W\d_]{2,}")
_STOP = re.compile(r"[.!?。！？؟।…][\"'”’)]*$")
_CLAUSE = re.compile(r"(?<=[,;:])\s+")


class Speaker(Protocol):
    """What is asked of a model."""

    def translate(
        self, sentences: Sequence[str], *, careful: bool
    ) -> list[list[Draft]]: ...

    def tokens_of(self, word: str) -> int: ...


@dataclass(frozen=True)
class Told:
    """A sentence as it will be read; with `doubt` it is the source itself."""

    text: str
    doubt: bool = False


@dataclass(frozen=True)
class _Attempt:
    """A sentence made ready for the model, and the names that have stand-ins."""

    sentence: str
    asked: str
    stand_ins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Answer:
    text: str
    uneasy: bool
    score: float


def interpret(
    speaker: Speaker, sentences: Sequence[str], names: Collection[str], from_lang: str
) -> list[Told]:
    """Translate the sentences together, in one batch and one more for failures.

    `names` are those of people who may be meant. A sentence that passes no
    check comes back as it was, with `doubt`.
    """
    judge = _Judge(speaker, names, from_lang)
    first = [_attempt(sentence, names_in(sentence, names)) for sentence in sentences]
    best = judge.best_of([[one] for one in first], careful=False)
    again = [n for n, answer in enumerate(best) if answer is None or answer.uneasy]
    if again:
        others = [_other_attempts(sentences[n], names) for n in again]
        for n, answer in zip(again, judge.best_of(others, careful=True), strict=True):
            best[n] = _better(best[n], answer)
    return [
        Told(answer.text) if answer else Told(sentence, doubt=True)
        for sentence, answer in zip(sentences, best, strict=True)
    ]


class _Judge:
    def __init__(self, speaker: Speaker, names: Collection[str], lang: str) -> None:
        self._speaker, self._names, self._lang = speaker, names, lang

    def best_of(
        self, attempts: Sequence[Sequence[_Attempt]], *, careful: bool
    ) -> list[_Answer | None]:
        """Put all attempts to the model at once; choose the best for each sentence."""
        flat = [attempt for group in attempts for attempt in group]
        drafts = iter(
            self._speaker.translate([one.asked for one in flat], careful=careful)
        )
        chosen: list[_Answer | None] = []
        for group in attempts:
            best: _Answer | None = None
            for attempt in group:
                for draft in next(drafts):
                    best = _better(best, self._answer(attempt, draft))
            chosen.append(best)
        return chosen

    def _answer(self, attempt: _Attempt, draft: Draft) -> _Answer | None:
        text = _with_names(attempt, _cleaned(draft.text))
        if text is None:
            return None
        text = _shaped_like(attempt.sentence, text)
        if draft.score < LEAST_SCORE or problem(attempt.sentence, text, self._names):
            return None
        uneasy = draft.score < UNEASY_SCORE or self._misses_name(attempt.sentence, text)
        return _Answer(text, uneasy, draft.score)

    def _misses_name(self, sentence: str, text: str) -> bool:
        """Whether a word that looks like a name came out as something else."""
        if self._lang not in ONLY_NAMES_HAVE_CAPITALS or sentence.isupper():
            return False
        lost = [w for w in _CAPITALISED.findall(sentence) if w not in text]
        if not lost:
            return False
        new = [w for w in _CAPITALISED.findall(text) if w not in sentence]
        known = [word for word in new if self._speaker.tokens_of(word) == 1]
        return len(known) < len(lost)


def _other_attempts(sentence: str, names: Collection[str]) -> list[_Attempt]:
    given = names_in(sentence, names)
    guessed = [*dict.fromkeys([*given, *_CAPITALISED.findall(sentence)])]
    attempts = [
        _attempt(sentence, given),
        _attempt(sentence, given, other=True),
        _attempt(sentence, guessed),
        _attempt(sentence, guessed, other=True),
        _attempt(sentence, []),
    ]
    return [*dict.fromkeys(attempts)]


def _attempt(sentence: str, masked: Sequence[str], *, other: bool = False) -> _Attempt:
    asked, pairs = sentence, []
    free = [[n for n in names if n not in sentence] for names in STAND_INS]
    for name in masked:
        kind = free[(name[-1:] in "aá") != other]
        if kind:
            stand_in = kind.pop(0)
            asked = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", stand_in, asked)
            pairs.append((stand_in, name))
    if sentence.isupper() and not pairs:
        asked = asked.capitalize()
    if not _STOP.search(asked):
        asked += "."
    return _Attempt(sentence, asked, tuple(pairs))


def _with_names(attempt: _Attempt, text: str) -> str | None:
    """Put the names back; None when the model lost or doubled one."""
    for stand_in, name in attempt.stand_ins:
        whole = rf"(?<!\w){stand_in}(?!\w)"
        wanted = len(re.findall(whole, attempt.asked))
        text, found = re.subn(whole, name.replace("\\", ""), text)
        if found != wanted:
            return None
    return text


def _cleaned(text: str) -> str:
    """Leave nothing in a model's answer that would be read as a mark."""
    return " ".join(text.replace("*", "").split()).lstrip("->#• ")


def _shaped_like(sentence: str, text: str) -> str:
    """Give the answer the capitals and the stop of its source."""
    if not text:
        return text
    if not _STOP.search(sentence):
        text = text.rstrip(".。।")
    if sentence.isupper() and len(sentence) > 1:
        return text.upper()
    first = sentence.lstrip("¡¿")[:1]
    if first.isupper():
        return text[:1].upper() + text[1:]
    if first.islower() and not re.match(r"I\b", text):
        return text[:1].lower() + text[1:]
    return text


def _better(one: _Answer | None, other: _Answer | None) -> _Answer | None:
    if one is None or other is None:
        return one or other
    rank: Callable[[_Answer], tuple[bool, float]] = lambda a: (not a.uneasy, a.score)  # noqa: E731 - a key used once
    return max(one, other, key=rank)
