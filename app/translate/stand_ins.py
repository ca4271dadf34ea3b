"""What must come out of a sentence as it went in, and what the model sees in its place."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.translate.dates import days_in
from app.translate.languages import is_foreign, writes_latin
from app.translate.phrases import LANGS
from app.translate.words import whole


class StandIn(NamedTuple):
    """A word that every model knows, and the words it may come back as."""

    asked: str
    told: tuple[str, ...]


# Names every model has met often enough to copy. A name it has not met becomes
# a word: a dog called Luna was the moon.
NAMES = (("Tom", "John", "Ken", "Jim"), ("Mary", "Alice", "Emily", "Jane"))
_ALL_NAMES = frozenset(name for names in NAMES for name in names)
# One meaning a row, in the order of LANGS; forms parted by "/" are understood.
_NOUNS = (
    ("book", "libro", "livre", "livro"),
    ("dog", "perro", "chien", "cachorro/cão"),
    ("friend", "amigo", "ami", "amigo"),
)
_FEMININE_NOUNS = (
    ("table", "mesa", "table", "mesa"),
    ("house", "casa", "maison", "casa"),
    ("door", "puerta", "porte", "porta"),
)
_PLURAL_NOUNS = (
    ("books", "libros", "livres", "livros"),
    ("dogs", "perros", "chiens", "cachorros/cães"),
)
_FEMININE_PLURAL_NOUNS = (
    ("houses", "casas", "maisons", "casas"),
    ("tables", "mesas", "tables", "mesas"),
)
_DAYS = (
    ("Monday", "lunes", "lundi", "segunda-feira/segunda"),
    ("Friday", "viernes", "vendredi", "sexta-feira/sexta"),
)
_ORDINALS = (
    ("third", "tercero/tercer/tercera", "troisième", "terceiro/terceira"),
    ("second", "segundo/segunda", "deuxième/second/seconde", "segundo/segunda"),
)
_DEGREES = ("20 degrees", "20 grados/20 grado", "20 degrés", "20 graus")
_EUROS = ("20 euros", "20 euros", "20 euros", "20 euros")
_KM = (
    "20 kilometers/20 kilometres",
    "20 kilómetros",
    "20 kilomètres",
    "20 quilômetros",
)
_METERS = ("20 meters/20 metres", "20 metros", "20 mètres", "20 metros")
_KILOS = ("20 kilos/20 kilograms", "20 kilos", "20 kilos", "20 quilos/20 kilos")
_TABLES = {
    "noun": _NOUNS,
    "feminine": _FEMININE_NOUNS,
    "nouns": _PLURAL_NOUNS,
    "feminines": _FEMININE_PLURAL_NOUNS,
    "day": _DAYS,
    "ordinal": _ORDINALS,
    "degrees": (_DEGREES,),
    "euros": (_EUROS,),
    "km": (_KM, tuple(form.replace("20", "50") for form in _KM)),
    "m": (_METERS, tuple(form.replace("20", "50") for form in _METERS)),
    "kg": (_KILOS, tuple(form.replace("20", "50") for form in _KILOS)),
}
_OF_TERMS = ("noun", "nouns", "feminine", "feminines")
_NUMBERS = ("20", "30", "40", "50", "12", "15", "60", "80")
_TIMES = ("10:30", "9:30", "8:30")

_QUOTE = re.compile(r"[\"“«„](?P<inside>[^\"“”«»„]{2,60})[\"”»“]")
# What a sentence treats as a noun.
NOUN = (
    # Addresses, @names and #words.
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)[@#]\w(?:[\w.-]*\w)?"
    # Words of code: main(), print("a"), a_b, notes.txt.
    r"|(?<!\w)[^\W\d][\w.]{0,40}\((?:[\"'\d][^()\s*]{0,20})?\)"
    r"|(?<!\w)\w{1,30}\.(?:py|html?|css|js|txt|pdf|docx?|odt|jpe?g|png|gif|mp[34])(?!\w)"
    r"|(?<!\w)\w*_\w*"
    # iPhone, YouTube, H2O, 6B, 4x4.
    r"|(?<!\w)(?:[a-z]{1,12}|[A-Z][a-z]{1,12})(?:[A-Z][a-z]{1,12}){1,3}(?!\w)"
    r"|(?<!\w)(?:[^\W\d_]{1,8}\d\w{0,8}|\d{1,3}(?:[A-Z]|x\d{1,3}))(?!\w)"
)
_KINDS = (
    ("day", r"(?<![\w/.-])\d{1,4}(?P<dot>[/.-])\d{1,2}(?P=dot)\d{1,4}(?![\w/-])"),
    ("time", r"(?<![\w:])\d{1,2}:\d{2}(?![\w:])"),
    ("degrees", r"(?<![\w.,])-?\d+(?:[.,]\d+)? ?[°º] ?[CF](?!\w)"),
    ("euros", r"(?<![\w.,])\d+(?:[.,]\d+)* ?€"),
    ("km", r"(?<![\w.,])\d+(?:[.,]\d+)* ?[kK]m(?!\w)"),
    ("m", r"(?<![\w.,])\d+(?:[.,]\d+)* ?[cm]?m(?!\w)"),
    ("kg", r"(?<![\w.,])\d+(?:[.,]\d+)* ?[kK]?g(?!\w)"),
    (
        "ordinal",
        r"(?<!\w)\d+(?:\.?[ºª°](?!\w)"
        r"|\.?(?:er|ro|do|to|mo|vo|ra|da|ta|ma|va|st|nd|rd|th|e|re|ère|ème|èmes?)(?!\w))",
    ),
    # What a model would garble: 3,5 and 1.250 and 555-1234, and long ones.
    ("number", r"(?<![\w.,])\+?\d+(?:(?:[.,/-]| (?=\d{3}(?!\d)))\d+)+(?![\w])"),
    ("number", r"(?<![\w.,])\d{5,}(?!\w)"),
)
# What a model would garble, and what only looks as if a sentence ended in it.
HARD = re.compile(
    f"(?P<name>{NOUN})|"
    + "|".join(f"(?P<{kind}{n}>{found})" for n, (kind, found) in enumerate(_KINDS))
)
_EASY = re.compile(r"(?<![\w.,])\d+(?!\w|[.,]\d)")


# A word or more of another script, with what tells its direction and its vowel signs.
_NOT_LATIN = "[^\\W\\d_a-zA-Z\u00aa\u00ba\u00c0-\u02ff\u1e00-\u1eff]"
_SIGNS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff"
_OTHER_SCRIPT = re.compile(
    rf"[\u2066-\u2068]?{_NOT_LATIN}[{_SIGNS}]*(?:\s?{_NOT_LATIN}[{_SIGNS}]*)*\u2069?"
)


class Kept(NamedTuple):
    """A stretch of a sentence, and what comes in its place afterwards."""

    start: int
    end: int
    kind: str
    said: str


class Used(NamedTuple):
    """The words a stand-in may come back as, how often, and what takes its place."""

    kind: str
    told: tuple[str, ...]
    times: int
    said: str


@dataclass(frozen=True)
class Masked:
    """A sentence made ready for the model, and what has stand-ins in it."""

    asked: str
    stand_ins: tuple[Used, ...] = ()

    def put_back(self, text: str, lang: str) -> str | None:
        """Put everything in its place; None when the model lost or doubled something."""
        for one in self.stand_ins:
            forms = "|".join(whole(form, text) for form in one.told)
            text, found = re.subn(
                rf"(?<!-)(?:{forms})(?!-)",
                one.said.replace("\\", r"\\"),
                text,
                flags=re.I,
            )
            if found != one.times:
                return None
            text = _agreeing(text, one, lang)
        return None if self._has_made_up(text) else text

    def _has_made_up(self, text: str) -> bool:
        """Whether a name came out of nowhere: to small models everybody is Tom."""
        there = " ".join([self.asked, *(one.said for one in self.stand_ins)])
        return any(
            re.search(whole(name, text), text)
            and not re.search(whole(name, there), there)
            for name in _ALL_NAMES
            if name in text
        )


def _agreeing(text: str, one: Used, lang: str) -> str:
    """Mend the little words before what was put in, and spaces in its quotes."""
    here = re.escape(one.said)
    if text.count('"') <= 2:  # of more, nobody knows which begin and which end
        text = re.sub(rf"(?<=[\"“«„]) (?={here} ?[.,!?]?[\"”»“])", "", text)
    if lang == "en" and one.said[:1].lower() in "aeiou":
        return re.sub(rf"(?<!\w)(a) (?={here})", r"\1n ", text, flags=re.I)
    if lang == "fr" and one.kind == "day":
        return re.sub(rf"(?<!le )(?<!Le )(?={here})", "le ", text)
    if lang == "pt" and one.kind == "day":
        return re.sub(rf"(?<!\w)na (?={here})", "em ", text, flags=re.I)
    return text


def kept_in(
    text: str, terms: Sequence[tuple[str, str]], from_lang: str, to_lang: str
) -> list[Kept]:
    """List what must come out its own way: terms, foreign words, days, numbers, code."""
    found: list[Kept] = []
    for term, said in terms:
        # Luna, the dog, is no moon; what was shouted is asked for in small letters.
        stands = [*re.finditer(whole(term, text), text)]
        for match in stands or re.finditer(whole(term, text), text, re.I):
            kind = _kind_of_term(match[0], said)
            _add(found, Kept(match.start(), match.end(), kind, said))
    for match in _quotes(text, from_lang):
        start, end = match.span("inside")
        _add(found, Kept(start, end, "name", match["inside"]))
    if writes_latin(from_lang):
        for match in _OTHER_SCRIPT.finditer(text):
            _add(found, Kept(match.start(), match.end(), "name", match[0]))
    for day in days_in(text, from_lang, to_lang):
        _add(found, Kept(day.start, day.end, "day", day.said))
    for match in HARD.finditer(text):
        kind = (match.lastgroup or "").rstrip("0123456789")
        _add(found, Kept(match.start(), match.end(), kind, match[0]))
    return sorted(found)


def quoted_in(text: str, lang: str) -> list[str]:
    """List the words that are quoted in another language, and titles."""
    return [match["inside"] for match in _quotes(text, lang)]


def _quotes(text: str, lang: str) -> Iterator[re.Match[str]]:
    return (
        found
        for found in _QUOTE.finditer(text)
        if is_foreign(found["inside"], lang) or _is_title(text, found)
    )


def _is_title(text: str, quote: re.Match[str]) -> bool:
    """Whether it looks like the name of a book or a song, and not like speech."""
    before, inside = text[: quote.start()].rstrip(), quote["inside"]
    return before[-1:].isalpha() and inside[:1].isupper() and inside[-1:] not in ".,!?…"


def without_terms(text: str, terms: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Leave the terms out of a text, and say them in it."""
    rest, said = text, text
    for term, how in terms:
        pattern = re.compile(whole(term, text), re.I)
        rest = pattern.sub(" ", rest)
        said = pattern.sub(how.replace("\\", r"\\"), said)
    return rest, said


def words_in(text: str, words: Collection[str], kept: Sequence[Kept]) -> list[Kept]:
    """List where these words stand outside of what is kept."""
    found = [*kept]
    for word in words:
        for match in re.finditer(whole(word, text), text):
            _add(found, Kept(match.start(), match.end(), "name", word))
    return sorted(set(found) - set(kept))


def numbers_in(text: str, kept: Sequence[Kept]) -> list[Kept]:
    """List the numbers that a model mostly, but not always, copies."""
    found = [*kept]
    for match in _EASY.finditer(text):
        _add(found, Kept(match.start(), match.end(), "number", match[0]))
    return sorted(set(found) - set(kept))


def mask(
    text: str,
    kept: Sequence[Kept],
    from_lang: str,
    to_lang: str,
    *,
    other: bool = False,
) -> Masked:
    """Let stand-ins take the places of what is kept; `other` chooses other ones."""
    supply = _Supply(text, from_lang, to_lang, other=other)
    asked, at = "", 0
    for one in sorted(kept):
        stand_in = supply.of(one)
        asked += text[at : one.start] + (stand_in or text[one.start : one.end])
        at = one.end
    return Masked(asked + text[at:], supply.used())


class _Supply:
    """Stand-ins that are neither in the sentence nor given out already."""

    def __init__(self, text: str, from_lang: str, to_lang: str, *, other: bool) -> None:
        self._text, self._other = text.lower(), other
        self._langs = (from_lang, to_lang)
        self._given: dict[tuple[str, str], StandIn] = {}
        self._times: dict[tuple[str, str], int] = {}

    def of(self, one: Kept) -> str | None:
        key = (one.kind, one.said)
        if key not in self._given:
            taken = {given.asked for given in self._given.values()}
            free = [
                stand_in
                for stand_in in self._choice(one)
                if stand_in.asked not in taken
                and not any(
                    form.lower() in self._text
                    for form in [stand_in.asked, *stand_in.told]
                )
            ]
            if not free:
                return None
            self._given[key] = free[0]
        self._times[key] = self._times.get(key, 0) + 1
        return self._given[key].asked

    def used(self) -> tuple[Used, ...]:
        return tuple(
            Used(kind, self._given[kind, said].told, times, said)
            for (kind, said), times in self._times.items()
        )

    def _choice(self, one: Kept) -> Iterator[StandIn]:
        if one.kind == "number":
            yield from (StandIn(digits, (digits,)) for digits in _NUMBERS)
            return
        if one.kind == "time":
            yield from (StandIn(time, (time,)) for time in _TIMES)
            return
        if set(self._langs) <= set(LANGS) and not (
            self._other and one.kind in _OF_TERMS
        ):
            rows = _TABLES.get(one.kind, ())
            for row in rows:
                asked, told = (
                    row[LANGS.index(lang)].split("/") for lang in self._langs
                )
                yield StandIn(asked[0], tuple(told))
        if one.kind not in (*_OF_TERMS, "name", "day"):
            return
        kind = (one.said[-1:] in "aá") != self._other
        yield from (StandIn(name, (name,)) for name in NAMES[kind])


def _kind_of_term(term: str, said: str) -> str:
    """Choose a kind of stand-in by the look of the term: a name, or a noun."""
    # In a shout all are in capitals.
    if said[:1].isupper() and not (len(said) > 1 and said.isupper()):
        return "name"
    plural = term.lower().endswith("s") and said.lower().endswith("s")
    feminine = said.lower().rstrip("s").endswith("a")
    return ("feminine" if feminine else "noun") + ("s" if plural else "")


def _add(found: list[Kept], one: Kept) -> None:
    """Take it, unless it overlaps with what was found before."""
    if all(one.end <= other.start or other.end <= one.start for other in found):
        found.append(one)
