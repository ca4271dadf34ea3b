"""The job that keeps renditions in line with posts."""

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from app import markup, pipeline
from app.accounts.models import Person
from app.classrooms.models import Member, SpaceClassroom
from app.db import db, reading
from app.jobs import Job, enqueue, job
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
from app.translate import engine, memory, packs
from app.translate.checks import lost_names, names_in, says
from app.translate.engine import models
from app.translate.errors import PackBrokenError
from app.translate.glossary import terms_in, terms_of
from app.translate.interpreting import Asked, Told, interpret
from app.translate.languages import other_language
from app.translate.memory import BY_NOBODY, Remembered, portions
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
    # How often it had been asked for when it was read.
    asked: int | None = None
    # By the language it is said in.
    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    told: dict[str, dict[str, Remembered]] = field(default_factory=dict)

    def asks(self, lang: str) -> dict[str, Asked]:
        """Give each sentence with the names and terms that stand in it."""
        return {
            sentence: Asked(
                sentence,
                frozenset(names_in(sentence, self.names)),
                terms_in(sentence, self.terms.get(lang, {})),
            )
            for sentence in self.text.sentences()
        }


@dataclass
class Learned:
    """What one pack, or persons, made of sentences, and which revisions they stood in."""

    pair: str
    said: dict[Asked, Remembered]
    revisions: Mapping[Asked, Collection[int]]


@job(KIND, batch=POSTS_AT_ONCE, newest=True)
def translate_posts(post_ids: Sequence[int]) -> None:
    """Bring the renditions of these posts in line; twice changes nothing."""
    _drop_gone(post_ids)
    _drop_outdated(post_ids)
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
        space_id: names_of(space_id) for space_id in {p.thread.space_id for p in posts}
    }
    letters = []
    asked = _asked(post.id for post in posts)
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
                    asked=asked.get(post.id),
                    terms={
                        lang: terms_of(post.thread.space_id, revision.lang, lang)
                        for lang in routes
                    },
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
    groups: dict[tuple[str, str, Route], list[Letter]] = defaultdict(list)
    for letter in letters:
        for lang, route in letter.routes.items():
            groups[letter.lang, lang, route].append(letter)
    learned: list[Learned] = []
    for (from_lang, to_lang, route), wanted in sorted(
        groups.items(), key=lambda group: len(group[0][2])
    ):
        origin: dict[Asked, set[int]] = defaultdict(set)
        for letter in wanted:
            for asked in letter.asks(to_lang).values():
                origin[asked].add(letter.revision_id)
        told = say(from_lang, to_lang, route, origin, learned)
        for letter in wanted:
            letter.told[to_lang] = {
                sentence: told[asked]
                for sentence, asked in letter.asks(to_lang).items()
                if asked in told
            }
    return learned


def say(
    from_lang: str,
    to_lang: str,
    route: Route,
    origin: Mapping[Asked, Collection[int]],
    learned: list[Learned],
) -> dict[Asked, Remembered]:
    """Say sentences as persons have said them, the rest through the packs.

    Adds to `learned` what is worth keeping, and stores nothing. Call it outside
    any transaction.
    """
    told = {**_by_persons(f"{from_lang}-{to_lang}", origin, learned)}
    if not route:
        return told
    left = {one: found for one, found in origin.items() if one not in told}
    for lang, some in _by_language(left, from_lang, to_lang).items():
        if lang == from_lang:
            told |= _through(route, some, learned)
        elif lang == to_lang:
            told |= {one: Remembered(BY_NOBODY, Told(one.text)) for one in some}
        else:
            told |= _through(packs.route(lang, to_lang, usable()), some, learned)
    return told


def _by_language(
    origin: Mapping[Asked, Collection[int]], from_lang: str, to_lang: str
) -> dict[str, dict[Asked, Collection[int]]]:
    """Part sentences by the language they are in: mostly that of their post."""
    known = {lang for pack in usable() for lang in pack.langs}
    groups: dict[str, dict[Asked, Collection[int]]] = defaultdict(dict)
    for one, found in origin.items():
        lang = other_language(one.text, from_lang, {to_lang, *known})
        groups[lang or from_lang][one] = found
    return groups


def _by_persons(
    pair: str, origin: Mapping[Asked, Collection[int]], learned: list[Learned]
) -> dict[Asked, Remembered]:
    """Find what persons have said; their words go before any pack's."""
    with reading():
        known = memory.by_person(pair, [one.text for one in origin])
    said = {one: known[one.text] for one in origin if one.text in known}
    learned.append(Learned(pair, said, origin))
    return said


def _through(
    route: Route,
    origin: Mapping[Asked, Collection[int]],
    learned: list[Learned],
) -> dict[Asked, Remembered]:
    """Take sentences through one pack or more; a stumble anywhere keeps the first."""
    if not route:
        return {}
    label = packs.route_label(route)
    told = {one: Told(one.text) for one in origin}
    stay: set[Asked] = set()
    for pack in route:
        is_last = pack is route[-1]
        steps: dict[Asked, Asked] = {}
        middle: dict[Asked, set[int]] = defaultdict(set)
        for one, so_far in told.items():
            if so_far.doubt:
                continue
            steps[one] = _step(
                one, so_far.text, is_first=pack is route[0], is_last=is_last
            )
            middle[steps[one]].update(origin[one])
        said = _say(pack, list(middle))
        learned.append(Learned(pack.pair, said, middle))
        for one, asked in steps.items():
            step = said[asked].told
            told[one] = Told(one.text, doubt=True) if step.doubt else step
            if len(route) == 1 and said[asked].by == BY_NOBODY:
                stay.add(one)
    return {
        one: Remembered(BY_NOBODY if one in stay else label, found)
        for one, found in told.items()
    }


def _step(one: Asked, text: str, *, is_first: bool, is_last: bool) -> Asked:
    """Ask for one step of a way: a term stays as it is until the last."""
    terms = tuple(
        (term, said if is_last else term)
        for term, said in one.terms
        if is_first or says(text, term)
    )
    return Asked(text, frozenset(names_in(text, one.names)), terms)


def _say(pack: Pack, asked: Sequence[Asked]) -> dict[Asked, Remembered]:
    """Ask the memory first, then the machine for all that is left."""
    with reading():
        found = memory.look_up(pack.pair, pack.label, asked)
    # A word may be a name in this class that was none where it was learned.
    said = {
        one: known
        for one, known in found.items()
        if not lost_names(one.text, known.told.text, one.names)
    }
    missing = [one for one in asked if one not in said]
    if missing:
        for one, told in zip(missing, ask(pack, missing), strict=True):
            said[one] = Remembered(memory.signed(pack.label, one), told)
    # Who answers a letter quotes it: a stumble may be in the reader's own language.
    stumbles = [one for one, known in said.items() if known.told.doubt]
    with reading():
        own = memory.written_in(
            f"{pack.to_code}-{pack.from_code}", [one.text for one in stumbles]
        )
    return said | {
        one: Remembered(BY_NOBODY, Told(one.text))
        for one in stumbles
        if one.text in own
    }


def ask(pack: Pack, asked: Sequence[Asked]) -> list[Told]:
    """Have a pack say these; raises `PackBrokenError` when it cannot be used."""
    try:
        with models.use(pack.folder) as model:
            return interpret(model, asked, *pack.langs)
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
    asked = _asked(letter.post_id for letter in fresh)
    for letter in fresh:
        for lang, route in letter.routes.items():
            row = there.get((letter.revision_id, lang))
            if row is None:
                row = Rendition(revision_id=letter.revision_id, lang=lang)
                db.session.add(row)
            _fill(row, letter, route)
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
    pipeline.renditions_changed(letter.post_id for letter in fresh)


def _fill(row: Rendition, letter: Letter, route: Route) -> None:
    told = letter.told.get(row.lang, {})
    row.pairs = [list(pair) for pair in _pairs(letter, told)]
    if not route and not told and row.pairs:
        row.source = row.html = row.pack = None
        row.doubt = row.mended = 0
        return
    source = put_together(
        letter.text, {s: t.told.text for s, t in told.items() if not t.told.doubt}
    )
    row.source, row.html = source, str(markup.render(source))
    row.pack = packs.route_label(route) or None
    row.doubt = sum(how == STUMBLED for *_pair, how in row.pairs)
    row.mended = sum(how == MENDED for *_pair, how in row.pairs)


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
