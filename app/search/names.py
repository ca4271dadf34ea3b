"""What a reader may see by name: spaces, forums, letters and people; found by their words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    String,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
    union_all,
)

from app.accounts.models import ANYONE, Account, Person
from app.classrooms.models import (
    SAFEGUARDING,
    Classroom,
    Member,
    Space,
    SpaceClassroom,
    space_ids,
    space_langs,
)
from app.db import db
from app.posts.models import LETTERS, Thread
from app.search.analysis import PLAIN, field_of, words
from app.search.asking import Asked, bare_words, looked_for
from app.search.titles import forum_titles

# Compared one by one, 5 us each; of more people only those with the same letters are.
MOST_PEOPLE = 2_000
MOST_FOUND = 5
# Of forums' titles where one is chosen: a class has a dozen, some reader a hundred.
CHOICES_BYTES = 3_000
# A shorter beginning of a name says too little, unless it is all that is asked for.
SHORTEST_BEGINNING = 3
# What a database compares of a name, for it folds no accents: ñ, ç and ł are not n, c, l.
_CONSONANTS, _UNACCENTED = "bcdfghjklmnpqrstvwxz", "bfhjkmpqvwx"

_SPACE, _LETTERS, _FORUM, _PERSON = "space", "letters", "forum", "person"


class ForumName(NamedTuple):
    id: int
    space_id: int
    title: str
    lang: str


class PersonName(NamedTuple):
    """Somebody by the name that others see; `listed` when she is here to be met."""

    id: int
    listed: bool
    shown_name: str
    symbol: str
    classroom: str


@dataclass(frozen=True)
class Reach:
    """All that one reader may choose from; people only when names are asked for."""

    spaces: dict[int, str]
    letters: frozenset[int]
    forums: Sequence[ForumName]
    people: Sequence[PersonName]
    # Which the classes of her spaces speak.
    langs: frozenset[str]

    def choices(self, chosen: str) -> Sequence[tuple[str, Sequence[ForumName]]]:
        """Group forums by space, as many as a page bears and the chosen one."""
        shown, total = list[ForumName](), 0
        for forum in self.forums:
            total += len(forum.title.encode()) + 40
            if total <= CHOICES_BYTES or str(forum.id) == chosen:
                shown.append(forum)
        groups = groupby(shown, lambda forum: forum.space_id)
        return [(self.spaces.get(key, ""), list(group)) for key, group in groups]


def reach_of(viewer: Account, *, asked: Sequence[str] = ()) -> Reach:
    """Fetch what the viewer may see by name, in one query.

    `asked` are texts in which names are looked for. A second query for who sees
    more than 2,000 people.
    """
    wanted = [found for text in asked if (found := bare_words(text))]
    given = ANYONE.as_viewer(viewer)
    rows = db.session.connection().execute(_all(people=bool(wanted)), given).all()
    spaces = [row for row in rows if row.what == _SPACE]
    people: Sequence[Any] = [row for row in rows if row.what == _PERSON]
    if len(people) > MOST_PEOPLE:
        people = _people_like(viewer, wanted)
    forums = (ForumName(*row[1:5]) for row in rows if row.what == _FORUM)
    return Reach(
        spaces={row.id: row.name for row in spaces},
        letters=frozenset(row.id for row in rows if row.what == _LETTERS),
        forums=sorted(forums, key=lambda one: (one.space_id, one.title, one.id)),
        people=_each_once(PersonName(*row[1:]) for row in people),
        langs=frozenset(lang for row in spaces for lang in row.lang.split(",")),
    )


def _people_like(viewer: Account, wanted: Sequence[Sequence[str]]) -> Sequence[Any]:
    given: dict[str, int | str] = {**ANYONE.as_viewer(viewer)}
    for name, one in ("first", wanted[0]), ("second", wanted[-1]):
        given[name] = _pattern(one, _CONSONANTS)
        given[f"{name}_wide"] = _pattern(one, _UNACCENTED)
    return db.session.connection().execute(_alike(), given).all()


def _pattern(wanted: Sequence[str], letters: str) -> str:
    """Keep these letters of the longest word; it only narrows down."""
    kept = [letter for letter in max(wanted, key=len) if letter in letters]
    return f"%{'%'.join(kept)}%"


def _each_once(people: Iterable[PersonName]) -> list[PersonName]:
    """Say whoever is in several classes once, by one in which she is now."""
    found: dict[int, PersonName] = {}
    for person in people:
        if person.id not in found or (person.listed and not found[person.id].listed):
            found[person.id] = person
    return sorted(found.values(), key=lambda one: (bare_words(one.shown_name), one.id))


@cache
def _all(*, people: bool) -> Any:
    spaces = select(
        literal(_SPACE).label("what"),
        Space.id.label("id"),
        literal(0).label("beside"),
        Space.title.label("name"),
        space_langs(Space.id).label("lang"),
        literal("").label("more"),
    ).where(Space.id.in_(space_ids(ANYONE)))
    nothing = literal("")
    letters = (
        Thread.visible_to(ANYONE)
        .where(Thread.kind == LETTERS)
        .order_by(None)
        .with_only_columns(
            literal(_LETTERS), Thread.id, literal(0), nothing, nothing, nothing
        )
    )
    titles = [made().order_by(None).subquery() for made in forum_titles.values()]
    forums = [select(literal(_FORUM), *made.c, nothing) for made in titles]
    parts = [spaces, letters, *forums]
    if people:
        parts.append(_bounded(_people(), MOST_PEOPLE + 1))
    return union_all(*parts)


@cache
def _alike() -> Select[Any]:
    alike, wide = (
        or_(
            *(
                Person.shown_name.ilike(bindparam(f"{name}{more}", type_=String))
                for name in ("first", "second")
            )
        )
        for more in ("", "_wide")
    )
    # Those whose letters are the same come first, should there be too many.
    people = _people().where(or_(alike, wide)).order_by(case((alike, 0), else_=1))
    return _bounded(people, MOST_PEOPLE)


def _bounded(people: Select[Any], most: int) -> Select[Any]:
    return select(*people.order_by(Member.id).limit(most).subquery().c)


def _people() -> Select[Any]:
    """Select who belongs to the classes of the viewer's spaces, or did once.

    Those who left are found by what they wrote, and not listed; nor are the
    safeguarding leads, who belong to every class.
    """
    classes = select(SpaceClassroom.classroom_id).where(
        SpaceClassroom.joined_at.is_not(None),
        SpaceClassroom.space_id.in_(space_ids(ANYONE)),
    )
    here = and_(Member.left_at.is_(None), Member.role != SAFEGUARDING)
    return (
        select(
            literal(_PERSON).label("what"),
            Person.id.label("id"),
            case((here, 1), else_=0).label("beside"),
            Person.shown_name.label("name"),
            Person.symbol.label("lang"),
            Classroom.title.label("more"),
        )
        .join(Member, Member.person_id == Person.id)
        .join(Classroom, Classroom.id == Member.classroom_id)
        .where(Member.classroom_id.in_(classes))
    )


def authors_named(reach: Reach, who: str) -> frozenset[int]:
    """Find whose names have words that begin so; a whole name means only its owners.

    So that Ana R. is not Ana R. 2 as well.
    """
    wanted = bare_words(who)
    of_that_name = frozenset(
        person.id for person in reach.people if bare_words(person.shown_name) == wanted
    )
    if len(wanted) > 1 and of_that_name:
        return of_that_name
    return frozenset(
        person.id for person in reach.people if _begin(person.shown_name, wanted, 1)
    )


def people_found(reach: Reach, asked: Asked) -> list[PersonName]:
    """Find who has all that was typed in her name."""
    wanted = [word for one in asked.clauses for word in bare_words(one.text)]
    found = (
        person
        for person in reach.people
        if person.listed and _begin(person.shown_name, wanted, SHORTEST_BEGINNING)
    )
    return list(found)[:MOST_FOUND] if wanted else []


def forums_found(reach: Reach, asked: Asked) -> list[ForumName]:
    """Find the forums whose title has all the words, in any of their forms."""
    found = (one for one in reach.forums if _has(one.title, one.lang, asked))
    return list(found)[:MOST_FOUND] if asked.clauses else []


def _begin(name: str, wanted: Sequence[str], shortest: int) -> bool:
    there = _bare_in(name)
    return all(
        word in there
        or (len(word) >= shortest and any(one.startswith(word) for one in there))
        for word in wanted
    )


def _has(title: str, lang: str, asked: Asked) -> bool:
    field = field_of(lang)
    terms, bare = _terms_in(title, field), _bare_in(title)
    for clause in asked.required:
        if clause.beginning and _begin(title, bare_words(clause.text), 1):
            continue
        sought = looked_for(Asked([clause]), field)
        if not sought or any(
            terms.isdisjoint(word.terms) and word.bare not in bare for word in sought[0]
        ):
            return False
    return True


@lru_cache(maxsize=1_000)
def _terms_in(title: str, field: str) -> frozenset[str]:
    return frozenset(term for word in words(title, field) for term in word.terms)


@lru_cache(maxsize=3_000)
def _bare_in(name: str) -> frozenset[str]:
    return frozenset(word.bare for word in words(name, PLAIN))
