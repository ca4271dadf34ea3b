"""Uneasy sentences, said back in their own language while nothing else waits."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select, update

from app.db import db, reading
from app.jobs import Job
from app.jobs.registry import chore_when_idle
from app.packs.errors import PackBrokenError
from app.packs.packs import Pack
from app.posts.models import Post
from app.translate.checks import likeness
from app.translate.interpreting import Asked
from app.translate.memory import portions
from app.translate.models import Memory, MemorySource
from app.translate.speaking import ask, put_aside, usable
from app.translate.translating import make_again

# A letter that comes meanwhile waits for one portion: half a second.
CHARACTERS_AT_ONCE = 400
AT_MOST_SECONDS = 10
# Of 591 uneasy sentences, held out, 29 came back less alike than this: 38 points chrF,
# two in three nonsense. The others have 53.
LEAST_LIKENESS = 0.3

_WORD = re.compile(r"[^\W_]+")


class Uneasy(NamedTuple):
    """A sentence of the memory, and the pack that can say it back."""

    id: int
    source: str
    target: str
    back: Pack


@chore_when_idle
def check_uneasy() -> None:
    """Say uneasy sentences back, newest first; what comes back as another is doubted.

    Ends as soon as a job waits. What was found until then is kept.
    """
    until = time.monotonic() + AT_MOST_SECONDS
    good: dict[Uneasy, bool] = {}
    for portion in _portions():
        try:
            good |= _judged(portion)
        except PackBrokenError as broken:
            put_aside(broken)
            break
        if time.monotonic() > until:
            break
    _write(good)


def _portions() -> Iterator[list[Uneasy]]:
    """Give what is to be checked, a little at a time, as long as no job waits."""
    last: int | None = None
    while True:
        with reading():
            if _somebody_waits():
                return
            found = _waiting(last)
        if not found:
            return
        # One pack at a time, and one sentence at least.
        portion = [found[0]]
        for one in found[1:]:
            size = len(one.target) + sum(len(each.target) for each in portion)
            if one.back != portion[0].back or size > CHARACTERS_AT_ONCE:
                break
            portion.append(one)
        last = portion[-1].id
        yield portion


def _somebody_waits() -> bool:
    """Whether a job waits that has not failed yet."""
    waiting = select(Job.id).where(Job.open(), Job.tries == 0).limit(1)
    return db.session.scalar(waiting) is not None


def _waiting(last: int | None) -> list[Uneasy]:
    back = {f"{pack.to_code}-{pack.from_code}": pack for pack in usable()}
    newest = (
        select(Memory.id, Memory.pair, Memory.source, Memory.target)
        .where(Memory.to_check, Memory.doubt.is_(False), Memory.pair.in_(back))
        .order_by(Memory.id.desc())
        .limit(20)
    )
    if last is not None:
        newest = newest.where(Memory.id < last)
    return [
        Uneasy(row.id, row.source, row.target, back[row.pair])
        for row in db.session.execute(newest)
    ]


def _judged(portion: Sequence[Uneasy]) -> dict[Uneasy, bool]:
    """Say which sentences come back as they were; no transaction.

    What the other pack cannot say tells nothing of the first.
    """
    asked = [Asked(one.target, _names(one)) for one in portion]
    return {
        one: told.doubt or likeness(one.source, told.text) >= LEAST_LIKENESS
        for one, told in zip(portion, ask(portion[0].back, asked), strict=True)
    }


def _names(one: Uneasy) -> frozenset[str]:
    """Take words with a capital that are the same in both for names."""
    both = set(_WORD.findall(one.source)) & set(_WORD.findall(one.target))
    return frozenset(word for word in both if len(word) > 2 and word[0].isupper())


def _write(good: Mapping[Uneasy, bool]) -> None:
    """Note what was found, and have copies with a doubted sentence made again; flushes."""
    for is_good in (True, False):
        chosen = {one.id: one for one, verdict in good.items() if verdict is is_good}
        for some in portions([*chosen]):
            rows = db.session.scalars(
                select(Memory).where(Memory.id.in_(some), Memory.to_check)
            ).all()
            same = [row.id for row in rows if row.target == chosen[row.id].target]
            db.session.execute(
                update(Memory)
                .where(Memory.id.in_(same))
                .values(to_check=False, doubt=not is_good)
            )
            if not is_good:
                make_again(_versions_with(same))


def _versions_with(memory_ids: Sequence[int]) -> Sequence[int]:
    """List the versions that readers see and that hold one of these sentences."""
    return db.session.scalars(
        select(MemorySource.revision_id)
        .join(Post, Post.current_id == MemorySource.revision_id)
        .where(MemorySource.memory_id.in_(memory_ids))
        .distinct()
    ).all()
