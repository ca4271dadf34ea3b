"""Stems: what the forms of a word have in common, by the rules of its language."""

import re
import threading
from collections.abc import Callable, Iterator

from app.search import hindi, swahili
from app.search.folding import fold
from app.search.irregular import irregular

_OUR_OWN = {"hi": hindi.stems, "sw": swahili.stems}
_SNOWBALL = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Arabic goes by ISRI, which finds the root of broken plurals.
STEMMED = frozenset(["ar", *_SNOWBALL, *_OUR_OWN])

# Words that cling to the front of the next one.
_ELISIONS = {
    "fr": re.compile("(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)"),
    "it": re.compile("(?:[cdlmst]|un|all|dall|dell|nell|sull|quest|quell)'(?=.)"),
}
_Rules = list[tuple[re.Pattern[str], str]]


def _rules(*pairs: tuple[str, str]) -> _Rules:
    return [(re.compile(pattern), becomes) for pattern, becomes in pairs]


# Forms that Snowball leaves apart: feminines, plurals, two ways of spelling.
_BEFORE = {
    "de": _rules(
        ("ae", "ä"), ("oe", "ö"), ("(?<![aeq])ue", "ü"), ("(?<=....)in(?:nen)?$", "")
    ),
    "en": _rules(
        ("(?<=...)our(?=(?:s|ed|ing|ful|ite|ites|hood|less)?$)", "or"),
        ("(?<=....)is(?=(?:e|es|ed|ing|er|ers|ation|ations)$)", "iz"),
        ("(?<=..[^aeiouy])tre(?=s?$)", "ter"),
    ),
    "es": _rules(("ces$", "z"), ("(?<=[dlnrsz])es$", "")),
    "fr": _rules(
        ("^(j|f|li|chev|nev|adi)eux$", r"\1eu"),
        ("(?<=.)eaux$", "eau"),
        ("(?<=..)(?<!e)aux$", "al"),
        ("(?<=..)oux$", "ou"),
        ("(?<=...)aise?s?$", "ais"),
        ("(?<=....)[eè]res?$", "er"),
        ("(?<=..)ifs?$", "ive"),
        ("(?<=..)trices?$", "teur"),
        ("(?<=...)euses?$", "eur"),
        ("(?<=....)eux$", "eur"),
    ),
    "it": _rules(("(?<=[cg])h(?=[ei]$)", "")),
    "pt": _rules(
        ("(?:õ|ã|o)es$", "ão"),
        ("(?<=..)(?:ais|al)$", "al"),
        ("(?<=..)(?:[eé]is|el|il)$", "il"),
        ("(?<=...)(?:[oó]is?|ol)$", "ol"),
        ("(?<=..)uis$", "ul"),
        ("(?<=[aeiou])ns$", "m"),
    ),
}
_AFTER = {
    "en": _rules(("(?<=..)ili$", "i")),
    "es": _rules(("(?<=..[aeiou])s$", "")),
    "fr": _rules(("(?<=..[aeiou])s$", "")),
    "it": _rules(("(?<=..[cg])h$", "")),
    "nl": _rules(("z$", "s"), ("v$", "f")),
    "pt": _rules(("(?<=..[aeiou])s$", "")),
}
# Words that would meet others: hand and mother, sea and mother, man and shoulder.
_KEPT = {
    # Snowball takes those in "d" for commands: "pared" is a wall.
    "es": re.compile(
        "(..+(?<!id)[aei]d|hombre|hombro|puerto|puerta|plato|plata|libro|libre"
        "|caso|casa|mesa|sol)(?:e?s)?"
    ),
    "fr": re.compile("((?:m|p|fr)[eè]re)s?"),
    "pt": re.compile("(m[aã][eo])s?"),
}
# Endings of verbs that as many nouns have: such a word is found as either.
_VERBS = {
    "de": (re.compile("(?:ge(?=.{4}))?(.{4,}?)(?:te|test|ten|tet|st|t)"), "en"),
    "fr": (re.compile("(..+?)(?:e?ons|ent)"), "er"),
}

_ARABIC_ARTICLE = re.compile("^(?:(?:[وبكف]?ال|لل)(?=..)|و(?=....))")
_ARABIC_PLURAL = re.compile("ا(.)(.)ا(.)")
# Red ones, friends; and feminines, alone or many.
_ARABIC_HAMZA = re.compile("ا?(...)اء")
_ARABIC_FEMININE = re.compile("(?<=...)(?:ه|(?<=....)ات)$")
_ARABIC_FROM = re.compile("([^اميتن]..|م[^ا]ر)ي")


def terms_of(word: str, field: str) -> list[str]:
    """List the stems of a word in small letters: as written, and without accents."""
    if field in _OUR_OWN:
        return list(_OUR_OWN[field](word))
    if "'" in word and field in _ELISIONS:
        word = _ELISIONS[field].sub("", word, count=1)
    bare = fold(word)
    stem = _arabic if field == "ar" else _stem
    known = irregular(field).get(bare)
    forms = [known] if known else dict.fromkeys([word, bare])
    found = [stem(form, field) for form in forms if form]
    if field in _VERBS:
        found += _verbs(bare, field)
    return list(dict.fromkeys(found))


def _stem(word: str, field: str) -> str:
    if field in _KEPT and (kept := _KEPT[field].fullmatch(word)):
        return fold(kept[1])
    for pattern, becomes in _BEFORE.get(field, ()):
        word = pattern.sub(becomes, word)
    stem = fold(_stemmer(field)(word))
    for pattern, becomes in _AFTER.get(field, ()):
        stem = pattern.sub(becomes, stem)
    return stem


def _verbs(word: str, field: str) -> Iterator[str]:
    endings, ending = _VERBS[field]
    if found := endings.fullmatch(word):
        yield _stem(found[1] + ending, field)


def _arabic(word: str, field: str) -> str:
    plain = fold(word)
    # With a hamza it is "I play", not "the"; without one nobody knows.
    if not word.startswith(("أ", "إ", "آ")):
        plain = _ARABIC_ARTICLE.sub("", plain, count=1)
    plain = fold(irregular(field).get(plain, plain))
    if plural := _ARABIC_PLURAL.fullmatch(plain):
        return "".join(plural.groups())
    if root := _ARABIC_HAMZA.fullmatch(plain):
        return root[1]
    plain = _ARABIC_FEMININE.sub("", plain)
    if root := _ARABIC_FROM.fullmatch(plain):
        return root[1]
    return fold(_stemmer(field)(plain))


_stemmers = threading.local()


def _stemmer(field: str) -> Callable[[str], str]:
    # The Arabic one keeps the word in itself, so no two threads may share it.
    mine: dict[str, Callable[[str], str]] = _stemmers.__dict__
    if field not in mine:
        mine[field] = _arabic_stemmer() if field == "ar" else _snowball_stemmer(field)
    return mine[field]


def _snowball_stemmer(field: str) -> Callable[[str], str]:
    # In C where this machine has PyStemmer, else the same rules in Python.
    from snowballstemmer import stemmer

    stem: Callable[[str], str] = stemmer(_SNOWBALL[field]).stemWord
    return stem


def _arabic_stemmer() -> Callable[[str], str]:
    from whoosh.lang.isri import ISRIStemmer

    stemmer = ISRIStemmer()
    # Its own normalising is a regular expression that today's Python refuses;
    # `fold` has done that work already.
    stemmer.norm = lambda _step: stemmer.stm
    stem: Callable[[str], str] = stemmer.stem
    return stem
