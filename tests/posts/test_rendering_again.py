"""Tests of app/posts/rendering_again.py: what an older `markup` made is made anew."""

import pytest
from flask import Flask

from app import markup
from app.db import db
from app.jobs.registry import when_idle
from app.posts import rendering_again
from app.posts.models import Post, Rendition
from app.posts.rendering_again import render_again
from tests.builders import a_classroom, a_post, a_pupil, a_thread, own_space

OLD = "<p>as it was</p>"


@pytest.fixture
def posts(app: Flask) -> list[Post]:
    """Three posts with translations, the first two as an older server left them."""
    room = a_classroom()
    pupil = a_pupil(room)
    thread = a_thread(own_space(room), pupil)
    made = [a_post(thread, pupil, f"*Letter* {n}.") for n in range(3)]
    for n, post in enumerate(made):
        revision = post.revisions[0]
        db.session.add(
            Rendition(revision_id=revision.id, lang="en", source="*So*.", html=OLD)
        )
        if n < 2:
            revision.html, revision.rendered_by = OLD, markup.VERSION - 1
    db.session.commit()
    return made


def pages(posts: list[Post]) -> list[tuple[str, str | None]]:
    db.session.expire_all()
    return [
        (post.revisions[0].html, post.revisions[0].renditions[0].html) for post in posts
    ]


def test_the_worker_does_it() -> None:
    assert render_again in when_idle


def test_only_what_an_older_one_made_is_made_anew(posts: list[Post]) -> None:
    render_again()

    again = str(markup.render("*So*."))
    assert pages(posts) == [
        (str(markup.render("*Letter* 0.")), again),
        (str(markup.render("*Letter* 1.")), again),
        (str(markup.render("*Letter* 2.")), OLD),
    ]


def test_it_goes_on_where_it_stopped(
    posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering_again, "PORTION", 1)

    render_again()
    assert [html == OLD for html, _other in pages(posts)] == [False, True, False]

    render_again()
    assert [html == OLD for html, _other in pages(posts)] == [False, False, False]


def test_a_translation_that_no_pack_could_make_stays_none(posts: list[Post]) -> None:
    rendition = posts[0].revisions[0].renditions[0]
    rendition.source = rendition.html = None
    db.session.commit()

    render_again()

    assert pages(posts)[0][1] is None
