"""Letters without what people leave out when they type: case, accents, marks."""

import unicodedata

APOSTROPHES = "'\u2019\u02bc\uff07\u05f3"

_FOLDED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW")
_FOLDED_MARKS = (
    *range(0x300, 0x370),
    *range(0x483, 0x48A),
    *range(0x591, 0x5C8),  # Hebrew
    *range(0x610, 0x61B),  # Arabic, and the three below
    *range(0x64B, 0x660),
    0x670,
    *range(0x6D6, 0x6EE),
    *range(0xFE00, 0xFE10),
)
_NUKTA = 7  # its combining class, in every script of India
# Letters that only look like one with an accent, and one that only seems to have one.
_FOLDED = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ð": "d", "þ": "th"}
_FOLDED |= {"æ": "ae", "œ": "oe", "ŋ": "n", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d"}
_FOLDED |= {"ƙ": "k", "ƴ": "y", "ɖ": "d", "ƒ": "f", "ʋ": "v", "й": "й", "ґ": "г"}
# Arabic, and what keyboards of Persia, Pakistan and Kurdistan have in its place.
_FOLDED |= {"ى": "ي", "ی": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ٱ": "ا"}
_FOLDED |= dict.fromkeys("ہھەۃ", "ه")
# Malayalam writes a letter that ends a syllable in two ways.
_FOLDED |= {"ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്"}
# Rows of Ethiopic letters that sound alike: a word is written with either.
for _row, _alike, _letters in (
    (0x1210, 0x1200, 8),
    (0x1280, 0x1200, 8),
    (0x1220, 0x1230, 8),
    (0x12D0, 0x12A0, 7),
    (0x1340, 0x1338, 7),
):
    _FOLDED |= {chr(_row + n): chr(_alike + n) for n in range(_letters)}
# With these the fourth vowel sounds as the first.
_FOLDED |= dict.fromkeys("ሓኃሃ", "ሀ") | dict.fromkeys("ዓኣ", "አ")
_FOLDED |= dict.fromkeys(APOSTROPHES + "\u200c\u200d\u0640", "")


def fold(word: str) -> str:
    """Take away what people leave out when they type: case, accents, marks."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return unicodedata.normalize("NFC", plain).translate(_folding)


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_one(chr(code))
        return folded


_folding = _Folding()


def _fold_one(char: str) -> str:
    if char in _FOLDED:
        return _FOLDED[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if ord(char) in _FOLDED_MARKS:
        return ""
    apart = unicodedata.normalize("NFD", char)
    if unicodedata.name(apart[0], "").startswith(_FOLDED_SCRIPTS):
        return _FOLDED.get(apart[0], apart[0])
    # A dot under a Hindi letter is often left out; its vowels never are.
    if any(unicodedata.combining(mark) == _NUKTA for mark in apart):
        return "".join(m for m in apart if unicodedata.combining(m) != _NUKTA)
    return char
