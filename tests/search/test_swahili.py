"""Swahili words are found by each other, whatever stands in front of them."""

from itertools import pairwise

import pytest

from app.search.swahili import stems


@pytest.mark.parametrize(
    "forms",
    [
        "mtoto watoto",
        "mtu watu",
        "mwalimu walimu",
        "mwanafunzi wanafunzi",
        "mgeni wageni",
        "mwenyeji wenyeji",
        "mkulima wakulima",
        "mume waume",
        "mti miti",
        "mwaka miaka",
        "mwezi miezi",
        "mto mito mtoni",
        "mji miji mjini",
        "kitabu vitabu",
        "kiti viti",
        "chakula vyakula",
        "jina majina",
        "jicho macho",
        "rafiki marafiki",
        "swali maswali",
        "embe maembe",
        "ufunguo funguo",
        "ukuta kuta",
        "wimbo nyimbo",
        "shule shuleni",
        "nyumba nyumbani",
        "soma kusoma anasoma wanasoma ninasoma nilisoma atasoma wamesoma akisoma",
        "kusoma hakusoma hawakusoma hawasomi",
        "cheza tunacheza mnacheza",
        "penda ninapenda napenda wanapenda",
        "kula anakula wanakula alikula",
        "kwenda anaenda anakwenda",
        "kunywa anakunywa tulikunywa",
        "safiri kusafiri wanasafiri",
    ],
)
def test_forms_of_a_word_are_found_by_each_other(forms: str) -> None:
    found = [set(stems(form)) for form in forms.split()]

    assert all(one & other for one, other in pairwise(found)), found
    assert all(one & found[0] for one in found), found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("watu", "kitu"),
        ("mti", "kiti"),
        ("mto", "mtoto"),
        ("mbwa", "bwana"),
        ("maji", "jina"),
        ("mahali", "hali"),
        ("usiku", "siku"),
        ("mwaka", "mwezi"),
        ("mkulima", "mlima"),
        ("kula", "kulala"),
        ("soma", "somo"),
        ("kitanda", "tanda"),
        ("kuku", "mkuu"),
    ],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert set(stems(one)).isdisjoint(stems(other))


@pytest.mark.parametrize("word", ["maji", "mama", "kuku", "wewe", "ndege", "simba"])
def test_what_has_no_prefix_keeps_all_its_letters(word: str) -> None:
    assert stems(word) == (word,)
