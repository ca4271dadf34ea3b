"""A class list's bytes as text: which encoding a spreadsheet program saved them in."""

import codecs
import re
from dataclasses import dataclass

from flask_babel import gettext as _

from app.web.errors import Refused

WESTERN, ARABIC = "windows-1252", "windows-1256"
OTHER = {WESTERN: ARABIC, ARABIC: WESTERN}
# The first bytes of xlsx and ods (a zip), and of xls.
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# No list has them; pictures, programs and damaged files do.
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
WORD = re.compile(rb"[A-Za-z\x80-\x9f\xa1-\xff]+")
ARABIC_WORD = re.compile("[\u0600-\u06ff]{2,}")


@dataclass(frozen=True)
class Decoded:
    """A list's text; `codepage` is set when its bytes read as another one too."""

    text: str
    codepage: str = ""


def decoded(data: bytes) -> Decoded:
    """Read the bytes of a list in whatever encoding; Refused says what it is instead."""
    if data.startswith(SPREADSHEETS):
        raise Refused(
            _(
                "This is the spreadsheet itself. In your program choose “Save as”, then "
                "“CSV”, and send that file."
            ),
            "file",
        )
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return Decoded(_decode(data.removeprefix(mark), encoding))
    if 0 in data:
        return Decoded(_decode(data, _wide(data)))
    try:
        return Decoded(_checked(data.decode("utf-8")))
    except UnicodeDecodeError:
        return _one_byte_a_letter(data)


def read_again(text: str, codepage: str) -> Decoded:
    """Read a text that was taken for `codepage` as the other one."""
    other = OTHER[codepage]
    try:
        return Decoded(text.encode(codepage).decode(other), other)
    except UnicodeError:
        raise Refused(
            _(
                "This list has been changed since it was read, so it cannot be read in "
                "another way. Choose the file again."
            ),
            "file",
        ) from None


def _one_byte_a_letter(data: bytes) -> Decoded:
    arabic = _checked(data.decode(ARABIC))
    try:
        western = data.decode(WESTERN)
    except UnicodeDecodeError:  # five bytes mean nothing there
        return Decoded(arabic)
    if western == arabic:
        return Decoded(western)
    if _looks_arabic(data):
        return Decoded(arabic, ARABIC)
    return Decoded(western, WESTERN)


def _looks_arabic(data: bytes) -> bool:
    """Arabic words are wholly of high bytes; Western ones mix them with Latin letters."""
    arabic = mixed = 0
    for word in WORD.findall(data):
        if word.isascii():
            continue
        if ARABIC_WORD.fullmatch(word.decode(ARABIC)):
            arabic += 1
        elif re.search(rb"[A-Za-z]", word):
            mixed += 1
    return arabic > mixed


def _wide(data: bytes) -> str:
    """Two bytes a letter without a mark: Latin letters leave one of the two zero."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    return "utf-16-le" if odd >= even else "utf-16-be"


def _decode(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError:
        raise _no_list() from None


def _checked(text: str) -> str:
    # Programs of old end a file with this one.
    text = text.removesuffix("\x1a")
    if NO_TEXT.search(text):
        raise _no_list()
    return text


def _no_list() -> Refused:
    return Refused(
        _(
            "This file is not a list, or it is damaged. In your spreadsheet "
            "program choose “Save as”, then “CSV”, and send that file."
        ),
        "file",
    )
