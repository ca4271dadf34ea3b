"""The prose that search is measured on: as long, as common and as rare as it should be."""

import re
from collections import Counter
from statistics import mean

import pytest

from bench.prose import CHARACTERS, SHARES, TOPICS, Prose, vocabulary

POSTS = 1_500


def _words(post: str) -> set[str]:
    return set(re.findall(r"\w+", post.casefold()))


@pytest.mark.parametrize("lang", SHARES)
def test_the_commonest_word_stands_in_nine_posts_of_ten(lang: str) -> None:
    prose = Prose(lang, seed=7)
    posts = [prose.post(n) for n in range(POSTS)]

    found = Counter(word for post in posts for word in _words(post))

    assert 0.85 < found.most_common(1)[0][1] / POSTS < 0.97
    # In prose most words of a year are met once or twice.
    assert sum(count <= 2 for count in found.values()) > len(found) / 2
    assert mean(map(len, posts)) == pytest.approx(CHARACTERS, rel=0.06)


def test_the_seed_decides_what_is_written() -> None:
    written = [Prose("fr", seed).post(3) for seed in (1, 1, 2)]

    assert written[0] == written[1] != written[2]


def test_what_a_post_is_about_brings_its_own_words_together() -> None:
    prose = Prose("en", seed=1)

    rare = set(vocabulary("en")[2_000:])
    same, other = (
        [_words(" ".join(prose.post(topic) for _n in range(200))) & rare for topic in both]
        for both in ((4, 4), (4, 4 + TOPICS // 2))
    )  # fmt: skip

    assert len(same[0] & same[1]) > 1.3 * len(other[0] & other[1])


def test_new_words_keep_coming() -> None:
    prose = Prose("sw", seed=1)
    known = {part for word in vocabulary("sw") for part in word.split()}

    words = {word for n in range(200) for word in prose.post(n).casefold().split()}

    assert 40 < len({word.strip(".,?") for word in words} - known) < 200
