"""A language whose every word is 60 % longer, to see whether pages still hold."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask_babel import Domain

from app.web import langs

# What is filled in later keeps its name, and marks of markup their sense.
WORD = re.compile(r"%\(\w+\)\w|<[^>]*>|&\w+;|[^\W\d_]+")


def longer(said: str) -> str:
    """Make each word 60 % longer, by its own letters."""

    def stretch(found: re.Match[str]) -> str:
        word = found[0]
        if not word[0].isalpha():
            return word
        return word + word[: -(-len(word) * 6 // 10)].lower()

    return WORD.sub(stretch, said)


class Longer:
    """Translations that answer at length; stands where a catalogue would."""

    def ugettext(self, message: str) -> str:
        return longer(message)

    def ungettext(self, one: str, many: str, count: int) -> str:
        return longer(one if count == 1 else many)


@contextmanager
def spoken_at_length() -> Iterator[None]:
    def translations(domain: Domain) -> Any:
        return Longer()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Domain, "get_translations", translations)
        patch.setattr(langs, "_said", {})
        yield
