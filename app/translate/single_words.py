"""The job that says a post's words one by one: search finds what a sentence lost.

A small pack that says "surtles" in the middle of a sentence often knows "the turtles"
by itself. Nobody reads these words; `docs/decisions/0024` says what they find.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, select, update

from app import markup, pipeline
from app.db import db, reading
from app.jobs import enqueue, job
from app.jobs.registry import chore_when_idle
from app.packs import packs
from app.packs.errors import PackBrokenError
from app.packs.packs import Pack
from app.posts.models import Post, Rendition, Revision, Thread
from app.translate.languages import commonest
from app.translate.speaking import Route, put_aside, usable, with_model
from app.translate.translating import LESS_URGENT, WORDS_KIND, names_of

POSTS_AT_ONCE = 64
# Words that are new to this process, about a second of CPU on the starter packs.
WORDS_AT_ONCE = 250
CATCH_UP_POSTS = 500  # queued at a time
# Of words that were said already, so that a common one is said once a day.
MOST_KEPT = 20_000

# A word says more to a model with its article, and more again in a sentence.
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "de": ("die {}", "Das ist eine {}."),
    "en": ("the {}", "It is a {}."),
    "es": ("la {}", "Es una {}."),
    "fr": ("la {}", "C'est une {}."),
    "it": ("la {}", "È una {}."),
    "pt": ("a {}", "É uma {}."),
}

# The commonest words of so few letters are articles and the like: said alone, a model
# makes up what it will of them.
LITTLE_LETTERS = 3
# Shorter ones say nothing, longer ones are no words.
_WORD = re.compile(r"[^\W\d_]{3,30}")

Said = Mapping[str, frozenset[str]]

_kept: dict[tuple[str, str], frozenset[str]] = {}


class _Found(NamedTuple):
    """A rendition and the words of its original, in small letters."""

    row: Row[Any]
    route: Route
    words: frozenset[str]


@job(WORDS_KIND, batch=POSTS_AT_ONCE, newest=True)
def say_words(post_ids: Sequence[int]) -> list[int]:
    """Say the words of the first of these posts; running it twice changes nothing.

    Returns those that are left, so that what is urgent waits for one portion only.
    """
    with reading():
        found = _lacking(post_ids)
    portion, left = _portion(found)
    if not portion:
        return left
    try:
        said = [(one.row, _said(one)) for one in portion]
    except PackBrokenError as broken:
        put_aside(broken)
        return list(post_ids)  # by the packs that are left
    db.session.connection().execute(
        update(Rendition)
        # It may have been made again meanwhile, by another pack.
        .where(Rendition.id == bindparam("of"), Rendition.pack == bindparam("by"))
        .values(words=bindparam("said")),
        [
            {"of": row.id, "by": row.pack, "said": " ".join(words)}
            for row, words in said
        ],
    )
    pipeline.renditions_changed({row.post_id for row, words in said if words})
    return left


@chore_when_idle
def catch_up_with_words() -> None:
    """Queue posts that were translated before their words were said."""
    with reading():
        lacking = _translated(usable()).distinct().limit(CATCH_UP_POSTS)
        ids = db.session.scalars(
            lacking.with_only_columns(Post.id).order_by(Post.id.desc())
        ).all()
    if ids:
        enqueue(WORDS_KIND, ids, urgency=LESS_URGENT)
        db.session.commit()


def _lacking(post_ids: Sequence[int]) -> list[_Found]:
    known = usable()
    rows = db.session.execute(_translated(known).where(Post.id.in_(post_ids))).all()
    # The order in which they were asked for: the newest first.
    places = {post_id: n for n, post_id in enumerate(post_ids)}
    names: dict[int, frozenset[str]] = {}
    found = []
    for row in sorted(rows, key=lambda row: places[row.post_id]):
        if row.space_id not in names:
            names[row.space_id] = frozenset(map(str.lower, names_of(row.space_id)))
        route = packs.route(row.from_lang, row.to_lang, known)
        words = {*_words_of(markup.plain(row.original))} - names[row.space_id]
        words -= {w for w in commonest(row.from_lang) if len(w) <= LITTLE_LETTERS}
        found.append(_Found(row, route, frozenset(words)))
    return found


def _translated(known: Sequence[Pack]) -> Select[Any]:
    """Select the renditions of these packs whose words were not said."""
    langs = {lang for pack in known for lang in pack.langs}
    routes = [packs.route(one, other, known) for one in langs for other in langs]
    labels = {packs.route_label(route) for route in routes if route}
    return (
        select(
            Rendition.id,
            Rendition.pack,
            Rendition.source,
            Rendition.lang.label("to_lang"),
            Revision.lang.label("from_lang"),
            Revision.source.label("original"),
            Post.id.label("post_id"),
            Thread.space_id,
        )
        .join(Revision, Rendition.revision_id == Revision.id)
        .join(Post, Post.current_id == Revision.id)
        .join(Thread, Post.thread_id == Thread.id)
        .where(
            Post.is_published(),
            Rendition.words.is_(None),
            Rendition.source.is_not(None),
            Rendition.pack.in_(labels),
        )
    )


def _portion(found: Sequence[_Found]) -> tuple[list[_Found], list[int]]:
    """Take the first of them, as many as have few enough new words; name the others."""
    new: set[tuple[str, str]] = set()
    for n, one in enumerate(found):
        if one.route:
            label = one.route[0].label
            new |= {(label, word) for word in one.words if (label, word) not in _kept}
        if n and len(new) > WORDS_AT_ONCE:
            left = dict.fromkeys(after.row.post_id for after in found[n:])
            return [*found[:n]], [*left]
    return [*found], []


def _said(one: _Found) -> list[str]:
    """Give what its words are in the reader's language, and its sentences do not say."""
    said = {word: frozenset([word]) for word in one.words} if one.route else {}
    for pack in one.route:
        step = _by_pack(pack, {part for parts in said.values() for part in parts})
        said = {
            word: frozenset(known for part in parts for known in step[part])
            for word, parts in said.items()
        }
    every = {part for parts in said.values() for part in parts}
    told = {*_words_of(one.row.source)}
    return sorted(every - one.words - told - commonest(one.row.to_lang))


def _by_pack(pack: Pack, words: Collection[str]) -> dict[str, frozenset[str]]:
    """Ask what is known first, then the pack."""
    said = {
        word: _kept[pack.label, word] for word in words if (pack.label, word) in _kept
    }
    new = sorted(set(words) - said.keys())
    if new:
        if len(_kept) + len(new) > MOST_KEPT:
            _kept.clear()
        fresh = _ask(pack, new)
        _kept.update({(pack.label, word): parts for word, parts in fresh.items()})
        said |= fresh
    return said


def _ask(pack: Pack, words: Sequence[str]) -> dict[str, frozenset[str]]:
    carriers = CARRIERS.get(pack.langs[0], ())
    asked = [carrier.format(word) for carrier in ("{}", *carriers) for word in words]
    answers = with_model(pack, lambda model: model.say_quickly(asked))
    alone, carried = answers[: len(words)], answers[len(words) :]
    said = {word: {*_alone(text)} for word, text in zip(words, alone, strict=True)}
    for n, text in enumerate(carried):
        said[words[n % len(words)]].update(_words_of(text))
    return {word: frozenset(parts) for word, parts in said.items()}


def _alone(answer: str) -> list[str]:
    """Read what was said for a bare word: models say over and over what they are sure of."""
    times = Counter(_words_of(answer))
    return [word for word, n in times.items() if n > 1 or len(times) == 1]


def _words_of(text: str) -> Iterable[str]:
    return (word.lower() for word in _WORD.findall(text))
