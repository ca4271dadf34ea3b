"""Did you mean: other spellings of a question, by words in what the reader may read."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, bindparam, false, select, true, union_all

from app import markup
from app.accounts.models import ANYONE, Account
from app.db import db
from app.posts.models import Attachment, Post, Rendition, Revision, Thread
from app.search import searchers
from app.search.analysis import field_of, forms, words
from app.search.asking import MAX_CHARACTERS, Asked
from app.search.folding import APOSTROPHES, fold
from app.search.generations import Damaged
from app.search.limiting import Limits
from app.search.matching import Deadline
from app.search.respelling import MOST_SECONDS, Look, Looked, Meant, Nearby
from app.search.segments import OpenSegment
from app.search.spelling import Spot, distance, spots_of

MOST_SUGGESTIONS = 3
# Characters of a word that are no letters of their own: accents, apostrophes.
MARKS = 4
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")

# Of each post: (language, words).
Texts = Mapping[int, Sequence[tuple[str, str]]]


class Suggestion(NamedTuple):
    """A question that finds something; the first of some is the likeliest."""

    apart: int
    in_other_languages: int
    fewer_posts: int
    typed: str


def suggest(viewer: Account, asked: Asked, limits: Limits) -> list[str]:
    """Spell a question that found nothing otherwise, so that each finds something.

    Three at most. What the viewer may not read changes nothing. One query,
    seldom two; up to 0.3 s of CPU. Never raises.
    """
    spots, unread = spots_of(asked), set[Spot]()
    hers, deadline = field_of(viewer.person.lang), Deadline(MOST_SECONDS)

    def look(segments: Sequence[OpenSegment]) -> Looked:
        return Look(segments, asked, limits, hers, deadline).around(spots, unread)

    try:
        while spots:
            looked = searchers.read(look)
            texts = _texts(viewer, looked)
            hidden = {
                spot
                for spot, post_ids in looked.known.items()
                if texts.keys().isdisjoint(post_ids)
            }
            if not hidden:
                return _best(asked, looked, texts, hers)
            # Then the word is wrong to her, as one that stands nowhere.
            unread |= hidden
    except Damaged:
        pass
    return []


def _texts(viewer: Account, looked: Looked) -> Texts:
    """Read those of these posts that the viewer may read, in all languages."""
    ids = {n for post_ids in looked.known.values() for n in post_ids}
    ids.update(n for one in looked.meant for n in one.post_ids)
    texts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    if ids:
        given = ANYONE.as_viewer(viewer) | {"ids": sorted(ids)}
        for row in db.session.connection().execute(_readable(), given):
            said = markup.plain(row.said) if row.is_source else row.said
            texts[row.id].append((row.lang, said))
    return texts


@cache
def _readable() -> CompoundSelect[Any]:
    post = (
        Post.visible_to(ANYONE)
        .where(Post.is_published(), Post.id.in_(bindparam("ids", expanding=True)))
        .with_only_columns(Post.id, Post.current_id, Post.thread_id)
        .order_by(None)
        .cte("readable")
    )
    of_post = Revision.id == post.c.current_id
    return union_all(
        select(
            post.c.id,
            Revision.lang,
            Revision.source.label("said"),
            true().label("is_source"),
        ).join(Revision, of_post),
        select(post.c.id, Rendition.lang, Rendition.source, true())
        .join(Rendition, Rendition.revision_id == post.c.current_id)
        .where(Rendition.source.is_not(None)),
        select(post.c.id, Revision.lang, Attachment.description, false())
        .join(Revision, of_post)
        .join(Attachment, Attachment.revision_id == Revision.id),
        select(post.c.id, Thread.lang, Thread.title, false()).join(
            Thread, Thread.id == post.c.thread_id
        ),
    )


def _best(asked: Asked, looked: Looked, texts: Texts, hers: str) -> list[str]:
    found: dict[str, Suggestion] = {}
    for meant in looked.meant:
        read = [texts[n] for n in meant.post_ids if n in texts]
        one = _suggestion(asked, meant, read, hers) if read else None
        if one and len(one.typed) <= MAX_CHARACTERS:
            known = found.setdefault(one.typed.casefold(), one)
            found[one.typed.casefold()] = min(known, one)
    return [one.typed for one in sorted(found.values())[:MOST_SUGGESTIONS]]


def _suggestion(
    asked: Asked, meant: Meant, read: Sequence[Sequence[tuple[str, str]]], hers: str
) -> Suggestion | None:
    clauses = dict(meant.clauses)
    apart = meant.apart
    for spot, nearby in meant.terms:
        best = _as_written(spot, nearby, read)
        if best is None:
            return None
        text = asked.clauses[spot.clause].text
        clauses[spot.clause] = text[: spot.start] + best[1] + text[spot.end :]
        apart += best[0]
    elsewhere = sum(nearby.field_name != hers for _, nearby in meant.terms)
    return Suggestion(apart, elsewhere, -len(read), _typed(asked, clauses))


def _as_written(
    spot: Spot, nearby: Nearby, read: Sequence[Sequence[tuple[str, str]]]
) -> tuple[int, str] | None:
    """Choose among the forms of a word in these posts the one nearest to that typed.

    One letter may differ besides the mistakes, where the texts have another form.
    """
    most = spot.most_apart + (nearby.apart <= spot.most_apart)
    found = Counter(
        form
        for texts in read
        for lang, text in texts
        if field_of(lang) == nearby.field_name
        for form in set().union(*map(_without_article, forms(text)))
        if abs(len(form) - len(spot.bare)) <= most + MARKS
    )
    near = (
        (apart, -times, form)
        for form, times in found.items()
        if (apart := distance(spot.bare, fold(form), most)) <= most
        and any(nearby.term in one.terms for one in words(form, nearby.field_name))
    )
    best = min(near, default=None)
    return best and (best[0], best[2])


def _without_article(form: str) -> set[str]:
    """Give a word as it stands, and without what clings to its front: l'école."""
    return {form, _APOSTROPHE.split(form)[-1]}


def _typed(asked: Asked, clauses: Mapping[int, str]) -> str:
    """Write the question down again with some of its clauses said otherwise."""
    said = []
    for n, clause in enumerate(asked.clauses):
        text = clauses.get(n, clause.text)
        said.append(f'"{text}"' if clause.quoted and text else text)
    return " ".join(filter(None, said))
