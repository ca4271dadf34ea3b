"""Search shows, counts and suggests to each of 1,000 readers only what she may read."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Select, or_, select

from app.accounts.models import Account, Person
from app.classrooms.models import (
    Classroom,
    Member,
    School,
    Space,
    SpaceClassroom,
    space_ids,
)
from app.db import db
from app.forums.models import Forum
from app.posts.models import Post, Thread, ThreadReader
from app.search.asking import BEST, NEWEST, Question
from app.search.searching import Results, search
from app.web.errors import Refused
from tests.clients import Client
from tests.search.fates import build, upset
from tests.search.schools import COMMON, Schools, found_nowhere
from tests.search.shelves import Shelf

Settle = Callable[[], None]

RARE = re.compile(r"qx[a-z]{13}", re.IGNORECASE)
# Readers of each of the schools by dice: a thousand in all, a few each time.
READERS = 100
READERS_IN_SHORT = 12


def all_found(viewer: Account, asked: Question) -> tuple[list[int], Results]:
    """Turn over every page of hits."""
    try:
        first = search(viewer, asked)
    except Refused:  # a place that is not for her
        return [], Results()
    others = [search(viewer, asked, page=n) for n in range(2, first.pages + 1)]
    return [hit.post_id for page in (first, *others) for hit in page.hits], first


def may_show(viewer: Account, shelf: Shelf) -> set[str]:
    """Collect the rare words that the viewer may meet on a page."""
    out = db.session.scalars(Post.visible_to(viewer)).all()
    texts = [text.words for post in out for text in shelf.texts.get(post.id, ())]
    texts += [thread.title for thread in db.session.scalars(Thread.visible_to(viewer))]
    texts += [forum.title for forum in db.session.scalars(Forum.visible_to(viewer))]
    texts += [space.title for space in db.session.scalars(Space.open_to(viewer))]
    rooms = select(SpaceClassroom.classroom_id).where(
        SpaceClassroom.space_id.in_(space_ids(viewer))
    )
    schools = select(School.name).where(
        School.id.in_(select(Classroom.school_id).where(Classroom.id.in_(rooms)))
    )
    texts += db.session.scalars(schools)
    texts += db.session.scalars(_names(viewer, [post.author_id for post in out]))
    return {rare.lower() for text in texts for rare in RARE.findall(text)}


def _names(viewer: Account, authors: list[int]) -> Select[tuple[str]]:
    """Select the names by which classmates, partners, pen pals and authors are shown."""
    rooms = select(SpaceClassroom.classroom_id).where(
        SpaceClassroom.joined_at.is_not(None),
        SpaceClassroom.space_id.in_(space_ids(viewer)),
    )
    near = select(Member.person_id).where(Member.classroom_id.in_(rooms))
    letters = Thread.visible_to(viewer).with_only_columns(Thread.id).order_by(None)
    pals = select(ThreadReader.person_id).where(ThreadReader.thread_id.in_(letters))
    return select(Person.shown_name).where(
        or_(
            Person.id.in_(near),
            Person.id.in_(pals),
            Person.id.in_(authors),
            Person.id == viewer.person_id,
        )
    )


# Asking.


def questions(
    dice: random.Random, schools: Schools, shelf: Shelf
) -> Iterator[Question]:
    """Ask for what many posts have, what one has, and what somebody keeps to herself."""
    common = [word for said in COMMON.values() for word in said.split()]
    yield Question(dice.choice(common))
    yield Question(dice.choice(schools.used))
    # Almost as something is spelt.
    yield Question(found_nowhere(dice.choice(schools.used)))
    post_id, texts = dice.choice([*shelf.texts.items()])
    several = [dice.choice(dice.choice(texts).words.split()) for _n in range(2)]
    yield Question(" ".join(several))
    together = dice.choice(texts).words.split()
    at = dice.randrange(max(1, len(together) - 1))
    yield Question(f'"{" ".join(together[at : at + 2])}"')
    begins = dice.choice([*common, *schools.used])[: dice.choice([4, 5, 6, 9])]
    yield Question(f"{begins}*")
    name, where, day, lang = shelf.about[post_id]
    yield Question(
        dice.choice(["", dice.choice(common)]),
        who=dice.choice(["", name.split()[0]]),
        where=dice.choice(["", where]),
        since=day - timedelta(dice.choice([0, 30, 3_000])),
        until=dice.choice([None, day, day + timedelta(30)]),
        lang=dice.choice(["", "", lang]),
        order=dice.choice([BEST, NEWEST]),
    )


class Desk:
    """A reader, the pages she opens, and what she may meet on them."""

    def __init__(self, app: Flask, viewer: Account, shelf: Shelf) -> None:
        self.viewer, self.shelf = viewer, shelf
        out = Post.visible_to(viewer).where(Post.is_published())
        self.readable = {post.id for post in db.session.scalars(out)}
        self.may_show = may_show(viewer, shelf)
        self.client = Client(app, viewer) if viewer.may_sign_in else None

    def page(self, **asked: str) -> str:
        assert self.client is not None
        answer = self.client.get("/search", query_string=asked)
        assert answer.status_code == 200
        return re.sub('name="csrf_token" value="[^"]*"', "", answer.text)

    def page_about(self, word: str, **asked: str) -> str:
        """Open the page that a word leads to, and take that word out of it."""
        return self.page(**asked).replace(word, "the typed word")

    def met(self, asked: Question) -> set[str]:
        fields = {
            "q": asked.typed,
            "who": asked.who,
            "where": asked.where,
            "from": str(asked.since or ""),
            "to": str(asked.until or ""),
            "in": asked.lang,
            "order": asked.order,
        }
        page = self.page(**{name: said for name, said in fields.items() if said})
        found = {rare.lower() for rare in RARE.findall(page)}
        return found - {rare.lower() for rare in RARE.findall(asked.typed + asked.who)}


def readers(dice: random.Random, schools: Schools, most: int) -> list[Account]:
    return [dice.choice(schools.people) for _n in range(most)]


@pytest.mark.parametrize("seed", [1])
def test_a_reader_finds_all_that_she_may_read_and_nothing_else(
    app: Flask, settle: Settle, seed: int
) -> None:
    look_over(app, settle, seed, READERS_IN_SHORT)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_thousand_readers_find_all_that_they_may_read_and_nothing_else(
    app: Flask, settle: Settle, seed: int
) -> None:
    look_over(app, settle, seed, READERS)


def look_over(app: Flask, settle: Settle, seed: int, most: int) -> None:
    schools = build(seed)
    settle()
    shelf, dice = Shelf(), schools.dice
    for viewer in readers(dice, schools, most):
        desk = Desk(app, viewer, shelf)
        for asked in questions(dice, schools, shelf):
            right = shelf.right(desk.readable, asked)
            found, results = all_found(viewer, asked)
            assert set(found) <= right, asked
            assert len(found) == len(set(found)) == results.total
            # A beginning may stand for more words than are looked at.
            assert len(found) == len(right) or results.first_results, asked
            assert asked.typed.endswith("*") or not results.first_results, asked
            if asked.order == NEWEST:
                days = [shelf.about[n][2] for n in found]
                assert days == sorted(days, reverse=True)
            check_page(desk, dice, asked)
        check_secrets(desk, dice, schools)


@pytest.mark.parametrize("seed", [101])
def test_what_is_taken_from_a_reader_is_gone_before_the_worker_has_done_its_work(
    app: Flask, settle: Settle, seed: int
) -> None:
    look_over_stale(app, settle, seed, READERS_IN_SHORT)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(102, 107))
def test_what_is_taken_from_many_readers_is_gone_before_the_worker_has_done_its_work(
    app: Flask, settle: Settle, seed: int
) -> None:
    look_over_stale(app, settle, seed, READERS)


def look_over_stale(app: Flask, settle: Settle, seed: int, most: int) -> None:
    schools = build(seed)
    settle()
    before = Shelf()
    upset(schools)
    shelf, dice = Shelf(), schools.dice
    assert shelf.texts != before.texts
    for viewer in readers(dice, schools, most):
        desk = Desk(app, viewer, shelf)
        for asked in questions(dice, schools, before):
            found, results = all_found(viewer, asked)
            # What was changed is found by its old words until the worker has read it.
            assert set(found) <= shelf.right(desk.readable, asked) | before.right(
                desk.readable, asked
            ), asked
            assert len(found) == results.total
            check_page(desk, dice, asked)
        old = {text.words for n in desk.readable for text in before.texts.get(n, ())}
        desk.may_show.update(
            rare.lower() for said in old for rare in RARE.findall(said)
        )
        # How rare a word was that she could read is known until the worker has done so.
        check_secrets(desk, dice, schools, ALONE)


def check_page(desk: Desk, dice: random.Random, asked: Question) -> None:
    if desk.client is not None and dice.random() < 0.5:
        assert desk.met(asked) <= desk.may_show, asked


ALONE: Sequence[dict[str, str]] = ({"q": "{}"}, {"who": "{}"})


def check_secrets(
    desk: Desk,
    dice: random.Random,
    schools: Schools,
    ways: Sequence[dict[str, str]] = (*ALONE, {"q": "tortuga {}"}),
) -> None:
    """A word of what she may not read gives her the page of a word that is nowhere."""
    if desk.client is None:
        return
    secrets = [word for word in schools.used if word not in desk.may_show]
    for secret in dice.sample(secrets, 1):
        nowhere = found_nowhere(secret)
        for fields in ways:
            pages = {
                desk.page_about(
                    word, **{name: said.format(word) for name, said in fields.items()}
                )
                for word in (secret, nowhere)
            }
            assert len(pages) == 1, (secret, fields)
    others = set(db.session.scalars(select(Forum.id)))
    others.difference_update(
        one.id for one in db.session.scalars(Forum.visible_to(desk.viewer))
    )
    if others:
        place = f"{dice.choice([*others])}"
        assert desk.page(q="tortuga", where=place) == desk.page(
            q="tortuga", where="9" * 9
        )
