"""Words are found in another form, in the ways of many languages."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search import analysis
from app.search.analysis import (
    FIELDS,
    PLAIN,
    field_of,
    indexed,
    occurrences,
    words,
)
from app.search.asking import looked_for, read
from app.search.folding import APOSTROPHES, fold
from tests.search.counting import calls_of

# A sentence, and a word of it as another would type it.
SENTENCES = [
    ("eo", "La riveroj estas grandaj", "rivero"),
    ("ca", "Les escoles són a prop", "escola"),
    ("tr", "Okullar nehirler boyunca", "okul nehir"),
    ("ta", "பள்ளிகள் பெரியவை", "பள்ளி"),
    ("sr", "Школе су поред реке", "школа река"),
    ("pl", "Szkoły stoją nad rzeką", "szkola rzeka"),
    ("ne", "हामीसँग किताबहरू छन्", "किताब"),
    ("lt", "Mokyklos stovi prie upės", "mokykla upe"),
    ("id", "Saya suka membaca bukunya", "baca buku"),
    ("el", "Τα σχολεία είναι κοντά στα ποτάμια", "σχολείο ποταμι"),
    ("cs", "Naše školy stojí u řeky", "škola řeka"),
    ("ar", "رأينا الأنهار الكبيرة قرب المدرسة", "نهر"),
    ("ar", "كَتَبَ الوَلَدُ رِسالَةً", "ولد"),
    ("am", "ሰላም ለዓለም ሁሉ", "ለአለም"),
    ("bn", "আমাদের নদীটি বড়", "নদীটি"),
    ("cs", "Naše řeka je čistá", "reka cista"),
    ("da", "Vi leger i haverne", "haven"),
    ("de", "Unsere Häuser stehen am Fluss", "Haus"),
    ("el", "Ο ποταμός είναι κοντά", "ΠΟΤΑΜΟΣ"),
    ("en", "We were running along the rivers", "run river"),
    ("es", "Los niños juegan cerca de los ríos", "niña rio"),
    ("es", "Vimos muchos peces", "pez"),
    ("fa", "من کتاب می‌خواهم", "میخواهم"),
    ("fi", "Meillä on kaksi koiraa", "koira"),
    ("fr", "Nous allons à l’école près des rivières", "ecoles rivière"),
    ("he", "הַנָּהָר קָרוֹב", "הנהר"),
    ("hi", "नदियों में बहुत पानी है", "नदी"),
    ("hi", "हम हिंदी की किताबें पढ़ते हैं", "हिन्दी किताब"),
    ("hu", "A házak nagyok", "ház"),
    ("it", "Abbiamo due gatti nell'orto", "gatto orto"),
    ("ja", "私たちは東京の川で泳ぎます", "川 東京"),
    ("km", "ខ្ញុំទៅសាលារៀន", "សាលា"),
    ("ko", "우리 학교에서 배웁니다", "학교"),
    ("lo", "ຂ້ອຍໄປໂຮງຮຽນ", "ໂຮງຮຽນ"),
    ("ml", "അവന്‍ വീട്ടിൽ", "അവൻ"),
    ("my", "ကျွန်တော် ကျောင်းသွားတယ်", "ကျောင်း"),
    ("nl", "Wij hebben twee katten", "kat"),
    ("no", "Vi har to katter", "katt"),
    ("pb", "Os corações das meninas", "coração menina"),
    ("pl", "Nasza łódka płynie", "lodka"),
    ("pt", "Gosto dos pães e dos rios", "pão rio"),
    ("ro", "Avem două pisici", "pisică"),
    ("ru", "Мы купались в реке с ёжиком", "река ежик"),
    ("sv", "Vi har två hundar", "hund"),
    ("sw", "Ng’ombe wetu wanakula nyasi", "ngombe"),
    ("sw", "Watoto wanasoma vitabu shuleni", "mtoto kusoma kitabu shule"),
    ("ta", "நாங்கள் பள்ளிக்கு செல்கிறோம்", "பள்ளிக்கு"),
    ("th", "ฉันชอบว่ายน้ำในแม่น้ำ", "แม่น้ำ"),
    ("tr", "İstanbul çok büyük", "istanbul"),
    ("uk", "Ґанок нашої школи", "ганок"),
    ("ur", "ہماری کتابیں یہاں ہیں", "كتابیں"),
    ("vi", "Trường học của em", "truong"),
    ("zh", "我家旁边有一条河", "河 旁边"),
]


@pytest.mark.parametrize(("lang", "sentence", "asked"), SENTENCES)
def test_a_word_is_found_in_another_form(lang: str, sentence: str, asked: str) -> None:
    field = field_of(lang)

    held = {term for word in words(sentence, field) for term in word.terms}
    clauses = looked_for(read(asked), field)

    assert clauses
    assert all(not held.isdisjoint(word.terms) for clause in clauses for word in clause)


def test_words_of_twenty_languages_stand_there_in_another_form() -> None:
    cut_by_spaces = [
        row
        for row in SENTENCES
        if row[0] not in ("ja", "km", "ko", "lo", "my", "th", "zh")
    ]
    others = {
        field_of(lang) if field_of(lang) != PLAIN else lang
        for lang, sentence, asked in cut_by_spaces
        if set(asked.casefold().split()).isdisjoint(sentence.casefold().split())
    }

    assert len(others) >= 20, sorted(others)


@pytest.mark.parametrize(
    ("lang", "text", "asked"),
    [
        ("th", "นา", "น้ำ"),
        ("zh", "京東", "東京"),
        ("ko", "교학", "학교"),
        ("vi", "Sông", "trường"),
        ("bn", "নদী", "নাদ"),
    ],
)
def test_other_words_are_not_found(lang: str, text: str, asked: str) -> None:
    held = {term for word in words(text, field_of(lang)) for term in word.terms}

    assert any(held.isdisjoint(word.terms) for word in words(asked, field_of(lang)))


def test_marks_stay_with_their_letters() -> None:
    assert [word.bare for word in words("हिन्दी में", PLAIN)] == ["हिन्दी", "में"]
    assert [word.bare for word in words("كِتَابٌ", "ar")] == ["كتاب"]
    assert [word.bare for word in words("cafe\u0301s", "fr")] == ["cafes"]


def test_an_apostrophe_inside_a_word_does_not_cut_it() -> None:
    assert [word.bare for word in words("ng'ombe 'hai' don’t", "sw")] == [
        "ngombe",
        "hai",
        "dont",
    ]


def test_neighbours_are_found_together_where_there_are_no_spaces() -> None:
    found = {(word.place, word.bare) for word in words("東京都", PLAIN)}

    assert found == {(0, "東京"), (0, "東"), (1, "京都"), (1, "京"), (2, "都")}


@given(st.text(), st.sampled_from(FIELDS))
def test_any_text_is_cut_into_words_in_order(text: str, field: str) -> None:
    found = list(words(text, field))

    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert [word.place for word in found] == sorted(word.place for word in found)
    assert all(term for word in found for term in word.terms)
    # What is found is found again by its own words.
    again = {t for w in words(text.upper(), field) for t in w.terms}
    assert bool(again) == bool(found)


def cut_slowly(text: str, field: str) -> tuple[list[str], list[int], int]:
    found = list(words(text, field))
    terms = [(term, word.place) for word in found for term in word.terms]
    return (
        [term for term, _place in terms],
        [place for _term, place in terms],
        found[-1].place + 1 if found else 0,
    )


@pytest.mark.parametrize(("lang", "sentence"), [row[:2] for row in SENTENCES])
def test_texts_are_indexed_by_the_same_words(lang: str, sentence: str) -> None:
    field = field_of(lang)

    assert indexed(sentence, field) == cut_slowly(sentence, field)


@given(st.text(), st.sampled_from(FIELDS))
def test_any_text_is_indexed_by_the_same_words(text: str, field: str) -> None:
    for more in ("\u0301 Zoë's", "\u0301 Zoë's_東京都 ok"):
        whole = f"{text} {more} {text}"

        assert indexed(whole, field) == cut_slowly(whole, field)


def test_only_so_many_words_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_most_known", [10])

    for n in range(100):
        assert indexed(f"w{n} w{n}", "en")[1:] == ([0, 1], 2)
        assert indexed(f"w{n} {'long' * 500}", PLAIN)[1:] == ([0, 1], 2)

    assert sum(map(len, analysis._known.values())) <= 10
    assert max(map(len, analysis._known[PLAIN])) < 10


@given(st.text(min_size=1, max_size=30), st.sampled_from(FIELDS))
def test_the_work_grows_no_faster_than_the_text(text: str, field: str) -> None:
    def work(times: int) -> int:
        return calls_of(lambda: list(words(f"{text} " * times, field)))

    work(1)  # what is worked out once

    assert work(80) <= 4.5 * work(20) + 100


def without_accents(text: str) -> str:
    return "".join(char if char in APOSTROPHES else fold(char) for char in text)


def with_marks_apart(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("typed", [str.upper, with_marks_apart, without_accents])
@pytest.mark.parametrize(("lang", "sentence"), [row[:2] for row in SENTENCES])
def test_words_are_found_by_themselves_however_typed(
    lang: str, sentence: str, typed: Callable[[str], str]
) -> None:
    if lang in ("lo", "th") and typed == without_accents:
        pytest.skip("in Thai and Lao no mark is left out")
    field = field_of(lang)
    held = set(indexed(sentence, field)[0])

    asked = list(words(typed(sentence), field))

    assert asked
    assert all(not held.isdisjoint(word.terms) for word in asked)


@given(st.text(), st.sampled_from(FIELDS), st.integers(0, 30))
def test_occurrences_are_the_words_that_have_the_term(
    text: str, field: str, seed: int
) -> None:
    text = f"{text} Zoë's_東京都 rivers {text}"
    terms = indexed(text, field)[0]
    wanted = {terms[seed % len(terms)]}

    found = [(start, end) for start, end, _ in occurrences(text, field, wanted)]

    assert found == [
        (word.start, word.end)
        for word in words(text, field)
        if not wanted.isdisjoint(word.terms)
    ]
