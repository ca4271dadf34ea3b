"""How translation stands here: who can read whom, what is missing, what packs take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, select

from app.accounts.models import Person
from app.classrooms.models import Classroom, Member, SpaceClassroom
from app.db import db
from app.packs import inventory, packs
from app.packs.packs import BETWEEN, Pack
from app.translate import doubts
from app.translate.doubts import Doubt

# Of the languages that people here may choose, those of which Argos' index has no
# pack to or from any other.
NOT_IN_ARGOS = frozenset({"sw"})


@dataclass(frozen=True)
class Taken:
    """What an installed pack takes of the machine."""

    disk_bytes: int
    memory_bytes: int
    # Else it is told from the size of the model.
    is_measured: bool


@dataclass(frozen=True)
class Way:
    """From the language people write to the one others read; no packs: they cannot."""

    from_lang: str
    to_lang: str
    packs: tuple[Pack, ...]
    doubt: Doubt | None = None

    @property
    def through(self) -> str:
        return self.packs[0].langs[1] if len(self.packs) > 1 else ""

    @property
    def never(self) -> tuple[str, ...]:
        """Which of the two no pack of Argos speaks."""
        return tuple(x for x in (self.from_lang, self.to_lang) if x in NOT_IN_ARGOS)


def ways(known: Sequence[Pack], pairs: Iterable[tuple[str, str]]) -> list[Way]:
    """Say of each pair how it is read."""
    figures = {(one.pair, one.pack): one for one in doubts.figures()}
    made = []
    for first, second in pairs:
        route = packs.route(first, second, known)
        said = figures.get((f"{first}-{second}", packs.route_label(route)))
        made.append(Way(first, second, route, said))
    return made


def pairs_here() -> list[tuple[str, str]]:
    """List what people write and others read who share a class or a partnership."""
    spaces: dict[int, set[str]] = {}
    for space_id, spoken, of_class in db.session.execute(_spoken()):
        spaces.setdefault(space_id, set()).update((spoken, of_class))
    return sorted(
        {
            (first, second)
            for langs in spaces.values()
            for first in langs
            for second in langs
            if first != second
        }
    )


def wanted_packs(missing: Iterable[Way], known: Sequence[Pack]) -> list[str]:
    """Name the pairs, by Argos' codes, that would let the missing be read.

    Each goes by English, as every official pack does.
    """
    there = {pack.langs for pack in known}
    steps = [
        step
        for way in missing
        if not way.never
        for step in ((way.from_lang, BETWEEN), (BETWEEN, way.to_lang))
        if step[0] != step[1] and step not in there
    ]
    return ["-".join(step) for step in dict.fromkeys(steps)]


def taken(pack: Pack) -> Taken:
    """Say what a pack takes; reads no more than its inventory and sizes."""
    try:
        known = inventory.read(pack.folder)
        model_bytes = (pack.folder / "model" / "model.bin").stat().st_size
        disk_bytes = sum(
            path.stat().st_size for path in pack.folder.rglob("*") if path.is_file()
        )
    except (OSError, ValueError):
        return Taken(0, 0, is_measured=False)
    if known and known.memory_bytes:
        return Taken(disk_bytes, known.memory_bytes, is_measured=True)
    return Taken(disk_bytes, inventory.memory_of(model_bytes), is_measured=False)


def megabytes(size_bytes: int) -> str:
    """Say a size as disks and packs are counted, rounded up."""
    return f"{-(-size_bytes // 1_000_000):,} MB"


@cache
def _spoken() -> Select[tuple[int, str, str]]:
    """Select the languages of the people in each space, and those of their classes."""
    return (
        select(SpaceClassroom.space_id, Person.lang, Classroom.lang)
        .join(Member, Member.classroom_id == SpaceClassroom.classroom_id)
        .join(Person, Person.id == Member.person_id)
        .join(Classroom, Classroom.id == SpaceClassroom.classroom_id)
        .where(SpaceClassroom.joined_at.is_not(None), Member.left_at.is_(None))
        .distinct()
    )
