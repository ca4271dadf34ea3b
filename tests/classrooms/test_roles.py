"""Adults' roles: what each gives, who may give it, and what ends when somebody leaves."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import access_log
from app.accounts.models import AccessLog, Account
from app.accounts.people import make_adult
from app.classrooms import roles
from app.classrooms.founding import add_teacher
from app.classrooms.models import (
    CO_TEACHER,
    SAFEGUARDING,
    TEACHER,
    Classroom,
    Member,
    School,
    space_ids,
)
from app.classrooms.partnering import asked_of, propose
from app.db import db
from app.moderation.hiding import open_reports, report
from app.penpals.pairing import pair
from app.posts.models import Post, waiting_count
from app.web.errors import Refused
from tests.builders import (
    PASSPHRASE,
    a_classroom,
    a_co_teacher,
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


@pytest.fixture
def school(app: Flask) -> School:
    return a_school("en")


@pytest.fixture
def admin(school: School) -> Account:
    return an_adult(school, admin=True)


@pytest.fixture
def room(school: School) -> Classroom:
    return a_classroom(a_teacher(school))


def test_a_class_of_new_cards_is_one_line_and_hides_no_slip(
    app: Flask, admin: Account, room: Classroom
) -> None:
    access_log.record(admin, access_log.SLIP, admin.person_id)
    for _n in range(40):
        access_log.record(admin, access_log.NEW_CARD, a_pupil(room).person_id)
    db.session.commit()

    page = Client(app, admin).get("/school/people").text

    assert "New slip" in page


def role_in(room: Classroom, account: Account) -> str | None:
    return db.session.scalar(
        Member.current()
        .where(Member.classroom_id == room.id, Member.person_id == account.person_id)
        .with_only_columns(Member.role)
    )


def leader_of(room: Classroom) -> Account:
    return next(who for who, role in roles.colleagues(room) if role == TEACHER)


def log_of(account: Account) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(AccessLog.act)
            .where(AccessLog.person_id == account.person_id)
            .order_by(AccessLog.id)
        )
    )


# The last admin stays.


def test_the_last_admin_neither_drops_the_role_nor_leaves(admin: Account) -> None:
    with pytest.raises(Refused, match="only admin") as refused:
        roles.set_roles(admin, ["teacher", "keeper"])
    assert refused.value.field == "role"
    with pytest.raises(Refused, match="only admin"):
        roles.leave(admin)
    assert admin.admin
    assert admin.left_at is None


def test_an_admin_may_drop_the_role_when_another_can_sign_in(
    admin: Account, school: School
) -> None:
    an_adult(school, admin=True)

    roles.set_roles(admin, ["teacher"])

    assert roles.roles_of(admin) == ["teacher"]


def test_who_cannot_sign_in_counts_as_no_admin(admin: Account, school: School) -> None:
    invited = make_adult(school.id, "Invited Ruiz", "es")
    roles.set_roles(invited, ["admin"])
    roles.leave(an_adult(school, admin=True))
    an_adult(a_school(), admin=True)

    with pytest.raises(Refused, match="only admin"):
        roles.leave(admin)


def test_an_adult_has_at_least_one_role(admin: Account, app: Flask) -> None:
    client = Client(app, admin)

    page = client.post("/school/people", {"name": "Ana Ruiz", "lang": "es"})

    assert page.status_code == 422
    assert 'value="Ana Ruiz"' in page.text
    assert (
        db.session.scalars(select(Account).where(Account.full_name == "Ana Ruiz")).all()
        == []
    )


# A new adult, and a slip.


def test_a_new_adult_comes_in_by_her_slip_with_the_roles_that_were_ticked(
    admin: Account, app: Flask
) -> None:
    page = Client(app, admin).post(
        "/school/people",
        {"name": "Ana Ruiz", "lang": "ar", "role": ["keeper", "admin"]},
    )

    assert '<div class="say" lang="ar" dir="rtl">' in page.text
    assert "http://localhost/slip" in page.text
    assert "All old sign-ins" not in page.text
    slip = page.text.split('<b dir="ltr">')[1].split("</b>")[0]
    used = {"slip": slip, "secret": PASSPHRASE, "again": PASSPHRASE}
    guest = Client(app)
    assert guest.post("/slip", used).status_code == 303
    assert guest.get("/health").status_code == 200
    assert Client(app).post("/slip", used).status_code == 422
    account = db.session.scalars(
        select(Account).where(Account.full_name == "Ana Ruiz")
    ).one()
    assert roles.roles_of(account) == ["admin", "keeper"]


def test_a_slip_of_another_admin_ends_all_sessions_and_is_logged(
    admin: Account, app: Flask, school: School
) -> None:
    other = an_adult(school, admin=True)
    client = Client(app, other)
    assert client.get("/school/people").status_code == 200

    page = Client(app, admin).post(f"/school/people/{other.id}/slip")

    assert "All old sign-ins" in page.text
    assert client.get("/school/people").status_code == 302
    assert log_of(other) == [access_log.SLIP]
    said = Client(app, admin).get("/school/people").text
    assert "New slip" in said
    assert f'by <span dir="auto">{admin.person.shown_name}</span>' in said


# Who leaves.


def test_a_teacher_who_leaves_is_out_at_once(
    admin: Account, app: Flask, room: Classroom
) -> None:
    teacher = leader_of(room)
    client = Client(app, teacher)
    assert client.get(f"/classrooms/{room.id}").status_code == 200

    Client(app, admin).post(f"/school/people/{teacher.id}/leave")

    assert client.get(f"/classrooms/{room.id}").status_code == 302
    assert client.get("/").status_code == 302
    fresh = Client(app).post(
        "/sign-in/teacher", {"name": teacher.full_name, "secret": PASSPHRASE}
    )
    assert fresh.status_code == 422
    assert role_in(room, teacher) is None
    assert roles.roles_of(db.session.get_one(Account, teacher.id)) == []
    assert log_of(teacher) == [access_log.LEFT]


def test_letters_stay_with_the_class_and_its_next_teacher_releases_them(
    admin: Account, app: Flask, room: Classroom, school: School
) -> None:
    space = a_partnership(room)
    teacher, pupil = leader_of(room), a_pupil(room)
    friend = a_pupil(space.classrooms[1].classroom)
    letters = letters_between(space, teacher, pupil, friend)
    out = released(a_post(letters, pupil), teacher)
    a_post(letters, pupil, "One more.")
    follower = a_teacher(school)
    client = Client(app, admin)
    client.post(f"/school/people/{teacher.id}/leave")
    assert "Nobody leads" in client.get("/school/people").text

    client.post(f"/school/classes/{room.id}/teacher", {"teacher": str(follower.id)})

    assert role_in(room, follower) == TEACHER
    assert out in db.session.scalars(Post.visible_to(follower)).all()
    assert waiting_count(follower) == 1
    assert waiting_count(teacher) == 0
    assert "Nobody leads" not in client.get("/school/people").text


def test_a_class_without_a_teacher_is_offered_to_its_co_teacher_first(
    admin: Account, app: Flask, room: Classroom, school: School
) -> None:
    a_teacher(school)
    co_teacher = a_co_teacher(room)
    roles.leave(leader_of(room))
    db.session.commit()

    page = Client(app, admin).get("/school/people").text

    first = page.split('name="teacher">')[1].split("</option>")[0]
    assert first.endswith(co_teacher.full_name)
    assert role_in(room, co_teacher) == CO_TEACHER


def test_who_comes_back_needs_a_new_slip_and_gets_no_class(
    admin: Account, app: Flask, room: Classroom
) -> None:
    teacher = leader_of(room)
    client = Client(app, admin)
    client.post(f"/school/people/{teacher.id}/leave")

    page = client.post(f"/school/people/{teacher.id}/come-back", {"role": "teacher"})

    slip = page.text.split('<b dir="ltr">')[1].split("</b>")[0]
    back = Client(app)
    used = {"slip": slip, "secret": PASSPHRASE, "again": PASSPHRASE}
    assert back.post("/slip", used).status_code == 303
    assert back.get("/classrooms").status_code == 200
    assert back.get(f"/classrooms/{room.id}").status_code == 404
    assert log_of(teacher) == [
        access_log.LEFT, access_log.CAME_BACK, access_log.SLIP,
    ]  # fmt: skip


def test_who_teaches_no_more_loses_her_classes(room: Classroom) -> None:
    teacher = leader_of(room)

    roles.set_roles(teacher, ["keeper"])

    assert role_in(room, teacher) is None
    assert db.session.scalars(space_ids(teacher)).all() == []


# The safeguarding lead.


def test_a_lead_reads_along_in_all_classes_of_her_school_and_no_other(
    room: Classroom, school: School
) -> None:
    lead = an_adult(school, safeguarding=True)
    later, elsewhere = a_classroom(a_teacher(school)), a_classroom()

    assert [role_in(one, lead) for one in (room, later, elsewhere)] == [
        SAFEGUARDING, SAFEGUARDING, None,
    ]  # fmt: skip
    roles.set_roles(lead, ["admin"])
    assert [role_in(one, lead) for one in (room, later)] == [None, None]
    third = a_classroom(a_teacher(school))
    assert role_in(third, lead) is None


def test_several_leads_read_along(room: Classroom, school: School) -> None:
    one, other = (an_adult(school, safeguarding=True) for _n in range(2))

    roles.set_roles(one, ["keeper"])

    assert role_in(room, one) is None
    assert role_in(room, other) == SAFEGUARDING


def test_a_lead_keeps_the_classes_she_teaches(school: School) -> None:
    both = an_adult(school, teacher=True, safeguarding=True)
    own, other = a_classroom(both), a_classroom(a_teacher(school))
    assert (role_in(own, both), role_in(other, both)) == (TEACHER, SAFEGUARDING)

    roles.set_roles(both, ["teacher"])
    assert (role_in(own, both), role_in(other, both)) == (TEACHER, None)
    roles.set_roles(both, ["safeguarding"])

    assert (role_in(own, both), role_in(other, both)) == (SAFEGUARDING, SAFEGUARDING)


def test_a_lead_reads_letters_and_hides_but_releases_nothing(
    app: Flask, room: Classroom, school: School
) -> None:
    space = a_partnership(room)
    teacher, pupil = leader_of(room), a_pupil(room)
    friend = a_pupil(space.classrooms[1].classroom)
    letters = letters_between(space, teacher, pupil, friend)
    letter = released(a_post(letters, pupil, "Unkind words."), teacher)
    held = a_post(letters, pupil)
    report(letter, friend, "Look.")
    lead = an_adult(school, safeguarding=True)
    client = Client(app, lead)

    assert "1 report" in client.get("/").text
    assert "Unkind words." in client.get("/reports").text
    assert waiting_count(lead) == 0
    assert client.get("/waiting").status_code == 404
    assert held not in db.session.scalars(Post.visible_to(lead)).all()
    client.post(f"/p/{letter.uid}/moderate", {"do": "hide"})
    db.session.refresh(letter)
    assert letter.hidden_at is not None
    assert db.session.scalars(open_reports(lead)).all() == []


def test_who_teaches_one_class_and_reads_along_in_another_releases_her_own_pupils_alone(
    school: School,
) -> None:
    both = an_adult(school, teacher=True, safeguarding=True)
    own, other = a_classroom(both), a_classroom(a_teacher(school))
    space = a_partnership(own, other)
    hers, not_hers = a_pupil(own), a_pupil(other)
    a_post(a_thread(space, hers), hers)
    a_post(a_thread(space, not_hers), not_hers)
    third = a_classroom(a_teacher(school))
    joined = a_partnership(own, third)
    strangers = a_pupil(third)

    assert waiting_count(both) == 1
    with pytest.raises(Refused, match="pupil of yours"):
        pair(joined, leader_of(other), strangers.person_id, hers.person_id)
    letters = pair(joined, both, strangers.person_id, hers.person_id)
    assert len(letters.readers) == 2


# Teachers and co-teachers of a class.


def test_a_teacher_adds_changes_and_takes_off(
    app: Flask, room: Classroom, school: School
) -> None:
    client, other = Client(app, leader_of(room)), a_teacher(school)
    url = f"/classrooms/{room.id}/teachers"

    client.post(url, {"teacher": str(other.id), "role": "co-teacher"})
    assert role_in(room, other) == CO_TEACHER
    client.post(f"{url}/{other.id}", {"do": "teacher"})
    assert role_in(room, other) == TEACHER
    client.post(f"{url}/{other.id}", {"do": "off"})
    assert role_in(room, other) is None
    assert log_of(other) == [access_log.ROLES] * 3


def test_a_class_keeps_one_teacher(app: Flask, room: Classroom) -> None:
    teacher = leader_of(room)
    co_teacher = a_co_teacher(room)
    client = Client(app, teacher)
    url = f"/classrooms/{room.id}/teachers"

    for act in ("off", "co-teacher"):
        said = client.post(f"{url}/{teacher.id}", {"do": act})
        assert said.status_code == 422
        assert "only teacher of this class" in said.text
        assert role_in(room, teacher) == TEACHER
    client.post(f"{url}/{co_teacher.id}", {"do": "teacher"})
    gone = client.post(f"{url}/{teacher.id}", {"do": "off"})
    assert gone.location == "/classrooms"
    assert role_in(room, teacher) is None


def test_a_lead_taken_off_a_class_reads_on_there(
    room: Classroom, school: School
) -> None:
    lead = an_adult(school, teacher=True, safeguarding=True)
    add_teacher(room, lead, CO_TEACHER)

    roles.change_teacher(room, lead, None)

    assert role_in(room, lead) == SAFEGUARDING


def test_a_co_teacher_releases_and_pairs_but_decides_on_no_teacher_or_partner(
    app: Flask, room: Classroom
) -> None:
    co_teacher, pupil = a_co_teacher(room), a_pupil(room)
    a_post(a_thread(own_space(room), pupil), pupil)
    partners = a_partnership(room)
    friend = a_pupil(partners.classrooms[1].classroom)
    asking = a_classroom()
    propose(asking, room.code, "Rivers", leader_of(asking))
    db.session.commit()

    assert waiting_count(co_teacher) == 1
    letters = pair(partners, co_teacher, pupil.person_id, friend.person_id)
    assert len(letters.readers) == 2
    assert db.session.scalars(asked_of(co_teacher)).all() == []
    assert len(db.session.scalars(asked_of(leader_of(room))).all()) == 1
    page = Client(app, co_teacher).get(f"/classrooms/{room.id}").text
    assert f"/classrooms/{room.id}/teachers" not in page
    assert f"/classrooms/{room.id}/partnerships" not in page
    theirs = Client(app, leader_of(room)).get(f"/classrooms/{room.id}").text
    assert f"/classrooms/{room.id}/teachers/{co_teacher.id}" in theirs


# First pages.


@pytest.mark.parametrize(
    ("role", "url"), [("admin", "/school/people"), ("keeper", "/health")]
)
def test_who_does_not_look_after_pupils_begins_where_her_work_is(
    app: Flask, school: School, role: str, url: str
) -> None:
    client = Client(app, an_adult(school, **{role: True}))

    assert client.get("/").location == url
    nav = client.get(url).text.split("<nav")[1].split("</nav>")[0]
    assert "/health" in nav
    for closed in ("/letters", "/forums", "/search", "/waiting"):
        assert closed not in nav


def test_the_keepers_bar_shows_health_alone(app: Flask, school: School) -> None:
    page = Client(app, an_adult(school, keeper=True)).get("/health").text

    nav = page.split("<nav")[1].split("</nav>")[0]
    assert nav.count("<a ") == 1
