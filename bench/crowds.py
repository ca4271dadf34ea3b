"""The same pupil's pages on a server with ten posts and on one with a hundred thousand."""

import time
from collections.abc import Sequence
from statistics import median, quantiles
from typing import NamedTuple

from flask import Flask

from app.db import db, set_reading
from bench.browsing import page, signed_in, thread_form
from bench.classes import a_class, partners
from bench.crowding import a_forum, more_posts
from bench.figures import Values, tell
from bench.letters import NEW_LETTERS, new_letters
from bench.processes import Started
from bench.texts import Letters
from bench.wire import Wire
from bench.world import PIN, POST_CHARACTERS, SignIn

# Five letters that are new, five posts in one thread of a forum.
FEW, MANY, MANY_QUICK = 10, 100_000, 5_000
SENDS = 20


class Crowd(NamedTuple):
    """A server with so many posts, and the pupil who reads them."""

    posts: int
    reader: SignIn
    thread_path: str


def fill_crowd(app: Flask, posts: int) -> Crowd:
    """Two classes of thirty with so many posts; the five letters of one are new; commits."""
    with app.app_context():
        set_reading(value=False)
        ours = a_class("en", "School of the Lake", "Ben Otieno")
        theirs = a_class("es", "School of the River", "Ana López")
        space = partners(ours, theirs)
        forum = a_forum(space.id, [FEW - NEW_LETTERS])
        if posts > FEW:
            more_posts(space.id, posts - FEW)
        reader = ours.pupils[0]
        new_letters(space, ours.teacher, reader, theirs.pupils[:NEW_LETTERS])
        db.session.commit()
        who = SignIn(reader.full_name, PIN, ours.room.code)
        return Crowd(posts, who, f"/threads/{forum.thread_ids[0]}")


class _Side:
    """One of the two servers, and what its pages cost so far, in milliseconds."""

    def __init__(self, web: Started, crowd: Crowd) -> None:
        self.web, self.crowd = web, crowd
        self.browser: Wire = signed_in(web.port, crowd.reader)
        self.my_post: list[float] = []
        self.waited: list[float] = []
        self.thread: list[float] = []
        self.sends: list[float] = []

    def read(self, requests: int) -> None:
        for _n in range(requests):
            began = time.monotonic()
            self.my_post.append(self.web.cpu_ms(1, lambda: page(self.browser, "/")))
            self.waited.append((time.monotonic() - began) * 1000)
        path = self.crowd.thread_path
        self.thread.append(self.web.cpu_ms(requests, lambda: page(self.browser, path)))

    def send(self, words: str) -> None:
        """Answer in the thread and see the receipt; the form is fetched beforehand."""
        path = self.crowd.thread_path
        form = thread_form(page(self.browser, path).text)

        def send() -> None:
            fields = form | {"source": words, "lang": "en"}
            answer = self.browser.send_parts(f"{path}/posts", fields)
            page(self.browser, answer.headers["location"])

        self.sends.append(self.web.cpu_ms(1, send))


def crowds(
    webs: Sequence[Started], filled: Sequence[Crowd], hello: Started, *, quick: bool
) -> Values:
    """The 95th of a hundred, in CPU of the web process, request by request; by turns."""
    rounds, requests = (4, 25) if quick else (15, 40)
    sides = [_Side(web, crowd) for web, crowd in zip(webs, filled, strict=True)]
    bare, stranger = list[float](), Wire(hello.port)
    for n in range(rounds + 1):
        for side in sides if n % 2 else sides[::-1]:
            side.read(requests)
        bare.append(hello.cpu_ms(4 * requests, lambda: page(stranger, "/")))
        if not n:  # the first round warms all three
            for side in sides:
                side.my_post, side.waited, side.thread = [], [], []
            bare.clear()
    letters = Letters("en", seed=21)
    for _n in range(5 if quick else SENDS):
        words = letters.write(POST_CHARACTERS)
        for side in sides:
            side.send(words)
    stranger.close()
    for side in sides:
        side.browser.close()
        _tell(side, median(bare))
    few, many = (_p95(side.my_post) for side in sides)
    tell(f"My post: {many / few:.2f} times as much with {filled[1].posts} posts")
    return {"my_post_p95_10": few, "my_post_p95_100k": many}


def _p95(spent: Sequence[float]) -> float:
    return quantiles(spent, n=20)[-1]


def _tell(side: _Side, bare: float) -> None:
    """Say in CPU what each page costs beside one line of bare Flask."""
    told = ", ".join(
        f"{what} {median(spent):.2f} ms ({median(spent) / bare:.0f} times)"
        for what, spent in (
            ("My post", side.my_post), ("a thread of five", side.thread),
            ("a send with its receipt", side.sends),
        )
    )  # fmt: skip
    tell(f"{side.crowd.posts} posts: {told}; hello {bare:.3f} ms")
    tell(f"  My post on the clock: p95 {_p95(side.waited):.1f} ms")
