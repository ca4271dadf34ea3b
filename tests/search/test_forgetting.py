"""What was taken back leaves no word in any file of the index, whatever it stands beside."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.moderation.hiding import hide
from app.posts.editing import change
from app.posts.models import Post, Revision
from app.posts.publishing import changed
from app.posts.withdrawing import withdraw
from app.search import generations
from app.search.rebuilding import rebuild
from tests.builders import a_post, released
from tests.search.test_searching import Pair, found, translate

Settle = Callable[[], None]

# No stemmer touches these: in the text, its title and its translation.
SAID, TITLED, TRANSLATED = "qxbbfm", "qxddgm", "qxkkvm"
# Of the posts around it.
OTHER = "qxpphm"


def stands(word: str) -> bool:
    """Look for a word in every byte of every file of the index."""
    files = [path for path in generations.home().rglob("*") if path.is_file()]
    assert len(files) > 5
    return any(word.encode() in path.read_bytes() for path in files)


def erase(post: Post, teacher: Account) -> None:
    post.erased_at = now()
    changed(post)


def withdrawn(post: Post, teacher: Account) -> None:
    withdraw(post)


def hidden(post: Post, teacher: Account) -> None:
    hide(post, teacher, "a test")


def edited(post: Post, teacher: Account) -> None:
    post.thread.title = "Another title"
    change(post, teacher, "Other words.", "es", base=1)


TAKEN_BACK = [erase, withdrawn, hidden, edited]


@pytest.fixture
def pair(app: Flask, settle: Settle) -> Pair:
    """A school with one large segment, in whose middle the post stands, and small ones."""
    pair = Pair()
    thread = pair.thread()
    for n in range(40):
        a_post(thread, pair.maestra, f"Una tortuga {OTHER}{n}.")
    a_post_to_take_back(pair)
    for n in range(40, 80):
        a_post(thread, pair.maestra, f"Otra tortuga {OTHER}{n}.")
    db.session.commit()
    rebuild()
    for n in range(3):
        a_post(thread, pair.maestra, f"Mi iguana {OTHER}{n}.")
        settle()
    return pair


def a_post_to_take_back(pair: Pair) -> Post:
    thread = pair.thread()
    thread.title = f"Mi {TITLED}"
    post = a_post(thread, pair.maestra, f"Una {SAID} y otra {SAID}.")
    translate(post, "en", f"One {TRANSLATED}.")
    return post


def the_post() -> Post:
    db.session.commit()
    return db.session.scalars(
        select(Post).join(Post.current).where(Revision.source.contains(SAID))
    ).one()


@pytest.mark.parametrize("take_back", TAKEN_BACK)
def test_no_file_keeps_a_word_of_what_was_taken_back(
    app: Flask, settle: Settle, pair: Pair, take_back: Callable[[Post, Account], None]
) -> None:
    post = the_post()
    assert found(pair.tom, SAID) == [post.uid]
    assert all(map(stands, (SAID, TITLED, TRANSLATED, OTHER)))

    take_back(post, pair.maestra)
    settle()

    assert not any(map(stands, (SAID, TITLED, TRANSLATED)))
    assert stands(OTHER)
    assert len(found(pair.tom, "tortuga")) == 10
    assert len(found(pair.tom, f"{OTHER}0")) == 2


@pytest.mark.parametrize("take_back", TAKEN_BACK)
def test_nor_when_it_was_taken_back_during_a_rebuild(
    app: Flask, settle: Settle, pair: Pair, take_back: Callable[[Post, Account], None]
) -> None:
    done: list[str] = []

    def meanwhile(_done: int, _total: int) -> None:
        """All posts are read by now, this one too; the worker goes on."""
        if not done:
            done.append("once")
            take_back(the_post(), pair.maestra)
            settle()
            assert found(pair.tom, SAID) == []

    rebuild(meanwhile)

    assert done
    assert not any(map(stands, (SAID, TITLED, TRANSLATED)))
    assert len(found(pair.tom, f"{OTHER}0")) == 2


@pytest.mark.parametrize("take_back", TAKEN_BACK)
def test_nor_in_what_a_rebuild_that_died_has_left(
    app: Flask, settle: Settle, pair: Pair, take_back: Callable[[Post, Account], None]
) -> None:
    home = generations.home()
    answers = generations.current(home)
    assert answers is not None
    left = home / "00000000deadbeef"
    shutil.copytree(answers, left)
    generations.point(home, "building", left)

    take_back(the_post(), pair.maestra)
    settle()

    assert not any(map(stands, (SAID, TITLED, TRANSLATED)))
    assert generations.building(home) is None
    assert generations.current(home) == answers


def test_a_rebuild_under_way_is_not_swept_away(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    folders: list[Path | None] = []

    def meanwhile(_done: int, _total: int) -> None:
        if not folders:
            folders.append(generations.building(generations.home()))
            withdraw(the_post())
            settle()
            assert generations.building(generations.home()) == folders[0]

    rebuild(meanwhile)

    assert folders == [generations.current(generations.home())]


def test_a_post_that_came_beside_it_in_the_same_commit_stays(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    withdraw(the_post())
    a_post(pair.thread(), pair.maestra, "Una garza qxwwzm.")
    settle()

    assert not stands(SAID)
    assert len(found(pair.tom, "qxwwzm")) == 1


def test_what_waits_in_drafts_and_changes_was_never_there(
    app: Flask, settle: Settle, pair: Pair
) -> None:
    held = a_post(pair.thread(), pair.ana, "Mi secreto qxvvjm.")
    settle()

    assert not stands("qxvvjm")
    released(held, pair.maestra)
    change(held, pair.ana, "Otro secreto qxhhkm.", "es", base=1)
    settle()
    assert stands("qxvvjm")
    assert not stands("qxhhkm")
