"""Old posts that lack a language since a pack, a class or a reader has come."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from app.accounts.models import Person
from app.classrooms.models import ADULTS, Member, SpaceClassroom
from app.db import db, reading
from app.jobs import enqueue
from app.jobs.registry import chore_at_start, chore_when_idle
from app.packs import installing, packs
from app.packs.engine import models
from app.packs.packs import Pack
from app.posts.models import (
    AGAIN,
    LETTERS,
    Post,
    Rendition,
    Revision,
    Thread,
    ThreadReader,
)
from app.translate import speaking
from app.translate.speaking import usable
from app.translate.translating import KIND, LESS_URGENT

CATCH_UP_POSTS = 500  # queued at a time

# What was there when everything had been queued; of this process alone.
_seen: list[object] = []


@chore_at_start
def begin_anew() -> None:
    """Give packs that could not be used another chance, then see what is lacking."""
    packs.give_another_chance()
    installing.look_after()
    catch_up()


def catch_up() -> list[int]:
    """Queue posts that lack a language, or could have it from a better pack."""
    waiting = posts_lacking(usable(), CATCH_UP_POSTS)
    enqueue(KIND, waiting, urgency=LESS_URGENT)
    return waiting


@chore_when_idle
def catch_up_after_changes() -> None:
    """Catch up when packs or the languages of an audience have changed since."""
    with reading():
        now_there = (
            usable(),
            sorted(tuple(row) for row in db.session.execute(_audiences())),
        )
    if [now_there] != _seen and len(catch_up()) < CATCH_UP_POSTS:
        _seen[:] = [now_there]


@chore_when_idle
def unload_models() -> None:
    models.unload_idle()
    speaking.give_another_chance()


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
            or_(Thread.kind != LETTERS, audience.c.role.in_(ADULTS), reads_letters),
            or_(
                Rendition.id.is_(None),
                Rendition.pack == AGAIN,
                and_(made_by.not_in(good), direction.not_in(mute)),
            ),
        )
        .distinct()
        .order_by(Post.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


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
