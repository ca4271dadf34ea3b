"""Every place where a send can break, by name, so that none is left to chance."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.weak_link import Fault, How, Way
from tests.weak_link.browser import MARK, Browser, Form

Dice = random.Random
Where = Callable[[bytes, Browser, Dice], int]


def _body(request: bytes) -> int:
    return request.index(b"\r\n\r\n") + 4


def _in_a_character(request: bytes, browser: Browser, dice: Dice) -> int:
    """After the first byte of a letter that takes several; without one, in the body."""
    several = [n for n in range(_body(request), len(request)) if request[n] >= 0xC0]
    return dice.choice(several or [len(request) - 9]) + 1


def _in_a_boundary(request: bytes, browser: Browser, dice: Dice) -> int:
    return request.index(MARK.encode(), _body(request) + 10) + dice.randrange(len(MARK))


def _in_the_words(request: bytes, browser: Browser, dice: Dice) -> int:
    """Of the letter; a form without one has its secret last."""
    named = b'name="source"' if b'name="source"' in request else b'name="secret"'
    begins = request.index(b"\r\n\r\n", request.index(named)) + 4
    return dice.randrange(begins, request.index(b"\r\n--" + MARK.encode(), begins))


UP: dict[str, Where] = {
    "before the first byte": lambda request, browser, dice: 0,
    "in the request line": lambda request, browser, dice: 9,
    "in the headers": lambda request, browser, dice: dice.randrange(
        30, _body(request) - 4
    ),
    "before the body": lambda request, browser, dice: _body(request),
    "in a boundary": _in_a_boundary,
    "in a character": _in_a_character,
    "in the words": _in_the_words,
    "before the last byte": lambda request, browser, dice: len(request) - 1,
    "after the last byte": lambda request, browser, dice: len(request),
}
DOWN: dict[str, Where] = {
    "the answer lost after the commit": lambda request, browser, dice: 0,
    "in the status line": lambda request, browser, dice: dice.randrange(1, 12),
    "in the answer's headers": lambda request, browser, dice: dice.randrange(
        20, browser.redirect_head_bytes - 4
    ),
    "in the blank line": lambda request, browser, dice: browser.redirect_head_bytes - 2,
    "after the redirect's headers": lambda request, browser, dice: (
        browser.redirect_head_bytes
    ),
    "in the redirect's body": lambda request, browser, dice: browser.redirect_bytes - 1,
    "in the receipt": lambda request, browser, dice: browser.redirect_bytes + 50,
}
PLACES = {Way.UP: UP, Way.DOWN: DOWN}


@dataclass(frozen=True)
class Kind:
    """One kind of fault: where the send breaks, and what both ends notice."""

    way: Way
    place: str
    how: How

    def fault(self, browser: Browser, form: Form, dice: Dice) -> Fault:
        where = PLACES[self.way][self.place]
        return Fault(self.way, where(browser.bytes_of(form), browser, dice), self.how)

    @property
    def arrives(self) -> bool | None:
        """Whether the server gets the whole request; None: it cannot be known."""
        if self.way is Way.DOWN:
            return True
        if self.place != "after the last byte":
            return False
        # A reset may throw away what the server has not read yet.
        return None if self.how is How.RESET else True

    def __str__(self) -> str:
        return f"{self.place}: {self.how.value}"


ALL = [Kind(way, place, how) for how in How for way in Way for place in PLACES[way]]


def in_turn(dice: Dice, number: int) -> Iterator[Kind]:
    """Give all kinds again and again; each hand begins elsewhere in the first round."""
    first = random.Random(0).sample(ALL, len(ALL))
    begins = number * len(ALL) // 4
    yield from first[begins:] + first[:begins]
    while True:
        yield from dice.sample(ALL, len(ALL))
