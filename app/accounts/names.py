"""Names and figures as people type them: case, accents, Arabic forms and digits."""

import re
import unicodedata

from app.markup import without_heaps

# Letters that Arabic keyboards and hands use for one another.
ARABIC_FORMS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ک": "ك",
        "ـ": None,
    }
)
# Emoji families, Persian and Indic spelling need these two; to the eye they are nothing.
JOINERS = "\u200c\u200d"
# Say only how the letter before is drawn.
NO_LETTERS = str.maketrans(
    dict.fromkeys([*map(ord, JOINERS), 0x034F, *range(0xFE00, 0xFE10)])
)
# Longest first name that fits into a shown name with its initial and a number.
FIRST_MAX = 50
# Far above any name or title; Unicode sorts heaps of marks in quadratic time.
READ_MAX = 500
# What parts a list by surname: Ramos, Lucía; Arabic, Chinese and Japanese have their own.
COMMAS = re.compile("[,،，、]")
# Names written as one word, as in an address: lucia.ramos; but not Marcel·la.
JOINED = re.compile(r"(?<=[^\W_])[._/@](?=[^\W_])|(?<![lL])[·・]")
# Chinese and Korean names put the family first, without a space.
FAMILY_FIRST = re.compile("[\u3400-\u9fff\uac00-\ud7a3]{2,4}\\Z")


def tidy(name: str) -> str:
    """Trim a name or title and its inner white space; control characters and heaps go.

    Reads the first 500 characters: what is longer is too long all the same.
    """
    printable = "".join(
        " " if ch.isspace() else ch
        for ch in unicodedata.normalize("NFC", name[:READ_MAX])
        if ch.isspace()
        or ch in JOINERS
        or unicodedata.category(ch) not in ("Cc", "Cf", "Co", "Cs")
    )
    words = (word.strip(JOINERS) for word in without_heaps(printable).split())
    return " ".join(word for word in words if word)


def fold(name: str) -> str:
    """Reduce a name to what stays the same however it is typed."""
    plain = unicodedata.normalize("NFKD", tidy(name)).casefold()
    plain = unicodedata.normalize("NFKD", plain.translate(NO_LETTERS)).casefold()
    kept = [ch for ch in plain.translate(ARABIC_FORMS) if not _is_accent(ch)]
    return " ".join("".join(ch if _spells(ch) else " " for ch in kept).split())


def _is_accent(ch: str) -> bool:
    """Hold for marks that people leave out: accents, Arabic and Hebrew points.

    Vowel signs and viramas of Indic, Thai or Lao, and the voicing of kana,
    tell names apart: their combining classes are others.
    """
    combining_class = unicodedata.combining(ch)
    return 10 <= combining_class <= 36 or combining_class >= 200


def _spells(ch: str) -> bool:
    return ch.isalnum() or unicodedata.category(ch) in ("Mn", "Mc")


def digits(text: str) -> str:
    """Read figures typed in Latin, Arabic-Indic, Persian or any other digits."""
    return "".join(str(unicodedata.digit(ch)) for ch in text if ch.isdigit())


def shared_name(full_name: str) -> str:
    """Make the name that others see: the first name and an initial.

    "Ramos, Lucía" is Lucía R. too: lists are often kept by surname.
    """
    family, *given = COMMAS.split(tidy(full_name), maxsplit=1)
    ordered = f"{given[0]} {family.split()[0]}" if given and family.split() else family
    first, *rest = ordered.split() or ["?"]
    if not rest:
        first, *rest = JOINED.sub(" ", first).split() or [first]
    if not rest and FAMILY_FIRST.match(first):
        return first[1:]
    initials = [ch for ch in (rest or [""])[-1] if ch.isalnum()]
    shown = first[:FIRST_MAX]
    return f"{shown} {initials[0]}." if initials else shown
