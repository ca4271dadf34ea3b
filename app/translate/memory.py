"""The sentence memory: what was translated once serves again at no cost."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import delete, select

from app.db import db
from app.translate.interpreting import Told
from app.translate.models import Memory, MemorySource

BY_PERSON = "person"
T = TypeVar("T")

AT_ONCE = 400  # rows asked for in one statement; SQLite takes 999 values


class Remembered(NamedTuple):
    """What one pack, or a person, made of a sentence."""

    by: str
    told: Told


def look_up(pair: str, by: str, sentences: Sequence[str]) -> dict[str, Remembered]:
    """Find what this pack has said before; a person's words go before a pack's."""
    wanted = {digest(sentence): sentence for sentence in sentences}
    found: dict[str, Remembered] = {}
    for some in _portions([*wanted]):
        rows = db.session.scalars(
            select(Memory).where(
                Memory.pair == pair,
                Memory.sha256.in_(some),
                Memory.by.in_((by, BY_PERSON)),
            )
        )
        for row in sorted(rows, key=lambda row: row.by == BY_PERSON):
            sentence = wanted[row.sha256]
            told = Told(sentence if row.doubt else row.target, row.doubt)
            found[sentence] = Remembered(row.by, told)
    return found


def written_in(pair: str, sentences: Sequence[str]) -> set[str]:
    """Name the sentences that somebody wrote in the first language of a pair."""
    wanted = {digest(sentence): sentence for sentence in sentences}
    return {
        wanted[key]
        for some in _portions([*wanted])
        for key in db.session.scalars(
            select(Memory.sha256).where(
                Memory.pair == pair, Memory.sha256.in_(some), Memory.doubt.is_(False)
            )
        )
    }


def store(
    pair: str,
    sentences: Mapping[str, Remembered],
    revisions: Mapping[str, Collection[int]],
) -> None:
    """Keep translations, and which revisions each sentence stood in; flushes."""
    keys = {(digest(source), r.by): source for source, r in sentences.items()}
    rows: dict[tuple[str, str], Memory] = {}
    for some in _portions([*{key for key, _by in keys}]):
        found = db.session.scalars(
            select(Memory).where(Memory.pair == pair, Memory.sha256.in_(some))
        )
        rows |= {(row.sha256, row.by): row for row in found}
    for (key, by), source in keys.items():
        if (row := rows.get((key, by))) is None:
            row = rows[key, by] = Memory(pair=pair, sha256=key, by=by, source=source)
            db.session.add(row)
        told = sentences[source].told
        row.target, row.doubt = told.text, told.doubt
    db.session.flush()
    _note_sources(
        {
            (rows[place].id, revision_id)
            for place, source in keys.items()
            for revision_id in revisions.get(source, ())
        }
    )


def forget(revision_ids: Sequence[int]) -> None:
    """Drop the sentences that only these revisions contained; flushes."""
    for some in _portions(revision_ids):
        memories = db.session.scalars(
            select(MemorySource.memory_id).where(MemorySource.revision_id.in_(some))
        ).all()
        db.session.execute(
            delete(MemorySource)
            .where(MemorySource.revision_id.in_(some))
            .execution_options(synchronize_session=False)
        )
        still = select(MemorySource.memory_id)
        for few in _portions(memories):
            db.session.execute(
                delete(Memory)
                .where(
                    Memory.id.in_(few),
                    Memory.id.not_in(still),
                    Memory.by != BY_PERSON,
                )
                .execution_options(synchronize_session=False)
            )


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
    for some in _portions(sorted({memory_id for memory_id, _revision in wanted})):
        rows = db.session.execute(
            select(MemorySource.memory_id, MemorySource.revision_id).where(
                MemorySource.memory_id.in_(some)
            )
        )
        known |= {(row.memory_id, row.revision_id) for row in rows}
    db.session.add_all(
        MemorySource(memory_id=memory_id, revision_id=revision_id)
        for memory_id, revision_id in sorted(wanted - known)
    )
    db.session.flush()


def _portions(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))
