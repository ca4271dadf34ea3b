"""What changed between two versions: by words, for any script, in bounded time."""

import random
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

import pytest

from app.posts import differences
from app.posts.differences import ADDED, CUT, OUT, SAME, Piece, difference, in_short


def told(old: str, new: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.words) for piece in difference(old, new)]


def test_words_that_stayed_went_and_came_are_told_apart() -> None:
    assert told("The river is long and blue.", "The river is very long !") == [
        (SAME, "The river is"), (ADDED, "very"), (SAME, "long"),
        (OUT, "and blue."), (ADDED, "!"),
    ]  # fmt: skip


def test_the_same_words_are_no_change_wherever_lines_end() -> None:
    found = told("One two.\r\n\r\nThree.", "One  two.\n\n\n\nThree.")

    assert {kind for kind, _words in found} == {SAME}


def test_signs_without_spaces_between_them_are_words_of_their_own() -> None:
    assert told("河很长。", "河很深。") == [
        (SAME, "河很"), (OUT, "长"), (ADDED, "深"), (SAME, "。"),
    ]  # fmt: skip


def test_what_turns_the_neighbours_round_is_left_out() -> None:
    found = difference("Hello.", "Hello \u202eolleh\u202c.")

    assert "\u202e" not in "".join(piece.words for piece in found)


def test_every_word_of_both_is_told_once() -> None:
    rng = random.Random(4)
    words = ["one", "two", "three", "four.", "\n\nfive", "六七", "ثمانية"]
    for _n in range(200):
        old = " ".join(rng.choices(words, k=rng.randrange(30)))
        new = " ".join(rng.choices(words, k=rng.randrange(30)))
        pieces = difference(old, new)

        before = [p.words for p in pieces if p.kind in (SAME, OUT)]
        after = [p.words for p in pieces if p.kind in (SAME, ADDED)]

        assert _signs("".join(before)) == _signs(old)
        assert _signs("".join(after)) == _signs(new)


def _signs(text: str) -> str:
    return "".join(text.split())


def test_an_edit_at_both_ends_of_a_long_text_is_found_by_words() -> None:
    middle = ". ".join(f"Sentence number {n} of {n % 7} in it" for n in range(400))

    found = told(f"Old start. {middle}. Old end.", f"New start. {middle}. New end.")

    assert [pair for pair in found if pair[0] != SAME] == [
        (OUT, "Old"), (ADDED, "New"), (OUT, "Old"), (ADDED, "New"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 8_000, "a b " * 4_000),
        ("a. " * 5_000, "a. b. " * 2_500),
        (". " * 8_000, "! " * 8_000),
        ("字" * 5_400, "字典" * 2_700),
        ("x" * 16_000, "y" * 16_000),
        ("\n\n" * 8_000 + "a", "\n\n" * 8_000 + "b"),
    ],
)
def test_no_text_takes_more_steps_than_are_granted(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """`a a a` against `a b a b` makes difflib look at each pair again and again."""
    taken: list[int] = []

    def counted(junk: None, a: Any, b: Any, *, autojunk: bool) -> Any:
        same = Counter(b)
        taken.append(min(len(a), len(b)) * sum(same[word] for word in a))
        return SequenceMatcher(junk, a, b, autojunk=autojunk)

    monkeypatch.setattr(differences, "SequenceMatcher", counted)
    difference.cache_clear()

    pieces = difference(old, new)

    assert sum(taken) <= differences.MOST_STEPS
    assert {piece.kind for piece in pieces} & {OUT, ADDED}


def test_in_short_only_the_changes_and_words_around_them_are_left() -> None:
    stayed = "word " * 100
    pieces = difference(f"{stayed}old {stayed}", f"{stayed}new {stayed}")

    short = in_short(pieces, 500)

    assert [piece.kind for piece in short] == [CUT, SAME, OUT, ADDED, SAME, CUT]
    assert sum(len(piece.words) for piece in short) < 120
    assert short[1].words.endswith("word word")


def test_in_short_never_takes_more_bytes_than_granted() -> None:
    pieces = difference("", "السلام عليكم " * 200)

    short = in_short(pieces, 300)

    assert sum(len(piece.words.encode()) for piece in short) <= 300
    assert short[-1] == Piece(CUT, "")
