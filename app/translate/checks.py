"""What a machine's sentence must pass before a child reads it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from app.translate.shouts import is_shouted
from app.translate.words import says

# Of 120,000 translations by persons between en and es 3 in 10,000 are shorter than
# this or longer; of a small model's, those shorter have lost half their words.
SHORTEST, SLACK_SHORT = 0.65, 8
LONGEST, SLACK_LONG = 2.0, 12
# A sign that is a syllable or a word counts for as many letters.
SIGN_LETTERS = 3
# A word said more often than in the source, by this many, is a loop.
MORE_OFTEN = 2

_NUMBER = re.compile(r"\d+(?:[.,/-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
_WORD_OR_STOP = re.compile(rf"{_WORD.pattern}|[,;:.!?]")
_LOOP = re.compile(r"([^\W\d_]{1,6}?)\1{3,}", re.I)
_LINK = re.compile(r"://|www\.|@", re.I)
_SIGN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What tokenizers write for a piece that they do not know.
_UNKNOWN = re.compile("\u2047|<unk>")
_BRACKET = re.compile("[()]")
_QUOTE = re.compile('["“”„«»]')
# "All I had had", "the one he looked for for a year".
_MAY_DOUBLE = frozenset({"had", "that", "for", "at", "her", "no"})
# More and more, over and over, from time to time, hand in hand.
_ECHOES = (
    "more over again time hand side step little face door word back shoulder arms"
    " what that there heart talk cara paso mano vez boca nada cien nunca codo punto"
    " temps plus mieux peu face mais vezes"
)
_MAY_ECHO = frozenset(_ECHOES.split())

# Children write numbers either way. Each row counts up from its first in steps.
_SPELLED = (
    (0, 1, "zero one two three four five six seven eight nine ten eleven twelve"),
    (13, 1, "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
    (20, 10, "twenty thirty forty fifty sixty seventy eighty ninety hundred"),
    (0, 1, "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce"),
    (13, 1, "trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte"),
    (21, 1, "veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis"),
    (27, 1, "veintisiete veintiocho veintinueve treinta"),
    (40, 10, "cuarenta cincuenta sesenta setenta ochenta noventa cien"),
    (200, 100, "doscientos trescientos cuatrocientos quinientos seiscientos"),
    (700, 100, "setecientos ochocientos novecientos"),
    (0, 1, "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize"),
    (14, 1, "quatorze quinze seize"),
    (20, 10, "vingt trente quarante cinquante soixante"),
    (0, 1, "zero um dois três quatro cinco seis sete oito nove dez onze doze treze"),
    (14, 1, "quatorze quinze dezesseis dezessete dezoito dezenove vinte"),
    (30, 10, "trinta quarenta cinquenta sessenta setenta oitenta noventa cem"),
    (0, 1, "sifuri moja mbili tatu nne tano sita saba nane tisa kumi"),
    (20, 10, "ishirini thelathini arobaini hamsini sitini sabini themanini tisini mia"),
    *((1, 0, "a an un una une uma"), (2, 0, "duas"), (12, 0, "dozen docena noon")),
    *((15, 0, "quarter cuarto quart quarto"), (30, 0, "half media demie meia")),
    *((100, 0, "ciento cent cento"), (1000, 0, "thousand mil mille elfu")),
    (1, 0, "first primero primer primera premier première primeiro primeira"),
)
_VALUES: dict[str, set[int]] = {}
for _first, _step, _row in _SPELLED:
    for _n, _said in enumerate(_row.split()):
        _VALUES.setdefault(_said, set()).add(_first + _n * _step)


def problem(source: str, target: str, names: Collection[str] = ()) -> str | None:
    """Say what is wrong with a translated sentence; None when nothing is seen.

    `names` are those of people; each that stands in the source must be kept.
    """
    if not target.strip():
        return "nothing came back"
    if made_up := _made_up(source, target):
        return made_up
    if repeats(source, target):
        return "it repeats itself"
    if lost := _not_said(numbers(source) - numbers(target), target):
        return f"the number {lost} is lost"
    if invented := _not_said(numbers(target) - numbers(source), source):
        return f"the number {invented} came out of nowhere"
    if lost_names(source, target, names):
        return "a name is lost"
    if not is_plausible_length(source, target):
        return "the length is far off"
    if is_source_again(source, target, names):
        return "the source came back"
    return None


def _made_up(source: str, target: str) -> str | None:
    if _LINK.search(target) and not _LINK.search(source):
        return "a link came out of nowhere"
    if _UNKNOWN.search(target) and not _UNKNOWN.search(source):
        return "a word is missing"
    if _BRACKET.findall(source) != _BRACKET.findall(target):
        return "a bracket is lost or made up"
    if len(_QUOTE.findall(target)) % 2 > len(_QUOTE.findall(source)) % 2:
        return "a quote does not end"
    return None


def repeats(source: str, target: str) -> bool:
    """Whether the target says something over and over that the source does not."""
    loop = _LOOP.search(target)
    if loop and not _LOOP.search(source):
        return True
    said = _tokens(target)
    if len(set(said)) == len(said):
        return False
    given = _tokens(source)
    if _runs(said) > _runs(given) or _echoes(said) > _echoes(given):
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
    """Count the numbers; hours and minutes are two."""
    told = unicodedata.normalize("NFKC", text)
    return Counter(_digits(found) for found in _NUMBER.findall(told))


def names_in(source: str, names: Collection[str]) -> list[str]:
    """List which of the names stand in a sentence, as whole words, with a capital."""
    words = set(_LETTERS.findall(source))  # Grace's has a Grace in it
    if is_shouted(source):
        return sorted(name for name in names if {name, name.upper()} & words)
    return sorted(name for name in names if name in words)


def lost_names(source: str, target: str, names: Collection[str]) -> list[str]:
    shouted = is_shouted(source)
    return [
        name
        for name in names_in(source, names)
        if not says(target, name) and not (shouted and says(target, name.upper()))
    ]


def is_plausible_length(source: str, target: str) -> bool:
    given, said = _length(source), _length(target)
    slack = min(SLACK_LONG, 2 * given + 2)  # a letter is no half sentence
    return SHORTEST * given - SLACK_SHORT <= said <= LONGEST * given + slack


def is_source_again(source: str, target: str, names: Collection[str] = ()) -> bool:
    """Whether the machine returned the sentence; names and one word may be alike."""
    words = [word for word in _words(source) if word.capitalize() not in names]
    return len(set(words)) > 1 and _words(source) == _words(target)


def likeness(one: str, other: str) -> float:
    """Compare two wordings by three letters in a row each: 0 shares none, 1 has the same."""
    here, there = _triples(one), _triples(other)
    both = (here & there).total()
    return 2 * both / (here.total() + there.total()) if here or there else 1.0


def _not_said(digits: Counter[str], text: str) -> str | None:
    """Name a number that does not stand in the text as words either."""
    if not digits:
        return None
    values = {value for word in _words(text) for value in _VALUES.get(word, ())}
    for number in sorted(digits):
        # An hour needs no minutes: 3:00 is three.
        if number != "0" and (len(number) > 6 or not _spelled(int(number), values)):
            return number
    return None


def _spelled(n: int, values: Collection[int]) -> bool:
    """Whether a number stands there in words: 64 is sixty and four."""
    if n in values:
        return True
    for unit in (1000, 100):
        if n >= unit:
            count, rest = divmod(n, unit)
            leading = count * unit in values or (
                unit in values and (count == 1 or _spelled(count, values))
            )
            return leading and (rest == 0 or _spelled(rest, values))
    return {n - n % 10, n % 10} <= {*values, 0} if n > 10 else False


def _digits(number: str) -> str:
    told = "".join(
        str(unicodedata.decimal(char)) for char in number if char.isdecimal()
    )
    return told.lstrip("0") or "0"


def _length(text: str) -> int:
    return len(text) + (SIGN_LETTERS - 1) * len(_SIGN.findall(text))


def _triples(text: str) -> Counter[str]:
    told = f" {' '.join(_LETTERS_AND_DIGITS.findall(text.lower()))} "
    return Counter(told[at : at + 3] for at in range(len(told) - 2))


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _tokens(text: str) -> list[str]:
    return [token.lower() for token in _WORD_OR_STOP.findall(text)]


def _echoes(tokens: list[str]) -> int:
    """Count words that come again after one other word: the twins of twins."""
    return sum(
        len(token) > 3
        and token == after
        and token not in _MAY_ECHO
        and between[0].isalpha()
        # The days grow shorter and shorter.
        and not (between == "and" and token.endswith("er"))
        for token, between, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _runs(tokens: list[str]) -> int:
    """Count the most times that one to four words or stops stand there in a row."""
    most = 1
    for length in (1, 2, 3, 4):
        for start in range(len(tokens) - length):
            if tokens[start] != tokens[start + length]:
                continue
            unit, count = tokens[start : start + length], 1
            while tokens[start + count * length :][:length] == unit:
                count += 1
            # Dots in a row are a pause.
            if unit[0] not in _MAY_DOUBLE and any(map(str.isalpha, "".join(unit))):
                most = max(most, count)
    return most


def _most(words: list[str], length: int) -> int:
    grams = Counter(
        tuple(words[at : at + length]) for at in range(len(words) - length + 1)
    )
    return max(grams.values(), default=0)
