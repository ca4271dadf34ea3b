"""What a thread's pages prove as read, and *Only new*: nothing is swallowed, nothing twice."""

import gzip
import re
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.media.models import READY, Media
from app.moderation.hiding import hide, show_again
from app.posts.models import Attachment, Post, ReadMark, Thread
from app.posts.publishing import make_public
from app.posts.quoting import note_answer
from app.posts.withdrawing import withdraw
from bench.texts import Letters
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
from tests.forums.test_thread_page import (
    PACKED,
    bytes_on_the_wire,
    ids_on,
    link,
    many_posts,
)
from tests.web.test_every_page import MOST_QUERIES, counted

# Design section 7.
ONLY_NEW_BYTES = 1_400
PROOF = re.compile(r'href="/\?r=([^"]+)"')


class Talk:
    """A thread in a class, a teacher who writes and a pupil who reads."""

    def __init__(self) -> None:
        self.classroom = a_classroom(lang="en")
        self.teacher: Account = teacher_of(self.classroom)
        self.reader: Account = a_pupil(self.classroom)
        self.thread: Thread = a_thread(own_space(self.classroom), self.teacher)
        self.url = f"/threads/{self.thread.id}"

    def mark(self) -> int:
        db.session.rollback()
        marked = select(ReadMark.change_no).where(
            ReadMark.person_id == self.reader.person_id,
            ReadMark.thread_id == self.thread.id,
        )
        return db.session.scalar(marked) or 0

    def change_of(self, post_id: int) -> int:
        return db.session.get_one(Post, post_id).change_no


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def come_back(client: Client, page: str) -> bool:
    """Follow the link to *My post*, as who has read a page does."""
    found = PROOF.search(page)
    if found is None:
        return False
    assert client.get(f"/?r={found[1]}").status_code == 200
    return True


def test_a_page_proves_what_it_shows_and_is_silent_once_it_is_read(
    app: Flask, talk: Talk
) -> None:
    post = a_post(talk.thread, talk.teacher)
    reader = Client(app, talk.reader)

    page = reader.get(talk.url).text
    assert talk.mark() == 0
    assert come_back(reader, page)

    assert talk.mark() == post.change_no
    assert PROOF.search(reader.get(talk.url).text) is None


def test_what_one_writes_oneself_is_never_new(app: Flask, talk: Talk) -> None:
    a_post(talk.thread, talk.teacher)

    page = Client(app, talk.teacher).get(talk.url).text

    assert PROOF.search(page) is None
    assert (
        "You have read everything here."
        in Client(app, talk.teacher).get(f"{talk.url}?new").text
    )


def test_the_last_page_swallows_nothing_that_stands_before_it(
    app: Flask, talk: Talk
) -> None:
    ids = many_posts(talk.thread, 45)
    reader = Client(app, talk.reader)

    page = reader.get(talk.url).text
    assert ids_on(page) == ids[25:]
    assert not come_back(reader, page)
    first = link(page, "First unread post")
    assert first is not None
    page = reader.get(first).text
    assert ids_on(page) == ids[:20]
    assert link(page, "First unread post") is None
    assert come_back(reader, page)
    assert talk.mark() == talk.change_of(ids[19])

    page = reader.get(link(page, "Later posts") or "").text
    assert ids_on(page) == ids[20:40]
    page = reader.get(link(page, "Later posts") or "").text
    assert talk.mark() == talk.change_of(ids[39])
    assert come_back(reader, page)
    assert talk.mark() == talk.change_of(ids[44])
    assert link(reader.get(talk.url).text, "First unread post") is None


def test_a_page_proves_only_up_to_the_first_change_elsewhere(
    app: Flask, talk: Talk
) -> None:
    ids = many_posts(talk.thread, 45)
    reader = Client(app, talk.reader)
    for at in (0, 21, 41):
        reader.get(f"{talk.url}?at={at}")
    db.session.add(
        ReadMark(
            person_id=talk.reader.person_id, thread_id=talk.thread.id,
            change_no=talk.change_of(ids[-1]),
        )
    )  # fmt: skip
    db.session.commit()
    early, late = a_change(ids[30]), a_change(ids[3])
    last = a_change(ids[31])

    page = reader.get(talk.url).text
    assert come_back(reader, page)
    assert talk.mark() == early
    page = reader.get(link(reader.get(talk.url).text, "First unread post") or "").text
    assert ids_on(page)[0] == ids[3]
    assert come_back(reader, page)
    assert talk.mark() == late
    assert come_back(reader, reader.get(talk.url).text)
    assert talk.mark() == last


def a_change(post_id: int) -> int:
    """Publish a post anew, as after an edit."""
    post = db.session.get_one(Post, post_id)
    assert post.current is not None
    make_public(post, post.current)
    db.session.commit()
    return post.change_no


def test_only_new_sends_what_is_new_oldest_first_portion_by_portion(
    app: Flask, talk: Talk
) -> None:
    ids = many_posts(talk.thread, 45)
    reader = Client(app, talk.reader)

    seen, at = [], f"{talk.url}?new"
    while at:
        page = reader.get(at).text
        seen.append(ids_on(page))
        at = link(page, "More new posts") or ""
    assert [post for portion in seen for post in portion] == ids
    assert [len(portion) for portion in seen] == [20, 20, 5]
    assert talk.mark() == talk.change_of(ids[39])

    assert ids_on(reader.get(f"{talk.url}?new").text) == ids[40:]
    assert come_back(reader, page)
    page = reader.get(f"{talk.url}?new").text
    assert ids_on(page) == []
    assert "You have read everything here." in page
    assert link(page, "The whole thread") == talk.url


def test_a_portion_that_the_link_swallowed_comes_again(app: Flask, talk: Talk) -> None:
    many_posts(talk.thread, 45)
    reader = Client(app, talk.reader)
    more = link(reader.get(f"{talk.url}?new").text, "More new posts")
    assert more is not None

    portions = [ids_on(reader.get(more).text) for _n in range(2)]

    assert portions[0] == portions[1]


def test_only_new_of_one_post_in_a_long_thread_is_small(app: Flask, talk: Talk) -> None:
    many_posts(talk.thread, 300)
    text = Letters("en", 7).write(600)
    reader = Client(app, talk.reader)
    mark = ReadMark(
        person_id=talk.reader.person_id, thread_id=talk.thread.id,
        change_no=talk.thread.last_no, follows=True,
    )  # fmt: skip
    db.session.add(mark)
    post = a_post(talk.thread, talk.teacher, text)

    answer = reader.get(f"{talk.url}?new", headers=PACKED)

    page = gzip.decompress(answer.data).decode()
    assert ids_on(page) == [post.id]
    assert bytes_on_the_wire(answer) <= ONLY_NEW_BYTES
    assert link(page, "Your answer") == f"/write/{talk.thread.id}"
    assert "<textarea" not in page


def test_only_new_of_a_thread_one_may_not_open_is_not_there(
    app: Flask, talk: Talk
) -> None:
    a_post(talk.thread, talk.teacher)
    stranger = Client(app, a_pupil(a_classroom()))

    assert stranger.get(f"{talk.url}?new").status_code == 404


def test_a_first_post_that_stays_stands_on_top_of_every_other_page(
    app: Flask, talk: Talk
) -> None:
    ids = many_posts(talk.thread, 45)
    talk.thread.keeps_first = True
    db.session.commit()
    reader = Client(app, talk.reader)
    top = f'<blockquote><a href="/p/{ids[0]}"'

    assert top in reader.get(talk.url).text
    assert top in reader.get(f"{talk.url}?at=21").text
    assert top not in reader.get(f"{talk.url}?at=0").text
    first = db.session.get_one(Post, ids[0])
    hide(first, talk.teacher, "")
    db.session.commit()
    page = reader.get(talk.url).text
    assert top not in page
    assert f'<blockquote><a href="/p/{ids[1]}"' in page
    talk.thread.keeps_first = False
    db.session.commit()
    assert "<blockquote>" not in reader.get(talk.url).text


def test_a_locked_thread_says_so_in_place_of_its_form(app: Flask, talk: Talk) -> None:
    a_post(talk.thread, talk.teacher)
    reader = Client(app, talk.reader)
    page = reader.get(talk.url).text
    assert "<textarea" in page
    assert link(page, "Answer") is not None

    talk.thread.locked_at = now()
    db.session.commit()

    for url in (talk.url, f"{talk.url}?new"):
        page = reader.get(url).text
        assert "<textarea" not in page
        assert link(page, "Answer") is None
    assert "<b>Locked</b>" in reader.get(talk.url).text


def test_a_title_goes_and_comes_back_with_the_post_it_came_with(
    app: Flask, talk: Talk
) -> None:
    talk.thread.title = "A rude title"
    first, _second = (
        a_post(talk.thread, talk.teacher),
        a_post(talk.thread, talk.teacher),
    )
    reader = Client(app, talk.reader)
    pages = (talk.url, f"/forums/{talk.thread.forum_id}")
    assert all("A rude title" in reader.get(page).text for page in pages)

    hide(first, talk.teacher, "")
    db.session.commit()
    assert not any("A rude title" in reader.get(page).text for page in pages)

    show_again(first, talk.teacher)
    db.session.commit()
    assert all("A rude title" in reader.get(page).text for page in pages)

    withdraw(first)
    db.session.commit()
    assert not any("A rude title" in reader.get(page).text for page in pages)


def test_a_thread_is_followed_and_left_from_its_page(app: Flask, talk: Talk) -> None:
    a_post(talk.thread, talk.teacher)
    reader = Client(app, talk.reader)

    assert ">Follow</button>" in reader.get(talk.url).text
    reader.post(f"{talk.url}/follow", {"follows": "1"})
    assert ">Do not follow</button>" in reader.get(talk.url).text


def test_only_who_teaches_there_finds_the_way_to_arrange_it(
    app: Flask, talk: Talk
) -> None:
    a_post(talk.thread, talk.teacher)

    assert "/arrange" in Client(app, talk.teacher).get(talk.url).text
    assert "/arrange" not in Client(app, talk.reader).get(talk.url).text


@pytest.mark.parametrize(
    ("start", "words"), [("", "Earlier posts"), ("?at=0", "Later posts")]
)
def test_each_post_is_seen_once_whatever_happens_between_two_pages(
    app: Flask, talk: Talk, start: str, words: str
) -> None:
    ids = many_posts(talk.thread, 200)
    waits = a_post(talk.thread, a_pupil(talk.classroom), "Waits.")
    reader = Client(app, talk.reader)
    gone, tombs, pages = set(), set(), []
    at: str | None = f"{talk.url}{start}"

    for n in range(60):
        if at is None:
            break
        page = reader.get(at).text
        pages.append(ids_on(page))
        at = link(page, words)
        if n == 2:
            for post_id in (*ids[7:12], *ids[95:125], *ids[180:190]):
                hide(db.session.get_one(Post, post_id), talk.teacher, "")
                gone.add(post_id)
            for post_id in (ids[5], ids[90], ids[126], ids[195]):
                withdraw(db.session.get_one(Post, post_id))
                tombs.add(post_id)
        if n == 4:
            a_change(ids[3])
            a_change(ids[130])
            a_change(ids[197])
            released(waits, talk.teacher)
        db.session.commit()

    seen = [post for page in pages for post in page]
    assert len(seen) == len(set(seen))
    assert set(ids) - gone <= set(seen)
    assert tombs <= set(seen)
    assert (waits.id in seen) == (words == "Later posts")
    assert all(sorted(page) == page for page in pages)
    assert all(
        (one[0] < other[0]) == (words == "Later posts")
        for one, other in pairwise(pages)
    )


def test_the_address_of_a_post_leads_to_what_is_left_of_it(
    app: Flask, talk: Talk
) -> None:
    ids = many_posts(talk.thread, 3)
    reader = Client(app, talk.reader)
    withdraw(db.session.get_one(Post, ids[0]))
    hide(db.session.get_one(Post, ids[1]), talk.teacher, "")
    db.session.commit()

    answer = reader.get(f"/p/{ids[0]}", follow_redirects=True)
    assert "took this post back." in answer.text
    assert reader.get(f"/p/{ids[1]}").status_code == 404
    gone = reader.get(f"{talk.url}?at=999")
    assert ids_on(gone.text) == [ids[0], ids[2]]


def test_who_wants_no_more_of_it_calls_all_of_it_read(app: Flask, talk: Talk) -> None:
    many_posts(talk.thread, 45)
    reader = Client(app, talk.reader)

    page = reader.get(f"{talk.url}?new").text
    assert reader.get(link(page, "Call all of it read") or "").status_code == 200

    assert talk.mark() == talk.thread.last_no
    page = reader.get(f"{talk.url}?new").text
    assert link(page, "Call all of it read") is None


def test_the_costliest_page_of_a_thread_is_six_queries(app: Flask, talk: Talk) -> None:
    ids = many_posts(talk.thread, 45)
    talk.thread.keeps_first = True
    for n in (30, 31, 32):
        post = db.session.get_one(Post, ids[n])
        note_answer(post, str(ids[n - 1]), 0)
        assert post.current_id is not None
        media = Media(sha256=f"{n:064}", state=READY, size_bytes=3, picture=b"xyz")
        db.session.add(media)
        db.session.flush()
        db.session.add(
            Attachment(
                revision_id=post.current_id, media_id=media.id, n=1, description="Sea"
            )
        )
    db.session.commit()
    reader = Client(app, talk.reader)
    reader.get(talk.url)

    with counted() as said:
        page = reader.get(talk.url).text

    assert page.count("<blockquote>") == 4
    assert page.count("Picture: ") == 3
    assert link(page, "First unread post") is not None
    assert len(said) == MOST_QUERIES
