"""The job that keeps renditions in line with posts, and finds those that are not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, delete, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload

from app import markup, pipeline
from app.accounts.models import Person
from app.classrooms.models import TEACHER, Member, SpaceClassroom
from app.db import db, reading
from app.jobs import enqueue, job
from app.jobs.registry import chore_at_start, chore_when_idle
from app.posts.models import (
    LETTERS,
    Post,
    Rendition,
    Revision,
    Thread,
    ThreadReader,
    audience_langs,
)
from app.translate import engine, memory, packs
from app.translate.checks import lost_names
from app.translate.engine import models
from app.translate.interpreting import Told, interpret
from app.translate.memory import Remembered
from app.translate.packs import Pack
from app.translate.sentences import CutText, cut, put_together

KIND = "translate.translate_posts"
# As many letters as make a full batch; more would keep search waiting.
POSTS_AT_ONCE = 32
# What is translated between two commits: a kill loses no more than this.
CHARACTERS_AT_ONCE = 20_000
# Old posts queued at a time when a pack or a language has come.
CATCH_UP_POSTS = 500

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
        learned = _translate(portion)
        _write(portion, learned)
        db.session.commit()


@chore_at_start
def catch_up() -> None:
    """Queue posts that lack a language, or could have it from a better pack."""
    waiting = posts_lacking(usable())
    if waiting:
        enqueue(KIND, waiting)


_seen: list[object] = []


@chore_when_idle
def catch_up_after_changes() -> None:
    """Catch up when packs or the languages of an audience have changed since."""
    with reading():
        now_there = (
            usable(),
            sorted(tuple(row) for row in db.session.execute(_audiences())),
        )
    if [now_there] != _seen:
        _seen[:] = [now_there]
        catch_up()


@chore_when_idle
def unload_models() -> None:
    models.unload_idle()


def posts_lacking(known: Sequence[Pack], most: int = CATCH_UP_POSTS) -> list[int]:
    """List the published posts whose readers lack a rendition, newest first."""
    audience = _audiences().subquery()
    lang = audience.c.lang
    direction = Revision.lang + literal(">") + lang
    made_by = direction + literal(">") + func.coalesce(Rendition.pack, "")
    good, mute = _ways(known)
    reads_letters = exists().where(
        ThreadReader.thread_id == Thread.id,
        ThreadReader.person_id == Person.id,
        Person.lang == lang,
    )
    query = (
        select(Post.id)
        .join(Revision, Post.current_id == Revision.id)
        .join(Thread, Post.thread_id == Thread.id)
        .join(audience, audience.c.space_id == Thread.space_id)
        .outerjoin(
            Rendition,
            and_(Rendition.revision_id == Revision.id, Rendition.lang == lang),
        )
        .where(
            Post.is_published(),
            Revision.lang != lang,
            or_(Thread.kind != LETTERS, audience.c.role == TEACHER, reads_letters),
            or_(
                Rendition.id.is_(None),
                and_(made_by.not_in(good), direction.not_in(mute)),
            ),
        )
        .distinct()
        .order_by(Post.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def usable() -> list[Pack]:
    """List the packs that can speak on this machine."""
    return [] if engine.available() else packs.installed()


def _ways(known: Sequence[Pack]) -> tuple[list[str], list[str]]:
    """List what the packs would sign as "from>to>packs", and "from>to" they cannot.

    What a removed pack has said stays, so the second need nothing new.
    """
    written = db.session.scalars(select(Revision.lang).distinct()).all()
    read = db.session.scalars(select(Person.lang).distinct()).all()
    ways = {(f, t): packs.route(f, t, known) for f in written for t in read}
    good = [f"{f}>{t}>{packs.route_label(way)}" for (f, t), way in ways.items() if way]
    return good, [f"{f}>{t}" for (f, t), way in ways.items() if not way]


def _audiences() -> Select[tuple[int, str, str]]:
    """Select which languages are read in each space, and by whom."""
    return (
        select(SpaceClassroom.space_id, Person.lang, Member.role)
        .join(Member, Member.classroom_id == SpaceClassroom.classroom_id)
        .join(Person, Person.id == Member.person_id)
        .where(SpaceClassroom.joined_at.is_not(None), Member.left_at.is_(None))
        .distinct()
    )


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
    words = {word.strip(".,") for name in shown for word in name.split()}
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
        model = models.get(pack.folder)
        answers = interpret(model, missing, names, pack.from_code)
        for sentence, told in zip(missing, answers, strict=True):
            said[sentence] = Remembered(pack.label, told)
    return said


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
    if not route:
        row.source = row.html = row.pack = None
        row.doubt = 0
        return
    told = letter.told[row.lang]
    source = put_together(
        letter.text, {s: t.text for s, t in told.items() if not t.doubt}
    )
    row.source, row.html = source, str(markup.render(source))
    row.pack = packs.route_label(route)
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
