"""Two partner classes with a pair of pen pals, and a forum of one of them."""

import re

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db
from app.posts.models import Post, Thread
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    own_space,
    released,
    teacher_of,
)
from tests.clients import Client

PROOF = re.compile(r'href="/\?r=([^"]+)"')


class Pals:
    """Ana of one class and Amina of the other write letters; Ben sits beside Ana."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.one, self.other = a_classroom(lang="en"), a_classroom(lang="en")
        self.space = a_partnership(self.one, self.other)
        self.teacher, self.third = teacher_of(self.one), teacher_of(self.other)
        self.ana = a_pupil(self.one, "Ana Ruiz")
        self.ben = a_pupil(self.one, "Ben Soto")
        self.amina = a_pupil(self.other, "Amina Otieno")
        self.letters = letters_between(self.space, self.teacher, self.ana, self.amina)
        self.own_space = own_space(self.one)
        self.forum = a_forum(self.own_space)

    def letter(self, words: str, thread: Thread | None = None) -> Post:
        """From Amina to Ana, released."""
        return released(a_post(thread or self.letters, self.amina, words), self.third)

    def pen_pal(self, name: str) -> tuple[Account, Thread]:
        friend = a_pupil(self.other, name)
        return friend, letters_between(self.space, self.teacher, self.ana, friend)

    def thread(self, author: Account | None = None, words: str = "Begun.") -> Thread:
        """A thread in the class's forum with its first post out, by Ben."""
        made = a_thread(self.own_space, author or self.ben, self.forum)
        self.reply(made, words, author or self.ben)
        return made

    def reply(self, thread: Thread, words: str, author: Account | None = None) -> Post:
        post = a_post(thread, author or self.ben, words)
        return released(post, self.teacher) if post.current is None else post

    def page(self, reader: Account | None = None, url: str = "/") -> str:
        """My post as it comes now; nothing of it is followed."""
        answer = Client(self.app, reader or self.ana).get(url)
        assert answer.status_code == 200
        return str(answer.text)

    def read_all(self, reader: Account | None = None) -> str:
        """Follow the page's own link to My post, as who has read it; the next page."""
        return self.page(reader, f"/?r={proof_on(self.page(reader))}")

    def seen_no(self, reader: Account) -> int:
        db.session.expire_all()
        found = db.session.scalar(
            select(Account.seen_no).where(Account.id == reader.id)
        )
        return found or 0


def proof_on(page: str) -> str:
    found = PROOF.search(page)
    return found[1] if found else ""


def title_of(page: str) -> str:
    return page.split("<title>")[1].split("</title>")[0]
