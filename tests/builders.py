"""Builders: people, classes and posts made through the doors the pages use."""

from functools import cache
from itertools import count

from sqlalchemy import select

from app.accounts import devices, elapsed
from app.accounts.models import Account, WrongTry
from app.accounts.people import FreshPin, make_adult, make_teacher
from app.accounts.secrets import hash_secret
from app.classrooms.class_list import teachers
from app.classrooms.founding import (
    add_teacher,
    make_classroom,
    make_school,
    read_along,
)
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import (
    CO_TEACHER,
    Classroom,
    School,
    Space,
    SpaceClassroom,
)
from app.classrooms.partnering import accept, propose
from app.db import db, next_number, now
from app.forums.models import Forum
from app.moderation.review import release
from app.penpals.pairing import pair
from app.posts.models import Post, Thread
from app.posts.publishing import publish
from app.posts.threads import start_thread

PASSPHRASE = "four words only mine"
PIN = "481526"

_numbers = count(1)


@cache
def hashed(secret: str) -> str:
    """Hash each secret once: hashing thirty pupils anew takes seconds."""
    return hash_secret(secret)


def pin() -> FreshPin:
    return FreshPin(PIN, hashed(PIN))


def a_school(lang: str = "es", name: str = "") -> School:
    return make_school(name or f"School {next(_numbers)}", lang)


def a_teacher(
    school: School | None = None, lang: str = "", *, admin: bool = False
) -> Account:
    school = school or a_school(lang or "es")
    account = make_teacher(
        school.id, f"Teacher Number{next(_numbers)}", lang or school.lang, admin=admin
    )
    account.secret = hashed(PASSPHRASE)
    db.session.commit()
    return account


def an_adult(school: School, **roles: bool) -> Account:
    """An adult with just these roles: admin, keeper, safeguarding, teacher."""
    account = make_adult(school.id, f"Adult Number{next(_numbers)}", school.lang)
    for role, given in roles.items():
        setattr(account, role, given)
    if account.safeguarding:
        read_along(account)
    account.secret = hashed(PASSPHRASE)
    db.session.commit()
    return account


def a_co_teacher(classroom: Classroom) -> Account:
    account = a_teacher(classroom.school)
    add_teacher(classroom, account, CO_TEACHER)
    db.session.commit()
    return account


def a_classroom(teacher: Account | None = None, lang: str = "") -> Classroom:
    teacher = teacher or a_teacher(lang=lang)
    made = make_classroom(
        teacher, f"Class {next(_numbers)}", lang or teacher.person.lang
    )
    db.session.commit()
    return made


def a_pupil(classroom: Classroom, name: str = "") -> Account:
    (account,) = add_pupils(
        classroom, [name or f"Pupil Number{next(_numbers)}"], [pin()]
    )
    db.session.commit()
    return account


def a_device(classroom: Classroom, *, pictures: bool = False) -> str:
    """Make a device the class's own; gives the token of its cookie."""
    device, token = devices.enrol(classroom.id, "Tablet", teacher_of(classroom))
    devices.open_to_pictures(device, opened=pictures)
    db.session.commit()
    return token


def own_space(classroom: Classroom) -> Space:
    """The space that only this classroom reads."""
    return db.session.scalars(
        select(Space)
        .join(SpaceClassroom)
        .where(SpaceClassroom.classroom_id == classroom.id, Space.kind == "classroom")
    ).one()


def teacher_of(classroom: Classroom) -> Account:
    return teachers(classroom)[0]


def a_partnership(
    one: Classroom | None = None, other: Classroom | None = None
) -> Space:
    """Two classrooms that agreed; by default one Spanish and one English."""
    one = one or a_classroom(lang="es")
    other = other or a_classroom(lang="en")
    asked = propose(one, other.code, f"Partnership {next(_numbers)}", teacher_of(one))
    accept(asked)
    db.session.commit()
    return asked.space


def a_forum(space: Space) -> Forum:
    forum = Forum(space_id=space.id, title=f"Forum {next(_numbers)}", lang="en")
    db.session.add(forum)
    db.session.commit()
    return forum


def a_thread(space: Space, author: Account, forum: Forum | None = None) -> Thread:
    forum = forum or a_forum(space)
    thread = start_thread(
        space.id, forum.id, f"Thread {next(_numbers)}", author, author.person.lang
    )
    db.session.commit()
    return thread


def letters_between(
    space: Space, teacher: Account, one: Account, other: Account
) -> Thread:
    thread = pair(space, teacher, one.person_id, other.person_id)
    db.session.commit()
    return thread


def a_post(
    thread: Thread, author: Account, source: str = "Hello.", lang: str = ""
) -> Post:
    """Send a post as its author would; a pupil's waits for release."""
    post = publish(
        thread,
        author,
        source,
        form_key=f"key-{next(_numbers):08}",
        lang=lang or author.person.lang,
    )
    db.session.commit()
    return post


def released(post: Post, teacher: Account) -> Post:
    assert post.waiting is not None
    release(post.waiting, teacher)
    db.session.commit()
    db.session.refresh(post)
    return post


def some_wrong_tries(count: int) -> None:
    """Write down a wrong secret of so many people, each from elsewhere, just now."""
    first = next_number("wrong_try", count)
    db.session.add_all(
        WrongTry(
            id=n,
            account_key=f"{n}",
            source_key=f"{n}",
            at=now(),
            boot=elapsed.boot(),
            steady=elapsed.steady(),
        )
        for n in range(first, first + count)
    )
    db.session.commit()
