"""A post cut into sentences for the machine and all that it must not touch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app import markup

# More than this is a text without stops; it is cut at commas, then at spaces.
MAX_CHARACTERS = 300

_EMOJI = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u2500-\u27bf\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_LETTER = r"[^\W\d_]"
# What a model would garble and every reader understands as it stands.
_KEPT = re.compile(
    rf"(?:[0-9#*]\ufe0f?\u20e3|[{_EMOJI}])[{_EMOJI}\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*"
    r"|(?:https?://|www\.)\S*[^\s.,;:!?)\]}'\"»”…]"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<!\w)[@#]\w[\w.-]*\w"
    r"|\w*_\w*"
    # Faces: <3 :-) ;) :( :D xD :'( ^^
    r"|</?3+|(?<!\w)[:;=8xX]['’]?[-^o]?[)(\]\[DPpOo3*/|](?!\w)|\^[._-]?\^"
    # Laughter and long cries: jajaja, hahaha, gooool, siiii.
    rf"|(?<!\w)(?={_LETTER}*?({_LETTER}{{1,4}}?)\1\1){_LETTER}+(?!\w)"
    r"|[<>=|\\~^`{}\[\]+]+"
)
_EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])([^*]+)(?<=[^\s*])\1")
_STARS = re.compile(r"\*+")
# What stands around a sentence and stays where it is. Stops belong to the sentence.
_BEFORE = re.compile(r"(?:[\s\"'“”‘’«»„()*•·–—,;:.…-]|\d+[.)](?=\s)|[a-zA-Z]\)(?=\s))*")
_AFTER = re.compile(r"[\s\"'“”‘’«»„()*•·–—,;:…-]*$")
_SOFT_STOP = re.compile(r"(?<=[,;:،、，；—–])\s*")
_MARK_BEFORE = re.compile(r"[¡¿]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: `sentence` goes to the machine, the rest stays.

    `before + text + after` is what stood there. `emphasised` are the stretches
    of the sentence between stars, each with its stars.
    """

    text: str
    before: str = ""
    after: str = ""
    sentence: str = ""
    emphasised: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class CutText:
    """Blocks of lines of pieces, so that `put_together` can give a source again."""

    blocks: tuple[markup.Block, ...]
    lines: tuple[tuple[Line, ...], ...]

    def sentences(self) -> list[str]:
        """List what the machine has to translate, emphasised words once more alone."""
        found: dict[str, None] = {}
        for lines in self.lines:
            for line in lines:
                for piece in line.pieces:
                    if piece.sentence:
                        found[piece.sentence] = None
                        found.update((words, None) for _m, words in piece.emphasised)
        return list(found)


def cut(source: str, lang: str) -> CutText:
    """Cut a post's source into blocks, lines and sentences."""
    blocks = tuple(markup.blocks(source))
    return CutText(
        blocks,
        tuple(tuple(cut_line(line, lang) for line in block.lines) for block in blocks),
    )


def put_together(text: CutText, translated: Mapping[str, str]) -> str:
    """Make a source of the translated sentences; one that is missing stays as it was."""
    return markup.unblocks(
        replace(block, lines=tuple(_line(line, translated) for line in lines))
        for block, lines in zip(text.blocks, text.lines, strict=True)
    )


def cut_line(line: str, lang: str) -> Line:
    """Cut one line; the pieces put side by side are the line, to the letter."""
    pieces: list[Piece] = []
    at = 0
    for kept in _KEPT.finditer(line):
        if not kept[0]:
            continue
        pieces.extend(_sentences(line[at : kept.start()], lang))
        pieces.append(Piece(kept[0]))
        at = kept.end()
    pieces.extend(_sentences(line[at:], lang))
    return Line(tuple(pieces))


def _sentences(text: str, lang: str) -> list[Piece]:
    if not any(char.isalpha() for char in text):
        return [Piece(text)] if text else []
    from sentencex import segment

    found = list(segment(lang, text))
    if "".join(found) != text:  # a stretch lost would be a word lost
        found = [text]
    return [_piece(part) for sentence in found for part in _shorter(sentence)]


def _shorter(sentence: str) -> list[str]:
    """Cut a sentence that no model can hold at commas, else at spaces, else anywhere."""
    parts = [sentence]
    for stop in (_SOFT_STOP, re.compile(r"(?<=\s)"), re.compile("")):
        if all(len(part) <= MAX_CHARACTERS for part in parts):
            break
        parts = [piece for part in parts for piece in _packed(stop.split(part), part)]
    return parts


def _packed(cuts: list[str], whole: str) -> list[str]:
    """Join neighbouring cuts again as far as they fit; loses nothing of `whole`."""
    if len(whole) <= MAX_CHARACTERS:
        return [whole]
    parts = [""]
    at = 0
    for cut_off in cuts:
        end = whole.index(cut_off, at) + len(cut_off)
        if parts[-1] and len(parts[-1]) + end - at > MAX_CHARACTERS:
            parts.append("")
        parts[-1] += whole[at:end]
        at = end
    parts[-1] += whole[at:]
    return parts


def _piece(text: str) -> Piece:
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    after = _AFTER.search(text, start)
    end = after.start() if after else len(text)
    start, end = _with_stars(text, start, end)
    inner = text[start:end]
    emphasised = tuple((m[1], m[2].strip()) for m in _EMPHASIS.finditer(inner))
    sentence = _STARS.sub("", _EMPHASIS.sub(r"\2", inner))
    if not any(char.isalpha() for char in sentence):
        return Piece(text)
    return Piece(text, text[:start], text[end:], sentence, emphasised)


def _with_stars(text: str, start: int, end: int) -> tuple[int, int]:
    """Move stars back into a sentence when only one of their pair stood outside."""
    before, after = text[:start].count("*"), text[end:].count("*")
    if before == after:
        return start, end
    if before > after:
        first = text.find("*", 0, start)
        return (first if after == 0 else start), end
    last = text.rfind("*", end) + 1
    return start, (last if before == 0 else end)


def _line(line: Line, translated: Mapping[str, str]) -> str:
    return "".join(_translated(piece, translated) for piece in line.pieces)


def _translated(piece: Piece, translated: Mapping[str, str]) -> str:
    target = translated.get(piece.sentence)
    if not piece.sentence or target is None or target == piece.sentence:
        return piece.text
    for stars, words in piece.emphasised:
        target = _emphasise(target, stars, (translated.get(words, ""), words))
    return piece.before + target + piece.after


def _emphasise(target: str, stars: str, candidates: tuple[str, ...]) -> str:
    """Put stars round the words where they can be found; else leave them out."""
    for words in candidates:
        plain = words.strip(" .!?¡¿")
        if not plain:
            continue
        found = re.search(rf"(?<![\w*]){re.escape(plain)}(?![\w*])", target, re.I)
        if found:
            before, after = target[: found.start()], target[found.end() :]
            return f"{before}{stars}{found[0]}{stars}{after}"
    return target
