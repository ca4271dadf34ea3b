"""Hindi: words without the endings of number, case and gender."""

import re

from app.search.folding import fold

# Letters that stand in words, for a stem has at least two of them.
_LETTERS = "[\u0905-\u0939\u0958-\u0961]"
# A nasal before another letter is often written as a dot.
_NASAL = re.compile("[\u0919\u091e\u0923\u0928\u092e]\u094d(?=[\u0915-\u0939])")
_ENDING = re.compile(
    "(?:ियाँ|ियां|ियों|ियो|ाएँ|ाएं|ाओं|ुएँ|ुएं|ुओं|ों|ें|ाँ|ां|ीं|ो|े|ी|ा|ि|ु|ू)$".replace("ँ", "ं")
)
_LONG_ENOUGH = re.compile(f"(?:{_LETTERS}[^\u0905-\u0939\u0958-\u0961]*){{2}}")


def stems(word: str) -> tuple[str, ...]:
    plain = fold(word).replace("\u0901", "\u0902")
    dotted = _NASAL.sub("\u0902", plain)
    stem = _ENDING.sub("", dotted)
    return (stem if _LONG_ENOUGH.match(stem) else dotted,)
