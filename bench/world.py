"""A small world for the bench: two classes that write with each other, through the doors."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.people import FreshPin, make_teacher
from app.accounts.secrets import hash_secret
from app.classrooms.founding import make_classroom, make_school
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import Classroom, Space
from app.classrooms.partnering import accept, propose
from app.db import db, set_reading
from app.forums.models import Forum
from app.moderation.review import release
from app.posts.models import HELD, Revision, Thread
from app.posts.publishing import publish
from app.posts.threads import start_thread
from bench.texts import Letters

PASSPHRASE = "four words of a teacher"  # noqa: S105  # of nobody
PIN = "481526"
PUPILS = 12
POSTS = 20
AUTHORS = 10
POST_CHARACTERS = 600

SPANISH_NAMES = (
    "Lucía Ramos", "José Peña", "Valentina Cruz", "Mateo Díaz", "Sofía Mora", "Samuel Gil",
    "Camila Rey", "Andrés Luna", "Paula Soto", "Daniel Vega", "Laura Nieto", "Tomás Roa",
)  # fmt: skip
ENGLISH_NAMES = (
    "Amina Kamau", "Brian Odhiambo", "Mercy Wanjiru", "Kevin Otieno", "Faith Njeri",
    "Peter Mwangi", "Joy Atieno", "Samson Kiprop", "Grace Akinyi", "Daniel Mutua",
    "Esther Chebet", "Victor Omondi",
)  # fmt: skip


@dataclass(frozen=True)
class SignIn:
    """How one person signs in; a teacher has no class code."""

    name: str
    secret: str
    code: str = ""


@dataclass(frozen=True)
class World:
    """Threads of 20 posts each, and how to sign in."""

    # All in the reader's own language.
    threads: list[int]
    # Half of it by the partner class, so translated for the reader.
    mixed_thread: int
    # Where letters are released one by one; begins empty.
    quiet_thread: int
    reader: SignIn
    writer: SignIn
    teacher: SignIn
    classmates: list[SignIn]


def fill(app: Flask) -> World:
    """Make two classes, a partnership, and threads in its forum; commits."""
    with app.app_context():
        set_reading(value=False)
        spanish, english = a_class("es", "Ana López"), a_class("en", "Ben Otieno")
        pin = FreshPin(PIN, hash_secret(PIN))
        writers = add_pupils(spanish[0], SPANISH_NAMES, [pin] * PUPILS)
        readers = add_pupils(english[0], ENGLISH_NAMES, [pin] * PUPILS)
        # Drawn by lot otherwise; this one's path is of average length.
        readers[0].person.symbol = "apple"
        asked = propose(
            spanish[0], english[0].code, "The river and the lake", spanish[1]
        )
        accept(asked)
        forum = a_forum(asked.space)
        # One of the twelve reads and writes nothing here herself.
        own = [_thread(forum, n, english[1], [readers[1:]]) for n in range(2)]
        mixed = _thread(forum, 2, english[1], [writers[1:], readers[1:]])
        quiet = _start(forum, "Letters of this week", spanish[1])
        _write(quiet, spanish[1], Letters("es", 1000), "quiet")
        db.session.commit()
        pupils = [SignIn(name, PIN, english[0].code) for name in ENGLISH_NAMES]
        return World(
            threads=[thread.id for thread in own],
            mixed_thread=mixed.id,
            quiet_thread=quiet.id,
            reader=pupils[0],
            writer=SignIn(SPANISH_NAMES[0], PIN, spanish[0].code),
            teacher=SignIn("Ana López", PASSPHRASE),
            classmates=pupils[1:],
        )


def a_class(lang: str, teacher_name: str) -> tuple[Classroom, Account]:
    school = make_school(f"School of {teacher_name}", lang)
    teacher = make_teacher(school.id, teacher_name, lang, admin=False)
    teacher.secret = hash_secret(PASSPHRASE)
    return make_classroom(teacher, f"Class of {teacher_name}", lang), teacher


def a_forum(space: Space) -> Forum:
    forum = Forum(space_id=space.id, title="Where we live", lang="en")
    db.session.add(forum)
    db.session.flush()
    return forum


def _start(forum: Forum, title: str, author: Account) -> Thread:
    return start_thread(forum.space_id, forum.id, title, author, "en")


def _thread(
    forum: Forum, number: int, teacher: Account, classes: list[list[Account]]
) -> Thread:
    """Twenty posts of 600 characters by ten pupils, the classes by turns."""
    thread = _start(forum, f"What we see from our window, part {number + 1}", teacher)
    texts = {lang: Letters(lang, number) for lang in ("es", "en")}
    for n in range(POSTS):
        pupils = classes[n % len(classes)][: AUTHORS // len(classes)]
        author = pupils[n // len(classes) % len(pupils)]
        _write(thread, author, texts[author.person.lang], f"{number:04}-{n:04}")
    _release_all(teacher)
    return thread


def _write(thread: Thread, author: Account, texts: Letters, key: str) -> None:
    publish(
        thread,
        author,
        texts.write(POST_CHARACTERS),
        form_key=f"bench-{key}",
        lang=author.person.lang,
    )


def _release_all(teacher: Account) -> None:
    held = db.session.scalars(
        select(Revision).where(Revision.state == HELD).order_by(Revision.id)
    ).all()
    for revision in held:
        release(revision, teacher)
