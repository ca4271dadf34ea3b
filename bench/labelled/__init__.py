"""A labelled set: posts in four languages, and which of them each search means.

Three tables with a line of headings: `posts.tsv`, `by_hand.tsv` (posts as a person
says them in another language) and `queries.tsv`. A post is named by its topic, its
language and a number. Posts were labelled by what they say, not by what was found.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Query(NamedTuple):
    """What somebody types in her language, and the posts that she looks for."""

    lang: str
    typed: str
    relevant: frozenset[str]


@cache
def posts() -> dict[str, str]:
    """Give each post's words by its name."""
    return {row["post"]: row["text"] for row in _rows("posts")}


@cache
def by_hand() -> dict[tuple[str, str], str]:
    """Give what persons say in place of a pack, by post and language."""
    return {(row["post"], row["lang"]): row["text"] for row in _rows("by_hand")}


@cache
def queries() -> list[Query]:
    return [
        Query(row["lang"], row["query"], frozenset(row["relevant"].split()))
        for row in _rows("queries")
    ]


def lang_of(post: str) -> str:
    return post.split("-")[1][:2]


def _rows(table: str) -> Iterator[dict[str, str]]:
    with (HERE / f"{table}.tsv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
