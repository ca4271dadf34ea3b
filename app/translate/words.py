"""Where words stand in a text as whole words, in scripts with spaces and without."""

import re
import unicodedata
from functools import lru_cache

# Scripts that put no space between words, or hang endings on them (Korean).
_TOGETHER = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Accents written by themselves and vowel signs: parts of a word that are no \w.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u0900-\u0963\u0966-\u0dff\u135d-\u135f"
)
# None of them has capitals; to look for some takes three times as long to compile.
_NOT_BEFORE = rf"(?-i:(?<![^\W{_TOGETHER}])(?<![{_MARKS}]))"
_NOT_AFTER = rf"(?-i:(?![^\W{_TOGETHER}]|[{_MARKS}]))"
# "And", "with", "to", "the" are written on the word that follows.
_ON_ARABIC = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "كال", "وب", "ول")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_AFTER_ARABIC = "|".join(rf"(?<={_NOT_BEFORE}{one})" for one in _ON_ARABIC)
_IS_TOGETHER = re.compile(f"[{_TOGETHER}]")
_OF_OTHER_SCRIPTS = re.compile("[\u0300-\u1fff\u2c00-\U0010ffff]")
_APOSTROPHES = re.compile("['’]")


def whole(words: str, text: str) -> str:
    """Make the pattern that finds just these words in a text, as whole words."""
    if _OF_OTHER_SCRIPTS.search(text):
        return _whole(words)
    # Where all is Latin it is short; the one for all scripts takes 13 ms to compile.
    before = r"(?<!\w)" if words[:1].isalnum() else ""
    after = r"(?!\w)" if words[-1:].isalnum() else ""
    return before + re.escape(words) + after


def says(text: str, words: str) -> bool:
    """Whether words stand in a text as whole words, with their capitals."""
    return re.search(whole(words, text), text) is not None


@lru_cache(maxsize=2000)
def however_typed(words: str) -> str:
    """Make the pattern that finds them however accents and apostrophes were typed.

    With `re.IGNORECASE` also in capitals; what begins with one is found so alone:
    Luna, the dog, is no moon.
    """
    forms = {
        unicodedata.normalize(form, shape)
        for shape in (words, words.upper())
        for form in ("NFC", "NFD")
    }
    found = "|".join(_typed(one) for one in sorted(forms))
    return f"{_before(words[:1])}(?:{found}){_after(words[-1:])}"


def folded(text: str) -> str:
    """Reduce words to what stays the same in capitals; accents tell words apart."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    # In Turkish I is a capital of two letters.
    return unicodedata.normalize("NFC", plain.replace("i\u0307", "i").replace("ı", "i"))


@lru_cache(maxsize=2000)
def _whole(words: str) -> str:
    return _before(words[:1]) + re.escape(words) + _after(words[-1:])


def _typed(words: str) -> str:
    pattern = _APOSTROPHES.sub("['’]", re.escape(words[1:]))
    first = re.escape(words[:1])
    return f"(?-i:{first}){pattern}" if words[:1].isupper() else first + pattern


def _before(letter: str) -> str:
    if _IS_TOGETHER.match(letter) or not letter.isalnum():
        return ""
    if _ARABIC.match(letter):
        return f"(?:{_NOT_BEFORE}|{_AFTER_ARABIC})"
    return _NOT_BEFORE


def _after(letter: str) -> str:
    return "" if _IS_TOGETHER.match(letter) or _is_sign(letter) else _NOT_AFTER


def _is_sign(letter: str) -> bool:
    return not letter.isalnum() and unicodedata.category(letter)[:1] != "M"
