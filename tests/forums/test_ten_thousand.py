"""Ten thousand posts in one forum: pages cost the bytes and queries that ten posts do."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from app.db import db
from app.posts.models import Post, ReadMark
from app.web.paging import PAGE_ROWS
from bench.crowding import TEN_THOUSAND, Crowded, a_forum
from tests.clients import Client
from tests.web.test_every_page import counted
from tests.year import YearHere

# Some pages of threads, and one thread of some pages.
SMALL = (60, *[10] * 69)
# Numbers of posts have more figures, and names are not all of one length.
SHARE = 0.05
PACKED = {"Accept-Encoding": "gzip"}
OLDER = re.compile(r'href="(/forums/\d+\?before=[^"]+)"')

Cost = tuple[int, int]


@pytest.fixture
def small(here: YearHere) -> Crowded:
    return a_forum(here.year.ids["space"], SMALL, texts=PAGE_ROWS)


@pytest.fixture
def large(here: YearHere, small: Crowded) -> Crowded:
    return a_forum(here.year.ids["space"], TEN_THOUSAND, texts=PAGE_ROWS)


def cost(client: Client, url: str) -> Cost:
    """Say how many bytes and queries a page costs once it has been asked for before."""
    client.get(url)
    with counted() as said:
        answer = client.get(url, headers=PACKED)
    assert answer.status_code == 200, url
    return len(answer.data), len(said)


def assert_alike(small: Cost, large: Cost, what: str) -> None:
    assert large[1] == small[1], what
    assert abs(large[0] - small[0]) <= SHARE * small[0], what


def older(client: Client, crowd: Crowded, pages: int) -> str:
    """Go so many pages back in a forum."""
    url = f"/forums/{crowd.forum_id}"
    for _n in range(pages):
        found = OLDER.search(client.get(url).text)
        assert found is not None
        url = found[1]
    return url


def at(crowd: Crowded, place: Callable[[int], int]) -> str:
    """Open the longest thread so that it begins at one of its posts."""
    longest = crowd.thread_ids[0]
    keys = db.session.scalars(
        select(Post.order_key).where(Post.thread_id == longest).order_by(Post.order_key)
    ).all()
    return f"/threads/{longest}?at={keys[place(len(keys))]}"


@pytest.mark.slow
def test_a_forum_of_ten_thousand_posts_is_read_like_a_small_one(
    here: YearHere, small: Crowded, large: Crowded
) -> None:
    client = here.client("pupil")
    pages: dict[str, Callable[[Crowded], str]] = {
        "forum": lambda crowd: f"/forums/{crowd.forum_id}",
        "second page": lambda crowd: older(client, crowd, 1),
        "thread of ten": lambda crowd: f"/threads/{crowd.thread_ids[-1]}",
        "longest, its end": lambda crowd: f"/threads/{crowd.thread_ids[0]}",
        "longest, from its first": lambda crowd: at(crowd, lambda n: 0),
        "longest, its middle": lambda crowd: at(crowd, lambda n: n // 2),
        "form alone": lambda crowd: f"/write/{crowd.thread_ids[0]}",
        "only new, of nothing": lambda crowd: f"/threads/{crowd.thread_ids[0]}?new",
    }

    costs = {
        name: (cost(client, url(small)), cost(client, url(large)))
        for name, url in pages.items()
    }

    for name, (one, other) in costs.items():
        assert_alike(one, other, name)


@pytest.mark.slow
@pytest.mark.parametrize("new", [1, PAGE_ROWS - 1])
def test_what_is_new_costs_the_same_in_a_long_thread(
    here: YearHere, small: Crowded, large: Crowded, new: int
) -> None:
    client = here.client("mate")
    _leave_unread(here.account("mate").person_id, small.thread_ids[0], new)
    _leave_unread(here.account("mate").person_id, large.thread_ids[0], new)

    one, other = (
        cost(client, f"/threads/{crowd.thread_ids[0]}?new") for crowd in (small, large)
    )

    assert_alike(one, other, "only new")


@pytest.mark.slow
def test_my_post_and_the_list_of_forums_do_not_feel_ten_thousand_posts(
    here: YearHere, small: Crowded
) -> None:
    people = {who: here.client(who) for who in ("pupil", "up_to_date", "teacher")}
    urls = ("/", "/forums", "/letters", "/my-post.html")
    asked = [
        (client, url)
        for who, client in people.items()
        for url in urls
        if not (who == "teacher" and url == "/my-post.html")
    ]
    before = [cost(client, url) for client, url in asked]

    a_forum(here.year.ids["space"], TEN_THOUSAND, texts=PAGE_ROWS)

    after = [cost(client, url) for client, url in asked]
    for (_client, url), one, other in zip(asked, before, after, strict=True):
        assert other[1] == one[1], url
        # A forum more is a line more in the list of them.
        assert other[0] <= one[0] * (1 + SHARE), url


@pytest.mark.slow
def test_every_thread_of_ten_thousand_posts_is_come_to(
    here: YearHere, large: Crowded
) -> None:
    client, url = here.client("pupil"), f"/forums/{large.forum_id}"
    found: list[int] = []
    while url:
        page = client.get(url).text
        found += map(int, re.findall(r'href="/threads/(\d+)', page))
        next_one = OLDER.search(page)
        url = next_one[1] if next_one else ""

    assert sorted(found) == large.thread_ids
    assert all(one > other for one, other in pairwise(found))


def _leave_unread(person_id: int, thread_id: int, count: int) -> None:
    """Let so many posts of others at a thread's end be new for her."""
    theirs = (
        select(Post.change_no)
        .where(Post.thread_id == thread_id, Post.author_id != person_id)
        .order_by(Post.change_no.desc())
    )
    first_new = db.session.scalars(theirs.offset(count - 1)).first()
    assert first_new is not None
    db.session.execute(
        update(ReadMark)
        .where(ReadMark.person_id == person_id, ReadMark.thread_id == thread_id)
        .values(change_no=first_new - 1)
    )
    db.session.commit()
