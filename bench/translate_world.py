"""Two classes that write with each other, for letters whose translation is known."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.people import FreshPin
from app.accounts.secrets import hash_secret
from app.classrooms.list_saving import add_pupils
from app.classrooms.partnering import accept, propose
from app.db import db, set_reading
from app.factory import create_app
from app.moderation.review import release
from app.posts.models import HELD, Post, Revision, Thread
from app.posts.publishing import publish
from app.posts.threads import start_thread
from bench.world import ENGLISH_NAMES, PIN, SPANISH_NAMES, a_class, a_forum


class Letter(NamedTuple):
    """Words to be sent, and how they should read in the other language."""

    words: str
    lang: str
    reference: str

    @property
    def to_lang(self) -> str:
        return "en" if self.lang == "es" else "es"


class World:
    """An instance with two classes and one thread; its letters are told apart by number."""

    def __init__(self, instance: Path) -> None:
        self._app = create_app(instance)
        self._sent = 0
        with self._app.app_context():
            set_reading(value=False)
            spanish, english = a_class("es", "Ana López"), a_class("en", "Ben Otieno")
            pin = FreshPin(PIN, hash_secret(PIN))
            pupils = {
                "es": add_pupils(spanish[0], SPANISH_NAMES, [pin] * len(SPANISH_NAMES)),
                "en": add_pupils(english[0], ENGLISH_NAMES, [pin] * len(ENGLISH_NAMES)),
            }
            teachers = {"es": spanish[1], "en": english[1]}
            asked = propose(spanish[0], english[0].code, "Letters", spanish[1])
            accept(asked)
            forum = a_forum(asked.space)
            thread = start_thread(
                forum.space_id, forum.id, "Letters of this week", spanish[1], "es"
            )
            db.session.commit()
            self._thread_id = thread.id
            self._pupils = {lang: [a.id for a in some] for lang, some in pupils.items()}
            self._teachers = {lang: one.id for lang, one in teachers.items()}

    def release(self, letters: Sequence[Letter]) -> list[int]:
        """Write letters, then release them all in one commit; return their posts' ids."""
        with self._app.app_context():
            set_reading(value=False)
            ids = [self._write(letter) for letter in letters]
            db.session.commit()
            held = db.session.scalars(
                select(Revision).where(Revision.state == HELD).order_by(Revision.id)
            ).all()
            for revision in held:
                teacher = self._teachers[revision.lang]
                release(revision, db.session.get_one(Account, teacher))
            db.session.commit()
        return ids

    def add_readers(self, langs: Sequence[str]) -> None:
        """Let pupils of the English class read other languages, one each; commits."""
        with self._app.app_context():
            set_reading(value=False)
            for pupil, lang in zip(self._pupils["en"], langs, strict=False):
                db.session.get_one(Account, pupil).person.lang = lang
            db.session.commit()

    def _write(self, letter: Letter) -> int:
        pupils = self._pupils[letter.lang]
        self._sent += 1
        post: Post = publish(
            db.session.get_one(Thread, self._thread_id),
            db.session.get_one(Account, pupils[self._sent % len(pupils)]),
            letter.words,
            form_key=f"bench-translate-{self._sent}",
            lang=letter.lang,
        )
        return post.id
