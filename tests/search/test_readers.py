"""Search shows, counts and suggests to each of 1,000 readers only what she may read."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import pytest
from flask import Flask
from sqlalchemy import Select, func, or_, select

from app import markup
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
from app.posts.models import Attachment, Post, Rendition, Revision, Thread, ThreadReader
from app.search import asking
from app.search.analysis import Word, field_of, words
from app.search.asking import Clause, Question
from app.search.folding import fold
from app.search.searching import Results, search
from tests.clients import Client
from tests.search.fates import build, upset
from tests.search.schools import COMMON, Schools, found_nowhere

Settle = Callable[[], None]

RARE = re.compile(r"qx[a-z]{13}", re.IGNORECASE)
# Readers of each of the schools by dice: a thousand in all, sixty each time.
READERS = 100
READERS_IN_SHORT = 20


def ask(viewer: Account, typed: str, page: int = 1) -> Results:
    return search(viewer, Question(typed), page=page)


def all_found(viewer: Account, typed: str) -> tuple[list[str], Results]:
    """Turn over every page of hits."""
    first = ask(viewer, typed)
    pages = [first, *(ask(viewer, typed, n) for n in range(2, first.pages + 1))]
    return [hit.post_uid for page in pages for hit in page.hits], first


# What there is to find, read from the tables by this test alone.


@dataclass(frozen=True)
class Text:
    """What stands together in one language: a title, a post, words about a picture."""

    words: str
    lang: str


class Shelf:
    """All published texts, as they stand now."""

    def __init__(self) -> None:
        self.texts: dict[int, list[Text]] = defaultdict(list)
        self.uids: dict[int, str] = {}
        self.read()

    def read(self) -> None:
        self.texts.clear()
        first_in = set(
            db.session.scalars(select(func.min(Post.id)).group_by(Post.thread_id))
        )
        for post in db.session.scalars(select(Post)):
            self.uids[post.id] = post.uid
            if not post.is_out or post.current is None:
                continue
            self.texts[post.id] = [*_texts_of(post.current)]
            if post.id in first_in and post.thread.title:
                title = Text(post.thread.title, post.thread.lang)
                self.texts[post.id].append(title)


def _texts_of(revision: Revision) -> Iterator[Text]:
    yield Text(markup.plain(revision.source), revision.lang)
    for words_about in db.session.scalars(
        select(Attachment.description).where(Attachment.revision_id == revision.id)
    ):
        yield Text(words_about, revision.lang)
    for lang, source in db.session.execute(
        select(Rendition.lang, Rendition.source).where(
            Rendition.revision_id == revision.id, Rendition.source.is_not(None)
        )
    ):
        if lang != revision.lang:
            yield Text(markup.plain(source), lang)


def has(texts: list[Text], typed: str) -> bool:
    """Say whether each word and phrase is in one of the texts: slowly, one by one."""
    required = asking.read(typed).required
    return all(any(_stands_in(text, one) for text in texts) for one in required)


def _stands_in(text: Text, clause: Clause) -> bool:
    field = field_of(text.lang)
    places: dict[int, set[str]] = defaultdict(set)
    for word in _cut(text.words, field):
        places[word.place].update(word.terms)
    wanted = _cut(clause.text, field)
    wanted = tuple(word for word in wanted if not _covered(word, wanted))
    begins = fold(clause.text.strip("*"))
    if clause.beginning and any(
        term.startswith(begins) for terms in places.values() for term in terms
    ):
        return True
    # As it was written, or as it is typed without accents.
    ways = [[(w.place - wanted[0].place, w.terms[n]) for w in wanted] for n in (0, -1)]
    return any(
        all(term in places.get(at + after, ()) for after, term in way)
        for way in ways
        for at in places
        if way
    )


@lru_cache(maxsize=10_000)
def _cut(text: str, field: str) -> tuple[Word, ...]:
    return tuple(words(text, field))


def _covered(word: Word, among: tuple[Word, ...]) -> bool:
    """A character of Chinese that stands in a pair says nothing more than the pair."""
    return any(
        other.start <= word.start and word.end <= other.end and other != word
        for other in among
    )


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


def questions(dice: random.Random, schools: Schools, shelf: Shelf) -> Iterator[str]:
    """Ask for what many posts have, what one has, and what somebody keeps to herself."""
    common = [word for said in COMMON.values() for word in said.split()]
    yield dice.choice(common)
    yield dice.choice(schools.used)
    texts = dice.choice([*shelf.texts.values()])
    yield " ".join(dice.choice(dice.choice(texts).words.split()) for _n in range(2))
    together = dice.choice(texts).words.split()
    at = dice.randrange(max(1, len(together) - 1))
    yield f'"{" ".join(together[at : at + 2])}"'
    yield f"{dice.choice([*common, *schools.used])[: dice.choice([4, 5, 6, 9])]}*"


class Desk:
    """A reader, the pages she opens, and what she may meet on them."""

    def __init__(self, app: Flask, viewer: Account, shelf: Shelf) -> None:
        self.viewer, self.shelf = viewer, shelf
        out = Post.visible_to(viewer).where(Post.is_published())
        self.readable = {post.id for post in db.session.scalars(out)}
        self.may_show = may_show(viewer, shelf)
        self.client = Client(app, viewer) if viewer.may_sign_in else None

    def right(self, shelf: Shelf, typed: str) -> set[str]:
        """Find the posts by reading them all."""
        return {
            shelf.uids[post_id]
            for post_id in self.readable
            if has(shelf.texts.get(post_id, []), typed)
        }

    def page(self, typed: str) -> str:
        """Open the page of hits, without what differs each time and the typed word."""
        assert self.client is not None
        answer = self.client.get("/search", query_string={"q": typed})
        assert answer.status_code == 200
        page = re.sub('name="csrf_token" value="[^"]*"', "", answer.text)
        return page.replace(typed, "the typed word")

    def met(self, typed: str) -> set[str]:
        found = {rare.lower() for rare in RARE.findall(self.page(typed))}
        return found - {rare.lower() for rare in RARE.findall(typed)}


def readers(dice: random.Random, schools: Schools, most: int) -> list[Account]:
    return [dice.choice(schools.people) for _n in range(most)]


@pytest.mark.parametrize("seed", range(2))
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
        for typed in questions(dice, schools, shelf):
            right = desk.right(shelf, typed)
            uids, results = all_found(viewer, typed)
            assert set(uids) <= right, typed
            assert len(uids) == results.total
            # A beginning may stand for more words than are looked at.
            assert len(uids) == len(right) or results.first_results, typed
            assert typed.endswith("*") or not results.first_results, typed
            check_page(desk, typed)
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
        for typed in questions(dice, schools, before):
            uids, results = all_found(viewer, typed)
            # What was changed is found by its old words until the worker has read it.
            assert set(uids) <= desk.right(shelf, typed) | desk.right(before, typed), (
                typed
            )
            assert len(uids) == results.total
            check_page(desk, typed)
        old = {text.words for n in desk.readable for text in before.texts.get(n, ())}
        desk.may_show.update(
            rare.lower() for said in old for rare in RARE.findall(said)
        )
        check_secrets(desk, dice, schools)


def check_page(desk: Desk, typed: str) -> None:
    if desk.client is not None:
        assert desk.met(typed) <= desk.may_show, typed


def check_secrets(desk: Desk, dice: random.Random, schools: Schools) -> None:
    """A word of what she may not read gives her the page of a word that is nowhere."""
    secrets = [word for word in schools.used if word not in desk.may_show]
    for secret in dice.sample(secrets, 2):
        assert ask(desk.viewer, secret) == ask(desk.viewer, found_nowhere(secret))
        if desk.client is not None:
            assert desk.page(secret) == desk.page(found_nowhere(secret))
