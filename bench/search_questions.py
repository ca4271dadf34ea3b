"""What is asked in the search bench: words, phrases and beginnings that posts have."""

import random
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Any

from sqlalchemy import select

from app.accounts.models import Person
from app.db import db
from app.posts.models import FORUM_THREAD, Post, Revision, Thread

# A question as JSON has it, by the names of `app.search.asking.Question`.
Asked = dict[str, Any]

# In so many posts stands a rare word, in such a share an ordinary and a common one.
RARE_POSTS = (5, 100)
ORDINARY, COMMON = (0.010, 0.020), 0.20
# What is asked for together, or with a day or a name, is found more often.
TELLING = (0.003, 0.03)
POSTS_LOOKED_AT = 4_000
COMMONEST, COMMONEST_PAIRS = 60, 50
WARM = 10
PREFIX_LETTERS = (4, 4, 5)
DAYS = 30

Pair = tuple[str, str]
PairsOf = Callable[[list[str]], Iterable[Pair]]

_WORD = re.compile(r"[^\W\d_]{2,}")


class Questions:
    """Draws questions from the posts of an instance; the same seed, the same ones."""

    def __init__(self, count: int, readable: Container[int], seed: int = 1) -> None:
        """Reads all posts: some 6 s for a hundred thousand, in an application context.

        `readable` are the threads that all who ask may read: whoever may not read
        a forum may not ask for it either.
        """
        self.count = count
        self.readable = readable
        self.chance = random.Random(seed)
        self.posts: list[tuple[int, list[str]]] = []
        self.in_posts: Counter[str] = Counter()
        self.total = 0
        self._read()

    def sets(self) -> dict[str, list[Asked]]:
        """Make so many questions of each kind; half the phrases are of common words."""
        phrases = self._of_commonest('"{} {}"', pairwise)
        sets = {
            # Asked first; not counted.
            "warm": self._some(self._two_words)[:WARM],
            "rare": self._rare(),
            "ordinary": self._some(self._ordinary),
            "common": self._common(),
            "two": self._some(self._two_words),
            "and": self._of_commonest("{} {}", _combinations),
            "phrase": [*self._some(self._phrase)[::2], *phrases[::2]],
            "prefix": self._some(self._prefix),
            "date": self._some(self._dated),
            "who": self._some(self._from_whom_or_where),
            "wrong": self._some(self._misspelt),
        }
        for questions in sets.values():
            self.chance.shuffle(questions)
        return sets

    def _read(self) -> None:
        rows = db.session.execute(
            select(Post.id, Revision.source).join(Revision, Post.current_id == Revision.id)
        ).yield_per(1_000)  # fmt: skip
        for post_id, source in rows:
            found = _WORD.findall(source.casefold())
            self.in_posts.update(set(found))
            self.total += 1
            # Any post is as likely as another to be looked at.
            at = self.chance.randrange(self.total)
            if len(self.posts) < POSTS_LOOKED_AT:
                self.posts.append((post_id, found))
            elif at < POSTS_LOOKED_AT:
                self.posts[at] = (post_id, found)

    def _some(self, make: Callable[[], Asked]) -> list[Asked]:
        return [make() for _n in range(self.count)]

    def _rare(self) -> list[Asked]:
        fewest, most = RARE_POSTS
        most = max(fewest + 5, min(most, self.total // 500))
        words = sorted(word for word, n in self.in_posts.items() if fewest <= n <= most)
        return [_typed(self.chance.choice(words)) for _n in range(self.count)]

    def _misspelt(self) -> Asked:
        """A word of a post, two of its letters changed about."""
        _post_id, found = self.chance.choice(self.posts)
        word = max(found, key=len)
        at = self.chance.randrange(1, max(2, len(word) - 1))
        return _typed(f"{word[:at]}{word[at + 1 : at + 2]}{word[at]}{word[at + 2 :]}")

    def _common(self) -> list[Asked]:
        """The words in a fifth of all posts or more, each as often as another."""
        words = [
            word for word, n in self.in_posts.most_common() if n >= COMMON * self.total
        ]
        return [_typed(words[n % len(words)]) for n in range(self.count)]

    def _ordinary(self) -> Asked:
        return _typed(self._look_for(*ORDINARY)[1][0])

    def _look_for(
        self, least: float, most: float, count: int = 1
    ) -> tuple[int, list[str]]:
        """Find a post with so many words that stand in such a share of all posts."""
        while True:
            post_id, found = self.chance.choice(self.posts)
            if len(words := self._within(found, least, most)) >= count:
                return post_id, words

    def _within(self, found: Sequence[str], least: float, most: float) -> list[str]:
        """Keep the words that stand in such a share of posts, in no order."""
        low, high = max(2, least * self.total), most * self.total
        words = sorted({word for word in found if low <= self.in_posts[word] <= high})
        return self.chance.sample(words, len(words))

    def _two_words(self) -> Asked:
        return _typed(" ".join(self._look_for(*TELLING, count=2)[1][:2]))

    def _of_commonest(self, how: str, pairs_of: PairsOf) -> list[Asked]:
        """Ask for the pairs that most posts have, each as often as another."""
        common = {word for word, _n in self.in_posts.most_common(COMMONEST)}
        counted = Counter(
            pair
            for _post_id, found in self.posts
            for pair in set(pairs_of(found))
            if common.issuperset(pair)
        )
        pairs = [pair for pair, _n in counted.most_common(COMMONEST_PAIRS)]
        return [_typed(how.format(*pairs[n % len(pairs)])) for n in range(self.count)]

    def _phrase(self) -> Asked:
        """Two or three words in a row; not all of them say little."""
        while True:
            _post_id, found = self.chance.choice(self.posts)
            size = self.chance.choice((2, 2, 3))
            if len(found) <= size:
                continue
            at = self.chance.randrange(len(found) - size)
            phrase = found[at : at + size]
            if min(self.in_posts[word] for word in phrase) < TELLING[1] * self.total:
                return _typed(f'"{" ".join(phrase)}"')

    def _prefix(self) -> Asked:
        """The beginning of a word as it comes in a post, so that common ones come often."""
        while True:
            _post_id, found = self.chance.choice(self.posts)
            word, letters = self.chance.choice(found), self.chance.choice(PREFIX_LETTERS)  # fmt: skip
            if len(word) > letters:
                return _typed(f"{word[:letters]}*")

    def _dated(self) -> Asked:
        """A month in which a post has the word, an ordinary one or one of the commonest."""
        post_id, words = self._look_for(*self.chance.choice((ORDINARY, (COMMON, 1.0))))
        sent = db.session.scalars(select(Post.sent_at).where(Post.id == post_id)).one()
        since = sent.date() - timedelta(days=self.chance.randrange(DAYS))
        until = since + timedelta(days=DAYS)
        return _typed(words[0]) | {"since": f"{since}", "until": f"{until}"}

    def _from_whom_or_where(self) -> Asked:
        """By turns: of an author by her name, of a forum, among the letters."""
        thread_id = None
        while thread_id not in self.readable:
            post_id, words = self._look_for(*TELLING)
            thread_id, name, kind, forum_id = (
                db.session.execute(
                    select(Thread.id, Person.shown_name, Thread.kind, Thread.forum_id)
                    .select_from(Post)
                    .join(Thread, Thread.id == Post.thread_id)
                    .join(Person, Person.id == Post.author_id)
                    .where(Post.id == post_id)
                )
                .tuples()
                .one()
            )
        if self.chance.random() < 0.5:
            return _typed(words[0]) | {"who": name}
        where = str(forum_id) if kind == FORUM_THREAD else "letters"
        return _typed(words[0]) | {"where": where}


def _typed(words: str) -> Asked:
    return {"typed": words}


def _combinations(found: list[str]) -> Iterable[Pair]:
    return combinations(sorted(set(found)), 2)
