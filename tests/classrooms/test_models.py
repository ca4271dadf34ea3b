"""Who is whose audience."""

from flask import Flask

from app.classrooms.class_list import let_leave
from app.classrooms.models import pupils_of
from app.db import db
from app.posts.models import Thread, waiting_count
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    letters_between,
    teacher_of,
)


def test_letters_stay_with_the_class_when_a_pupil_leaves(app: Flask) -> None:
    ours, theirs = a_classroom(lang="es"), a_classroom(lang="en")
    space = a_partnership(ours, theirs)
    teacher, pupil, pal = teacher_of(ours), a_pupil(ours), a_pupil(theirs)
    thread = letters_between(space, teacher, pupil, pal)
    a_post(thread, pupil, "Adiós, Amina.")

    let_leave(ours, pupil)
    db.session.commit()

    assert db.session.scalars(Thread.visible_to(teacher)).all() == [thread]
    assert waiting_count(teacher) == 1
    assert db.session.scalars(Thread.visible_to(pupil)).all() == []


def test_a_teacher_has_no_pupils_of_other_classes(app: Flask) -> None:
    classroom = a_classroom()
    a_pupil(classroom)
    colleague = a_teacher(classroom.school)

    assert db.session.scalars(pupils_of(colleague)).all() == []
