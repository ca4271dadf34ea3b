"""Sentences through one pack: names kept safe, every answer checked, failures tried again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from app.translate.checks import problem, says
from app.translate.engine import Draft
from app.translate.phrases import opening, saying

# Names every model has met often enough to copy. A name it has not met becomes
# a word: a dog called Luna was the moon.
STAND_INS = (("Tom", "John", "Ken", "Jim"), ("Mary", "Alice", "Emily", "Jane"))

# In these only names carry a capital inside a sentence.
ONLY_NAMES_HAVE_CAPITALS = frozenset({"es", "fr", "pt", "it", "ca", "gl", "ro"})

# Mean log-probability of a token: of 6,000 everyday sentences those below the first
# were often wrong, those below the second mostly.
UNEASY_SCORE, LEAST_SCORE = -0.5, -0.7

_INSIDE = re.compile(r"(?<=[^.!?¡¿\s] )[^\W\d_]{2,}")
_QUOTED = re.compile(r"[\"“«„]([^\W\d_]{2,})[\"”»“]")
_WORD = re.compile(r"[^\W\d_]+")
_ONE_WORD = re.compile(r"(?P<word>[^\W\d_]+)(?:[\s,]+(?P=word))+[.!…]*", re.I)
_STOP = re.compile(r"[.!?。！？؟।…][\"'”’)]*$")
_TWO_STOPS = re.compile(r"([!?])\.$")


class Speaker(Protocol):
    """What is asked of a model."""

    def translate(
        self, sentences: Sequence[str], *, careful: bool
    ) -> list[list[Draft]]: ...

    def tokens_of(self, word: str) -> int: ...


class Asked(NamedTuple):
    """A sentence, and what in it must come out its own way.

    `names` are those of people and are kept. `terms` are words of it with how they
    are said, which may be the same word. Both only as far as they stand in it.
    """

    text: str
    names: frozenset[str] = frozenset()
    terms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Told:
    """A sentence as it will be read; with `doubt` it is the source itself."""

    text: str
    doubt: bool = False
    # Mean log-probability of a token, where a model said it.
    score: float | None = field(default=None, compare=False)
    # It passed the checks, but not with ease.
    uneasy: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class _Attempt:
    """A sentence made ready for the model, and what has stand-ins in it."""

    of: Asked
    asked: str
    # The stand-in, and what comes in its place afterwards.
    stand_ins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Answer:
    text: str
    uneasy: bool
    score: float


def interpret(
    speaker: Speaker, asked: Sequence[Asked], from_lang: str, to_lang: str
) -> list[Told]:
    """Translate the sentences together, in one batch and one more for failures.

    A sentence that passes no check comes back as it was, with `doubt`.
    """
    opened: list[str] = []
    parted: list[Asked] = []
    for one in asked:
        before, rest = opening(one.text, from_lang, to_lang, one.names)
        opened.append(before)
        parted.append(one._replace(text=rest))
    # "no no no" breeds loops, so a word is asked for once.
    once = [one._replace(text=_said_once(one.text)) for one in parted]
    told: dict[Asked, Told] = {}
    for one in once:
        if not one.terms and set(_WORD.findall(one.text)) <= one.names:
            told[one] = Told(one.text)
        elif (said := saying(one.text, from_lang, to_lang, one.names)) is not None:
            told[one] = Told(_shaped_like(one.text, said))
    left = [one for one in dict.fromkeys(once) if one not in told]
    judge = _Judge(speaker, from_lang, to_lang)
    told.update(zip(left, _ask(judge, left), strict=True))
    return [
        _whole(one.text, before, rest.text, short.text, told[short])
        for one, before, rest, short in zip(asked, opened, parted, once, strict=True)
    ]


def _said_once(sentence: str) -> str:
    found = _ONE_WORD.fullmatch(sentence)
    return found["word"] if found else sentence


def _whole(sentence: str, opened: str, rest: str, words: str, told: Told) -> Told:
    if told.doubt:
        return Told(sentence, doubt=True)
    text = told.text
    if words != rest:
        text = _WORD.sub(lambda _word: told.text, rest)
    first = re.match(r"[^\W\d_]*", text)
    if opened and first and first[0] != "I" and first[0] not in rest:
        text = text[:1].lower() + text[1:]
    return replace(told, text=_shaped_like(sentence, opened + text))


def _ask(judge: "_Judge", asked: Sequence[Asked]) -> list[Told]:
    first = [
        _attempt(one, [(name, name) for name in sorted(one.names)]) for one in asked
    ]
    best = judge.best_of([[one] for one in first], careful=False)
    again = [n for n, answer in enumerate(best) if answer is None or answer.uneasy]
    if again:
        others = [_other_attempts(asked[n]) for n in again]
        for n, answer in zip(again, judge.best_of(others, careful=True), strict=True):
            best[n] = _better(best[n], answer)
    return [
        Told(answer.text, score=answer.score, uneasy=answer.uneasy)
        if answer
        else Told(one.text, doubt=True)
        for one, answer in zip(asked, best, strict=True)
    ]


class _Judge:
    def __init__(self, speaker: Speaker, from_lang: str, to_lang: str) -> None:
        self._speaker = speaker
        self._from_lang, self._to_lang = from_lang, to_lang

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
        one, text = attempt.of, _put_back(attempt, _cleaned(draft.text))
        if text is None:
            return None
        text = _shaped_like(one.text, text)
        if draft.score < LEAST_SCORE or problem(one.text, text, one.names):
            return None
        if any(not says(text, said) for _term, said in one.terms):
            return None
        uneasy = draft.score < UNEASY_SCORE or self._misses_name(one.text, text)
        return _Answer(text, uneasy, draft.score)

    def _misses_name(self, sentence: str, text: str) -> bool:
        """Whether a word that looks like a name came out as something else."""
        if sentence.isupper():
            return False
        if any(word not in text for word in _QUOTED.findall(sentence)):
            return True
        there, here = _capitalised(sentence), _capitalised(text)
        new = [word for word in here if word not in sentence]
        if self._to_lang in ONLY_NAMES_HAVE_CAPITALS and len(new) > len(there):
            return True
        if self._from_lang not in ONLY_NAMES_HAVE_CAPITALS:
            return False
        lost = [word for word in there if word not in text]
        # España may become Spain, a word the model knows, but never Spanga.
        known = [word for word in new if self._speaker.tokens_of(word) == 1]
        return len(known) < len(lost)


def _capitalised(text: str) -> list[str]:
    """List the words inside a sentence that begin with a capital."""
    return [word for word in _INSIDE.findall(text) if word[0].isupper()]


def _other_attempts(one: Asked) -> list[_Attempt]:
    given = [(name, name) for name in sorted(one.names)]
    words = [*_QUOTED.findall(one.text), *_capitalised(one.text)]
    guessed = [*dict.fromkeys([*given, *((word, word) for word in words)])]
    attempts = [
        _attempt(one, given),
        _attempt(one, given, other=True),
        _attempt(one, guessed),
        _attempt(one, guessed, other=True),
        _attempt(one, []),
    ]
    return [*dict.fromkeys(attempts)]


def _attempt(
    one: Asked, masked: Sequence[tuple[str, str]], *, other: bool = False
) -> _Attempt:
    asked, pairs = one.text, []
    free = [[n for n in names if n not in one.text] for names in STAND_INS]
    taken = {term for term, _said in one.terms}
    for word, said in [*one.terms, *(pair for pair in masked if pair[0] not in taken)]:
        kind = free[(word[-1:] in "aá") != other]
        if kind:
            stand_in = kind.pop(0)
            asked = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", stand_in, asked)
            pairs.append((stand_in, said))
    if one.text.isupper() and not pairs:
        asked = asked.capitalize()
    if not _STOP.search(asked):
        asked += "."
    return _Attempt(one, asked, tuple(pairs))


def _put_back(attempt: _Attempt, text: str) -> str | None:
    """Put names and terms in their places; None when the model lost or doubled one."""
    for stand_in, said in attempt.stand_ins:
        whole = rf"(?<!\w){stand_in}(?!\w)"
        parts = re.split(whole, text)
        if len(parts) != len(re.split(whole, attempt.asked)):
            return None
        text = said.join(parts)
    return text


def _cleaned(text: str) -> str:
    """Leave nothing in a model's answer that would be read as a mark."""
    return " ".join(text.replace("*", "").split()).lstrip("->#• ")


def _shaped_like(sentence: str, text: str) -> str:
    """Give the answer the capitals and the stop of its source."""
    if not text:
        return text
    text = _TWO_STOPS.sub(r"\1", text)
    if not _STOP.search(sentence):
        text = text.rstrip(".。।")
    if sentence.isupper() and len(sentence) > 1:
        return text.upper()
    first = sentence.lstrip("¡¿")[:1]
    opened = len(text) - len(text.lstrip("¡¿"))
    before, letter, rest = text[:opened], text[opened : opened + 1], text[opened + 1 :]
    if first.isupper():
        return before + letter.upper() + rest
    if first.islower() and not re.match(r"I\b", letter + rest):
        return before + letter.lower() + rest
    return text


def _better(one: _Answer | None, other: _Answer | None) -> _Answer | None:
    if one is None or other is None:
        return one or other
    rank: Callable[[_Answer], tuple[bool, float]] = lambda a: (not a.uneasy, a.score)  # noqa: E731 - a key used once
    return max(one, other, key=rank)
