"""The words of a page, without what a browser needs to show them."""

import gzip
from html.parser import HTMLParser

GZIP_LEVEL = 6


def packed_bytes(words: str) -> int:
    """Say what the words alone would take, compressed as a page is."""
    return len(gzip.compress(words.encode(), GZIP_LEVEL, mtime=0))


def words_of_posts(text: str) -> str:
    """Take the words of the posts alone out of a thread page."""
    return _words(text, "article", "div")


def words_of_page(text: str) -> str:
    """Take all that a page says, but for its head and the way to other pages."""
    return _words(text, "main" if "<main" in text else "body")


def _words(text: str, *within: str) -> str:
    words = _Words(within)
    words.feed(text)
    return "\n".join(words.found)


class _Words(HTMLParser):
    """Collects what stands within these elements, each of them in the one before."""

    def __init__(self, within: tuple[str, ...]) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within = within
        # How many of them are open.
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth < len(self.within) and tag == self.within[self.depth]:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within[: self.depth]:
            self.depth = self.within.index(tag)

    def handle_data(self, data: str) -> None:
        if self.depth == len(self.within) and data.strip():
            self.found.append(data)
