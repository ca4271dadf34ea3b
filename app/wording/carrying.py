"""Glossaries and mended sentences as they go out to a file and come in again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounts.models import Account
from app.classrooms.models import Classroom, SpaceClassroom
from app.db import db, now
from app.posts.models import Post, Revision, Thread
from app.translate import memory
from app.translate.glossary import Line, checked, terms_of_class
from app.translate.memory import BY_PERSON, digest
from app.translate.models import GlossaryTerm, Memory, MemorySource
from app.translate.translating import make_again
from app.web.errors import Refused
from app.web.langs import OWN_NAMES
from app.wording import changing
from app.wording.changing import Taken
from app.wording.mending import checked as checked_target
from app.wording.spreadsheets import Entry, wrong_row

SENTENCE_MAX = 1000
AT_ONCE = 500


class Mended(NamedTuple):
    """A sentence as a person says it."""

    pair: str
    source: str
    target: str


class Took(NamedTuple):
    """What became of a file; `strangers` are its classes that are not here."""

    terms: Taken
    sentences: Taken
    strangers: dict[str, int]


def terms_out(classroom_id: int) -> Iterator[Entry]:
    """Give a class's glossary."""
    for row in terms_of_class(classroom_id):
        yield _term_entry(row)


def sentences_out(classroom: Classroom, viewer: Account) -> Iterator[Entry]:
    """Give the mended sentences of the posts in a class's spaces that she may read."""
    readable = (
        Post.visible_to(viewer)
        .order_by(None)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.is_published(), Thread.space_id.in_(_spaces_of(classroom)))
        .with_only_columns(Post.current_id)
    )
    stand = select(MemorySource.memory_id).where(MemorySource.revision_id.in_(readable))
    yield from _sentences(_by_persons().where(Memory.id.in_(stand)))


def _spaces_of(classroom: Classroom) -> Select[tuple[int]]:
    return select(SpaceClassroom.space_id).where(
        SpaceClassroom.classroom_id == classroom.id,
        SpaceClassroom.joined_at.is_not(None),
    )


def all_out() -> Iterator[Entry]:
    """Give all glossaries of the server, class by class, and all mended sentences."""
    rows = db.session.execute(
        select(GlossaryTerm, Classroom.code, Classroom.title)
        .join(Classroom, Classroom.id == GlossaryTerm.classroom_id)
        .order_by(Classroom.id, GlossaryTerm.term_folded, GlossaryTerm.to_lang)
        .execution_options(yield_per=AT_ONCE)
    )
    for row, code, title in rows:
        yield _term_entry(row)._replace(code=code, title=title)
    yield from _sentences(_by_persons())


def take_in(
    entries: Sequence[Entry],
    classroom: Classroom | None,
    person_id: int | None,
    *,
    replace: bool,
) -> Took:
    """Take a file's terms and sentences, and have old posts made again; flushes.

    Into one class, or without it each class's terms into that class. What is here
    and says otherwise stays, or with `replace` goes. So does a sentence that stands
    in a post outside the spaces of the class: others decide how that reads. Refused
    for a row that is none, before anything is taken.
    """
    lines, mended = _checked(entries)
    if classroom is not None:
        homes, strangers = {classroom.id: list(lines.values())}, Counter[str]()
    else:
        homes, strangers = _homes(entries, lines)
    terms = Taken()
    for classroom_id, some in homes.items():
        done = changing.take(classroom_id, some, person_id, replace=replace)
        terms = terms.plus(done)
    sentences = Taken()
    for pair, wanted in _by_pair(mended).items():
        theirs = _standing_elsewhere(classroom, wanted) if classroom else set()
        hers = [one for key, one in wanted.items() if key not in theirs]
        taken = _take_pair(pair, hers, person_id, replace=replace)
        sentences = sentences.plus(taken._replace(differ=taken.differ + len(theirs)))
    return Took(terms, sentences, dict(strangers))


def _by_pair(mended: Iterable[Mended]) -> dict[str, dict[str, Mended]]:
    found: dict[str, dict[str, Mended]] = defaultdict(dict)
    for one in mended:
        found[one.pair][digest(one.source)] = one
    return found


def _standing_elsewhere(classroom: Classroom, keys: Iterable[str]) -> set[str]:
    """Find the sentences, by digest, that posts outside a class's spaces hold too."""
    elsewhere = (
        select(Memory.sha256)
        .join(MemorySource, MemorySource.memory_id == Memory.id)
        .join(Revision, Revision.id == MemorySource.revision_id)
        .join(Post, Post.id == Revision.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Thread.space_id.not_in(_spaces_of(classroom)))
    )
    return {
        key
        for some in memory.portions([*keys])
        for key in db.session.scalars(elsewhere.where(Memory.sha256.in_(some)))
    }


def _term_entry(row: GlossaryTerm) -> Entry:
    return Entry(0, row.term, "", row.lang, row.to_lang, row.said)


def _by_persons() -> Select[tuple[str, str, str]]:
    return (
        select(Memory.pair, Memory.source, Memory.target)
        .where(Memory.by == BY_PERSON)
        .order_by(Memory.pair, Memory.id)
        .execution_options(yield_per=AT_ONCE)
    )


def _sentences(query: Select[tuple[str, str, str]]) -> Iterator[Entry]:
    for pair, source, target in db.session.execute(query):
        lang, _hyphen, to_lang = pair.partition("-")
        yield Entry(0, "", source, lang, to_lang, target)


def _checked(entries: Iterable[Entry]) -> tuple[dict[int, Line], list[Mended]]:
    """Check each row: terms by their rows, and sentences."""
    lines: dict[int, Line] = {}
    mended: list[Mended] = []
    for one in entries:
        try:
            if one.term:
                line = checked(one.lang, one.term, one.to_lang, one.said)
                lines[one.row] = line
            else:
                mended.append(_checked_sentence(one))
        except Refused as refusal:
            raise wrong_row(one.row, str(refusal)) from None
    return lines, mended


def _checked_sentence(one: Entry) -> Mended:
    if one.lang not in OWN_NAMES or one.to_lang not in OWN_NAMES:
        raise Refused(_("Write in which language it is, and in which it is said so."))
    if one.lang == one.to_lang:
        raise Refused(_("The two languages are the same."))
    source = " ".join(one.sentence.split())
    if len(source) > SENTENCE_MAX:
        raise Refused(_("The sentence is far too long."))
    return Mended(f"{one.lang}-{one.to_lang}", source, checked_target(one.said))


def _homes(
    entries: Iterable[Entry], lines: dict[int, Line]
) -> tuple[dict[int, list[Line]], Counter[str]]:
    """Find the class of each term by its code, else by a title that only one has."""
    rooms = db.session.execute(select(Classroom.id, Classroom.code, Classroom.title))
    by_code: dict[str, int] = {}
    by_title: dict[str, list[int]] = defaultdict(list)
    for room_id, code, title in rooms:
        by_code[code] = room_id
        by_title[title].append(room_id)
    homes: dict[int, list[Line]] = defaultdict(list)
    strangers: Counter[str] = Counter()
    for one in entries:
        if one.row not in lines:
            continue
        alike = by_title.get(one.title, [])
        home = by_code.get(one.code) or (alike[0] if len(alike) == 1 else None)
        if home is None:
            strangers[one.title or one.code] += 1
        else:
            homes[home].append(lines[one.row])
    return homes, strangers


def _take_pair(
    pair: str, mended: Sequence[Mended], person_id: int | None, *, replace: bool
) -> Taken:
    known = memory.by_person(pair, [one.source for one in mended])
    there = {source: found.told.text for source, found in known.items()}
    new = [one for one in mended if one.source not in there]
    differ = [one for one in mended if there.get(one.source, one.target) != one.target]
    changed = differ if replace else []
    db.session.add_all(
        Memory(
            pair=pair,
            sha256=digest(one.source),
            by=BY_PERSON,
            source=one.source,
            target=one.target,
            person_id=person_id,
            made_at=now(),
        )
        for one in new
    )
    for one in changed:
        memory.say(pair, one.source, one.target, person_id)
    db.session.flush()
    fresh = {digest(one.source) for one in (*new, *changed)}
    lang, _hyphen, to_lang = pair.partition("-")
    make_again(memory.versions_with(lang, to_lang, fresh), to_lang)
    same = len(mended) - len(new) - len(differ)
    return Taken(len(new), len(changed), same, len(differ) - len(changed))
