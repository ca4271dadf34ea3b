"""Who may read which post and open which thread, asked of the two selects themselves."""

import random
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import ANYONE, Account
from app.classrooms.class_list import let_leave
from app.classrooms.founding import add_teacher
from app.classrooms.list_saving import add_pupils
from app.classrooms.models import (
    CO_TEACHER,
    PUPIL,
    SAFEGUARDING,
    Classroom,
    Member,
    Space,
    SpaceClassroom,
)
from app.classrooms.partnering import propose
from app.db import db, now
from app.moderation.hiding import hide, show_again
from app.moderation.review import refuse, return_to_author
from app.posts.editing import change
from app.posts.models import (
    HELD,
    LETTERS,
    Post,
    Thread,
    ThreadReader,
    audience_langs,
    waiting_count,
    waiting_for,
)
from app.posts.publishing import changed
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    a_thread,
    an_adult,
    letters_between,
    own_space,
    pin,
    released,
)
from tests.clients import Client


@dataclass
class Pair:
    """Two partner classes with a teacher and two pupils each, and a stranger class."""

    space: Space
    ours: Classroom
    theirs: Classroom
    teacher: Account
    third: Account
    pupil: Account
    mate: Account
    friend: Account
    far: Account
    stranger: Account
    other_teacher: Account


@pytest.fixture
def pair(app: Flask) -> Pair:
    school = a_school("es")
    teacher, third, other_teacher = a_teacher(school), a_teacher(), a_teacher(school)
    ours, theirs, others = map(a_classroom, (teacher, third, other_teacher))
    return Pair(
        space=a_partnership(ours, theirs),
        ours=ours,
        theirs=theirs,
        teacher=teacher,
        third=third,
        pupil=a_pupil(ours),
        mate=a_pupil(ours),
        friend=a_pupil(theirs),
        far=a_pupil(theirs),
        stranger=a_pupil(others),
        other_teacher=other_teacher,
    )


def reads(viewer: Account, post: Post) -> bool:
    return post in db.session.scalars(Post.visible_to(viewer)).all()


def opens(viewer: Account, thread: Thread) -> bool:
    return thread in db.session.scalars(Thread.visible_to(viewer)).all()


def test_a_held_post_is_for_its_author_alone(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    released(a_post(thread, pair.pupil), pair.teacher)

    held = a_post(thread, pair.pupil)

    assert reads(pair.pupil, held)
    for viewer in (pair.mate, pair.friend, pair.teacher, pair.third, pair.stranger):
        assert not reads(viewer, held)


def test_a_published_post_is_for_its_whole_space_and_no_further(pair: Pair) -> None:
    post = released(a_post(a_thread(pair.space, pair.pupil), pair.pupil), pair.teacher)

    for viewer in (pair.pupil, pair.mate, pair.friend, pair.far, pair.teacher):
        assert reads(viewer, post)
    assert reads(pair.third, post)
    assert not reads(pair.stranger, post)
    assert not reads(pair.other_teacher, post)


def test_what_a_class_writes_for_itself_its_partners_do_not_read(pair: Pair) -> None:
    thread = a_thread(own_space(pair.ours), pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)

    assert reads(pair.mate, post)
    assert not reads(pair.friend, post)
    assert not reads(pair.third, post)


def test_a_hidden_post_is_for_nobody_until_it_is_shown_again(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)

    hide(post, pair.teacher, "")

    for viewer in (pair.pupil, pair.mate, pair.friend, pair.teacher, pair.third):
        assert not reads(viewer, post)
    show_again(post, pair.teacher)
    assert reads(pair.friend, post)


@pytest.mark.parametrize("gone", ["withdrawn_at", "erased_at"])
def test_what_is_withdrawn_or_erased_is_for_nobody(pair: Pair, gone: str) -> None:
    thread = a_thread(pair.space, pair.pupil)
    out = released(a_post(thread, pair.pupil), pair.teacher)
    held = a_post(thread, pair.pupil)

    for post in (out, held):
        setattr(post, gone, now())
    db.session.flush()

    for viewer in (pair.pupil, pair.friend, pair.teacher):
        assert not reads(viewer, out)
        assert not reads(viewer, held)


def test_a_returned_or_refused_post_is_for_its_author_alone(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    returned, refused = a_post(thread, pair.pupil), a_post(thread, pair.pupil)
    assert returned.waiting is not None
    assert refused.waiting is not None

    return_to_author(returned.waiting, pair.teacher, "Say more.")
    refuse(refused.waiting, pair.teacher, "")

    for post in (returned, refused):
        assert reads(pair.pupil, post)
        assert not reads(pair.mate, post)
        assert not reads(pair.teacher, post)


def test_a_mended_post_waits_anew(pair: Pair) -> None:
    post = a_post(a_thread(pair.space, pair.pupil), pair.pupil)
    assert post.waiting is not None
    return_to_author(post.waiting, pair.teacher, "Say more.")
    db.session.commit()

    change(post, pair.pupil, "Now with more words.", "es", base=1)
    db.session.commit()

    assert not reads(pair.mate, post)
    assert waiting_count(pair.teacher) == 1
    assert waiting_count(pair.third) == 0


def test_the_title_of_an_unreleased_thread_is_seen_by_its_author_and_her_teacher(
    pair: Pair,
) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = a_post(thread, pair.pupil)

    assert opens(pair.pupil, thread)
    assert opens(pair.teacher, thread)
    for viewer in (pair.mate, pair.friend, pair.third, pair.stranger):
        assert not opens(viewer, thread)
    released(post, pair.teacher)
    assert opens(pair.friend, thread)
    assert opens(pair.third, thread)
    assert not opens(pair.stranger, thread)


def test_the_title_of_a_refused_thread_stays_unseen(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = a_post(thread, pair.pupil)
    assert post.waiting is not None

    refuse(post.waiting, pair.teacher, "")

    assert not opens(pair.friend, thread)
    assert not opens(pair.third, thread)


def test_a_second_post_that_is_released_brings_no_title_out(
    app: Flask, pair: Pair
) -> None:
    thread = a_thread(pair.space, pair.pupil)
    title, page = thread.title, f"/threads/{thread.id}"
    first, second = (a_post(thread, pair.pupil) for _n in range(2))
    reader, teacher = Client(app, pair.mate), Client(app, pair.teacher)

    released(second, pair.teacher)

    assert title not in reader.get(page).text
    assert title in teacher.get("/waiting").text
    released(first, pair.teacher)
    assert title in reader.get(page).text


def test_a_thread_whose_posts_are_hidden_is_for_teachers_who_may_show_them(
    pair: Pair,
) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)

    hide(post, pair.third, "")

    assert opens(pair.third, thread)
    assert opens(pair.teacher, thread)
    assert not opens(pair.friend, thread)
    assert not opens(pair.mate, thread)


def test_who_answered_in_a_thread_finds_her_words_when_the_others_are_hidden(
    pair: Pair,
) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)
    held = a_post(thread, pair.friend)

    hide(post, pair.third, "")

    assert reads(pair.friend, held)
    assert not opens(pair.far, thread)


def test_a_thread_with_one_post_left_stays_open(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)
    answer = a_post(thread, pair.third)

    hide(post, pair.teacher, "")

    assert opens(pair.friend, thread)
    assert reads(pair.friend, answer)
    assert not reads(pair.friend, post)


def test_letters_are_for_the_pair_and_their_teachers(pair: Pair) -> None:
    thread = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(thread, pair.pupil), pair.teacher)

    for viewer in (pair.pupil, pair.friend, pair.teacher, pair.third):
        assert opens(viewer, thread)
        assert reads(viewer, letter)
    for viewer in (pair.mate, pair.far, pair.stranger, pair.other_teacher):
        assert not opens(viewer, thread)
        assert not reads(viewer, letter)


def test_a_teacher_of_the_partnership_who_teaches_neither_reads_no_letters(
    pair: Pair,
) -> None:
    fourth = a_teacher()
    joined = SpaceClassroom(
        space_id=pair.space.id,
        classroom_id=a_classroom(fourth).id,
        asked_by_id=fourth.person_id,
        joined_at=now(),
    )
    db.session.add(joined)
    thread = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(thread, pair.pupil), pair.teacher)
    forum_post = a_post(a_thread(pair.space, pair.teacher), pair.teacher)

    assert reads(fourth, forum_post)
    assert not opens(fourth, thread)
    assert not reads(fourth, letter)


def test_a_held_letter_is_not_for_the_pen_pal(pair: Pair) -> None:
    thread = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)

    letter = a_post(thread, pair.pupil)

    assert reads(pair.pupil, letter)
    assert not reads(pair.friend, letter)
    assert not reads(pair.third, letter)


def test_a_co_teacher_reads_what_the_class_writes(pair: Pair) -> None:
    thread = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(thread, pair.pupil), pair.teacher)
    assert not reads(pair.other_teacher, letter)

    add_teacher(pair.ours, pair.other_teacher)

    assert reads(pair.other_teacher, letter)


def test_a_safeguarding_lead_reads_letters_and_hidden_threads_of_her_school(
    pair: Pair,
) -> None:
    letters = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(letters, pair.friend), pair.third)
    held = a_post(letters, pair.pupil)
    thread = a_thread(pair.space, pair.friend)
    hide(released(a_post(thread, pair.friend), pair.third), pair.third, "")
    elsewhere = a_post(a_thread(own_space(pair.theirs), pair.third), pair.third)

    lead = an_adult(pair.ours.school, safeguarding=True)

    assert reads(lead, letter)
    assert opens(lead, thread)
    assert not reads(lead, held)
    assert not reads(lead, elsewhere)
    assert waiting_count(lead) == 0


def test_a_lead_reads_in_her_language(pair: Pair) -> None:
    letters = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    an_adult(pair.ours.school, safeguarding=True).person.lang = "sw"

    assert "sw" in set(db.session.scalars(audience_langs(letters)))


def test_who_has_left_the_class_reads_nothing_more(pair: Pair) -> None:
    thread = a_thread(pair.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)
    assert reads(pair.far, post)

    let_leave(pair.theirs, pair.far)

    assert not reads(pair.far, post)
    assert not opens(pair.far, thread)


def test_what_who_has_left_wrote_stays_with_the_class(pair: Pair) -> None:
    letters = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)
    letter = released(a_post(letters, pair.pupil), pair.teacher)
    a_post(letters, pair.pupil)

    let_leave(pair.ours, pair.pupil)

    assert reads(pair.friend, letter)
    assert reads(pair.teacher, letter)
    assert waiting_count(pair.teacher) == 1


def test_what_a_pupil_writes_in_her_new_class_is_not_for_the_teacher_of_the_old(
    pair: Pair,
) -> None:
    new_class = a_classroom(pair.other_teacher)
    db.session.add(
        Member(
            classroom_id=new_class.id,
            person_id=pair.pupil.person_id,
            role=PUPIL,
            name_folded="moved",
        )
    )
    let_leave(pair.ours, pair.pupil)

    post = a_post(a_thread(own_space(new_class), pair.pupil), pair.pupil)

    assert not reads(pair.teacher, post)
    assert not opens(pair.teacher, post.thread)
    assert waiting_count(pair.teacher) == 0
    assert waiting_count(pair.other_teacher) == 1


def test_who_comes_back_reads_again(pair: Pair) -> None:
    post = released(a_post(a_thread(pair.space, pair.pupil), pair.pupil), pair.teacher)
    let_leave(pair.ours, pair.mate)

    add_pupils(pair.ours, [pair.mate.full_name], [pin()])

    assert reads(pair.mate, post)


def test_a_partnership_that_was_only_proposed_shows_nothing(pair: Pair) -> None:
    asked = propose(
        pair.ours, a_classroom(pair.other_teacher).code, "New", pair.teacher
    )
    db.session.commit()
    thread = a_thread(asked.space, pair.pupil)
    post = released(a_post(thread, pair.pupil), pair.teacher)

    assert reads(pair.mate, post)
    assert not opens(pair.other_teacher, thread)
    asked.joined_at = now()
    assert opens(pair.other_teacher, thread)


def test_the_statement_built_once_answers_for_each_viewer(pair: Pair) -> None:
    held = a_post(a_thread(pair.space, pair.pupil), pair.pupil)

    found = {
        viewer.id: set(
            db.session.scalars(Post.visible_to(ANYONE), ANYONE.as_viewer(viewer))
        )
        for viewer in (pair.pupil, pair.mate, pair.stranger)
    }

    assert found == {
        pair.pupil.id: {held},
        pair.mate.id: set(),
        pair.stranger.id: set(),
    }


def test_a_thread_is_translated_for_those_who_read_it(pair: Pair) -> None:
    pair.friend.person.lang, pair.far.person.lang = "en", "fr"
    pair.stranger.person.lang = "ar"
    forum_thread = a_thread(pair.space, pair.pupil)
    letters = letters_between(pair.space, pair.teacher, pair.pupil, pair.friend)

    assert set(db.session.scalars(audience_langs(forum_thread))) == {"es", "en", "fr"}
    assert set(db.session.scalars(audience_langs(letters))) == {"es", "en"}


# A small world by dice, and the same rules said in plain Python.


def may_open(viewer: Account, thread: Thread, posts: list[Post]) -> bool:
    mine = memberships(viewer.person_id)
    spaces = joined_spaces({classroom for classroom, _role in mine})
    if thread.space_id not in spaces:
        return False
    adults = ("teacher", "co-teacher", "lead")
    looked_after = {classroom for classroom, role in mine if role in adults}

    def is_my_pupil(person_id: int) -> bool:
        return any(
            classroom in looked_after and role == "pupil"
            for classroom, role in memberships(person_id, former=True)
        )

    if thread.kind == LETTERS:
        readers = db.session.scalars(
            select(ThreadReader.person_id).where(ThreadReader.thread_id == thread.id)
        ).all()
        return viewer.person_id in readers or any(map(is_my_pupil, readers))
    inside = [post for post in posts if post.thread_id == thread.id]
    return (
        thread.made_by_id == viewer.person_id
        or any(post.author_id == viewer.person_id for post in inside)
        or is_my_pupil(thread.made_by_id)
        or any(is_out(post) for post in inside)
        or (
            thread.space_id in joined_spaces(looked_after)
            and any(post.published_at is not None for post in inside)
        )
    )


def may_read(viewer: Account, post: Post, opened: set[int]) -> bool:
    gone = post.hidden_at or post.withdrawn_at or post.erased_at
    own = post.author_id == viewer.person_id and not gone
    return post.thread_id in opened and (own or is_out(post))


def may_release(viewer: Account, post: Post) -> bool:
    """Teachers and co-teachers of a class that the author is, or was, a pupil of."""
    mine = memberships(viewer.person_id)
    taught = {
        classroom for classroom, role in mine if role in ("teacher", "co-teacher")
    }
    return (
        post.waiting is not None
        and post.waiting.state == HELD
        and post.thread.space_id in joined_spaces(taught)
        and any(
            classroom in taught and role == "pupil"
            for classroom, role in memberships(post.author_id, former=True)
        )
    )


def is_out(post: Post) -> bool:
    gone = post.hidden_at or post.withdrawn_at or post.erased_at
    return post.current_id is not None and not gone


def memberships(person_id: int, *, former: bool = False) -> set[tuple[int, str]]:
    return {
        (member.classroom_id, member.role)
        for member in db.session.scalars(select(Member))
        if member.person_id == person_id and (former or member.left_at is None)
    }


def joined_spaces(classrooms: set[int]) -> set[int]:
    return {
        row.space_id
        for row in db.session.scalars(select(SpaceClassroom))
        if row.joined_at is not None and row.classroom_id in classrooms
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_selects_agree_with_the_rules_in_plain_python(
    app: Flask, seed: int
) -> None:
    dice = random.Random(seed)
    teachers = [a_teacher() for _n in range(4)]
    classes = [a_classroom(teacher) for teacher in teachers]
    pupils = [(room, a_pupil(room)) for room in classes for _n in range(2)]
    add_teacher(dice.choice(classes), dice.choice(teachers))
    _change_roles_by_dice(dice, classes, teachers)
    spaces = [own_space(room) for room in classes]
    for one, other in dice.sample(list(product(range(4), repeat=2)), 8):
        if one < other:
            asked = propose(
                classes[one], classes[other].code, "Partners", teachers[one]
            )
            asked.joined_at = dice.choice([None, now(), now()])
            spaces.append(asked.space)
    db.session.commit()
    posts = [post for space in spaces for post in _by_dice(dice, space, teachers)]
    for room, pupil in dice.sample(pupils, 2):
        let_leave(room, pupil)
    db.session.commit()
    threads = db.session.scalars(select(Thread)).all()

    for viewer in [*teachers, *(pupil for _room, pupil in pupils)]:
        opened = {t.id for t in threads if may_open(viewer, t, posts)}
        readable = {p.id for p in posts if may_read(viewer, p, opened)}
        assert {t.id for t in db.session.scalars(Thread.visible_to(viewer))} == opened
        assert {p.id for p in db.session.scalars(Post.visible_to(viewer))} == readable
        waiting = {
            revision.post_id for revision in db.session.scalars(waiting_for(viewer))
        }
        assert waiting == {p.id for p in posts if may_release(viewer, p)}


def _change_roles_by_dice(
    dice: random.Random, classes: list[Classroom], teachers: list[Account]
) -> None:
    """Let most read along or co-teach somewhere, and some lead no class at all."""
    for teacher in teachers:
        for room in dice.sample(classes, 2):
            add_teacher(room, teacher, dice.choice([CO_TEACHER, SAFEGUARDING]))


def _by_dice(dice: random.Random, space: Space, teachers: list[Account]) -> list[Post]:
    people = db.session.scalars(
        select(Account)
        .join(Member, Member.person_id == Account.person_id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(SpaceClassroom.space_id == space.id)
        .order_by(Account.id)
    ).all()
    made = []
    for _n in range(2):
        author = dice.choice(people)
        thread = a_thread(space, author)
        if dice.random() < 0.4:
            thread.kind = LETTERS
            for person in {author.person_id, dice.choice(people).person_id}:
                db.session.add(ThreadReader(thread_id=thread.id, person_id=person))
            db.session.commit()
        for _m in range(2):
            post = a_post(thread, dice.choice([author, *people]))
            made.append(post)
            if post.waiting is not None and dice.random() < 0.6:
                released(post, teachers[0])
            fate = dice.choice(["", "", "hidden_at", "withdrawn_at", "erased_at"])
            if fate:
                setattr(post, fate, now())
                changed(post)
    db.session.commit()
    return made
