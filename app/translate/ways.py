"""Which languages can be read by whom here, and which packs are missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, select

from app.accounts.models import Person
from app.classrooms.models import Classroom, Member, SpaceClassroom
from app.db import db
from app.packs import packs
from app.packs.packs import BETWEEN, Pack
from app.translate import doubts
from app.translate.doubts import Doubt

# Of the languages that people here may choose, those of which Argos' index has no
# pack to or from any other.
NOT_IN_ARGOS = frozenset({"sw"})


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


def ways_between(known: Sequence[Pack], pairs: Iterable[tuple[str, str]]) -> list[Way]:
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
