"""Names and figures as people type them: case, accents, Arabic forms and digits."""

import unicodedata

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


def tidy(name: str) -> str:
    """Trim a name and its inner white space; control characters go."""
    printable = "".join(
        " " if ch.isspace() else ch
        for ch in unicodedata.normalize("NFC", name)
        if ch.isspace() or unicodedata.category(ch) not in ("Cc", "Cf", "Co", "Cs")
    )
    return " ".join(printable.split())


def fold(name: str) -> str:
    """Reduce a name to what stays the same however it is typed."""
    plain = unicodedata.normalize("NFKD", tidy(name)).casefold().translate(ARABIC_FORMS)
    kept = (
        ch
        for ch in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(ch)
    )
    words = "".join(ch if ch.isalnum() else " " for ch in kept).split()
    return " ".join(words)


def digits(text: str) -> str:
    """Read figures typed in Latin, Arabic-Indic, Persian or any other digits."""
    return "".join(str(unicodedata.digit(ch)) for ch in text if ch.isdigit())


def shared_name(full_name: str) -> str:
    """Make the name that others see: the first name and an initial."""
    first, *rest = tidy(full_name).split() or ["?"]
    return f"{first} {rest[-1][0]}." if rest else first
