"""The job that keeps renditions in line with posts."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from app import markup, pipeline
from app.accounts.models import Person
from app.classrooms.models import Member, SpaceClassroom
from app.db import db, reading
from app.jobs import Job, enqueue, job
from app.packs import packs
from app.packs.errors import PackBrokenError
from app.packs.packs import Pack
from app.posts.models import (
    AGAIN,
    BY_MACHINE,
    MENDED,
    STAYS,
    STUMBLED,
    Post,
    Rendition,
    Revision,
    Sentence,
    Thread,
    audience_langs,
)
from app.translate import memory
from app.translate.glossary import ask, terms_of
from app.translate.interpreting import Asked
from app.translate.memory import BY_NOBODY, Remembered, portions
from app.translate.sentences import CutText, cut, put_together
from app.translate.speaking import Learned, Route, put_aside, say, usable

KIND = "translate.translate_posts"
# Their words one by one, see single_words.py.
WORDS_KIND = "translate.say_words"
# A letter of today does not wait for what nobody waits for.
LESS_URGENT = -1
POSTS_AT_ONCE = 64
# About a second on the starter packs, two on large ones: so long waits a click, a new
# letter or a search, and no more is lost when the plug is pulled.
CHARACTERS_AT_ONCE = 12_000


@dataclass
class Letter:
    """One revision and the languages it lacks; `told` fills up on the way."""

    post_id: int
    revision_id: int
    lang: str
    text: CutText
    names: frozenset[str]
    routes: dict[str, Route]
    # How often it had been asked for when it was read.
    asked: int | None = None
    # By the language it is said in.
    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    told: dict[str, dict[str, Remembered]] = field(default_factory=dict)

    def asks(self, lang: str) -> dict[str, Asked]:
        """Give each sentence with the names and terms that stand in it."""
        terms = self.terms.get(lang, {})
        return {
            sentence: ask(sentence, self.names, terms)
            for sentence in self.text.sentences()
        }


@job(KIND, batch=POSTS_AT_ONCE, newest=True)
def translate_posts(post_ids: Sequence[int]) -> list[int]:
    """Bring the renditions of the first of these posts in line; twice changes nothing.

    The others are left, so that a new letter or a click waits for one portion only.
    """
    _drop_gone(post_ids)
    _drop_outdated(post_ids)
    return bring_in_line(post_ids, anew=False)


def bring_in_line(post_ids: Sequence[int], *, anew: bool) -> list[int]:
    """Translate what the first of these posts lack; return those that are left.

    With `anew` also what is there already is made again. Leaves alone what no
    installed pack could make again. Commits.
    """
    with reading():
        letters, left = _portion(post_ids, anew=anew)
    if not letters:
        return left
    try:
        learned = _translate(letters)
    except PackBrokenError as broken:
        put_aside(broken)
        return list(post_ids)  # by the packs that are left
    copies = _copies(letters)
    _write(letters, copies, learned)
    db.session.commit()
    return left


def _portion(post_ids: Sequence[int], *, anew: bool) -> tuple[list[Letter], list[int]]:
    """Read the first of these posts, as many as are translated together, in order."""
    found = db.session.scalars(
        select(Post)
        .where(Post.id.in_(post_ids), Post.is_published())
        .options(
            joinedload(Post.current).selectinload(Revision.renditions),
            joinedload(Post.thread),
        )
    )
    posts = {post.id: post for post in found}
    asked, known = _asked(posts), usable()
    # Hundreds of posts share a space, and dozens a thread.
    known_names, known_terms = cache(names_of), cache(terms_of)
    known_readers = cache(_readers)
    letters: list[Letter] = []
    size = 0
    for at, post_id in enumerate(post_ids):
        if post_id not in posts:
            continue
        post = posts[post_id]
        routes = _lacking(post, known_readers(post.thread), known, anew=anew)
        if not routes:
            continue
        space_id, lang = post.thread.space_id, _current(post).lang
        letter = _letter(
            post,
            routes,
            known_names(space_id),
            {to_lang: known_terms(space_id, lang, to_lang) for to_lang in routes},
        )
        letter.asked = asked.get(post_id)
        size += len(routes) * sum(map(len, letter.text.sentences()))
        if letters and size > CHARACTERS_AT_ONCE:
            return letters, [*post_ids[at:]]
        letters.append(letter)
    return letters, []


def _letter(
    post: Post,
    routes: dict[str, Route],
    names: frozenset[str],
    terms: dict[str, dict[str, str]],
) -> Letter:
    revision = _current(post)
    return Letter(
        post_id=post.id,
        revision_id=revision.id,
        lang=revision.lang,
        text=cut(revision.source, revision.lang),
        names=names,
        routes=routes,
        terms=terms,
    )


def _current(post: Post) -> Revision:
    assert post.current is not None  # is_published says so
    return post.current


def _readers(thread: Thread) -> frozenset[str]:
    return frozenset(db.session.scalars(audience_langs(thread)))


def _lacking(
    post: Post, readers: Collection[str], known: Sequence[Pack], *, anew: bool
) -> dict[str, Route]:
    """Name the languages that are to be made, each with its packs."""
    revision = _current(post)
    there = {rendition.lang: rendition for rendition in revision.renditions}
    routes: dict[str, Route] = {}
    for lang in set(readers) - {revision.lang}:
        route = packs.route(revision.lang, lang, known)
        old = there.get(lang)
        label = packs.route_label(route)
        if old is None or old.pack == AGAIN or (route and (anew or old.pack != label)):
            routes[lang] = route
    return routes


def _asked(post_ids: Iterable[int]) -> dict[int, int]:
    """Count how often the copies of each of these posts have been asked for."""
    rows = db.session.execute(
        select(Job.key, Job.wanted).where(Job.kind == KIND, Job.key.in_([*post_ids]))
    )
    return {row.key: row.wanted for row in rows}


def names_of(space_id: int) -> frozenset[str]:
    """Collect the words of the names that members of a space are shown by."""
    shown = db.session.scalars(
        select(Person.shown_name)
        .join(Member, Member.person_id == Person.id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(SpaceClassroom.space_id == space_id)
    )
    words = {word.strip(".,") for name in shown for word in re.split(r"[\s-]", name)}
    return frozenset(word for word in words if len(word) > 1 and word[0].isupper())


def _translate(letters: Sequence[Letter]) -> list[Learned]:
    """Translate all letters together, one batch for each pack; no transaction."""
    groups: dict[tuple[str, str, Route], list[Letter]] = defaultdict(list)
    for letter in letters:
        for lang, route in letter.routes.items():
            groups[letter.lang, lang, route].append(letter)
    learned: list[Learned] = []
    for (from_lang, to_lang, route), wanted in sorted(
        groups.items(), key=lambda group: len(group[0][2])
    ):
        asks = [letter.asks(to_lang) for letter in wanted]
        origin: dict[Asked, set[int]] = defaultdict(set)
        for letter, sentences in zip(wanted, asks, strict=True):
            for asked in sentences.values():
                origin[asked].add(letter.revision_id)
        told = say(from_lang, to_lang, route, origin, learned)
        for letter, sentences in zip(wanted, asks, strict=True):
            letter.told[to_lang] = {
                sentence: told[asked]
                for sentence, asked in sentences.items()
                if asked in told
            }
    return learned


class Copy(NamedTuple):
    """What a rendition is made of."""

    source: str | None
    html: str | None
    pack: str | None
    pairs: list[list[object]]
    doubt: int = 0
    mended: int = 0


def _copies(letters: Iterable[Letter]) -> dict[tuple[int, str], Copy]:
    """Put each text together; rendering takes its time, so it holds up no writer."""
    return {
        (letter.revision_id, lang): _copy(letter, letter.told.get(lang, {}), route)
        for letter in letters
        for lang, route in letter.routes.items()
    }


def _copy(letter: Letter, told: Mapping[str, Remembered], route: Route) -> Copy:
    pairs = list(_pairs(letter, told))
    rows = [list(pair) for pair in pairs]
    if not route and not told and pairs:
        return Copy(None, None, None, rows)
    source = put_together(
        letter.text, {s: t.told.text for s, t in told.items() if not t.told.doubt}
    )
    return Copy(
        source,
        str(markup.render(source)),
        packs.route_label(route) or None,
        rows,
        doubt=sum(how == STUMBLED for *_pair, how in pairs),
        mended=sum(how == MENDED for *_pair, how in pairs),
    )


def _write(
    letters: Sequence[Letter],
    copies: Mapping[tuple[int, str], Copy],
    learned: Iterable[Learned],
) -> None:
    """Store what was made, unless a post has changed meanwhile; flushes."""
    current = set(
        db.session.scalars(
            select(Post.current_id).where(
                Post.id.in_([letter.post_id for letter in letters]), Post.is_published()
            )
        )
    )
    fresh = [letter for letter in letters if letter.revision_id in current]
    if not fresh:
        return
    there = {
        (row.revision_id, row.lang): row
        for row in db.session.scalars(
            select(Rendition).where(
                Rendition.revision_id.in_([letter.revision_id for letter in fresh])
            )
        )
    }
    asked = _asked(letter.post_id for letter in fresh)
    for letter in fresh:
        for lang in letter.routes:
            row = there.get((letter.revision_id, lang))
            if row is None:
                row = Rendition(revision_id=letter.revision_id, lang=lang)
                db.session.add(row)
            for name, value in copies[letter.revision_id, lang]._asdict().items():
                setattr(row, name, value)
            row.words = None
            if asked.get(letter.post_id) != letter.asked:
                row.pack = AGAIN  # what somebody mended meanwhile is not in it
    ids = {letter.revision_id for letter in fresh}
    for one in learned:
        origin = {
            asked: ids.intersection(found)
            for asked, found in one.revisions.items()
            if asked in one.said and not ids.isdisjoint(found)
        }
        memory.store(one.pair, {asked: one.said[asked] for asked in origin}, origin)
    changed = [letter.post_id for letter in fresh]
    pipeline.renditions_changed(changed)
    enqueue(WORDS_KIND, changed, urgency=LESS_URGENT)


def _pairs(letter: Letter, told: Mapping[str, Remembered]) -> Iterator[Sentence]:
    for n, sentence in letter.text.placed_sentences():
        known = told.get(sentence)
        if known is None or known.told.doubt:
            yield Sentence(n, sentence, sentence, STUMBLED)
        elif known.by == BY_NOBODY:
            yield Sentence(n, sentence, sentence, STAYS)
        else:
            how = MENDED if known.by_person else BY_MACHINE
            yield Sentence(n, sentence, known.told.text, how)


def make_again(revision_ids: Collection[int], lang: str | None = None) -> None:
    """Have copies of these versions made again, or those in one language; flushes.

    Until then readers see them as they are.
    """
    for some in portions([*revision_ids]):
        only = () if lang is None else (Rendition.lang == lang,)
        db.session.execute(
            update(Rendition)
            .where(Rendition.revision_id.in_(some), *only)
            .values(pack=AGAIN)
            .execution_options(synchronize_session=False)
        )
        current = select(Post.id).where(Post.current_id.in_(some))
        enqueue(KIND, db.session.scalars(current))
    # What is being translated now has been read already, and may say the same.
    under_way = (Job.kind == KIND, Job.open(), Job.lease_until.is_not(None))
    enqueue(KIND, db.session.scalars(select(Job.key).where(*under_way)).all())


def _drop_gone(post_ids: Sequence[int]) -> None:
    """Delete all copies of posts that were withdrawn or erased, and their memory."""
    gone = (
        select(Revision.id)
        .join(Post, Revision.post_id == Post.id)
        .where(
            Post.id.in_(post_ids),
            or_(Post.withdrawn_at.is_not(None), Post.erased_at.is_not(None)),
        )
    )
    with reading():
        ids = db.session.scalars(gone).all()
    if not ids:
        return
    ids = db.session.scalars(gone).all()  # again, where nobody else writes
    memory.forget(ids)
    db.session.execute(
        delete(Rendition)
        .where(Rendition.revision_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _drop_outdated(post_ids: Sequence[int]) -> None:
    """Delete what readers and authors said about versions that are out no more."""
    with reading():
        ids = memory.noted_in_vain(post_ids)
    if ids:
        memory.drop_notes(ids)
        db.session.commit()
