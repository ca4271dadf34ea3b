"""The job: released posts become readable in the languages of their readers."""

from flask import Flask

from app.db import db
from app.jobs.runner import work_once
from app.posts.models import Rendition
from app.translate import packs
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    released,
    teacher_of,
)


def test_a_released_spanish_letter_is_read_in_english(app: Flask) -> None:
    packs.install_starters()
    spanish, english = a_classroom(lang="es"), a_classroom(lang="en")
    space = a_partnership(spanish, english)
    pupil = a_pupil(spanish, "Lucía Mora")
    post = a_post(a_thread(space, pupil), pupil, "El río es grande.")
    released(post, teacher_of(spanish))

    while work_once():
        pass

    rendition = db.session.scalars(db.select(Rendition)).one()
    assert rendition.lang == "en"
    assert "river" in (rendition.source or "")
    assert rendition.pack == "es-en 0.2"
    assert rendition.html == "<p>The river is big.</p>"
