"""A post's source turned into safe HTML, into bare words, or into blocks."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markupsafe import Markup

# Rises when the same source gives other HTML, so that stored copies are remade.
VERSION = 2

REL = "nofollow noopener noreferrer"
MAX_DEPTH = 5  # of quotes in quotes; a sixth `>` is text

_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")  # cannot be sent as UTF-8
# Control characters, the byte-order mark, and the bidi embeddings, overrides
# and isolates. Those nine open something that another character must close:
# left open they turn the words of the neighbours round, and an override shows
# other words than the ones that a filter read. Direction comes from the letters
# and from `dir`. Joiners and the harmless marks (200E, 200F, 061C) stay.
_DROPPED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Scripts that put no space between words, or hang endings on them (Korean):
# there `**` may stand between two letters.
_WRITTEN_TOGETHER = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Where letters may carry heaps of marks: signs that are no letters, three and more.
_HEAP = re.compile(r"[^\w\s\x00-\x7f]{3,}")
# A Hebrew letter with points and accents, a Tibetan stack, Vietnamese in pieces have no
# more, and no mark twice. What stands in one place, above or below, grows out of its line.
MOST_MARKS, MOST_MARKS_IN_PLACE = 6, 2
# No browser breaks a line in these spaces; an indent has two, a row of them none.
_WIDE_SPACES = re.compile(
    "([\u1680\u2000-\u200a\u205f\u3000]{4})[\u1680\u2000-\u200a\u205f\u3000]+"
)
# `>:(` and `>.<` are faces, not quotes.
_QUOTE = re.compile(rf"(?:[ \t]*>){{1,{MAX_DEPTH}}}(?![:;=.<_^])")

# What no address holds: white space, control and invisible characters, and
# what would end the attribute. ZWNJ and ZWJ stay, for Persian and Indic paths.
_NEVER = (
    r"\s\0-\x20\x7f-\xa0\xad<>\"`\u061c"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
_SIGN = re.compile(
    # [Ss] and not a flag: case-blind, "s" would also match U+017F.
    r"\n|\*+|(?<![0-9A-Za-z])[Hh][Tt][Tt][Pp][Ss]?://"
    rf"[^{_NEVER}“”«»、。，！？；：（）「」『』《》【】]+"
)
# A host in ASCII only: in other letters a look-alike cannot be told apart. It
# must follow the two slashes, so no `user@`, no `//host` and no `/\host`.
_ADDRESS = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://(?P<host>[0-9A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*\.?)"
    rf"(?::[0-9]{{1,5}})?(?:[/?#][^{_NEVER}\\]*)?"
)
_MAX_HOST = 253  # RFC 1035, 2.3.4
_ENDINGS = frozenset(".,;:!?'*_~…’،؛؟।")
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Block:
    """A paragraph, a list item or a quoted paragraph, in lines.

    `lines` keep the marks inside the text (`**`, `*`). `mark` is what stands
    before the first of them: "", "- ", "> ", "> - ", "> > " and so on.
    """

    lines: tuple[str, ...]
    mark: str = ""

    @property
    def kind(self) -> Literal["paragraph", "item", "quote"]:
        if self.mark.endswith("- "):
            return "item"
        return "quote" if self.mark else "paragraph"

    @property
    def depth(self) -> int:
        return self.mark.count(">")


class _Piece(NamedTuple):
    kind: Literal["text", "break", "link", "open", "close"]
    text: str


def render(source: str) -> Markup:
    """Turn a post's source into HTML that is safe in any page.

    `source` is untrusted: from a form here, or from another school's bundle.
    Blank lines part paragraphs. A tag is text like any other, shown as it was
    typed and never obeyed: `a<b and c>d` would be one too. Takes up to two
    seconds for 20,000 hostile characters, so render once, when the post is
    stored. Never raises. "" when there are no words.
    Allow-list sanitising: OWASP ASVS 5.0, 1.3.1.
    """
    # It costs 3 MB, and a school's server mostly shows what was rendered before.
    from bleach.sanitizer import Cleaner

    found = blocks(source)
    # Only a text with right-to-left words pays the bytes for a direction of its
    # own in each paragraph; any other follows the element it stands in.
    mirrored = any(_RIGHT_TO_LEFT.search(line) for b in found for line in b.lines)
    direction = ' dir="auto"' if mirrored else ""
    cleaner = Cleaner(
        tags={"a", "br", "em", "strong"},
        attributes=_may_stay,
        protocols={"http", "https"},
    )
    # Clean the words, then wrap them: a wrapped `I <3 you` loses its end.
    insides = [cleaner.clean(_inside(block, mirrored=mirrored)) for block in found]
    return Markup(_wrapped(found, insides, direction))  # noqa: S704 - cleaned above


def plain(source: str) -> str:
    """Give the words without the marks, a line for each line; "" if there are none.

    For search, and for titles as `" ".join(plain(source).split())`. It is text,
    not HTML: escape it like any other.
    """
    return "\n".join(
        "".join(_spoken(piece) for piece in _pieces(block)) for block in blocks(source)
    )


def blocks(source: str) -> list[Block]:
    """Cut a source into blocks, so that the lines of each can be translated.

    `render(unblocks(blocks(source)))` is `render(source)`.
    """
    found: list[tuple[str, list[str]]] = []
    after_blank = True
    for line in _normalise(source).split("\n"):
        mark, indented, text = _read_line(line)
        if not text or text.isspace():
            after_blank = True
            continue
        if not after_blank and _goes_on(found[-1][0], mark, indented=indented):
            found[-1][1].append(text)
        else:
            found.append((mark, [text]))
        after_blank = False
    return [Block(tuple(lines), mark) for mark, lines in found]


def unblocks(found: Iterable[Block]) -> str:
    """Put blocks together as a source, each behind its mark."""
    source: list[str] = []
    before = ""
    for block in found:
        lines = [one for one in "\n".join(block.lines).splitlines() if one.strip()]
        quote = block.mark.removesuffix("- ")
        next_mark = quote + "  " if block.kind == "item" else block.mark
        marks = [block.mark] + [next_mark] * len(lines)
        written = "\n".join(
            mark + line for mark, line in zip(marks, lines, strict=False)
        )
        if not written:
            continue
        if source:
            is_next_item = block.kind == "item" and block.mark == before
            source.append("\n" if is_next_item else "\n\n")
        source.append(written)
        before = block.mark
    return "".join(source)


def legible(text: str) -> str:
    """Leave out of bare words what would spill over to their neighbours on a page."""
    return without_heaps(_WIDE_SPACES.sub(r"\1", _DROPPED.sub("", text)))


def without_heaps(text: str) -> str:
    """Leave a letter the marks that writing needs: a heap paints over other lines."""
    return _HEAP.sub(_thinned, text)


def is_safe_href(address: str) -> bool:
    """Whether a link may lead there: http or https, with a host and no disguise."""
    found = _ADDRESS.fullmatch(address)
    return found is not None and len(found["host"]) <= _MAX_HOST


def _normalise(source: str) -> str:
    text = _HALF_CHARACTERS.sub("\ufffd", _LINE_ENDS.sub("\n", source))
    # Before, since sorting a heap takes quadratic time; and after, when marks that
    # were written as one have come apart.
    return without_heaps(unicodedata.normalize("NFC", legible(text)))


def _thinned(heap: re.Match[str]) -> str:
    kept: list[str] = []
    carried: list[str] = []  # the marks on the letter so far, and their places
    for ch in heap[0]:
        kind = unicodedata.category(ch)
        if kind in ("Mn", "Me"):
            # In many scripts the marks of place 0 are vowels, side by side.
            place = str(unicodedata.combining(ch) or kind)
            full = place != "Mn" and carried.count(place) >= MOST_MARKS_IN_PLACE
            if full or ch in carried or len(carried) >= 2 * MOST_MARKS:
                continue
            carried += (ch, place)
        elif kind != "Cf":  # a joiner begins no new letter
            carried.clear()
        kept.append(ch)
    return "".join(kept)


def _read_line(line: str) -> tuple[str, bool, str]:
    """Part a line into its mark, whether it is indented, and its text."""
    mark = ""
    if quote := _QUOTE.match(line):
        mark = "> " * quote[0].count(">")
        line = line[quote.end() :]
        line = line[1:] if line[:1] in (" ", "\t") else line
    text = line.strip(" \t")
    if text.startswith(("- ", "-\t")):
        return mark + "- ", False, text[1:].lstrip(" \t")
    return mark, line != line.lstrip(" \t"), text


def _goes_on(last: str, mark: str, *, indented: bool) -> bool:
    """Whether a line with this mark belongs to the block that has the last one."""
    if mark.endswith("- "):
        return False
    return last == mark or (indented and last == mark + "- ")


def _wrapped(found: list[Block], insides: list[str], direction: str) -> str:
    """Put the clean insides of blocks into paragraphs, lists and quotes."""
    parts: list[str] = []
    depth, in_list = 0, False
    for block, inside in zip(found, insides, strict=True):
        is_item = block.kind == "item"
        if in_list and (not is_item or block.depth != depth):
            parts.append("</ul>")
            in_list = False
        parts.append("</blockquote>" * (depth - block.depth))
        parts.append("<blockquote>" * (block.depth - depth))
        depth = block.depth
        if is_item and not in_list:
            parts.append(f"<ul{direction}>")
            in_list = True
        parts.append(f"<li>{inside}</li>" if is_item else f"<p{direction}>{inside}</p>")
    parts.append("</ul>" * in_list + "</blockquote>" * depth)
    return "".join(parts)


def _inside(block: Block, *, mirrored: bool) -> str:
    return "".join(_tagged(piece, mirrored=mirrored) for piece in _pieces(block))


def _pieces(block: Block) -> list[_Piece]:
    text = "\n".join(block.lines)
    pieces: list[_Piece] = []
    opened: dict[str, int] = {}  # mark -> its place in pieces, innermost last
    at = 0
    while found := _SIGN.search(text, at):
        sign, start = found[0], found.start()
        pieces.append(_Piece("text", text[at:start]))
        at = found.end()
        if sign == "\n":
            pieces.append(_Piece("break", sign))
        elif sign.startswith("*"):
            before, after = text[max(start - 1, 0) : start], text[at : at + 1]
            _emphasise(pieces, opened, sign, before, after)
        else:
            address = _without_ending(sign)
            kind: Literal["link", "text"] = "link" if is_safe_href(address) else "text"
            pieces.append(_Piece(kind, address))
            at = start + len(address)
    pieces.append(_Piece("text", text[at:]))
    return pieces


def _emphasise(
    pieces: list[_Piece], opened: dict[str, int], run: str, before: str, after: str
) -> None:
    """Let a run of stars close what is open, open something, or be stars.

    A mark hugs the words inside it and stands free of those outside, so that
    `2*3*4` and `2 * 3` stay as they are.
    """
    closes = bool(before.strip()) and not _joins(after)
    opens = bool(after.strip()) and not _joins(before)
    for mark in _marks(run, opened):
        if closes and mark in opened:
            start = opened[mark]
            for inner in [one for one, place in opened.items() if place >= start]:
                del opened[inner]
            if any(_has_word(piece.text) for piece in pieces[start:]):
                pieces[start] = _Piece("open", mark)
                pieces.append(_Piece("close", mark))
                continue
        if opens and mark in ("*", "**") and mark not in opened:
            opened[mark] = len(pieces)
        pieces.append(_Piece("text", mark))


def _marks(run: str, opened: dict[str, int]) -> list[str]:
    if len(run) != 3:  # one or two are a mark, four and more are stars
        return [run]
    return ["*", "**"] if [*opened][-1:] == ["*"] else ["**", "*"]


def _joins(neighbour: str) -> bool:
    return neighbour.isalnum() and not _WRITTEN_TOGETHER.match(neighbour)


def _has_word(text: str) -> bool:
    """Whether there is more than signs, because `*.*` and `*-*` are no emphasis."""
    return any(char.isalnum() or not char.isascii() for char in text)


def _without_ending(address: str) -> str:
    """Leave out what ends the sentence and not the address."""
    surplus = {
        end: address.count(end) - address.count(start) for end, start in _PAIRS.items()
    }
    length = len(address)
    while length:
        last = address[length - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _ENDINGS:
            break
        length -= 1
    return address[:length]


def _tagged(piece: _Piece, *, mirrored: bool) -> str:
    if piece.kind == "text":
        return html.escape(piece.text, quote=False)
    if piece.kind == "break":
        return "<br>"
    if piece.kind == "link":
        # An address reads from the left, so that its host stays in front.
        direction = ' dir="ltr"' if mirrored else ""
        href, words = html.escape(piece.text), html.escape(piece.text, quote=False)
        return f'<a href="{href}" rel="{REL}"{direction}>{words}</a>'
    tag = "strong" if piece.text == "**" else "em"
    return f"<{tag}>" if piece.kind == "open" else f"</{tag}>"


def _spoken(piece: _Piece) -> str:
    return "" if piece.kind in ("open", "close") else piece.text


def _may_stay(tag: str, name: str, value: str) -> bool:
    """Judge an attribute for bleach, which hands over its value still escaped."""
    if tag != "a":
        return False
    if name == "href":
        return is_safe_href(html.unescape(value))
    return (name, value) in (("rel", REL), ("dir", "ltr"))
