"""A hidden post's picture: nobody sees it but who may show it again."""

import pytest
from flask import Flask

from app.classrooms.models import Classroom
from app.db import db
from app.media.models import READY, Media
from app.moderation.hiding import hide
from app.posts.models import Attachment, Post
from tests.builders import (
    a_classroom,
    a_post,
    a_pupil,
    a_thread,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client


@pytest.fixture
def hidden(app: Flask) -> tuple[Post, str]:
    """A hidden post with a picture, and the picture's address."""
    classroom = a_classroom()
    teacher, pupil = teacher_of(classroom), a_pupil(classroom)
    post = released(a_post(a_thread(own_space(classroom), pupil), pupil), teacher)
    media = Media(
        sha256="1" * 64, state=READY, mime="image/png", picture=b"pixels", size_bytes=6
    )
    db.session.add(media)
    db.session.flush()
    attachment = Attachment(
        revision_id=post.current_id, media_id=media.id, n=1, description="A river"
    )
    db.session.add(attachment)
    hide(post, teacher, "")
    db.session.commit()
    return post, f"/p/{post.id}/pictures/{attachment.id}/file"


def test_the_teacher_judges_the_picture(app: Flask, hidden: tuple[Post, str]) -> None:
    post, url = hidden
    teacher = teacher_of(a_class_of(post))

    assert Client(app, teacher).get(url).status_code == 200
    assert "A river" in Client(app, teacher).get("/reports").text


def test_the_class_sees_it_no_more(app: Flask, hidden: tuple[Post, str]) -> None:
    post, url = hidden
    mate = a_pupil(a_class_of(post))

    assert Client(app, mate).get(url).status_code == 404


def a_class_of(post: Post) -> Classroom:
    return post.thread.space.classrooms[0].classroom
