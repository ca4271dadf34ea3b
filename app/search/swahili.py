"""Swahili: nouns by their classes, verbs without who does it and when."""

import re
from itertools import chain

from app.search.folding import fold

# Words that change inside, and two that only look like a plural.
_OTHERS = {
    "macho": "jicho",
    "meno": "jino",
    "mawe": "jiwe",
    "mambo": "jambo",
    "nyimbo": "wimbo",
    "nyuso": "uso",
    "nyakati": "wakati",
    "wezi": "mwizi",
    "wanawake": "mwanamke",
    "mahali": "mahali",
    "usiku": "usiku",
}
# At the river, in school.
_PLACE = re.compile("(?<=..[aeiou])ni$")
# How a plural begins, what must follow, and how the singular may begin.
_PLURALS = [
    (re.compile(f"^{plural}"), singulars)
    for plural, singulars in (
        ("waa?(?=[^aeiou]..|[^aeiou][aeiou])", ("m", "mwa")),
        ("w(?=e[^aeiou]..)", ("mw",)),
        ("wa(?=[eiou][^aeiou])", ("m",)),
        ("mi(?=[^aeiou].)", ("m",)),
        ("mi(?=[aeiou][^aeiou])", ("mw",)),
        ("vi(?=[^aeiou]|a[^aeiou])", ("ki",)),
        ("vy(?=[aeiou].)", ("ch",)),
        ("ma(?=[^aeiou]..|e[^aeiou].)", ("",)),
        ("u(?=[^aeiou]...)", ("",)),
    )
]
# I, you, he, we, they, it ... and now, then, soon, already, if.
_VERB = re.compile("(?:ni|u|a|tu|m|wa|i|zi|na(?=.{4,}a$))(?:na|li|ta|me|ki)(?=...)")
_PRESENT = re.compile("na(?=.{3,}a$)")
_NOT = re.compile("(?:ha(?:u|tu|m|wa|i|zi)?|si)ku(?=..+a$)")
_NOT_NOW = re.compile("(?:hatu|hawa)(?=..+i$)")
_TO = re.compile("^(?:ku(?=[^w]..)|kw(?=[ei]..))")


def stems(word: str) -> tuple[str, ...]:
    """Give a word as one thing, then as a bare verb where it may be one."""
    word = fold(word)
    # A place, or a word that ends as one: "mtoni" is at the river, "mgeni" a guest.
    things = [_singulars(form) for form in (word, _PLACE.sub("", word))]
    return tuple(dict.fromkeys([*chain.from_iterable(things), *_verbs(word)]))


def _singulars(word: str) -> list[str]:
    if word in _OTHERS:
        return [_OTHERS[word]]
    for plural, singulars in _PLURALS:
        if plural.match(word):
            return [plural.sub(singular, word, count=1) for singular in singulars]
    return [word]


def _verbs(word: str) -> list[str]:
    if word[-1:] not in ("a", "e", "i", "o", "u"):
        return []
    stem = word
    for start in (_VERB, _NOT, _PRESENT):
        if start.match(word):
            stem = start.sub("", word, count=1)
            break
    else:
        if _NOT_NOW.match(word):
            stem = _NOT_NOW.sub("", word, count=1)[:-1] + "a"
    stem = _TO.sub("", stem, count=1)
    return [stem] if stem != word else []
