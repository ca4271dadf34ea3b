"""Sentences through one pack: names kept safe, every answer checked, failures tried again."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.translate.checks import names_in, problem
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
    speaker: Speaker,
    sentences: Sequence[str],
    names: Collection[str],
    from_lang: str,
    to_lang: str,
) -> list[Told]:
    """Translate the sentences together, in one batch and one more for failures.

    `names` are those of people who may be meant. A sentence that passes no
    check comes back as it was, with `doubt`.
    """
    parted = [opening(sentence, from_lang, to_lang, names) for sentence in sentences]
    # "no no no" breeds loops, so a word is asked for once.
    asked = [_said_once(rest) for _opened, rest in parted]
    told: dict[str, Told] = {}
    for words in asked:
        if set(_WORD.findall(words)) <= set(names):
            told[words] = Told(words)
        elif (said := saying(words, from_lang, to_lang, names)) is not None:
            told[words] = Told(_shaped_like(words, said))
    left = [words for words in dict.fromkeys(asked) if words not in told]
    judge = _Judge(speaker, names, from_lang, to_lang)
    told.update(zip(left, _ask(judge, left, names), strict=True))
    return [
        _whole(sentence, opened, rest, words, told[words])
        for sentence, (opened, rest), words in zip(
            sentences, parted, asked, strict=True
        )
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
    return Told(_shaped_like(sentence, opened + text))


def _ask(
    judge: "_Judge", sentences: Sequence[str], names: Collection[str]
) -> list[Told]:
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
    def __init__(
        self, speaker: Speaker, names: Collection[str], from_lang: str, to_lang: str
    ) -> None:
        self._speaker, self._names = speaker, names
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


def _other_attempts(sentence: str, names: Collection[str]) -> list[_Attempt]:
    given = names_in(sentence, names)
    guessed = [
        *dict.fromkeys([*given, *_QUOTED.findall(sentence), *_capitalised(sentence)])
    ]
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
        parts = re.split(whole, text)
        if len(parts) != len(re.split(whole, attempt.asked)):
            return None
        text = name.join(parts)
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
