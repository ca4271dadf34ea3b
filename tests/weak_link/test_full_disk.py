"""The disk is full while she sends: the answer holds her words, and nothing is half stored."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from app.db import db
from app.posts.models import Draft, Post, Revision
from tests.builders import a_classroom, a_post, a_pupil, a_thread, own_space, teacher_of
from tests.clients import Client, key_in

# More than what is left in pages that are there already.
WORDS = "El río está frío, y el lago también. ❄️ " * 300
TITLE = "Agua y más agua"


@contextmanager
def a_full_disk() -> Iterator[None]:
    """Let SQLite find no room for another page, as on a disk that is full."""
    pages = db.session.scalar(text("PRAGMA page_count"))
    db.session.commit()

    def limit(connection: object, *_rest: object, most: int = pages or 1) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")  # type: ignore[attr-defined]  # sqlite3's own

    event.listen(db.engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", limit)
        db.session.execute(text("PRAGMA max_page_count=1000000"))
        db.session.commit()


@pytest.mark.parametrize("do", ["send", "draft"])
@pytest.mark.parametrize("begins", [False, True])
def test_all_words_are_in_the_answer_and_the_same_form_goes_through_later(
    app: Flask, do: str, begins: bool
) -> None:
    room = a_classroom(lang="en")
    thread = a_thread(own_space(room), teacher_of(room))
    a_post(thread, teacher_of(room))
    page = f"/forums/{thread.forum_id}" if begins else f"/threads/{thread.id}"
    url = f"{page}/threads" if begins else f"{page}/posts"
    client = Client(app, a_pupil(room))
    form = {
        "key": key_in(client.get(page).text), "source": WORDS, "title": TITLE,
        "lang": "es", "do": do,
    }  # fmt: skip

    with a_full_disk():
        refused = client.post(url, form)
    nothing = stored()
    sent = client.post(url, form)

    assert refused.status_code == 503
    assert "disk is full" in refused.text
    assert WORDS.strip() in refused.text
    assert TITLE in refused.text or not begins
    assert nothing == (0, 0)
    assert sent.status_code == 303
    assert stored() == ((0, 1) if do == "draft" else (1, 0))


def stored() -> tuple[int, int]:
    """Count the posts and the drafts with these words."""
    said = Revision.source == WORDS
    posts = select(func.count(Post.id)).join(Revision, Revision.post_id == Post.id)
    drafts = select(func.count(Draft.id)).where(Draft.source.startswith(WORDS[:500]))
    return (
        db.session.scalar(posts.where(said)) or 0,
        db.session.scalar(drafts) or 0,
    )
