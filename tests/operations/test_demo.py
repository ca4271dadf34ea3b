"""Tests of app/operations/demo.py: a living example, whole or not there."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.class_list import who_signs_in
from app.classrooms.models import (
    PUPIL,
    TEACHER,
    Classroom,
    Member,
    School,
    Space,
    space_ids,
)
from app.db import db
from app.forums.models import Forum
from app.jobs.models import Job
from app.media.models import READY, Media
from app.moderation.log import first_broken
from app.operations import demo, demo_words
from app.operations.demo_picture import evening_by_the_lake
from app.operations.setup import set_up
from app.posts.models import (
    HELD,
    LETTERS,
    PUBLISHED,
    RETURNED,
    Post,
    Rendition,
    Revision,
    Thread,
    waiting_for,
)
from app.posts.permissions import second_adult
from app.search.asking import Question
from app.search.searching import search
from tests import builders
from tests.operations.conftest import quiet

PACKS = Path(__file__).parents[2] / "packs"


def count(query: object) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0  # type: ignore[attr-defined]  # any select


def in_state(state: str) -> int:
    return count(select(Revision.id).where(Revision.state == state))


def account_named(name: str) -> Account:
    return db.session.scalars(select(Account).where(Account.full_name == name)).one()


@pytest.fixture
def with_packs(bare: Flask) -> Flask:
    bare.config["STARTER_PACKS"] = PACKS
    set_up(quiet)
    return bare


def test_the_demo_is_a_living_example(with_packs: Flask, instance: Path) -> None:
    result = with_packs.test_cli_runner().invoke(args=["demo", "fill"])

    assert result.exit_code == 0, result.output
    assert count(select(School.id)) == 2
    assert count(select(Member.id).where(Member.role == TEACHER)) == 4
    assert count(select(Member.id).where(Member.role == PUPIL)) == 24
    assert count(select(Thread.id).where(Thread.kind != LETTERS)) >= 6
    assert count(select(Thread.id).where(Thread.kind == LETTERS)) == 12
    assert count(select(Post.id).join(Thread).where(Thread.kind != LETTERS)) >= 30
    assert in_state(HELD) >= 4
    assert in_state(RETURNED) == 1
    assert db.session.scalars(select(Media.state)).all() == [READY]
    assert first_broken() is None
    assert not (instance / "first-run-code").exists()


def test_all_of_it_is_translated_and_found_in_the_other_language(
    with_packs: Flask,
) -> None:
    with_packs.test_cli_runner().invoke(args=["demo", "fill"])

    translated = count(select(Rendition.id).where(Rendition.source.is_not(None)))
    assert translated == in_state(PUBLISHED)
    assert count(select(Job.id).where(Job.open())) == 0
    doubts = db.session.scalar(select(func.sum(Rendition.doubt)))
    assert (doubts or 0) <= translated // 10
    assert (
        search(account_named("Lucía Narváez"), Question("bicicleta"), page=1).total >= 1
    )
    assert search(account_named("Brian Kiptoo"), Question("doctor"), page=1).total >= 1


def test_each_sign_in_of_the_table_works(with_packs: Flask, instance: Path) -> None:
    with_packs.test_cli_runner().invoke(args=["demo", "fill"])
    table = (instance / "sign-ins.txt").read_text("utf-8")
    from app.accounts.people import teacher_named
    from app.accounts.secrets import secret_matches

    code, checked = "", 0
    for line in table.splitlines():
        if found := re.search(r"classroom code (\d+)", line):
            code = found[1]
        elif found := re.fullmatch(r"    (\S.*?)  +(\d{6})", line):
            account_id = who_signs_in(code, found[1])
            secret = db.session.get_one(Account, account_id).secret
            assert secret_matches(secret, found[2])
            checked += 1
        elif found := re.fullmatch(r"    (\S.*?)  +(\D+)", line):
            teacher = teacher_named(found[1])
            assert teacher is not None
            assert secret_matches(teacher.secret, found[2])
            checked += 1

    assert checked == 28


def test_each_teacher_finds_work_in_the_morning(ready: Flask) -> None:
    demo.write_once()

    for name in (*demo_words.PASTO.teachers, *demo_words.KISUMU.teachers):
        assert count(waiting_for(account_named(name))) >= 2


@pytest.mark.parametrize("step", ["_spread_over_days", "write_whole"])
def test_a_demo_killed_before_its_commit_begins_anew(
    ready: Flask, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def pulled(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, step, pulled)
    with pytest.raises(KeyboardInterrupt):
        demo.write_once()
    monkeypatch.undo()
    db.session.rollback()
    assert count(select(School.id)) == 0

    demo.write_once()

    assert count(select(School.id)) == 2


def test_a_demo_killed_while_it_translates_goes_on(
    ready: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo.write_once()

    def pulled() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "work_once", pulled)
    with pytest.raises(KeyboardInterrupt):
        demo.work_to_the_end(lambda done, most: None)
    monkeypatch.undo()
    db.session.rollback()
    assert not (instance / "sign-ins.txt").exists()

    result = ready.test_cli_runner().invoke(args=["demo", "fill"])

    assert result.exit_code == 0, result.output
    assert count(select(School.id)) == 2
    assert "Lucía Narváez" in (instance / "sign-ins.txt").read_text("utf-8")


def test_a_demo_never_mixes_with_a_school(ready: Flask) -> None:
    builders.a_school()
    db.session.commit()

    result = ready.test_cli_runner().invoke(args=["demo", "fill"])

    assert result.exit_code == 1
    assert "There is a school in" in result.output
    assert count(select(School.id)) == 1


def test_both_schools_have_told_where_they_are(ready: Flask) -> None:
    demo.write_once()

    schools = db.session.scalars(select(School).order_by(School.id)).all()
    assert [(school.country, school.place, school.time_zone) for school in schools] == [
        ("CO", "Pasto", "America/Bogota"),
        ("KE", "Kisumu", "Africa/Nairobi"),
    ]
    assert [len(school.days) for school in schools] == [2, 3]
    assert all(school.link_days and school.reads for school in schools)


def test_in_the_demo_no_adult_is_alone_with_children(ready: Flask) -> None:
    demo.write_once()

    for name in (*demo_words.PASTO.teachers, *demo_words.KISUMU.teachers):
        teacher = account_named(name)
        alone = select(Space.id).where(
            Space.id.in_(space_ids(teacher, as_teacher=True)),
            ~second_adult(teacher, Space.id),
        )
        assert count(select(Space.id).where(Space.id.in_(space_ids(teacher)))) == 2
        assert count(alone) == 0


def test_the_forums_show_what_a_teacher_arranges(ready: Flask) -> None:
    demo.write_once()

    forums = db.session.scalars(select(Forum)).all()
    arranged = select(Thread).where(Thread.pinned | Thread.announcement)
    assert len({forum.category for forum in forums} - {""}) == 2
    assert {
        (thread.pinned, thread.announcement, thread.keeps_first)
        for thread in db.session.scalars(arranged)
    } == {(True, False, True), (False, True, False)}
    assert {thread.forum_id for thread in db.session.scalars(select(Thread))} == {
        None,
        *(forum.id for forum in forums),
    }


def test_the_classes_partner_across_languages(ready: Flask) -> None:
    demo.write_once()

    langs = set(db.session.scalars(select(Classroom.lang)))
    assert langs == {"es", "en"}


def test_first_names_are_told_apart() -> None:
    names = [
        name.split()[0]
        for of in (demo_words.PASTO, demo_words.KISUMU)
        for name in (*of.teachers, *of.pupils)
    ]

    assert len(names) == len(set(names)) == 28
    for one, other, letters in demo_words.LETTERS:
        assert {said.who for said in letters} <= {one, other}


def test_the_picture_is_one() -> None:
    with Image.open(io.BytesIO(evening_by_the_lake())) as picture:
        picture.load()

        assert picture.size == (480, 320)
        assert picture.getpixel((330, 165)) == (255, 214, 102)  # the sun
