"""Who may do what: every route, by everyone; what one may not see is 404."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.devices import enrol
from app.accounts.models import Account, KeptForm
from app.classrooms.models import Classroom
from app.classrooms.partnering import propose
from app.classrooms.roles import leave
from app.db import db, now, set_reading
from app.media.models import READY, Media
from app.moderation.hiding import hide, report
from app.moderation.review import return_to_author
from app.posts.models import Attachment, Draft, Post, Rendition, Revision, Thread
from app.translate.memory import digest
from app.translate.models import Mend, WrongReading
from app.wording import mending
from app.wording.side_by_side import key_of
from tests.apps import an_app
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    a_thread,
    an_adult,
    letters_between,
    own_space,
    released,
)
from tests.clients import Client

# Two schools share the server. Classes A and B are of one school, C of the
# other; A and C are partners. `pupil` wrote nearly everything in this world.
WHO = {
    "nobody": "has not signed in",
    "pupil": "a pupil of class A",
    "mate": "another pupil of class A",
    "other": "a pupil of class B, same school",
    "friend": "a pupil of class C, partner school, pen pal of `pupil`",
    "far": "another pupil of class C",
    "teacher": "teaches class A",
    "second": "teaches class B",
    "third": "teaches class C",
    "admin": "admin of the first school, teaches nothing",
    "co": "co-teacher of class A",
    "lead": "safeguarding lead of the first school, teaches nothing",
    "keeper": "keeper of the first school, nothing else",
    "gone": "a suspended pupil of class A, with the cookie from before",
}


@dataclass
class World:
    """Everybody, and everything that a route can name."""

    folder: Path
    people: dict[str, int]
    ids: dict[str, Any] = field(default_factory=dict)


def _built(folder: Path) -> World:
    ours, theirs = a_school("es"), a_school("en")
    teacher, second = a_teacher(ours), a_teacher(ours)
    third, admin = a_teacher(theirs), an_adult(ours, admin=True)
    a, b, c = a_classroom(teacher), a_classroom(second), a_classroom(third)
    pupil, mate = a_pupil(a), a_pupil(a)
    other, friend, far = a_pupil(b), a_pupil(c), a_pupil(c)
    gone = a_pupil(a)
    gone.suspended_at = now()
    people = {
        "pupil": pupil, "mate": mate, "other": other, "friend": friend, "far": far,
        "teacher": teacher, "second": second, "third": third, "admin": admin,
        "co": a_co_teacher(a), "lead": an_adult(ours, safeguarding=True),
        "keeper": an_adult(ours, keeper=True), "gone": gone,
    }  # fmt: skip
    world = World(folder, {name: person.id for name, person in people.items()})
    world.ids = _contents(a, b, c, people)
    db.session.commit()
    return world


def _contents(
    a: Classroom, b: Classroom, c: Classroom, people: dict[str, Account]
) -> dict[str, Any]:
    pupil, mate, friend = people["pupil"], people["mate"], people["friend"]
    teacher, third = people["teacher"], people["third"]
    own, shared = own_space(a), a_partnership(a, c)
    own_forum, forum = a_forum(own), a_forum(shared)
    own_thread = a_thread(own, pupil, own_forum)
    own_post = released(a_post(own_thread, pupil), teacher)
    thread = a_thread(shared, pupil, forum)
    post = released(a_post(thread, pupil), teacher)
    picture = _picture(post)
    copied = _translation(post)
    hidden = released(a_post(thread, pupil), teacher)
    hide(hidden, teacher, "unkind")
    held = a_post(thread, pupil)
    held_picture = _picture(held)
    returned = a_post(thread, pupil)
    assert returned.waiting is not None
    return_to_author(returned.waiting, teacher, "Say more.")
    unreleased = a_thread(shared, pupil, forum)
    a_post(unreleased, pupil)
    letters = letters_between(shared, teacher, pupil, friend)
    letter = released(a_post(letters, pupil), teacher)
    held_letter = a_post(letters, friend)
    report(post, mate, "Look at this.")
    asked = propose(b, a.code, "A and B", people["second"])
    draft = Draft(
        person_id=pupil.person_id, form_key="a-draft-key", thread_id=thread.id,
        beside_id=post.id, source="Words of a draft.", lang="es",
    )  # fmt: skip
    theirs = Draft(
        person_id=people["keeper"].person_id, form_key="a-draft-key", source="More.",
        lang="es",
    )  # fmt: skip
    db.session.add_all([draft, theirs])
    db.session.flush()
    assert held.waiting is not None
    assert held_letter.waiting is not None
    return {
        "kept": _kept(pupil, thread), "kept_of_keeper": _kept(people["keeper"], thread),
        "device": enrol(a.id, "Tablet 1", teacher)[0].id,
        "other_device": enrol(b.id, "Tablet 1", people["second"])[0].id,
        "class": a.id, "pupil": pupil.id, "mate": mate.id, "teacher": teacher.id,
        "own_space": own.id, "shared": shared.id, "third_code": c.code,
        "another": a_teacher(a.school).id, "third": third.id, "co": people["co"].id,
        "lead": people["lead"].id, "admin": people["admin"].id,
        "former": _former(a).id, "alone": _alone(a).id,
        "pupil_person": pupil.person_id, "mate_person": mate.person_id,
        "friend_person": friend.person_id, "far_person": people["far"].person_id,
        "own_forum": own_forum.id, "forum": forum.id, "own_thread": own_thread.id,
        "thread": thread.id, "unreleased": unreleased.id, "letters": letters.id,
        "own_post": own_post.uid, "post": post.uid, "hidden": hidden.uid,
        "held": held.uid, "returned": returned.uid, "letter": letter.uid,
        "held_letter": held_letter.uid, "picture": picture, "held_picture": held_picture,
        "held_revision": held.waiting.id, "asked": asked.id, "draft": draft.id,
        "draft_of_keeper": theirs.id, **copied,
    }  # fmt: skip


def _kept(author: Account, thread: Thread) -> str:
    """A form that came late, and that its view refuses: it has no words."""
    form = KeptForm(
        account_id=author.id, path=f"/threads/{thread.id}/posts", words="",
        content_type="application/x-www-form-urlencoded", body=b"key=one-time-key",
    )  # fmt: skip
    db.session.add(form)
    db.session.flush()
    return form.uid


def _translation(post: Post) -> dict[str, Any]:
    """A copy in English that reads wrong, and that its author mends."""
    said, copy = "Hello.", {"revision_id": post.current_id, "lang": "en"}
    about = copy | {"sha256": digest(said), "person_id": post.author_id}
    mend = Mend(**about, source=said, target="Hi.")
    wrong = WrongReading(**about)
    rendition = Rendition(**copy, source=said, html="<p>Hello.</p>")
    rendition.pairs = [[0, said, said, ""]]
    db.session.add_all([rendition, mend, wrong])
    db.session.flush()
    name = f"{mend.id} {mending.key_of(mend)}"
    return {"mend": name, "wrong": wrong.id, "said": key_of(said)}


def _former(room: Classroom) -> Account:
    """An adult who has left the school."""
    account = a_teacher(room.school)
    leave(account)
    return account


def _alone(room: Classroom) -> Classroom:
    """A class whose teacher has left."""
    teacher = a_teacher(room.school)
    alone = a_classroom(teacher)
    leave(teacher)
    return alone


def _picture(post: Post) -> int:
    revision = post.current or post.waiting
    assert revision is not None
    media = Media(
        sha256=f"{post.id:064}", state=READY, mime="image/jpeg", width=4, height=3,
        size_bytes=3, picture=b"\xff\xd8\xff",
    )  # fmt: skip
    db.session.add(media)
    db.session.flush()
    shown = Attachment(
        revision_id=revision.id, media_id=media.id, n=1, description="A river"
    )
    db.session.add(shown)
    db.session.commit()
    return shown.id


@dataclass(frozen=True)
class Row:
    """One route with one target; `answers` follow the order of WHO."""

    endpoint: str
    url: str
    answers: str
    form: dict[str, str] | None = None
    then: str = ""

    def __str__(self) -> str:
        return (
            f"{'GET' if self.form is None else 'POST'} {self.url} {self.then}".strip()
        )


def see(endpoint: str, url: str, answers: str) -> Row:
    return Row(endpoint, url, answers)


def do(endpoint: str, url: str, answers: str, *, about: str = "", **form: str) -> Row:
    return Row(endpoint, url, answers, form, about)


WORDS = {"source": "Good morning.", "lang": "es", "key": "key-of-this-form"}
SIGNED_IN = "302 200 200 200 200 200 200 200 200 200 200 200 200 302"
TEACHERS = "302 404 404 404 404 404 200 200 200 404 200 404 404 302"
TEACHERS_DO = "302 404 404 404 404 404 303 303 303 404 303 404 404 302"

# fmt: off
ROWS = [
    #                                           nobody pupil mate other friend far teacher second third admin co lead keeper gone
    see("static", "/static/site.css",            "200 200 200 200 200 200 200 200 200 200 200 200 200 200"),
    see("ping", "/ping",                         "204 204 204 204 204 204 204 204 204 204 204 204 204 204"),

    see("accounts.sign_in_teacher", "/sign-in/teacher", "200 200 200 200 200 200 200 200 200 200 200 200 200 200"),
    do("accounts.sign_in_teacher_now", "/sign-in/teacher", "422 422 422 422 422 422 422 422 422 422 422 422 422 422", name="Nobody", secret="x"),
    see("accounts.slip", "/slip",                "200 200 200 200 200 200 200 200 200 200 200 200 200 200"),
    do("accounts.slip_now", "/slip",             "422 422 422 422 422 422 422 422 422 422 422 422 422 422", slip="x", secret="x", again="x"),
    see("accounts.me", "/me",                    SIGNED_IN),
    do("accounts.me_now", "/me",                 "302 303 303 303 303 303 303 303 303 303 303 303 303 302", lang="fr"),
    do("accounts.late_now", "/sign-in/late/{kept}", "422 422 422 422 422 422 422 422 422 422 422 422 422 422", secret="000000"),
    do("accounts.late_now", "/sign-in/late/gone", "303 303 303 303 303 303 303 303 303 303 303 303 303 303", about="what is sent already", secret="000000"),
    do("accounts.send_kept", "/kept/{kept}/send", "302 422 404 404 404 404 404 404 404 404 404 404 404 302", about="with no words in it"),
    do("accounts.drop_kept", "/kept/{kept_of_keeper}/drop", "302 404 404 404 404 404 404 404 404 404 404 404 303 302"),
    do("accounts.done", "/done",                 "303 303 303 303 303 303 303 303 303 303 303 303 303 303"),

    see("school.first_run", "/first",        "404 404 404 404 404 404 404 404 404 404 404 404 404 404"),
    do("school.first_run_now", "/first",     "404 404 404 404 404 404 404 404 404 404 404 404 404 404", code="12345678"),
    see("sign_in.pupil", "/sign-in",        "200 200 200 200 200 200 200 200 200 200 200 200 200 200"),
    do("sign_in.pupil_now", "/sign-in",     "422 422 422 422 422 422 422 422 422 422 422 422 422 422", name="Nobody", secret="000000"),
    see("sign_in.name", "/sign-in/name/{pupil}", "404 404 404 404 404 404 404 404 404 404 404 404 404 404"),
    do("sign_in.name_now", "/sign-in/name/{pupil}", "404 404 404 404 404 404 404 404 404 404 404 404 404 404", about="on no device of the class", secret="000000"),
    see("sign_in.pictures", "/sign-in/name/{pupil}/pictures", "404 404 404 404 404 404 404 404 404 404 404 404 404 404"),
    do("sign_in.pictures_now", "/sign-in/name/{pupil}/pictures", "404 404 404 404 404 404 404 404 404 404 404 404 404 404", about="on no device of the class", picture="fish"),
    see("sign_in.card", "/sign-in/card/000000000000", "404 404 404 404 404 404 404 404 404 404 404 404 404 404"),
    do("sign_in.card_now", "/sign-in/card/000000000000", "422 422 422 422 422 422 422 422 422 422 422 422 422 422", secret="000000"),
    see("classrooms.my_classrooms", "/classrooms", TEACHERS),
    do("classrooms.new_classroom", "/classrooms", TEACHERS_DO, title="6 C", lang="es"),
    see("classrooms.classroom", "/classrooms/{class}", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("classrooms.rename", "/classrooms/{class}", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", called="6 C"),
    do("classrooms.add_pupils", "/classrooms/{class}/pupils", "302 404 404 404 404 404 200 404 404 404 404 404 404 302", names="Rosa Luz"),
    do("classrooms.save_pupils", "/classrooms/{class}/pupils/save", "302 404 404 404 404 404 422 404 404 404 404 404 404 302", about="that nobody looked at", names="Rosa Luz"),
    see("classrooms.export", "/classrooms/{class}/pupils.csv", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("pupils.page", "/classrooms/{class}/pupils/{pupil}", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("pupils.page", "/classrooms/{class}/pupils/{teacher}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("pupils.change", "/classrooms/{class}/pupils/{pupil}", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", full_name="Rosa Luz", shown_name="Rosa"),
    do("pupils.suspend", "/classrooms/{class}/pupils/{mate}/suspend", "302 404 404 404 404 404 303 404 404 404 303 404 404 302"),
    do("pupils.let_in", "/classrooms/{class}/pupils/{mate}/let-in", "302 404 404 404 404 404 303 404 404 404 303 404 404 302"),
    do("cards.new_card", "/classrooms/{class}/pupils/{pupil}/card", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("cards.new_card", "/classrooms/{class}/pupils/{teacher}/card", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of a teacher"),
    do("cards.new_pictures", "/classrooms/{class}/pupils/{pupil}/pictures", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("cards.new_pictures", "/classrooms/{class}/pupils/{teacher}/pictures", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of a teacher"),
    see("cards.all_cards", "/classrooms/{class}/cards", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("cards.new_cards", "/classrooms/{class}/cards", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("cards.poster", "/classrooms/{class}/poster", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("cards.settle_address", "/cards/address", "302 404 404 404 404 404 303 303 303 404 303 404 404 302", do="printed"),
    do("pupils.leave", "/classrooms/{class}/pupils/{mate}/leave", "302 404 404 404 404 404 303 404 404 404 404 404 404 302"),
    see("devices.page", "/classrooms/{class}/devices", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("devices.enrol", "/sign-in/devices/{class}", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", name=""),
    do("devices.pictures", "/classrooms/{class}/devices/{device}/pictures", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", do="open"),
    do("devices.end", "/classrooms/{class}/devices/{device}/end", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", about="once"),
    do("devices.end", "/classrooms/{class}/devices/{other_device}/end", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of another class"),
    see("glossary.page", "/classrooms/{class}/glossary", "302 200 200 404 404 404 200 404 404 404 200 200 404 302"),
    do("glossary.change", "/classrooms/{class}/glossary", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", do="add", term="minga", lang="es"),
    see("glossary.download", "/classrooms/{class}/glossary.csv", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("glossary.upload", "/classrooms/{class}/glossary/file", "302 404 404 404 404 404 422 404 404 404 422 404 404 302", about="without a file"),
    see("signed_in.page", "/classrooms/{class}/signed-in", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("signed_in.end", "/classrooms/{class}/signed-in", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", do="all"),
    do("signed_in.end_school", "/school/signed-in/end", "302 404 404 404 404 404 404 404 404 303 404 404 404 302"),
    do("teachers.add", "/classrooms/{class}/teachers", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", about="of the school", teacher="{another}", role="co-teacher"),
    do("teachers.add", "/classrooms/{class}/teachers", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of another school", teacher="{third}", role="teacher"),
    do("teachers.add", "/classrooms/{class}/teachers", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="who does not teach", teacher="{admin}", role="teacher"),
    do("teachers.add", "/classrooms/{class}/teachers", "302 404 404 404 404 404 400 404 404 404 404 404 404 302", about="to read along", teacher="{another}", role="lead"),
    do("teachers.change", "/classrooms/{class}/teachers/{co}", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", do="co-teacher"),
    do("teachers.change", "/classrooms/{class}/teachers/{co}", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", about="off", do="off"),
    do("teachers.change", "/classrooms/{class}/teachers/{teacher}", "302 404 404 404 404 404 422 404 404 404 404 404 404 302", about="the only one", do="off"),
    do("teachers.change", "/classrooms/{class}/teachers/{lead}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="a lead", do="off"),
    do("partnerships.propose", "/classrooms/{class}/partnerships", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", code="{third_code}", title="Again"),
    do("partnerships.answer_proposal", "/partnerships/{asked}/answer", "302 404 404 404 404 404 303 404 404 404 404 404 404 302", do="accept"),
    see("school.page", "/school",          "302 404 404 404 404 404 404 404 404 200 404 404 404 302"),
    see("school.people", "/school/people", "302 404 404 404 404 404 404 404 404 200 404 404 404 302"),
    do("school.new_adult", "/school/people", "302 404 404 404 404 404 404 404 404 200 404 404 404 302", name="New Teacher", lang="es", role="teacher"),
    do("school.new_adult", "/school/people", "302 404 404 404 404 404 404 404 404 422 404 404 404 302", about="without a role", name="New Teacher", lang="es"),
    see("school.adult", "/school/people/{teacher}", "302 404 404 404 404 404 404 404 404 200 404 404 404 302"),
    see("school.adult", "/school/people/{third}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("school.adult", "/school/people/{pupil}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("school.change_roles", "/school/people/{teacher}", "302 404 404 404 404 404 404 404 404 303 404 404 404 302", role="keeper"),
    do("school.change_roles", "/school/people/{admin}", "302 404 404 404 404 404 404 404 404 422 404 404 404 302", about="of the last admin", role="keeper"),
    do("school.change_roles", "/school/people/{pupil}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of a pupil", role="admin"),
    do("school.change_roles", "/school/people/{third}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of another school", role="admin"),
    do("school.new_slip", "/school/people/{teacher}/slip", "302 404 404 404 404 404 404 404 404 200 404 404 404 302"),
    do("school.new_slip", "/school/people/{admin}/slip", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="for herself"),
    do("school.new_slip", "/school/people/{pupil}/slip", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="for a pupil"),
    do("school.new_slip", "/school/people/{third}/slip", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="for another school"),
    do("school.leave", "/school/people/{teacher}/leave", "302 404 404 404 404 404 404 404 404 303 404 404 404 302"),
    do("school.leave", "/school/people/{admin}/leave", "302 404 404 404 404 404 404 404 404 422 404 404 404 302", about="the last admin"),
    do("school.leave", "/school/people/{third}/leave", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of another school"),
    do("school.come_back", "/school/people/{former}/come-back", "302 404 404 404 404 404 404 404 404 200 404 404 404 302", role="teacher"),
    do("school.come_back", "/school/people/{teacher}/come-back", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="who is here", role="admin"),
    do("school.give_class", "/school/classes/{alone}/teacher", "302 404 404 404 404 404 404 404 404 303 404 404 404 302", teacher="{teacher}"),
    do("school.give_class", "/school/classes/{alone}/teacher", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="to another school", teacher="{third}"),
    do("school.give_class", "/school/classes/{class}/teacher", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="of somebody", teacher="{co}"),
    do("school.change", "/school", "302 404 404 404 404 404 404 404 404 303 404 404 404 302", name="A School"),

    #                                           nobody pupil mate other friend far teacher second third admin co lead keeper gone
    see("posts.permalink", "/p/{post}",          "302 302 302 404 302 302 302 404 302 404 302 302 404 302"),
    see("posts.permalink", "/p/{own_post}",      "302 302 302 404 404 404 302 404 404 404 302 302 404 302"),
    see("posts.permalink", "/p/{letter}",        "302 302 404 404 302 404 302 404 302 404 302 302 404 302"),
    see("posts.permalink", "/p/{held}",          "302 302 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.permalink", "/p/{hidden}",        "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.receipt", "/p/{post}/sent",       "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.receipt", "/p/{held}/sent",       "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.whole", "/p/{post}/whole",        "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("posts.whole", "/p/{letter}/whole",      "302 200 404 404 200 404 200 404 200 404 200 200 404 302"),
    see("posts.whole", "/p/{held}/whole",        "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.whole", "/p/{held_letter}/whole", "302 404 404 404 200 404 404 404 404 404 404 404 404 302"),
    see("answering.page", "/p/{post}/answer",    "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("answering.page", "/p/{own_post}/answer", "302 200 200 404 404 404 200 404 404 404 200 200 404 302"),
    see("answering.page", "/p/{letter}/answer",  "302 200 404 404 200 404 403 404 403 404 403 403 404 302"),
    see("answering.page", "/p/{held}/answer",    "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("answering.page", "/p/{hidden}/answer",  "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("answering.form", "/write/{thread}",     "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("answering.form", "/write/{letters}",    "302 200 404 404 200 404 403 404 403 404 403 403 404 302"),
    see("answering.form", "/write/{unreleased}", "302 200 404 404 404 404 403 404 404 404 403 403 404 302"),
    see("posts.original", "/p/{post}/original",  "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("posts.original", "/p/{hidden}/original", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("editing.page", "/p/{returned}/edit",    "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("editing.page", "/p/{post}/edit",        "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("editing.change", "/p/{returned}/edit",   "302 303 404 404 404 404 404 404 404 404 404 404 404 302", **WORDS, base="1"),
    do("editing.change", "/p/{post}/edit",       "302 303 404 404 404 404 404 404 404 404 404 404 404 302", about="of what is out", **WORDS, base="1"),
    do("editing.change", "/p/{hidden}/edit",     "302 422 404 404 404 404 404 404 404 404 404 404 404 302", about="of what is hidden", **WORDS, base="1"),
    do("editing.withdraw", "/p/{post}/withdraw", "302 303 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("editing.history", "/p/{post}/history",  "302 200 404 404 404 404 200 404 200 404 200 200 404 302"),
    see("editing.history", "/p/{own_post}/history", "302 200 404 404 404 404 200 404 404 404 200 200 404 302"),
    see("editing.history", "/p/{held}/history",  "302 200 404 404 404 404 200 404 404 404 200 200 404 302"),
    see("editing.history", "/p/{letter}/history", "302 200 404 404 404 404 200 404 200 404 200 200 404 302"),
    see("editing.history", "/p/{held_letter}/history", "302 404 404 404 200 404 404 404 200 404 404 404 404 302"),
    see("editing.history", "/p/{hidden}/history", "302 200 404 404 404 404 200 404 200 404 200 200 404 302"),
    see("posts.picture", "/p/{post}/pictures/{picture}", "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("posts.picture", "/p/{held}/pictures/{held_picture}", "302 200 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("posts.picture", "/p/{post}/pictures/{held_picture}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("posts.picture_file", "/p/{post}/pictures/{picture}/file", "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("posts.picture_file", "/p/{held}/pictures/{held_picture}/file", "302 200 404 404 404 404 200 404 404 404 200 404 404 302"),

    #                                           nobody pupil mate other friend far teacher second third admin co lead keeper gone
    see("asking.page", "/p/{post}/translate",    "302 302 302 404 302 302 302 404 302 404 302 302 404 302"),
    see("asking.page", "/p/{letter}/translate",  "302 302 404 404 200 404 302 404 200 404 302 302 404 302"),
    see("asking.page", "/p/{held}/translate",    "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("languages.page", "/languages",          "302 404 404 404 404 404 200 200 200 200 200 404 200 302"),
    see("sharing.index", "/packs.json",          "200 200 200 200 200 200 200 200 200 200 200 200 200 200"),
    see("sharing.file", "/packs/es-en/metadata.json", "404 404 404 404 404 404 404 404 404 404 404 404 404 404"),
    do("asking.translate", "/p/{post}/translate", "302 303 303 404 303 303 303 404 303 404 303 303 404 302"),
    do("asking.translate", "/p/{letter}/translate", "302 303 404 404 303 404 303 404 303 404 303 303 404 302"),
    do("asking.translate", "/p/{hidden}/translate", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("learning.words", "/words",              SIGNED_IN),
    see("learning.ask", "/p/{post}/ask",         "302 403 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("learning.ask", "/p/{own_post}/ask",     "302 403 200 404 404 404 200 404 404 404 200 200 404 302"),
    see("learning.ask", "/p/{letter}/ask",       "302 403 404 404 200 404 403 404 403 404 403 403 404 302"),
    see("learning.ask", "/p/{held}/ask",         "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("learning.ask", "/p/{hidden}/ask",       "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),

    see("moderation.waiting", "/waiting",        TEACHERS),
    do("moderation.waiting_now", "/waiting",     TEACHERS_DO, do="ticked", tick="{held_revision}"),
    see("moderation.report", "/p/{post}/report", "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("moderation.report", "/p/{held}/report", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("moderation.report_now", "/p/{post}/report", "302 303 303 404 303 303 303 404 303 404 303 303 404 302", words="Look."),
    do("moderation.report_now", "/p/{letter}/report", "302 303 404 404 303 404 303 404 303 404 303 303 404 302", words="Look."),
    see("moderation.reported", "/p/{post}/reported", "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("moderation.reports", "/reports",        "302 404 404 404 404 404 200 200 200 404 200 200 404 302"),
    do("moderation.moderate", "/p/{post}/moderate", "302 404 404 404 404 404 303 404 303 404 303 303 404 302", about="hide", do="hide", reason="unkind"),
    do("moderation.moderate", "/p/{hidden}/moderate", "302 404 404 404 404 404 303 404 303 404 303 303 404 302", about="show", do="show"),
    do("moderation.moderate", "/p/{letter}/moderate", "302 404 404 404 404 404 303 404 303 404 303 303 404 302", about="keep", do="keep"),
    do("moderation.moderate", "/p/{own_post}/moderate", "302 404 404 404 404 404 303 404 404 404 303 303 404 302", about="hide", do="hide"),
    do("moderation.moderate", "/p/{held}/moderate", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="what is not out", do="hide"),

    see("sentences.page", "/p/{post}/sentences", "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("sentences.page", "/p/{own_post}/sentences", "302 200 200 404 404 404 200 404 404 404 200 200 404 302"),
    see("sentences.page", "/p/{letter}/sentences", "302 200 404 404 200 404 200 404 200 404 200 200 404 302"),
    see("sentences.page", "/p/{held}/sentences", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("sentences.page", "/p/{hidden}/sentences", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("sentences.one", "/p/{post}/sentences/0", "302 200 403 404 403 403 200 404 200 404 200 403 404 302"),
    do("sentences.mend", "/p/{post}/sentences/0", "302 303 403 404 403 403 303 404 303 404 303 403 404 302", lang="en", source="Hello.", target="Hi."),
    do("sentences.mend", "/p/{post}/sentences/0", "302 303 403 404 403 403 303 404 303 404 303 403 404 302", about="back", lang="en", source="Hello.", do="back"),
    do("sentences.wrong", "/p/{post}/sentences/0/wrong", "302 303 409 404 303 303 303 404 303 404 303 303 404 302", lang="en", said="{said}"),
    do("sentences.wrong", "/p/{hidden}/sentences/0/wrong", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", lang="en", said="{said}"),
    see("mending.page", "/translations",         TEACHERS),
    do("mending.decide", "/translations", TEACHERS_DO, do="release {mend}"),
    do("mending.decide", "/translations", TEACHERS_DO, about="drop", do="drop {mend}"),
    do("mending.decide", "/translations", TEACHERS_DO, about="settle", do="settle {wrong}"),

    #                                           nobody pupil mate other friend far teacher second third admin co lead keeper gone
    see("search.search_page", "/search",         SIGNED_IN),
    see("forums.forums", "/forums",              "302 200 200 200 200 200 200 200 200 404 200 200 404 302"),
    do("forums.new_forum", "/forums",            "302 404 404 404 404 404 303 404 303 404 303 404 404 302", title="Rivers", space="{shared}"),
    do("forums.new_forum", "/forums",            "302 404 404 404 404 404 303 404 404 404 303 404 404 302", about="in class A", title="Rivers", space="{own_space}"),
    see("forums.forum", "/forums/{forum}",       "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("forums.forum", "/forums/{own_forum}",   "302 200 200 404 404 404 200 404 404 404 200 200 404 302"),
    do("forums.new_thread", "/forums/{forum}/threads", "302 303 303 404 303 303 303 404 303 404 303 303 404 302", title="My river", **WORDS),
    do("forums.new_thread", "/forums/{own_forum}/threads", "302 303 303 404 404 404 303 404 404 404 303 303 404 302", title="My river", **WORDS),
    see("forums.thread", "/threads/{thread}",    "302 200 200 404 200 200 200 404 200 404 200 200 404 302"),
    see("forums.thread", "/threads/{own_thread}", "302 200 200 404 404 404 200 404 404 404 200 200 404 302"),
    see("forums.thread", "/threads/{unreleased}", "302 200 404 404 404 404 200 404 404 404 200 200 404 302"),
    see("forums.thread", "/threads/{letters}",   "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("drafts.page", "/drafts/{draft}",        "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    see("drafts.kept", "/drafts/{draft}/kept",   "302 200 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("drafts.replace", "/drafts/{draft}/replace", "302 303 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("drafts.drop", "/drafts/{draft_of_keeper}/drop", "302 404 404 404 404 404 404 404 404 404 404 404 303 302"),
    do("forums.reply", "/threads/{thread}/posts", "302 303 303 404 303 303 303 404 303 404 303 303 404 302", **WORDS),
    do("forums.reply", "/threads/{own_thread}/posts", "302 303 303 404 404 404 303 404 404 404 303 303 404 302", **WORDS),
    do("forums.reply", "/threads/{unreleased}/posts", "302 303 404 404 404 404 403 404 404 404 403 403 404 302", **WORDS),
    see("arranging.page", "/threads/{thread}/arrange", "302 404 404 404 404 404 200 404 200 404 200 404 404 302"),
    see("arranging.page", "/threads/{own_thread}/arrange", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("arranging.page", "/threads/{unreleased}/arrange", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    see("arranging.page", "/threads/{letters}/arrange", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("arranging.change", "/threads/{thread}/arrange", "302 404 404 404 404 404 303 404 303 404 303 404 404 302", tick="locked", forum="{forum}"),
    do("arranging.change", "/threads/{thread}/arrange", "302 404 404 404 404 404 422 404 422 404 422 404 404 302", about="to other readers", forum="{own_forum}"),
    do("arranging.change", "/threads/{letters}/arrange", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", about="letters", tick="locked", forum="{forum}"),
    do("arranging.follow", "/threads/{thread}/follow", "302 303 303 404 303 303 303 404 303 404 303 303 404 302", follows="1"),
    do("arranging.follow", "/threads/{thread}/follow", "302 303 303 404 303 303 303 404 303 404 303 303 404 302", about="no more", follows="0"),
    do("arranging.follow", "/threads/{own_thread}/follow", "302 303 303 404 404 404 303 404 404 404 303 303 404 302", follows="1"),
    do("arranging.follow", "/threads/{letters}/follow", "302 404 404 404 404 404 404 404 404 404 404 404 404 302", follows="0"),
    see("arranging.forum", "/forums/{forum}/arrange", "302 404 404 404 404 404 200 404 200 404 200 404 404 302"),
    see("arranging.forum", "/forums/{own_forum}/arrange", "302 404 404 404 404 404 200 404 404 404 200 404 404 302"),
    do("arranging.change_forum", "/forums/{forum}/arrange", "302 404 404 404 404 404 303 404 303 404 303 404 404 302", title="Rivers", category="Water"),
    do("arranging.change_forum", "/forums/{own_forum}/arrange", "302 404 404 404 404 404 303 404 404 404 303 404 404 302", title="Rivers"),

    see("penpals.all_letters", "/letters",       SIGNED_IN),
    see("penpals.pairing", "/letters/pair/{shared}", "302 404 404 404 404 404 200 404 200 404 200 404 404 302"),
    see("penpals.pairing", "/letters/pair/{own_space}", "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("penpals.pairing_now", "/letters/pair/{shared}", "302 404 404 404 404 404 303 404 303 404 303 404 404 302", pupil="{mate_person} {far_person}"),
    do("penpals.pairing_now", "/letters/pair/{shared}", "302 404 404 404 404 404 422 404 422 404 422 404 404 302", about="two of one class", pupil="{mate_person} {pupil_person}"),
    see("penpals.letters", "/letters/{letters}", "302 200 404 404 200 404 200 404 200 404 200 200 404 302"),
    see("penpals.letters", "/letters/{thread}",  "302 404 404 404 404 404 404 404 404 404 404 404 404 302"),
    do("penpals.write", "/letters/{letters}/posts", "302 303 404 404 303 404 403 404 403 404 403 403 404 302", **WORDS),

    see("home.my_post", "/",                     "302 200 200 200 200 200 200 200 200 303 200 200 303 302"),
    do("home.read", "/read",                     "302 303 303 303 303 303 303 303 303 303 303 303 303 302"),
    see("home.saved", "/my-post.html",           "302 200 200 200 200 200 404 404 404 404 404 404 404 302"),
    see("operations.health_page", "/health",          "302 404 404 404 404 404 404 404 404 200 404 404 200 302"),
]
# fmt: on


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Build the world once; each test gets a copy of its files."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "secret_key").write_text("k" * 64, "ascii")
    with _opened(folder):
        db.create_all()
        return _built(folder)


@pytest.fixture
def copied(world: World, tmp_path: Path) -> Iterator[Flask]:
    folder = tmp_path / "instance"
    shutil.copytree(world.folder, folder)
    with _opened(folder) as app:
        yield app


class _opened:  # noqa: N801  # read as a word: with _opened(folder) as app
    """An app with its context on one folder, and nothing left open afterwards."""

    def __init__(self, folder: Path) -> None:
        self.app = an_app(folder)
        self.context = self.app.app_context()

    def __enter__(self) -> Flask:
        self.context.push()
        set_reading(value=False)
        return self.app

    def __exit__(self, *raised: object) -> None:
        db.session.remove()
        db.engine.dispose()
        self.context.pop()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everyone_gets_the_answer_that_the_map_says(
    row: Row, world: World, copied: Flask
) -> None:
    expected = dict(zip(WHO, map(int, row.answers.split()), strict=True))

    answers = {who: _answer(copied, world, who, row) for who in WHO}

    assert answers == expected


def _answer(app: Flask, world: World, who: str, row: Row) -> int:
    account = None
    if who != "nobody":
        account = db.session.get_one(Account, world.people[who])
    client = Client(app, account)
    url = row.url.format(**world.ids)
    if row.form is None:
        return client.get(url).status_code
    form: dict[str, Any] = {
        name: value.format(**world.ids) for name, value in row.form.items()
    }
    if "pupil" in form:
        form["pupil"] = form["pupil"].split()
    return client.post(url, form).status_code


def test_every_route_has_a_row(copied: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in copied.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    rows = {(row.endpoint, "GET" if row.form is None else "POST") for row in ROWS}

    assert rows == routes


def test_a_row_asks_the_route_it_names(world: World, copied: Flask) -> None:
    adapter = copied.url_map.bind("localhost")

    named = [
        adapter.match(
            row.url.format(**world.ids), "GET" if row.form is None else "POST"
        )[0]
        for row in ROWS
    ]

    assert named == [row.endpoint for row in ROWS]


def test_the_keeper_sees_no_childs_word_or_name(world: World, copied: Flask) -> None:
    words = _childrens_words()
    urls = [row.url.format(**world.ids) for row in ROWS if row.form is None]
    urls += [f"/search?q={quote(said)}" for said in sorted(words)]

    seen = {}
    for who in ("keeper", "admin", "teacher"):
        pages = _pages(copied, world, who, urls)
        seen[who] = {
            said for said in words if any(said.encode() in page for page in pages)
        }

    assert seen["keeper"] == set()
    assert seen["admin"] == set()
    assert {"Hello.", "A river", *_names(world, "pupil")} <= seen["teacher"]


def _childrens_words() -> set[str]:
    """Collect what pupils wrote, how they are called, and what their pictures show."""
    pupils = select(Account).where(Account.login_folded.is_(None))
    names = {
        name
        for account in db.session.scalars(pupils)
        for name in (account.full_name, account.person.shown_name)
    }
    columns = (Revision.source, Thread.title, Attachment.description)
    said = {text for column in columns for text in db.session.scalars(select(column))}
    return names | {text for text in said if text}


def _names(world: World, who: str) -> set[str]:
    account = db.session.get_one(Account, world.people[who])
    return {account.full_name, account.person.shown_name}


def _pages(app: Flask, world: World, who: str, urls: list[str]) -> list[bytes]:
    """Open all pages, and those they lead to, without what was typed to search."""
    client = Client(app, db.session.get_one(Account, world.people[who]))
    found = [client.get(url, follow_redirects=True).data for url in urls]
    return [re.sub(rb'(?s)<input id="q".*?>', b"", page) for page in found]
