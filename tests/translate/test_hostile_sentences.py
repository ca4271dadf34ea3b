"""Five hundred sentences through the real path: nothing lost, nothing looped, all kept.

The judge here knows nothing of the checks of the app, and is simpler.
"""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask

from app import markup
from app.db import db
from app.packs import packs
from app.translate.sentences import cut, put_together
from app.translate.speaking import Learned, say, usable
from app.translate.translating import Letter
from tests.builders import a_pupil, a_thread
from tests.translate.hostile_sentences import (
    EVERYDAY_EN,
    EVERYDAY_ES,
    LETTERS,
    NAMES,
    SENTENCES,
)
from tests.translate.test_translating import Two, renditions, work

OTHER = {"es": "en", "en": "es"}
# Of everyday sentences no more may stay in the original.
MOST_LEFT = 0.1

# What stays to the letter, each as often: links, addresses, @names, tags, files, code,
# emoji, faces, marks of direction, words of other scripts.
KEPT = re.compile(
    r"https?://\S*\w|www\.\S*\w|[\w.+]+@[\w.]+\w|[@#]\w[\w.]*\w|\w*_\w*(?:\.\w+)?"
    r"|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u20e3]+|</?3|[:;]-?[()]|\^_?\^"
    r"|[\u200e\u200f\u2066-\u2069]|[\u0590-\u06ff]+|[=<>{}\\|/+]|(?<!\w)[Xx]D(?!\w)"
    r"|\w*[A-Z]\d\w*|\w*\d[A-Z]\w*"
)
NUMBER = re.compile(r"\d+")
# A child who writes "2 gatos" may be read as having two cats.
SAID = {
    "1": "one a an un uno una", "2": "two dos", "3": "three tres", "4": "four cuatro",
    "5": "five cinco", "6": "six seis", "7": "seven siete", "8": "eight ocho",
    "9": "nine nueve", "10": "ten diez", "11": "eleven once", "12": "twelve doce",
}  # fmt: skip
# What tokenizers and untrained models leave behind.
DEBRIS = re.compile(r"\u2047|\u2581|<unk>|</s>|&\w+;|\ufffd")


def copies() -> dict[str, dict[str, str]]:
    return {lang: dict(copied(lang)) for lang in SENTENCES}


def copied(lang: str) -> Iterator[tuple[str, str]]:
    """Send all sentences of a language through the worker's path, as one batch."""
    to_lang = OTHER[lang]
    route = packs.route(lang, to_lang, usable())
    assert len(route) == 1
    letters = [
        Letter(n, n, lang, cut(text, lang), NAMES, {to_lang: route})
        for n, text in enumerate(SENTENCES[lang])
    ]
    asked = {one: {1} for letter in letters for one in letter.asks(to_lang).values()}
    learned: list[Learned] = []
    told = say(lang, to_lang, route, asked, learned)
    for letter, text in zip(letters, SENTENCES[lang], strict=True):
        known = {
            sentence: told[one].told.text
            for sentence, one in letter.asks(to_lang).items()
            if not told[one].told.doubt
        }
        yield text, put_together(letter.text, known)


def faults(text: str, copy: str) -> Iterator[str]:
    """Say what is wrong with a copy of what readers are shown."""
    blocks = markup.blocks(text)
    text = markup.unblocks(blocks)
    if text.strip() and not copy.strip():
        yield "nothing came back"
    if [(block.mark, len(block.lines)) for block in blocks] != [
        (block.mark, len(block.lines)) for block in markup.blocks(copy)
    ]:
        yield "its lines or marks differ"
    yield from _lost(text, copy)
    yield from _nonsense(text, copy)


def _lost(text: str, copy: str) -> Iterator[str]:
    if Counter(KEPT.findall(text)) != Counter(KEPT.findall(copy)):
        yield f"kept {KEPT.findall(copy)} of {KEPT.findall(text)}"
    there, words = Counter(NUMBER.findall(copy)), copy.lower().split()
    for number, times in Counter(NUMBER.findall(text)).items():
        said = SAID.get(number, "").split()
        if there[number] + sum(word.strip(",.?!") in said for word in words) < times:
            yield f"the number {number} is lost"
    if made_up := there - Counter(NUMBER.findall(text)):
        yield f"made up {[*made_up]}"
    if lost := named(text) - named(copy):
        yield f"the names {[*lost]} are lost"
    if text.isupper() and not copy.isupper():
        yield "its capitals are lost"
    if text.endswith(("!", "?")) and not copy.endswith(("!", "?")):
        yield "its stop is lost"


def _nonsense(text: str, copy: str) -> Iterator[str]:
    if len(copy) > 2 * len(text) + 20 or 2 * len(copy) + 20 < len(text):
        yield "far longer or shorter"
    if most_in_a_row(copy) > max(most_in_a_row(text), 2):
        yield "looped"
    if (found := re.search(r"([^\W\d_])\1\1", copy)) and found[0] not in text:
        yield f"{found[0]} is no word"
    if found := DEBRIS.search(copy):
        yield f"{found[0]} is debris"
    if [copy.count(mark) for mark in "()"] != [text.count(mark) for mark in "()"]:
        yield "a bracket is lost or made up"


def named(text: str) -> Counter[str]:
    """Count names of children; a word in capitals may be either."""
    words = re.findall(r"[^\W\d_]+", text)
    return Counter(word for word in words if word in NAMES)


def most_in_a_row(text: str) -> int:
    """Count how often a word, or two or three, follow themselves."""
    words = re.findall(r"[^\W_]+", text.lower())
    most = 1
    for size in (1, 2, 3):
        times = 1
        for at in range(size, len(words) - size + 1):
            before, here = words[at - size : at], words[at : at + size]
            times = times + 1 if before == here else 1
            # Runs of two and three words grow by one at each of their words.
            most = max(most, 1 + (times - 1 + size - 1) // size)
    return most


def test_nothing_is_lost_and_nothing_loops(with_packs: Flask) -> None:
    said = copies()

    found = [
        f"{lang}: {text[:200]!r} -> {copy[:200]!r}: {fault}"
        for lang in said
        for text, copy in said[lang].items()
        for fault in faults(text, copy)
    ]
    assert not found, "\n".join(["", *found])
    # All that could stay in the original for safety's sake is no translation.
    for lang, everyday in (("es", EVERYDAY_ES), ("en", EVERYDAY_EN)):
        left = [text for text in everyday if said[lang][text] == text]
        assert len(everyday) > 40
        assert len(left) <= MOST_LEFT * len(everyday), left


def test_whole_posts_lose_nothing_either(with_packs: Flask) -> None:
    two = Two()
    two.pupil = a_pupil(two.spanish, "Luna Paz")
    two.thread = a_thread(two.space, two.pupil)
    posts = [two.letter(text) for text in LETTERS]
    db.session.commit()

    work()

    found = []
    for post in posts:
        copy = renditions(post)["en"]
        text = post.current.source if post.current else ""
        found += [
            f"{text!r} -> {copy.source!r}: {f}" for f in faults(text, copy.source or "")
        ]
        assert copy.html == str(markup.render(copy.source or ""))
        assert len(copy.sentences) >= copy.doubt
        # What stays is not called a stumble, and most of each letter is read.
        assert 2 * copy.doubt <= len(copy.sentences)
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("text", "copy", "fault"),
    [
        ("Hola.", "", "nothing came back"),
        ("- uno\n- dos", "- one two", "lines"),
        ("uno\n\ndos", "one", "lines"),
        ("Vivo 🌊 aquí.", "I live here.", "kept"),
        ("Mira @ana.", "Look at Ana.", "kept"),
        ("Mira mi_tarea.", "Look at my homework.", "kept"),
        ("Mira https://a.org/b.", "Look at https://a.org.", "kept"),
        ("La palabra مرحبا", "The word", "kept"),
        ("Tengo 42 libros.", "I have 22 books.", "42"),
        ("Tengo 42 libros.", "I have 42 books and 7 cats.", "made up"),
        ("Luna come pan.", "The moon eats bread.", "Luna"),
        ("HOLA", "Hello", "capitals"),
        ("¿Vienes?", "You come.", "stop"),
        ("Tengo un perro.", "I have a dog dog dog.", "looped"),
        ("Tengo un perro.", "I have a dog a dog a dog.", "looped"),
        ("El río", "THHHS", "no word"),
        ("El río", "The \u2047", "debris"),
        ("Come (mucho).", "It eats a lot.", "bracket"),
        ("Hola.", "Hello to all who have come here on this fine morning.", "longer"),
    ],
)
def test_the_judge_sees_each_fault(text: str, copy: str, fault: str) -> None:
    assert any(fault in found for found in faults(text, copy))


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("Tengo 2 gatos.", "I have two cats."),
        ("no no no no", "no no no no"),
        ("Luna quiere a Paz 🌊", "Luna loves Paz 🌊"),
        ("- uno\n- dos", "- one\n- two"),
    ],
)
def test_the_judge_lets_good_copies_pass(text: str, copy: str) -> None:
    assert [*faults(text, copy)] == []
