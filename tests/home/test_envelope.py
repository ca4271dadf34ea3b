"""How much fits a page: what gzip makes of it counts, not what is typed."""

import zlib
from random import Random

import pytest

from app.home.envelope import MOST_PLAIN_BYTES, Envelope


def noise(count: int) -> str:
    chance = Random(count)
    return "".join(
        chance.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _n in range(count)
    )


def test_a_text_that_packs_well_costs_little() -> None:
    plain, packed = Envelope(1_000), Envelope(1_000)

    assert packed.takes("the same words again " * 1_000)
    assert not plain.takes(noise(2_000))
    assert packed.left_bytes > 700
    assert plain.left_bytes == 1_000


def test_what_was_said_before_costs_hardly_anything() -> None:
    page, words = Envelope(10_000), noise(1_000)
    assert page.takes(words)
    first = 10_000 - page.left_bytes

    assert page.takes(words)

    assert 10_000 - page.left_bytes < first * 1.1


@pytest.mark.parametrize(
    "texts", [[noise(3_000)], ["word " * 300], [noise(n) for n in range(9, 600)]]
)
def test_what_it_took_is_never_dearer_than_it_said(texts: list[str]) -> None:
    page = Envelope(6_000)

    taken = [text for text in texts if page.takes(text)]

    assert taken
    assert len(zlib.compress("".join(taken).encode(), 6)) <= 6_000 - page.left_bytes + 6


def test_what_stands_round_a_text_and_what_is_kept_back_count() -> None:
    page = Envelope(1_000)

    assert not page.takes("a", around=1_000)
    assert not page.takes("a", kept_back=1_000)
    assert page.takes("a", around=500)
    assert page.left_bytes < 500


def test_a_page_is_no_longer_than_a_small_telephone_bears() -> None:
    page = Envelope(1_000_000)

    assert page.takes("a" * MOST_PLAIN_BYTES)
    assert not page.takes("a")
