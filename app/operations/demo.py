"""`flask demo fill`: two schools that write to each other, made by the doors of the pages."""

import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account
from app.accounts.people import FreshPin, fresh_pins, make_teacher
from app.accounts.secrets import hash_secret
from app.classrooms import school_data
from app.classrooms.founding import add_teacher, has_school, make_classroom, make_school
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom, Space
from app.classrooms.partnering import accept, propose
from app.classrooms.school_data import TERM, DaysTold, Told
from app.db import db, now, reading
from app.forums.arranging import Arrangement, arrange, make_forum
from app.jobs.models import Job
from app.jobs.registry import at_start
from app.jobs.runner import work_once
from app.moderation.review import release, return_to_author
from app.operations import demo_words as words
from app.operations.demo_picture import evening_by_the_lake
from app.operations.durable import put_in_place, write_whole
from app.operations.setup import keep_first_run_code
from app.penpals.pairing import pair
from app.posts.models import Post, Thread
from app.posts.publishing import publish
from app.posts.threads import start_thread
from app.web.errors import Refused

SIGN_INS = "sign-ins.txt"
# Written before the one commit, so that a killed `demo fill` can go on.
DRAFT = "sign-ins.draft"
# The letters lie this far apart, the last one this hour.
HOURS_BETWEEN = 7

# Four of these are a passphrase: enough for a demo, and easy to type.
PHRASE_WORDS = (
    "apple", "baker", "candle", "dance", "eagle", "field", "garden", "happy",
    "island", "jacket", "kitten", "lemon", "market", "night", "orange", "paper",
    "quiet", "river", "silver", "table", "under", "valley", "window", "yellow",
    "bread", "cloud", "drum", "early", "friend", "green", "horse", "inside",
    "juice", "knee", "letter", "moon", "north", "ocean", "piano", "queen",
    "road", "sugar", "tiger", "uncle", "voice", "water", "young", "zebra",
)  # fmt: skip


@dataclass
class Cast:
    """Who takes part, by first name, and what is needed to sign in as them."""

    accounts: dict[str, Account] = field(default_factory=dict)
    pupils_teacher: dict[str, Account] = field(default_factory=dict)
    table: list[str] = field(default_factory=list)


def write_once() -> None:
    """Put all people and words into an empty instance, in one commit.

    Does nothing where a demo was cut short after that; refused where there is
    a school that no demo has made.
    """
    instance = Path(current_app.config["INSTANCE"])
    with reading():
        begun = has_school()
    if begun and not (instance / DRAFT).exists():
        raise Refused(
            f"There is a school in {instance.name} already, and the demo would mix with "
            "it. Use python3 run.py --demo, which has a folder of its own."
        )
    if begun:
        return
    pins = fresh_pins(len(words.PASTO.pupils) + len(words.KISUMU.pupils))
    write_whole(instance / DRAFT, _write_everything(pins))
    db.session.commit()
    keep_first_run_code()


def work_to_the_end(show: Callable[[int, int], None]) -> None:
    """Do what the worker would until nothing is due; then the sign-ins appear.

    `show` gets how many jobs are done, and of how many. Takes some ten seconds.
    """
    for chore in at_start:
        chore()
        db.session.commit()
    done = most = 0
    while True:
        with reading():
            waiting = db.session.scalar(select(func.count()).where(Job.open())) or 0
        most = max(most, done + waiting)
        done = most - waiting
        show(done, most)
        if not work_once():
            break
    instance = Path(current_app.config["INSTANCE"])
    put_in_place(instance / DRAFT, instance / SIGN_INS)


def _write_everything(pins: list[FreshPin]) -> str:
    """Make it all through the usual doors, without a commit; return the sign-ins."""
    cast = Cast()
    ours = _make_class(words.PASTO, pins[: len(words.PASTO.pupils)], cast)
    theirs = _make_class(words.KISUMU, pins[len(words.PASTO.pupils) :], cast)
    asked = propose(
        ours, theirs.code, words.PARTNERSHIP, _first_teacher(words.PASTO, cast)
    )
    accept(asked)
    space = db.session.get_one(Space, asked.space_id)
    posts = [*_talk_in_forums(space, cast), *_exchange_letters(space, cast)]
    _spread_over_days(posts)
    return (
        "\n".join(["Try the demo. Open /sign-in in the browser.", "", *cast.table])
        + "\n"
    )


def _make_class(said: words.Class, pins: list[FreshPin], cast: Cast) -> Classroom:
    school = make_school(said.school, said.lang)
    school_data.keep(school, _told(said))
    phrases = [
        " ".join(secrets.choice(PHRASE_WORDS) for _n in range(4))
        for _t in said.teachers
    ]
    teachers: list[Account] = []
    for name, phrase in zip(said.teachers, phrases, strict=True):
        teacher = make_teacher(school.id, name, said.lang, admin=not teachers)
        teacher.secret = hash_secret(phrase)
        cast.accounts[_first(name)] = teacher
        teachers.append(teacher)
    classroom = make_classroom(teachers[0], said.title, said.lang)
    add_teacher(classroom, teachers[1])
    pupils = add_pupils(classroom, said.pupils, pins)
    cast.accounts |= {_first(pupil.full_name): pupil for pupil in pupils}
    cast.pupils_teacher |= {_first(pupil.full_name): teachers[0] for pupil in pupils}
    cast.table += _sign_ins(said, classroom, phrases, pins)
    return classroom


def _told(said: words.Class) -> Told:
    """What the school's admin would have told; a country of one zone needs no more."""
    year, langs = now().year, frozenset({said.lang, "en"})
    return Told(
        name=said.school,
        country=said.country,
        place=said.place,
        time_zone="",
        reads=langs,
        writes=langs,
        days=[
            DaysTold(TERM, title, f"{year}-{first}", f"{year}-{last}")
            for title, first, last in said.terms
        ],
        link_days=frozenset(said.link_days),
        wifi_name=said.wifi_name,
        pen_names=False,
    )


def _sign_ins(
    said: words.Class, classroom: Classroom, phrases: list[str], pins: list[FreshPin]
) -> list[str]:
    lines = [
        f"{said.school}, {said.title}",
        "",
        "  Teachers sign in with name and passphrase:",
    ]
    lines += [
        f"    {name:<20} {phrase}"
        for name, phrase in zip(said.teachers, phrases, strict=True)
    ]
    lines += [
        "",
        f"  Pupils sign in with classroom code {classroom.code}, name and PIN:",
    ]
    lines += [
        f"    {name:<20} {fresh.pin}"
        for name, fresh in zip(said.pupils, pins, strict=True)
    ]
    return [*lines, ""]


def _talk_in_forums(space: Space, cast: Cast) -> list[Post]:
    forums = {
        title: make_forum(space.id, title, category, "en")
        for title, category in words.FORUMS.items()
    }
    posts = []
    for talk in words.TALKS:
        opener = cast.accounts[talk.posts[0].who]
        forum = forums[talk.forum or next(iter(forums))]
        thread = start_thread(
            space.id, forum.id, talk.title, opener, opener.person.lang
        )
        posts += [_say(thread, said, cast) for said in talk.posts]
        wanted = Arrangement(
            pinned=talk.pinned,
            locked=False,
            announcement=talk.announcement,
            keeps_first=talk.pinned,
            forum_id=forum.id,
        )
        arrange(thread, wanted, _first_teacher(words.PASTO, cast))
    return posts


def _exchange_letters(space: Space, cast: Cast) -> list[Post]:
    teacher = _first_teacher(words.PASTO, cast)
    posts = []
    for one, other, letters in words.LETTERS:
        ids = [cast.accounts[name].person_id for name in (one, other)]
        thread = pair(space, teacher, ids[0], ids[1])
        posts += [_say(thread, said, cast) for said in letters]
    return posts


def _say(thread: Thread, said: words.Said, cast: Cast) -> Post:
    author = cast.accounts[said.who]
    picture = None
    if said.picture:
        picture = FileStorage(io.BytesIO(evening_by_the_lake()), "lake.png")
    post = publish(
        thread,
        author,
        said.words,
        form_key=secrets.token_urlsafe(9),
        lang=author.person.lang,
        picture=picture,
        description=said.picture,
    )
    teacher = cast.pupils_teacher.get(said.who)
    if teacher is None or said.waits:
        return post
    db.session.refresh(post)
    if post.waiting is None:
        raise RuntimeError("a pupil's post went out without its teacher")
    if said.note:
        return_to_author(post.waiting, teacher, said.note)
    else:
        release(post.waiting, teacher)
    return post


def _spread_over_days(posts: list[Post]) -> None:
    """Lay the posts over the last weeks, so that the pages look lived in."""
    moment = now()
    for n, post in enumerate(reversed(posts)):
        post.sent_at = moment - timedelta(hours=n * HOURS_BETWEEN)
        if post.published_at is not None:
            post.published_at = post.sent_at
    db.session.flush()


def _first_teacher(said: words.Class, cast: Cast) -> Account:
    return cast.accounts[_first(said.teachers[0])]


def _first(name: str) -> str:
    return name.split()[0]
