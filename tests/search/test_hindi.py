"""Hindi words are found in any number, case and gender."""

from itertools import pairwise

import pytest

from app.search.hindi import stems


@pytest.mark.parametrize(
    "forms",
    [
        "नदी नदियाँ नदियां नदियों",
        "किताब किताबें किताबों",
        "लड़का लड़के लड़कों लडका",
        "लड़की लड़कियाँ लड़कियों",
        "भाषा भाषाएँ भाषाओं",
        "बच्चा बच्चे बच्चों",
        "हिन्दी हिंदी",
        "गाँव गांव गाँवों",
        "मेरा मेरी मेरे",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stems(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words", ["नदी नाद", "घर घड़ी", "पिता पानी", "दिन दीन", "सात साथ"]
)
def test_other_words_stay_apart(words: str) -> None:
    assert all(stems(one) != stems(other) for one, other in pairwise(words.split()))


@pytest.mark.parametrize("word", ["में", "मां", "दो", "की"])
def test_a_short_word_keeps_its_vowel(word: str) -> None:
    assert stems(word) == (word,)
