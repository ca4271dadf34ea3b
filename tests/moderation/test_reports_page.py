"""The page of reports has an end on each list, and a way on from there."""

import re

from sqlalchemy import select, update

from app.db import db, now
from app.moderation.hiding import hide, report
from app.moderation.models import Report
from app.moderation.views import PAGE_REVISIONS
from app.posts.models import FORUM_THREAD, Post
from app.posts.withdrawing import withdraw
from tests.year import YearHere

MORE = "More wait; they show here when these are done."


def posts(here: YearHere, count: int) -> list[Post]:
    """Take so many posts of the class's own pupils in the shared forums."""
    ours = [here.account("mate").person_id, here.account("late").person_id]
    return list(
        db.session.scalars(
            select(Post)
            .where(Post.author_id.in_(ours), Post.kind == FORUM_THREAD, Post.is_published())
            .limit(count)
        )
    )  # fmt: skip


def test_every_hidden_post_is_come_to(here: YearHere) -> None:
    teacher = here.account("teacher")
    teacher.person.lang = "en"
    db.session.execute(update(Post).where(Post.hidden_at.is_not(None)).values(erased_at=now()))  # fmt: skip
    hidden = posts(here, 2 * PAGE_REVISIONS + 3)
    for post in hidden:
        hide(post, teacher, "")
    db.session.commit()
    client, url, found = here.client("teacher"), "/reports", []
    for _n in range(3):
        page = client.get(url).text.split("Hidden posts")[1]
        found += re.findall(r"/p/([\w-]{22})/moderate", page)
        links = re.findall(r'href="(/reports\?hidden=\d+)"', page)
        url = links[0] if links else ""

    assert url == ""
    assert sorted(found) == sorted(post.uid for post in hidden)


def test_everything_taken_back_is_come_to(here: YearHere) -> None:
    here.account("teacher").person.lang = "en"
    before = set(db.session.scalars(select(Post.id).where(Post.withdrawn_at.is_not(None))))  # fmt: skip
    taken = posts(here, PAGE_REVISIONS + 2)
    for post in taken:
        withdraw(post)
    db.session.commit()
    client, url, found = here.client("teacher"), "/reports", []
    while url:
        page = client.get(url).text.split("Taken back by their authors")[1]
        found += [int(n) for n in re.findall(r"/p/(\d+)/history", page)]
        links = re.findall(r'href="(/reports\?back=\d+)"', page)
        url = links[0] if links else ""

    assert len(found) == len(set(found))
    assert {post.id for post in taken} <= set(found)
    assert set(found) <= before | {post.id for post in taken}


def test_more_reports_are_said_to_wait_where_more_do(here: YearHere) -> None:
    teacher = here.account("teacher")
    teacher.person.lang = "en"
    db.session.execute(update(Report).values(closed_at=now()))
    told = posts(here, PAGE_REVISIONS + 1)
    for post in told[:-1]:
        report(post, here.account("friend"), "Look.")
    db.session.commit()
    client = here.client("teacher")
    few = client.get("/reports").text
    report(told[-1], here.account("friend"), "Look.")
    db.session.commit()

    many = client.get("/reports").text

    assert MORE not in few
    assert MORE in many
    assert few.count("reason") == many.count("reason")
