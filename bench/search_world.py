"""A server for the search bench: forty partnerships, letters, posts in six languages."""

import hashlib
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from flask import Flask
from sqlalchemy import func, insert, select

from app.accounts.models import Account
from app.accounts.people import FreshPin, make_teacher
from app.accounts.secrets import hash_secret
from app.classrooms.founding import make_classroom, make_school
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom, Space
from app.classrooms.partnering import accept, propose
from app.db import db, now, set_reading
from app.forums.models import Forum
from app.penpals.pairing import pair
from app.posts.models import FORUM_THREAD, LETTERS, Thread
from bench.bulk import Press, Words, Writing
from bench.prose import SHARES, TOPICS, Prose
from bench.world import ENGLISH_NAMES, PASSPHRASE, PIN, SPANISH_NAMES, SignIn

# Of our school, and of those it writes with.
OUR_CLASSES, THEIR_CLASSES, PUPILS = 6, 10, 20
PARTNERSHIPS = 40
# The pupil's class has so many of them; the teacher has all classes but the last.
HERS = 18
FORUMS_A_SPACE = 2
POSTS_A_THREAD = 20
LETTERS_SHARE = 0.1
WEEKS = 40
POSTS_AT_ONCE = 5_000


@dataclass(frozen=True)
class SearchWorld:
    """Who searches, by account, and how they sign in; the thread where one more comes."""

    pupil: int
    teacher: int
    signs_in: SignIn
    writer: SignIn
    thread_id: int
    posts: int


@dataclass
class _Class:
    room: Classroom
    teacher: Account
    pupils: list[Account]


def fill(app: Flask, posts: int, seed: int = 1) -> SearchWorld:
    """Put so many posts into an empty instance; commits.

    The same seed gives the same words in the same places. A hundred thousand
    take about a minute.
    """
    with app.app_context():
        set_reading(value=False)
        ours, theirs = _classes()
        spaces = _partnerships(ours, theirs)
        chance = random.Random(seed)
        proses = {lang: Prose(lang, seed) for lang in SHARES}
        talks = _letters(spaces, chance, posts)
        talks += _forum_threads(spaces, chance, proses, posts)
        db.session.commit()
        _write(talks, proses, chance, posts, seed)
        pupil, teacher = ours[0].pupils[0], ours[0].teacher
        return SearchWorld(
            pupil=pupil.id,
            teacher=teacher.id,
            signs_in=SignIn(pupil.full_name, PIN, ours[0].room.code),
            writer=SignIn(teacher.full_name, PASSPHRASE),
            thread_id=next(
                talk.id
                for talk in talks
                if talk.kind == FORUM_THREAD and pupil.person_id in talk.authors
            ),
            posts=posts,
        )


def _classes() -> tuple[list[_Class], list[_Class]]:
    pin, secret = FreshPin(PIN, hash_secret(PIN)), hash_secret(PASSPHRASE)
    langs = list(SHARES)
    made: list[_Class] = []
    for n in range(OUR_CLASSES + THEIR_CLASSES):
        lang = langs[n % len(langs)]
        is_ours = n < OUR_CLASSES
        school = made[0].room.school if is_ours and n else make_school(f"School {n}", lang)  # fmt: skip
        first = made[0].teacher if is_ours and n else None
        teacher = first or make_teacher(school.id, f"Teacher {chr(65 + n)}lba Rojas", lang, admin=False)  # fmt: skip
        if is_ours and n == OUR_CLASSES - 1:
            teacher = make_teacher(school.id, "Ben Otieno", lang, admin=False)
        teacher.secret = secret
        room = make_classroom(teacher, f"Class {n}", lang)
        made.append(_Class(room, teacher, add_pupils(room, _names(n), [pin] * PUPILS)))
    return made[:OUR_CLASSES], made[OUR_CLASSES:]


def _names(n: int) -> list[str]:
    given = [name.split() for name in (*ENGLISH_NAMES, *SPANISH_NAMES)]
    return [
        f"{given[k][0]} {given[(k + n + 1) % len(given)][1]}" for k in range(PUPILS)
    ]


_Joined = tuple[Space, _Class, _Class]


def _partnerships(ours: list[_Class], theirs: list[_Class]) -> list[_Joined]:
    """Let the pupil's class have its share of them, the other classes the rest."""
    made = []
    both = [(ours[0], other) for other in theirs]
    both += [(one, other) for other in theirs for one in ours[1:]]
    # Some two write in several partnerships, each about something else.
    chosen = [both[n % THEIR_CLASSES] for n in range(HERS)]
    chosen += both[THEIR_CLASSES : THEIR_CLASSES + PARTNERSHIPS - HERS]
    for n, (one, other) in enumerate(chosen):
        asked = propose(one.room, other.room.code, f"Partnership {n}", one.teacher)
        accept(asked)
        made.append((asked.space, one, other))
    return made


@dataclass
class _Talk:
    """A thread to be: where, who writes in it and what about."""

    id: int
    kind: str
    topic: int
    authors: list[int]
    posts: int


def _letters(spaces: list[_Joined], chance: random.Random, posts: int) -> list[_Talk]:
    """Pair pupils of two classes each, and let them write a good while."""
    found: dict[int, _Talk] = {}
    for n in range(max(2, int(posts * LETTERS_SHARE) // POSTS_A_THREAD)):
        space, one, other = spaces[n % len(spaces)]
        both = [chance.choice(side.pupils).person_id for side in (one, other)]
        thread = pair(space, one.teacher, *both)
        talk = _Talk(thread.id, LETTERS, chance.randrange(TOPICS), both, POSTS_A_THREAD)
        found.setdefault(thread.id, talk)
    return list(found.values())


def _forum_threads(
    spaces: list[_Joined], chance: random.Random, proses: dict[str, Prose], posts: int
) -> list[_Talk]:
    """Begin threads for all posts that are no letters; most have few, some have many."""
    forums = []
    for space, one, other in spaces:
        authors = [pupil.person_id for pupil in (*one.pupils, *other.pupils)]
        for n in range(FORUMS_A_SPACE):
            forum = Forum(space_id=space.id, title=f"Forum {n}", lang="en")
            db.session.add(forum)
            forums.append((forum, authors))
    db.session.flush()
    chance.shuffle(forums)
    first = (db.session.scalar(select(func.max(Thread.id))) or 0) + 1
    uid = Press(first, words={}).uid
    rows, talks, left = [], list[_Talk](), int(posts * (1 - LETTERS_SHARE))
    while left > 0:
        forum, authors = forums[len(talks) % len(forums)]
        size = min(left, 1 + int(chance.expovariate(1 / POSTS_A_THREAD)))
        left -= size
        lang = _lang(chance)
        talk = _Talk(first + len(talks), FORUM_THREAD, chance.randrange(TOPICS), authors, size)  # fmt: skip
        talks.append(talk)
        rows.append(
            {
                "id": talk.id, "uid": uid(), "space_id": forum.space_id,
                "forum_id": forum.id, "kind": FORUM_THREAD, "lang": lang,
                "title": proses[lang].title(talk.topic), "made_by_id": authors[0],
            }
        )  # fmt: skip
    db.session.execute(insert(Thread), rows)
    return talks


def _lang(chance: random.Random) -> str:
    return chance.choices(list(SHARES), weights=list(SHARES.values()))[0]


def _write(
    talks: list[_Talk], proses: dict[str, Prose], chance: random.Random, posts: int, seed: int
) -> None:  # fmt: skip
    """Write all posts in the order of a year, each where its turn comes."""
    turns = [talk for talk in talks for _n in range(talk.posts)]
    chance.shuffle(turns)
    # Letters are as many as there are pairs; forums fill what is left.
    turns = (turns + chance.choices(talks, k=max(0, posts - len(turns))))[:posts]
    topics: dict[str, deque[int]] = {lang: deque() for lang in SHARES}
    words = {lang: _words(lang, prose, topics[lang]) for lang, prose in proses.items()}
    press = Press(seed, words=words)
    began, step = now() - timedelta(weeks=WEEKS), timedelta(weeks=WEEKS) / posts
    for at in range(0, posts, POSTS_AT_ONCE):
        lot = []
        for n, talk in enumerate(turns[at : at + POSTS_AT_ONCE], at):
            lang = _lang(chance)
            topics[lang].append(talk.topic)
            author = chance.choice(talk.authors)
            lot.append(Writing(talk.id, author, talk.kind, lang, began + n * step))
        press.put(lot)
        db.session.commit()


def _words(lang: str, prose: Prose, topics: deque[int]) -> Iterator[Words]:
    """Write what is asked for next: a post has neither marks nor links in it."""
    begins = '<p dir="auto">' if lang == "ar" else "<p>"
    while True:
        source = prose.post(topics.popleft())
        blocks = escape(source, quote=False).split("\n\n")
        html = "".join(f"{begins}{block}</p>" for block in blocks)
        yield Words(source, html, hashlib.sha256(source.encode()).hexdigest())
