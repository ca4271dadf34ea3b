"""A post cut into sentences for the machine, and all that it must not touch."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from unicodedata import normalize

from app import markup
from app.translate.languages import other_language
from app.translate.stand_ins import HARD, NOUN

# A longer sentence is cut at commas and before words that join. The starter packs
# stumble over 87 in 100 characters of run-on text in pieces of 300, over 4 in these.
GOOD_CHARACTERS = 120
# More than this is a text without stops; it is cut at spaces, else anywhere.
MAX_CHARACTERS = 160

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u2500-\u27bf"
    "\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Scripts whose words stand apart, so that one long cry is no whole sentence.
_LETTER = "[A-Za-z\u00c0-\u024f\u0370-\u04ff]"
_TERM = r"(?:\w{0,8}\d\w{0,8}|[^\W\d_]{1,2})"
_SUM = rf"{_TERM}(?: ?[+*/^-] ?{_TERM}){{0,6}}"
# What a model would garble and every reader understands as it stands.
_KEPT = re.compile(
    r"(?:https?://|www\.)\S*[^\s.,;:!?)\]}'\"»”…]"
    # Marks of a page, and folders: <b>, C:\\class\\text.txt
    r"|</?[a-zA-Z][^<>]{0,80}>|(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][\w.-]*\w){2,}"
    # Stays in its sentence, where a stand-in takes its place.
    rf"|(?P<inside>{NOUN})"
    # Emoji, with the joiners and colours that make a family of several.
    rf"|(?:[0-9#*]\ufe0f?\u20e3|[{_EMOJI}])"
    rf"[{_EMOJI}\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*"
    # Code, and sums with letters in them: `a b`, E = mc2.
    rf"|`[^`]+`|(?<![\w.,]){_SUM} ?= ?{_SUM}(?!\w)"
    "|[\u200e\u200f\u061c]+"
    # Faces: <3 :-) ;) :( xD :'( ^^
    r"|</?3+|(?<!\w)(?:[:;=]['’]?[-^o]?[)(DPpOo3*/|]|[8xX][-^]?[)(D])(?!\w)|\^[._-]?\^"
    # Laughter and long cries: jajaja, hahaha, gooool, siiii.
    rf"|(?<!\w)(?={_LETTER}*?(?P<cry>{_LETTER}{{1,4}}?)(?P=cry){{2}}){_LETTER}+(?!\w)"
    r"|[<>=|\\~^`{}\[\]+]+"
)
_EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])([^*]+)(?<=[^\s*])\1")
_STARS = re.compile(r"\*+")
# What stands around a sentence and stays. Its stop belongs to the sentence.
_BEFORE = re.compile(r"(?:[\s\"'“”‘’«»„()•·–—,;:.…-]|\d+[.)](?=\s)|[a-zA-Z]\)(?=\s))*")
_AFTER = re.compile(r"[\s\"'“”‘’«»„()•·–—,;:…،؛、，；：-]*$")
_SOFT_STOP = re.compile("(?<=[,;:،؛、，；：—–])")
_ANYWHERE = re.compile("")
_SPACE = re.compile(r"(?<=\s)")
_JOINING = {
    "en": "and but because so then when although while after before where if",
    "es": "y e pero porque aunque cuando entonces después luego mientras donde si",
    "fr": "et mais parce donc alors quand puis ensuite pendant où si",
    "pt": "e mas porque embora quando então depois enquanto onde se",
}
_BEFORE_JOINING = {
    lang: re.compile(rf"(?<=\s)(?=(?:{'|'.join(words.split())})\s)", re.I)
    for lang, words in _JOINING.items()
}
# Whoever writes ¿ begins a sentence there.
_SPANISH_START = re.compile(r"(?<=[^\s(\"'“«¿¡]\s)(?=[¿¡])")


@dataclass(frozen=True)
class Piece:
    """A stretch of a line. `sentence` is for the machine; without it all stays.

    `text` is what stood there, with `before` and `after` around the sentence.
    `emphasised` are the words of the sentence between stars, with their stars.
    """

    text: str
    before: str = ""
    after: str = ""
    sentence: str = ""
    emphasised: tuple[tuple[str, str], ...] = ()


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class CutText:
    """Blocks and the pieces of their lines, to be put together again."""

    blocks: tuple[markup.Block, ...]
    lines: tuple[tuple[Line, ...], ...]

    def sentences(self) -> list[str]:
        """List what the machine has to translate, emphasised words also alone."""
        found: dict[str, None] = {}
        for lines in self.lines:
            for piece in (piece for line in lines for piece in line):
                if piece.sentence:
                    found[piece.sentence] = None
                    found.update((words, None) for _stars, words in piece.emphasised)
        return list(found)

    def placed_sentences(self) -> Iterator[tuple[int, str]]:
        """Give each sentence with the number of its block, in the order they stand in."""
        for n, lines in enumerate(self.lines):
            for piece in (piece for line in lines for piece in line):
                if piece.sentence:
                    yield n, piece.sentence


def cut(source: str, lang: str) -> CutText:
    """Cut a post's source into blocks, lines and sentences."""
    blocks = tuple(markup.blocks(source))
    return CutText(
        blocks,
        tuple(tuple(cut_line(line, lang) for line in block.lines) for block in blocks),
    )


def put_together(text: CutText, translated: Mapping[str, str]) -> str:
    """Make a source of the translations; a sentence without one stays as it was."""
    return markup.unblocks(
        replace(block, lines=tuple(_joined(line, translated) for line in lines))
        for block, lines in zip(text.blocks, text.lines, strict=True)
    )


def cut_line(line: str, lang: str) -> Line:
    """Cut one line; its pieces side by side are the line, to the letter."""
    pieces: list[Piece] = []
    at = 0
    for kept in _KEPT.finditer(line):
        if kept["inside"]:
            continue
        pieces.extend(_sentences(line[at : kept.start()], lang))
        pieces.append(Piece(kept[0]))
        at = kept.end()
    pieces.extend(_sentences(line[at:], lang))
    return tuple(pieces)


def _sentences(text: str, lang: str) -> list[Piece]:
    if not any(char.isalpha() for char in text):
        return [Piece(text)] if text else []
    return [
        piece
        for sentence in _segments(text, lang)
        for stretch in _of_one_language(sentence, lang)
        for part in _shorter(stretch, lang)
        for piece in _pieces(part)
    ]


def _segments(text: str, lang: str) -> list[str]:
    try:
        from sentencex import segment
    except ImportError:  # there are systems it has no wheel for; none translates
        return [text]
    # The stops in 2.º and main.py end no sentence.
    whole = HARD.sub(lambda found: "X" * len(found[0]), text)
    found = list(segment(lang, whole))
    # A stretch lost would be a word lost.
    if "".join(found) != whole:
        return [text]
    ends = [*accumulate(map(len, found))]
    cuts = [text[start:end] for start, end in pairwise([0, *ends])]
    if lang != "es":
        return cuts
    return [part for one in cuts for part in _SPANISH_START.split(one)]


def _of_one_language(sentence: str, lang: str) -> list[str]:
    """Cut at commas where a sentence goes over to another language, or back."""
    parts = _SOFT_STOP.split(sentence)
    langs = [other_language(part, lang) for part in parts] if len(parts) > 1 else []
    if not any(langs):
        return [sentence]
    stretches = [""]
    for n, part in enumerate(parts):
        if n and langs[n] != langs[n - 1]:
            stretches.append("")
        stretches[-1] += part
    return stretches


def _shorter(sentence: str, lang: str) -> list[str]:
    """Cut what no model can hold at commas, else before words that join, else anywhere."""
    parts = [sentence]
    for stop, most in (
        (_SOFT_STOP, GOOD_CHARACTERS),
        (_BEFORE_JOINING.get(lang), GOOD_CHARACTERS),
        (_SPACE, MAX_CHARACTERS),
        (_ANYWHERE, MAX_CHARACTERS),
    ):
        if stop is not None:
            parts = [
                packed
                for part in parts
                for packed in (
                    _packed(stop.split(part), most) if len(part) > most else [part]
                )
            ]
    return parts


def _packed(cuts: list[str], most: int) -> list[str]:
    """Join neighbours again as far as they fit."""
    parts = [""]
    for one in cuts:
        if parts[-1] and len(parts[-1]) + len(one) > most:
            parts.append("")
        parts[-1] += one
    return parts


def _pieces(text: str) -> list[Piece]:
    """Part a sentence at the stars that have no partner in it."""
    paired = [(m.start(), m.end()) for m in _EMPHASIS.finditer(text)]
    pieces: list[Piece] = []
    at = 0
    for stars in _STARS.finditer(text):
        if any(start <= stars.start() < end for start, end in paired):
            continue
        pieces.extend([_piece(text[at : stars.start()]), Piece(stars[0])])
        at = stars.end()
    pieces.append(_piece(text[at:]))
    return [piece for piece in pieces if piece.text]


def _piece(text: str) -> Piece:
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    after = _AFTER.search(text, start)
    end = after.start() if after else len(text)
    if whole := _EMPHASIS.fullmatch(text, start, end):
        start, end = whole.span(2)
    start, end = _with_quotes(text, start, end)
    inner = text[start:end]
    # A model knows letters with their accents, in pieces it knows neither.
    sentence = normalize("NFC", " ".join(_STARS.sub("", inner).split()))
    if HARD.fullmatch(text.strip()) or not any(
        char.isalpha() for char in HARD.sub("", sentence)
    ):
        return Piece(text)
    emphasised = tuple(
        (m[1], " ".join(m[2].split()))
        for m in _EMPHASIS.finditer(inner)
        if any(char.isalpha() for char in m[2])
    )
    return Piece(text, text[:start], text[end:], sentence, emphasised)


def _with_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """Take a quotation mark back in whose partner stands inside."""
    for first, last in ('""', "“”", "«»", "„“"):
        inner = text[start:end]
        if first == last and inner.count(first) % 2 == 0:
            continue
        if inner.count(first) > inner.count(last) - (first == last):
            at = text.find(last, end)
            end = at + 1 if at >= 0 else end
        inner = text[start:end]
        if inner.count(last) > inner.count(first) or (
            first == last and inner.count(first) % 2
        ):
            at = text.rfind(first, 0, start)
            start = at if at >= 0 else start
    return start, end


def _joined(line: Line, translated: Mapping[str, str]) -> str:
    return "".join(_translated(piece, translated) for piece in line)


def _translated(piece: Piece, translated: Mapping[str, str]) -> str:
    target = translated.get(piece.sentence)
    if not piece.sentence or target is None or target == piece.sentence:
        return piece.text
    for stars, words in piece.emphasised:
        target = _emphasise(target, stars, (translated.get(words, words), words))
    return piece.before + target + piece.after


def _emphasise(target: str, stars: str, candidates: tuple[str, ...]) -> str:
    """Put stars round the words where they can be found, else leave them out."""
    for words in candidates:
        plain = words.strip(" .!?¡¿")
        found = plain and re.search(
            rf"(?<![\w*]){re.escape(plain)}(?![\w*])", target, re.I
        )
        if found:
            before, after = target[: found.start()], target[found.end() :]
            return f"{before}{stars}{found[0]}{stars}{after}"
    return target
