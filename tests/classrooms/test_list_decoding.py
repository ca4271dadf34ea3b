"""Bytes of class lists: each encoding that spreadsheet programs save, and what is none."""

import codecs

import pytest
from flask import Flask

from app.classrooms.list_decoding import ARABIC, WESTERN, Decoded, decoded, read_again
from app.web.errors import Refused

SPANISH = "Nombre;Apodo\r\nJosé Peña;Pepe\r\nMaría Ñúñez;María"
ARABS = "محمد علي,محمد\r\nفاطمة الزهراء,فاطمة\r\nAli Roa,Ali"
BOTH = "Zoë Łoś – محمد,日本"
MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("text", [SPANISH, ARABS, BOTH])
def test_a_list_with_a_mark_is_read(encoding: str, text: str) -> None:
    assert decoded(MARKED[encoding] + text.encode(encoding)) == Decoded(text)


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("text", [SPANISH, ARABS, BOTH])
def test_a_list_without_a_mark_is_read(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == Decoded(text)


@pytest.mark.parametrize(
    ("codepage", "text"), [(WESTERN, SPANISH), (ARABIC, ARABS)], ids=[WESTERN, ARABIC]
)
def test_one_byte_a_letter_is_read_and_may_be_read_the_other_way(
    codepage: str, text: str
) -> None:
    read = decoded(text.encode(codepage))

    other = read_again(read.text, read.codepage)

    assert read == Decoded(text, codepage)
    assert other.text != text
    assert read_again(other.text, other.codepage) == read


def test_letters_that_both_have_leave_nothing_open() -> None:
    french = "Zoé Lefèvre;Zoé\nFrançois Côté;François"

    assert decoded(french.encode(WESTERN)) == Decoded(french)
    assert french.encode(WESTERN) == french.encode(ARABIC)


def test_persian_letters_mean_nothing_in_the_western_page() -> None:
    assert decoded("پژمان چنگ".encode(ARABIC)) == Decoded("پژمان چنگ")


def test_a_list_that_was_changed_cannot_be_read_in_another_way(app: Flask) -> None:
    with pytest.raises(Refused, match="file again"):
        read_again("José 日本", WESTERN)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + bytes(200), "spreadsheet itself"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200), "spreadsheet itself"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "not a list"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "not a list"),
        (b"Ana Ruiz\x00\x00\x00Jos", "not a list"),
        (b"Ana\x07 Ruiz", "not a list"),
        (codecs.BOM_UTF8 + b"Jos\xe9", "not a list"),
        (codecs.BOM_UTF16_LE + b"A\x00n\x00a", "not a list"),
        (codecs.BOM_UTF16_LE + b"A\x00\x00\xd8", "not a list"),
    ],
    ids=["xlsx", "xls", "PNG", "JPEG", "nils", "bell", "cut", "odd", "half a pair"],
)
def test_what_is_no_list_is_told_so(app: Flask, data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        decoded(data)

    assert refused.value.field == "file"
