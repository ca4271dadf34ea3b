"""Sentences through one pack: names kept safe, every answer checked, failures tried again."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from app.packs.engine import Draft
from app.translate.checks import problem
from app.translate.languages import other_language, writes_latin
from app.translate.phrases import opening, saying
from app.translate.shouts import in_capitals, in_small_letters, is_shouted, softened
from app.translate.stand_ins import (
    Kept,
    Masked,
    kept_in,
    mask,
    numbers_in,
    without_terms,
    words_in,
)
from app.translate.words import says

# In these only names carry a capital inside a sentence.
ONLY_NAMES_HAVE_CAPITALS = frozenset({"es", "fr", "pt", "it", "ca", "gl", "ro"})

# Mean log-probability of a token. Of 4,500 held-out sentences those above the first
# are at 76 points chrF, those between at 50, those below the second at 40 and half of
# them nonsense. Below the third no other settings help.
UNEASY_SCORE, LEAST_SCORE, HOPELESS_SCORE = -0.5, -0.7, -0.8
# A word in so many pieces is one that the model has hardly met: half are made up.
MADE_UP_TOKENS = 4

_INSIDE = re.compile(r"(?<=[^.!?¡¿\s] )[^\W\d_]{2,}")
_QUOTED = re.compile(r"[\"“«„]([^\W\d_]{2,})[\"”»“]")
_WORD = re.compile(r"[^\W\d_]+")
_ONE_WORD = re.compile(r"(?P<word>[^\W\d_]+)(?:[\s,]+(?P=word))+[.!…]*", re.I)
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
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
    """A sentence with some stand-ins in it, and all that must come out its own way."""

    of: Asked
    masked: Masked
    kept: tuple[Kept, ...] = ()

    @property
    def asked(self) -> str:
        asked = self.masked.asked
        return asked if _STOP.search(asked) else f"{asked}."


@dataclass(frozen=True)
class _Answer:
    text: str
    score: float
    # It passed no check, and must not be read.
    refused: bool
    # A word that looks like a name came out as another.
    misnamed: bool
    uneasy: bool


def interpret(
    speaker: Speaker, asked: Sequence[Asked], from_lang: str, to_lang: str
) -> list[Told]:
    """Translate the sentences together, in one batch and one more for failures.

    A sentence that passes no check comes back as it was, with `doubt`.
    """
    opened: list[str] = []
    parted: list[Asked] = []
    for one in (_calmed(one, speaker) for one in asked):
        before, rest = opening(one.text, from_lang, to_lang, one.names)
        opened.append(before)
        parted.append(one._replace(text=rest))
    # "no no no" breeds loops, so a word is asked for once.
    once = [one._replace(text=_said_once(one.text)) for one in parted]
    told: dict[Asked, Told] = {}
    for one in once:
        rest, said = without_terms(one.text, one.terms)
        if set(_WORD.findall(rest)) <= one.names or (
            writes_latin(from_lang) and not _LATIN.search(rest)
        ):
            told[one] = Told(_shaped_like(one.text, said))
        elif (known := saying(one.text, from_lang, to_lang, one.names)) is not None:
            told[one] = Told(_shaped_like(one.text, known))
    left = [one for one in dict.fromkeys(once) if one not in told]
    judge = _Judge(speaker, from_lang, to_lang)
    told.update(zip(left, _ask(judge, left), strict=True))
    return [
        _whole(one.text, before, rest.text, short.text, told[short])
        for one, before, rest, short in zip(asked, opened, parted, once, strict=True)
    ]


def _calmed(one: Asked, speaker: Speaker) -> Asked:
    calm = in_small_letters if is_shouted(one.text) else softened
    return one._replace(text=calm(one.text, one.names, speaker.tokens_of))


def _said_once(sentence: str) -> str:
    found = _ONE_WORD.fullmatch(sentence)
    return found["word"] if found else sentence


def _whole(sentence: str, opened: str, rest: str, words: str, told: Told) -> Told:
    if told.doubt:
        return Told(sentence, doubt=True)
    text = told.text
    if words != rest:
        # "Bla bla" is a cry, and no model's "come on, come on".
        if told.score is not None and len(text.split()) > 1:
            return Told(sentence, doubt=True)
        text = _WORD.sub(lambda _word: told.text, rest)
    first = re.match(r"[^\W\d_]*", text)
    if opened and first and first[0] != "I" and first[0] not in rest:
        text = text[:1].lower() + text[1:]
    if is_shouted(sentence):
        return replace(told, text=in_capitals(opened + text, sentence))
    if opened or sentence.isupper():
        return replace(told, text=_shaped_like(sentence, opened + text))
    return replace(told, text=text)


def _ask(judge: "_Judge", asked: Sequence[Asked]) -> list[Told]:
    first = [judge.attempt(one, one.names) for one in asked]
    best = judge.best_of([[one] for one in first], careful=False)
    # What is only uneasy is as good the first time; it is translated back one day.
    again = [n for n, answer in enumerate(best) if _may_improve(asked[n], answer)]
    if again:
        others = [judge.other_attempts(asked[n]) for n in again]
        for n, answer in zip(again, judge.best_of(others, careful=True), strict=True):
            best[n] = _better(best[n], answer)
    return [
        Told(one.text, doubt=True)
        if answer is None or answer.refused
        else Told(answer.text, score=answer.score, uneasy=answer.uneasy)
        for one, answer in zip(asked, best, strict=True)
    ]


def _may_improve(one: Asked, answer: _Answer | None) -> bool:
    """Whether a second try is worth it, which costs as much as four first ones."""
    if answer is None:
        return False  # it is too long for the model
    if answer.refused and answer.score < HOPELESS_SCORE:
        return bool(_guessed_names(one.text))
    return answer.refused or answer.misnamed


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

    def _answer(self, attempt: _Attempt, draft: Draft) -> _Answer:
        one = attempt.of
        text = attempt.masked.put_back(_cleaned(draft.text), self._to_lang)
        if text is None:
            return _Answer("", draft.score, refused=True, misnamed=True, uneasy=True)
        text = _shaped_like(one.text, text, [kept.said for kept in attempt.kept])
        text = self._with_stop_of(one.text, text)
        misnamed = self._misses_name(one.text, text)
        return _Answer(
            text,
            draft.score,
            refused=draft.score < LEAST_SCORE
            or problem(one.text, text, one.names) is not None
            or not all(_stands_in(text, kept, one) for kept in attempt.kept)
            or self._is_of_old_language(one.text, text)
            or self._is_no_word(one.text, text, draft.score),
            misnamed=misnamed,
            uneasy=misnamed
            or draft.score < UNEASY_SCORE
            or self._makes_up_words(one.text, text),
        )

    def _with_stop_of(self, sentence: str, text: str) -> str:
        """Leave a cry a cry, and a question one."""
        stop = sentence[-1:]
        if stop not in ("!", "?") or not text.endswith("."):
            return text
        text = text.rstrip(".") + stop
        opened = {"!": "¡", "?": "¿"}[stop] if self._to_lang == "es" else ""
        return text if text.startswith(("¡", "¿")) else opened + text

    def _is_of_old_language(self, sentence: str, text: str) -> bool:
        # A copy has words of its source; to ask of each sentence takes longer.
        there = set(_WORD.findall(sentence))
        if sum(word in there for word in _WORD.findall(text)) < 2:
            return False
        return other_language(text, self._to_lang, [self._from_lang]) == self._from_lang

    def _is_no_word(self, sentence: str, text: str, score: float) -> bool:
        """Whether a word without others round it came out as pieces of words.

        Where a model is at ease two pieces are a word it knows, else only one is.
        """
        if len(_WORD.findall(sentence)) != 1:
            return False
        most = 2 if score >= UNEASY_SCORE else 1
        return any(
            word not in sentence and self._speaker.tokens_of(word.lower()) > most
            for word in _WORD.findall(text)
        )

    def _makes_up_words(self, sentence: str, text: str) -> bool:
        return any(
            len(word) > MADE_UP_TOKENS
            and word not in sentence
            and self._speaker.tokens_of(word) >= MADE_UP_TOKENS
            for word in _WORD.findall(text)
        )

    def attempt(
        self,
        one: Asked,
        words: Collection[str],
        *,
        numbers: bool = False,
        other: bool = False,
    ) -> _Attempt:
        """Let stand-ins take the places of these words, and of what no model copies."""
        kept = kept_in(one.text, one.terms, self._from_lang, self._to_lang)
        masked = [*kept, *words_in(one.text, words, kept)]
        if numbers:
            masked += numbers_in(one.text, masked)
        langs = (self._from_lang, self._to_lang)
        return _Attempt(one, mask(one.text, masked, *langs, other=other), tuple(kept))

    def other_attempts(self, one: Asked) -> list[_Attempt]:
        guessed = [*dict.fromkeys([*sorted(one.names), *_guessed_names(one.text)])]
        attempts = [
            self.attempt(one, guessed, numbers=True),
            self.attempt(one, one.names, other=True),
        ]
        return [*dict.fromkeys(attempts)]

    def _misses_name(self, sentence: str, text: str) -> bool:
        """Whether a word that looks like a name came out as something else."""
        if sentence.isupper():
            return False
        if any(word not in text for word in _QUOTED.findall(sentence)):
            return True
        there, here = _capitalised(sentence), _capitalised(text)
        # Eldoret may not become Eldo, nor Luis Luisa.
        before, after = _WORD.findall(sentence), _WORD.findall(text)
        new = [word for word in here if word not in before]
        if self._to_lang in ONLY_NAMES_HAVE_CAPITALS and (
            len(new) > len(there)
            or any(self._speaker.tokens_of(word) > 1 for word in new)
        ):
            return True
        if self._from_lang not in ONLY_NAMES_HAVE_CAPITALS:
            return False
        lost = [word for word in there if word not in after]
        # España may become Spain, a word the model knows, but never Spanga.
        known = [word for word in new if self._speaker.tokens_of(word) == 1]
        return len(known) < len(lost)


def _guessed_names(sentence: str) -> list[str]:
    """List words that may be names of places, or of people nobody here knows."""
    return [*_QUOTED.findall(sentence), *_capitalised(sentence)]


def _capitalised(text: str) -> list[str]:
    """List the words inside a sentence that begin with a capital."""
    return [word for word in _INSIDE.findall(text) if word[0].isupper()]


def _stands_in(text: str, kept: Kept, one: Asked) -> bool:
    """Whether it is said; a term may take a capital at the beginning."""
    is_term = any(kept.said == said for _term, said in one.terms)
    return says(text.lower(), kept.said.lower()) if is_term else says(text, kept.said)


def _cleaned(text: str) -> str:
    """Leave nothing in a model's answer that would be read as a mark."""
    return " ".join(text.replace("*", "").split()).lstrip("->#• ")


def _shaped_like(sentence: str, text: str, kept: Sequence[str] = ()) -> str:
    """Give the answer the capitals and the stop of its source; leave what is kept."""
    if not text:
        return text
    text = _TWO_STOPS.sub(r"\1", text)
    if not _STOP.search(sentence):
        text = text.rstrip(".。।")
    if sentence.isupper() and len(sentence) > 1:
        return text.upper()
    bare = text.lstrip('¡¿"“«„')
    if any(
        bare.startswith(one) and (one[0].isupper() or not one.isalpha()) for one in kept
    ):
        return text
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
    return max(one, other, key=_rank)


def _rank(answer: _Answer) -> tuple[bool, bool, float]:
    return not answer.refused, not answer.misnamed, answer.score
