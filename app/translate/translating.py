"""The job that keeps renditions in line with posts."""

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import joinedload

from app import markup, pipeline
from app.accounts.models import Person
from app.classrooms.models import Member, SpaceClassroom
from app.db import db, reading
from app.jobs import job
from app.posts.models import (
    Post,
    Rendition,
    Revision,
    Thread,
    audience_langs,
)
from app.translate import engine, memory, packs
from app.translate.checks import lost_names
from app.translate.engine import models
from app.translate.errors import PackBrokenError
from app.translate.interpreting import Told, interpret
from app.translate.memory import Remembered
from app.translate.packs import Pack
from app.translate.sentences import CutText, cut, put_together

KIND = "translate.translate_posts"
# As many letters as make a full batch; more would keep search waiting.
POSTS_AT_ONCE = 32
# What is translated between two commits: a kill loses no more than this.
CHARACTERS_AT_ONCE = 20_000

log = logging.getLogger(__name__)

Route = tuple[Pack, ...]


@dataclass
class Letter:
    """One revision and the languages it lacks; `told` fills up on the way."""

    post_id: int
    revision_id: int
    lang: str
    text: CutText
    names: frozenset[str]
    routes: dict[str, Route]
    told: dict[str, dict[str, Told]] = field(default_factory=dict)


@dataclass
class Learned:
    """What one pack made of sentences, and which revisions they stood in."""

    pair: str
    sentences: dict[str, Remembered] = field(default_factory=dict)
    revisions: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


@job(KIND, batch=POSTS_AT_ONCE)
def translate_posts(post_ids: Sequence[int]) -> None:
    """Bring the renditions of these posts in line; twice changes nothing."""
    _drop_gone(post_ids)
    bring_in_line(post_ids, anew=False)


def bring_in_line(post_ids: Sequence[int], *, anew: bool) -> None:
    """Translate what these posts lack, newest first; commits after each portion.

    With `anew` also what is there already is made again. Leaves alone what no
    installed pack could make again.
    """
    with reading():
        letters = _letters(post_ids, anew=anew)
    for portion in _by_size(letters):
        try:
            learned = _translate(portion)
        except PackBrokenError as broken:
            log.warning("%s is set aside: %s", broken.folder.name, broken)
            packs.set_aside(broken.folder, str(broken))
            bring_in_line(post_ids, anew=anew)  # by the packs that are left
            return
        _write(portion, learned)
        db.session.commit()


def usable() -> list[Pack]:
    """List the packs that can speak on this machine."""
    return [] if engine.available() else packs.installed()


def _letters(post_ids: Sequence[int], *, anew: bool) -> list[Letter]:
    known = usable()
    posts = db.session.scalars(
        select(Post)
        .where(Post.id.in_(post_ids), Post.is_published())
        .order_by(Post.change_no.desc())
        .options(
            joinedload(Post.current).selectinload(Revision.renditions),
            joinedload(Post.thread),
        )
    ).all()
    names = {
        space_id: _names(space_id) for space_id in {p.thread.space_id for p in posts}
    }
    letters = []
    for post in posts:
        revision = post.current
        assert revision is not None  # is_published says so
        routes = _lacking(revision, post.thread, known, anew=anew)
        if routes:
            letters.append(
                Letter(
                    post_id=post.id,
                    revision_id=revision.id,
                    lang=revision.lang,
                    text=cut(revision.source, revision.lang),
                    names=names[post.thread.space_id],
                    routes=routes,
                )
            )
    return letters


def _lacking(
    revision: Revision, thread: Thread, known: Sequence[Pack], *, anew: bool
) -> dict[str, Route]:
    """Name the languages that are to be made, each with its packs."""
    there = {rendition.lang: rendition for rendition in revision.renditions}
    routes: dict[str, Route] = {}
    for lang in set(db.session.scalars(audience_langs(thread))) - {revision.lang}:
        route = packs.route(revision.lang, lang, known)
        old = there.get(lang)
        if old is None or (route and (anew or old.pack != packs.route_label(route))):
            routes[lang] = route
    return routes


def _names(space_id: int) -> frozenset[str]:
    """Collect the words of the names that members of a space are shown by."""
    shown = db.session.scalars(
        select(Person.shown_name)
        .join(Member, Member.person_id == Person.id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(SpaceClassroom.space_id == space_id)
    )
    words = {word.strip(".,") for name in shown for word in re.split(r"[\s-]", name)}
    return frozenset(word for word in words if len(word) > 1 and word[0].isupper())


def _by_size(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    portion: list[Letter] = []
    size = 0
    for letter in letters:
        length = sum(map(len, letter.text.sentences()))
        if portion and size + length > CHARACTERS_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(letter)
        size += length
    if portion:
        yield portion


def _translate(letters: Sequence[Letter]) -> list[Learned]:
    """Translate all letters together, one batch for each pack; no transaction."""
    groups: dict[Route, list[tuple[Letter, str]]] = defaultdict(list)
    for letter in letters:
        for lang, route in letter.routes.items():
            if route:
                groups[route].append((letter, lang))
    learned: list[Learned] = []
    for route, wanted in sorted(groups.items(), key=lambda group: len(group[0])):
        names = frozenset().union(*(letter.names for letter, _lang in wanted))
        origin: dict[str, set[int]] = defaultdict(set)
        for letter, _lang in wanted:
            for sentence in letter.text.sentences():
                origin[sentence].add(letter.revision_id)
        told = _through(route, origin, names, learned)
        for letter, lang in wanted:
            letter.told[lang] = {s: told[s] for s in letter.text.sentences()}
    return learned


def _through(
    route: Route,
    origin: Mapping[str, Collection[int]],
    names: Collection[str],
    learned: list[Learned],
) -> dict[str, Told]:
    """Take sentences through one pack or two; a stumble anywhere keeps the first."""
    told = {sentence: Told(sentence) for sentence in origin}
    for pack in route:
        middle: dict[str, set[int]] = defaultdict(set)
        for sentence, so_far in told.items():
            if not so_far.doubt:
                middle[so_far.text].update(origin[sentence])
        said = _say(pack, list(middle), names)
        learned.append(Learned(pack.pair, said, dict(middle)))
        for sentence, so_far in told.items():
            if not so_far.doubt:
                step = said[so_far.text].told
                told[sentence] = Told(sentence, doubt=True) if step.doubt else step
    return told


def _say(
    pack: Pack, sentences: Sequence[str], names: Collection[str]
) -> dict[str, Remembered]:
    """Ask the memory first, then the machine for all that is left."""
    with reading():
        found = memory.look_up(pack.pair, pack.label, sentences)
    # A word may be a name in this class that was none where it was learned.
    said = {
        sentence: remembered
        for sentence, remembered in found.items()
        if not lost_names(sentence, remembered.told.text, names)
    }
    missing = [sentence for sentence in sentences if sentence not in said]
    if missing:
        answers = _ask(pack, missing, names)
        for sentence, told in zip(missing, answers, strict=True):
            said[sentence] = Remembered(pack.label, told)
    # Who answers a letter quotes it: a stumble may be in the reader's own language.
    stumbles = [sentence for sentence, one in said.items() if one.told.doubt]
    with reading():
        own = memory.written_in(f"{pack.to_code}-{pack.from_code}", stumbles)
    return said | {s: Remembered(pack.label, Told(s)) for s in own}


def _ask(pack: Pack, sentences: Sequence[str], names: Collection[str]) -> list[Told]:
    try:
        return interpret(models.get(pack.folder), sentences, names, *pack.langs)
    except ImportError as error:
        how = f"{error.name or 'ctranslate2'} cannot be loaded on this machine."
        raise PackBrokenError(pack.folder, how) from error
    except (RuntimeError, OSError, ValueError, AttributeError, MemoryError) as error:
        # What ctranslate2 and the tokenizers raise for a file that is no good.
        how = f"Its model cannot be used ({type(error).__name__}). Install it again."
        raise PackBrokenError(pack.folder, how) from error


def _write(letters: Sequence[Letter], learned: Iterable[Learned]) -> None:
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
    for letter in fresh:
        for lang, route in letter.routes.items():
            row = there.get((letter.revision_id, lang))
            if row is None:
                row = Rendition(revision_id=letter.revision_id, lang=lang)
                db.session.add(row)
            _fill(row, letter, route)
    ids = {letter.revision_id for letter in fresh}
    for one in learned:
        origin = {s: found & ids for s, found in one.revisions.items() if found & ids}
        kept = {s: one.sentences[s] for s in origin}
        memory.store(one.pair, kept, origin)
    pipeline.renditions_changed(letter.post_id for letter in fresh)


def _fill(row: Rendition, letter: Letter, route: Route) -> None:
    if not route and letter.text.sentences():
        row.source = row.html = row.pack = None
        row.doubt = 0
        return
    told = letter.told.get(row.lang, {})
    source = put_together(
        letter.text, {s: t.text for s, t in told.items() if not t.doubt}
    )
    row.source, row.html = source, str(markup.render(source))
    row.pack = packs.route_label(route) or None
    row.doubt = sum(t.doubt for t in told.values())


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
