"""A bell rings: sixty pupils press *Send* at once, while the worker writes as well."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db
from app.posts.models import Draft, Post, Revision, Thread
from tests.builders import a_post
from tests.weak_link.browser import Browser, Form, Page
from tests.weak_link.school import School, a_school_that_writes, a_server

PUPILS = 60
# Of a browser: nobody presses Reload here.
PATIENCE_SECONDS = 60
# So that the worker has to index and to translate all the while.
WAITING_JOBS = 60
SENDS, SAVES, EDITS = "sends", "saves", "edits"
ACTS = (SENDS, SENDS, SAVES, EDITS)


class Sixty:
    """The class at the moment before the bell, each with her form filled in."""

    def __init__(self, app: Flask, instance: Path) -> None:
        self.instance = instance
        self.school: School = a_school_that_writes(app, PUPILS)
        self.acts = [ACTS[n % len(ACTS)] for n in range(PUPILS)]
        thread = db.session.get_one(Thread, self.school.thread_id)
        self.first = {
            n: a_post(thread, self.account(n), f"Pupil {n} at first.").id
            for n in self.numbers(EDITS)
        }
        teacher = db.session.scalars(
            select(Account).where(Account.person_id == thread.made_by_id)
        ).one()
        for n in range(WAITING_JOBS):
            a_post(thread, teacher, f"Look at the river, and at tree {n}.")
        db.session.commit()

    def numbers(self, act: str) -> list[int]:
        return [n for n, one in enumerate(self.acts) if one == act]

    def account(self, number: int) -> Account:
        return db.session.get_one(Account, self.school.pupils[number].account_id)

    def form(self, number: int, browser: Browser) -> Form:
        words = words_of(number)
        if self.acts[number] == EDITS:
            page = browser.open_once(f"/p/{self.first[number]}/edit")
            return page.form("/edit").filled(source=words)
        form = browser.open_once(f"/threads/{self.school.thread_id}").form("/posts")
        if self.acts[number] == SAVES:
            return form.filled(source=words, do="draft")
        return form.filled(source=words, do="send")

    def ring(self) -> list[Page]:
        """Let all press their button in the same moment; gives what each was shown."""
        bell = threading.Barrier(PUPILS)
        with a_server(self.instance) as site:
            browsers = [
                Browser(site.port, pupil.cookie, patience_seconds=PATIENCE_SECONDS)
                for pupil in self.school.pupils
            ]

            def press(number: int, browser: Browser) -> Page:
                form = self.form(number, browser)
                bell.wait()
                try:
                    return browser.open_once(form)
                finally:
                    browser.close()

            site.start_worker()
            with ThreadPoolExecutor(PUPILS) as class_of_sixty:
                return list(class_of_sixty.map(press, range(PUPILS), browsers))


def words_of(number: int) -> str:
    return f"Pupil {number}: El río está frío."


def test_sixty_send_save_and_edit_at_once_and_all_is_there(
    app: Flask, instance: Path
) -> None:
    sixty = Sixty(app, instance)

    shown = sixty.ring()

    assert Counter(page.status for page in shown) == {200: PUPILS}
    sent = db.session.execute(
        select(Post.id, Post.author_id, Revision.source)
        .join(Revision, Revision.post_id == Post.id)
        .where(Revision.source.startswith("Pupil "), Revision.source.contains("río"))
    ).all()
    by_source = {row.source: row for row in sent}
    assert len(sent) == len(by_source) == PUPILS - len(sixty.numbers(SAVES))
    for number in (*sixty.numbers(SENDS), *sixty.numbers(EDITS)):
        row = by_source[words_of(number)]
        assert row.author_id == sixty.school.pupils[number].person_id
        ref = shown[number].path.split("/")[2]
        uid = db.session.get_one(Post, row.id).uid
        assert ref in (str(row.id), uid), shown[number].path
    saved = db.session.execute(select(Draft.person_id, Draft.source)).all()
    assert sorted(map(tuple, saved)) == sorted(
        (sixty.school.pupils[number].person_id, words_of(number))
        for number in sixty.numbers(SAVES)
    )
