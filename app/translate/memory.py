"""The sentence memory: what was translated once serves again at no cost."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, delete, insert, or_, select, update

from app.db import db, now
from app.posts.models import AGAIN, Post, Rendition, Revision
from app.translate.interpreting import Asked, Told
from app.translate.models import Memory, MemorySource, Mend, WrongReading

BY_PERSON = "person"
# A sentence in the reader's own language already; it is said, and not stored.
BY_NOBODY = ""
T = TypeVar("T")

AT_ONCE = 400  # rows asked for in one statement; SQLite takes 999 values


class Remembered(NamedTuple):
    """What one pack, or a person, made of a sentence."""

    by: str
    told: Told

    @property
    def by_person(self) -> bool:
        return self.by == BY_PERSON


def look_up(pair: str, label: str, asked: Iterable[Asked]) -> dict[Asked, Remembered]:
    """Find what this pack has said before, with the same terms."""
    wanted = {(digest(one.text), signed(label, one)): one for one in asked}
    return {
        wanted[row.sha256, row.by]: Remembered(row.by, _told(row))
        for row in _rows(pair, {sha256 for sha256, _by in wanted})
        if (row.sha256, row.by) in wanted
    }


def by_person(pair: str, sentences: Iterable[str]) -> dict[str, Remembered]:
    """Find what persons have said; `pair` is of our own codes, as es-pt."""
    wanted = {digest(sentence): sentence for sentence in sentences}
    return {
        wanted[row.sha256]: Remembered(BY_PERSON, _told(row))
        for row in _rows(pair, wanted)
        if row.by == BY_PERSON
    }


def say(
    pair: str,
    source: str,
    target: str,
    person_id: int | None,
    revision_ids: Collection[int] = (),
) -> None:
    """Keep what a person says for a sentence, the last one's words; flushes.

    `pair` is of our own codes. It goes when all these revisions are gone; without
    any, as from a file, it stays.
    """
    row = _by_person(pair, source)
    if row is None:
        row = Memory(pair=pair, sha256=digest(source), by=BY_PERSON, source=source)
        db.session.add(row)
    row.target, row.person_id, row.made_at = target, person_id, now()
    db.session.flush()
    _note_sources({(row.id, revision_id) for revision_id in revision_ids})


def unsay(pair: str, source: str) -> bool:
    """Take back what a person said, and tell whether there was anything; flushes."""
    row = _by_person(pair, source)
    if row is None:
        return False
    db.session.execute(
        delete(MemorySource)
        .where(MemorySource.memory_id == row.id)
        .execution_options(synchronize_session=False)
    )
    db.session.delete(row)
    db.session.flush()
    return True


def _by_person(pair: str, source: str) -> Memory | None:
    return db.session.scalars(
        select(Memory).where(
            Memory.pair == pair,
            Memory.sha256 == digest(source),
            Memory.by == BY_PERSON,
        )
    ).one_or_none()


def versions_with(lang: str, to_lang: str, keys: Collection[str]) -> set[int]:
    """Find the versions with one of these sentences, by its digest, that have a copy.

    By our own codes: what they are written in, and what the copy is in.
    """
    found: set[int] = set()
    copies = (
        select(Rendition.revision_id)
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Rendition.lang == to_lang, Revision.lang == lang)
    )
    for some in portions([*keys]):
        noted = (
            select(MemorySource.revision_id)
            .join(Memory, Memory.id == MemorySource.memory_id)
            .where(Memory.sha256.in_(some))
        )
        found.update(db.session.scalars(copies.where(Revision.id.in_(noted))))
    # The memory knows nothing of what no pack has ever said.
    unsaid = (
        copies.join(Post, Post.current_id == Revision.id)
        .where(or_(Rendition.pack.is_(None), Rendition.pack == AGAIN))
        .add_columns(Rendition.pairs)
        .execution_options(yield_per=AT_ONCE)
    )
    for revision_id, pairs in db.session.execute(unsaid):
        if any(digest(pair[1]) in keys for pair in pairs or ()):
            found.add(revision_id)
    return found


def signed(label: str, one: Asked) -> str:
    """Name who says a sentence: a pack, and which terms it had to use."""
    if not one.terms:
        return label
    terms = hashlib.sha256(repr(sorted(one.terms)).encode()).hexdigest()
    return f"{label} #{terms[:12]}"


def _rows(pair: str, keys: Collection[str]) -> Iterator[Memory]:
    for some in portions([*keys]):
        yield from db.session.scalars(
            select(Memory).where(Memory.pair == pair, Memory.sha256.in_(some))
        )


def _told(row: Memory) -> Told:
    text = row.source if row.doubt else row.target
    return Told(text, row.doubt, row.score, row.to_check)


def written_in(pair: str, sentences: Sequence[str]) -> set[str]:
    """Name the sentences that somebody wrote in the first language of a pair."""
    wanted = {digest(sentence): sentence for sentence in sentences}
    return {
        wanted[key]
        for some in portions([*wanted])
        for key in db.session.scalars(
            select(Memory.sha256).where(
                Memory.pair == pair, Memory.sha256.in_(some), Memory.doubt.is_(False)
            )
        )
    }


def store(
    pair: str,
    said: Mapping[Asked, Remembered],
    revisions: Mapping[Asked, Collection[int]],
) -> None:
    """Keep translations, and which revisions each sentence stood in; flushes.

    Persons' words come and go by `say` and `unsay` alone: of those that are still
    there only the revisions are noted. Nobody's are none.
    """
    keys = {(digest(one.text), known.by): one for one, known in said.items()}
    there = _standing_rows(pair, {key for key, _by in keys})
    ids = {place: row.id for place, row in there.items()}
    fresh: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for (key, by), one in keys.items():
        if by in (BY_PERSON, BY_NOBODY):
            continue
        told = said[one].told
        values = {"target": told.text, "doubt": told.doubt, "score": told.score}
        if (row := there.get((key, by))) is None:
            new = {"pair": pair, "sha256": key, "by": by, "source": one.text}
            fresh.append(values | new | {"to_check": told.uneasy})
        elif (row.target, row.doubt) != (told.text, told.doubt):
            changed.append(values | {"id": row.id})
    # Thousands of rows in a busy hour: as objects they cost as much as their words.
    if changed:
        db.session.execute(update(Memory), changed)
    if fresh:
        made = insert(Memory).returning(Memory.id, Memory.sha256, Memory.by)
        ids |= {
            (sha256, by): memory_id
            for memory_id, sha256, by in db.session.execute(made, fresh)
        }
    _note_sources(
        {
            (ids[place], revision_id)
            for place, one in keys.items()
            if place in ids
            for revision_id in revisions.get(one, ())
        }
    )


def _standing_rows(pair: str, keys: Collection[str]) -> dict[tuple[str, str], Row[Any]]:
    """Find what the memory holds of these sentences, by digest and by whom."""
    wanted = select(Memory.sha256, Memory.by, Memory.id, Memory.target, Memory.doubt)
    return {
        (row.sha256, row.by): row
        for some in portions([*keys])
        for row in db.session.execute(
            wanted.where(Memory.pair == pair, Memory.sha256.in_(some))
        )
    }


def forget(revision_ids: Sequence[int]) -> None:
    """Drop the sentences that only these revisions contained; flushes.

    Those that a person said, too, and all that was said about them. What came from
    a file has no revision, and stays.
    """
    for some in portions(revision_ids):
        drop_notes(some)
        memories = db.session.scalars(
            select(MemorySource.memory_id).where(MemorySource.revision_id.in_(some))
        ).all()
        db.session.execute(
            delete(MemorySource)
            .where(MemorySource.revision_id.in_(some))
            .execution_options(synchronize_session=False)
        )
        still = select(MemorySource.memory_id)
        for few in portions(memories):
            db.session.execute(
                delete(Memory)
                .where(Memory.id.in_(few), Memory.id.not_in(still))
                .execution_options(synchronize_session=False)
            )


def drop_notes(revision_ids: Sequence[int]) -> None:
    """Drop the mends that wait and the wrong readings of some versions; flushes."""
    for table in (Mend, WrongReading):
        db.session.execute(
            delete(table)
            .where(table.revision_id.in_(revision_ids))
            .execution_options(synchronize_session=False)
        )


def noted_in_vain(post_ids: Sequence[int]) -> Sequence[int]:
    """List versions of these posts that are out no more and have such notes."""
    noted = select(Mend.revision_id).union(select(WrongReading.revision_id))
    return db.session.scalars(
        select(Revision.id)
        .join(Post, Post.id == Revision.post_id)
        .where(
            Post.id.in_(post_ids),
            Revision.id != Post.current_id,
            Revision.id.in_(noted),
        )
    ).all()


def forget_stumbles() -> None:
    """Drop what machines could not say, so that it is tried again; flushes."""
    stumbles = select(Memory.id).where(Memory.doubt, Memory.by != BY_PERSON)
    for table, rows in (
        (MemorySource, MemorySource.memory_id.in_(stumbles)),
        (Memory, Memory.id.in_(stumbles)),
    ):
        db.session.execute(
            delete(table).where(rows).execution_options(synchronize_session=False)
        )


def digest(sentence: str) -> str:
    """Name a sentence regardless of how its spaces and accents were typed."""
    normal = unicodedata.normalize("NFC", " ".join(sentence.split()))
    return hashlib.sha256(normal.encode()).hexdigest()


def _note_sources(wanted: set[tuple[int, int]]) -> None:
    known: set[tuple[int, int]] = set()
    for some in portions(sorted({memory_id for memory_id, _revision in wanted})):
        rows = db.session.execute(
            select(MemorySource.memory_id, MemorySource.revision_id).where(
                MemorySource.memory_id.in_(some)
            )
        )
        known |= {(row.memory_id, row.revision_id) for row in rows}
    fresh = [
        {"memory_id": memory_id, "revision_id": revision_id}
        for memory_id, revision_id in sorted(wanted - known)
    ]
    if fresh:
        db.session.execute(insert(MemorySource), fresh)


def portions(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))
