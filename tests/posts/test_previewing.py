"""*How will it read?*: nothing is sent, nothing stays, and no word is lost."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, KeptForm, SignInSession
from app.db import db, now, reading
from app.forums.models import Forum
from app.jobs import heartbeat
from app.jobs.models import open_jobs
from app.jobs.runner import work
from app.packs import packs
from app.posts import previewing
from app.posts.models import Draft, Post, Preview, Thread
from app.posts.previewing import KIND, Readers, sweep
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
from tests.clients import Client, fields_in

WORDS = "El río es grande. Me gusta leer."
SAID = "The river is big."
BUSY = "The translator is busy."
RESTS = "The translator is not running now."
BUTTON = 'value="preview"'


class Pals:
    """A girl who writes in Spanish, and her pen pal who reads English."""

    def __init__(self) -> None:
        self.ours, self.theirs = a_classroom(lang="es"), a_classroom(lang="en")
        self.space = a_partnership(self.ours, self.theirs)
        self.girl: Account = a_pupil(self.ours)
        self.pal: Account = a_pupil(self.theirs)
        # Her pages speak English, so that this file can read them.
        self.girl.person.lang = "en"
        self.forum: Forum = a_forum(self.space)
        self.letters: Thread = letters_between(
            self.space, teacher_of(self.ours), self.girl, self.pal
        )
        db.session.commit()
        self.letter = f"/letters/{self.letters.id}/posts"
        self.new_thread = f"/forums/{self.forum.id}/threads"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine may need longer than a child waits."""
    monkeypatch.setattr(previewing, "WAIT_SECONDS", 60)
    monkeypatch.setattr(heartbeat, "_seen", heartbeat._Seen())


@pytest.fixture
def pals(with_packs: Flask) -> Pals:
    return Pals()


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Run the worker's own loop until the end of the block."""
    db.session.commit()
    stop = threading.Event()

    def run() -> None:
        with app.app_context():
            work(stop)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until((Path(app.config["INSTANCE"]) / "worker-alive").exists)
        yield
    finally:
        stop.set()
        thread.join()


def until(holds: Callable[[], object]) -> None:
    patience = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < patience, "it never came"
        time.sleep(0.05)


def alive(app: Flask) -> None:
    """Leave the sign of a worker that is there, but does nothing."""
    (Path(app.config["INSTANCE"]) / "worker-alive").touch()


def form(**changed: str) -> dict[str, str]:
    return {
        "do": "preview", "source": WORDS, "lang": "es", "key": "one-time-key", **changed,
    }  # fmt: skip


def count(table: type[object]) -> int:
    with reading():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def to_do() -> list[int]:
    with reading():
        return open_jobs(KIND)


def stored(app: Flask) -> bytes:
    """Read all that the database keeps, once its log has been written into it."""
    db.session.commit()
    folder = Path(app.config["INSTANCE"])
    with closing(sqlite3.connect(folder / "paravion.db")) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(file.read_bytes() for file in folder.glob("paravion.db*"))


def test_she_sees_it_in_her_pals_language_and_back(
    pals: Pals, with_packs: Flask
) -> None:
    with working(with_packs):
        answer = Client(with_packs, pals.girl).post(pals.letter, form())

    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    shown = page.select("article")
    assert [one.select('[lang="en"]')[0].text for one in shown] == [
        SAID, "I like reading.",
    ]  # fmt: skip
    assert [one.select('[lang="es"]')[0].text for one in shown] == [
        "El río es grande.", "Me gusta leer.",
    ]  # fmt: skip
    assert page.select("h2[autofocus]")


def test_sent_afterwards_it_is_one_post(pals: Pals, with_packs: Flask) -> None:
    client = Client(with_packs, pals.girl)
    with working(with_packs):
        page = client.post(pals.letter, form()).text

    again = fields_in(page, pals.letter)
    answers = [client.post(pals.letter, again) for _n in range(2)]

    assert again["key"].startswith("one-time-key")
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert db.session.scalars(select(Post)).one().waiting.source == WORDS  # type: ignore[union-attr]  # it waits for her teacher


def test_nothing_of_it_stays_on_the_disk(pals: Pals, with_packs: Flask) -> None:
    with working(with_packs):
        page = Client(with_packs, pals.girl).post(pals.letter, form()).text

    assert SAID in page
    assert [count(table) for table in (Preview, Post, Draft, KeptForm)] == [0] * 4
    assert to_do() == []
    assert b"grande" not in stored(with_packs)
    assert SAID.encode() not in stored(with_packs)


def test_a_letter_that_is_sent_is_found_on_the_disk(
    pals: Pals, with_packs: Flask
) -> None:
    """So that the test before this one looks in the right place."""
    Client(with_packs, pals.girl).post(pals.letter, form(do=""))

    assert b"grande" in stored(with_packs)


def test_two_wait_and_the_third_is_told_at_once(
    pals: Pals, with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is, the first two still wait when the third comes.
    monkeypatch.setattr(previewing, "WAIT_SECONDS", 60)
    alive(with_packs)
    address = _thread_of(pals)
    girls = [a_pupil(pals.ours) for _n in range(3)]
    girls[2].person.lang = "en"  # she reads the page that is looked at
    clients = [Client(with_packs, girl) for girl in girls]
    for client in clients:
        client.token = client.read_token()

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(client.post, address, form()) for client in clients[:2]]  # fmt: skip
        until(lambda: count(Preview) == 2)
        third = clients[2].post(address, form())
        still = [one.done() for one in waiting]
        with working(with_packs):
            pages = [one.result().text for one in waiting]

    assert BUSY in third.text
    assert third.status_code == 200
    assert still == [False, False]
    assert all(SAID in page for page in pages)
    assert fields_in(third.text, address)["source"] == WORDS
    assert count(Preview) == 0


def _thread_of(pals: Pals) -> str:
    """Where any pupil may write: a thread of the forum."""
    thread = db.session.scalars(
        select(Thread).where(Thread.forum_id == pals.forum.id)
    ).first()
    if thread is None:
        thread = a_thread(pals.space, teacher_of(pals.ours), pals.forum)
        a_post(thread, teacher_of(pals.ours))
    return f"/threads/{thread.id}/posts"


def test_one_person_waits_once(
    pals: Pals, with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "WAIT_SECONDS", 60)
    alive(with_packs)
    one, other = (Client(with_packs, pals.girl) for _tab in range(2))
    for tab in (one, other):
        tab.token = tab.read_token()
    db.session.commit()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(one.post, pals.letter, form())
        until(lambda: count(Preview))
        second = other.post(pals.letter, form(key="another-key"))
        with working(with_packs):
            page = first.result().text

    assert BUSY in second.text
    assert SAID in page


def test_who_waited_in_vain_keeps_her_words_and_nothing_stays(
    pals: Pals, with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "WAIT_SECONDS", 0.2)
    alive(with_packs)

    answer = Client(with_packs, pals.girl).post(pals.letter, form())

    assert answer.status_code == 200
    assert BUSY in answer.text
    assert fields_in(answer.text, pals.letter)["source"] == WORDS
    assert count(Preview) == 0
    with working(with_packs):  # and the worker finds nothing to do
        until(lambda: to_do() == [])


def test_what_is_said_of_a_row_of_somebody_else_is_not_shown(
    pals: Pals, with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite uses a number again, and the worker may be late."""
    from app.translate import preview

    row = Preview(
        person_id=pals.girl.person_id, space_id=pals.space.id, lang="es",
        to_lang="en", source=WORDS,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    late = preview._words(row.id)
    assert late is not None
    row.person_id = pals.pal.person_id
    db.session.commit()

    preview._try_out(late)

    db.session.expire_all()
    assert row.result is None


def test_without_a_worker_it_is_said_at_once(pals: Pals, with_packs: Flask) -> None:
    answer = Client(with_packs, pals.girl).post(pals.letter, form())

    assert answer.status_code == 200
    assert RESTS in answer.text
    assert to_do() == []
    assert fields_in(answer.text, pals.letter)["source"] == WORDS


def test_without_a_pack_it_is_said_at_once(pals: Pals, with_packs: Flask) -> None:
    alive(with_packs)
    packs.remove("es-en")

    answer = Client(with_packs, pals.girl).post(pals.letter, form())

    assert "no language pack from Spanish to English" in answer.text
    assert count(Preview) == 0


def test_a_machine_that_cannot_translate_says_so(
    pals: Pals, with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive(with_packs)
    monkeypatch.setattr("app.packs.engine._PARTS", ("ctranslate2", "no_such_part"))

    answer = Client(with_packs, pals.girl).post(pals.letter, form())

    assert "This machine cannot translate" in answer.text


def test_what_her_pal_reads_as_it_is_needs_no_machine(
    pals: Pals, with_packs: Flask
) -> None:
    alive(with_packs)

    answer = Client(with_packs, pals.girl).post(pals.letter, form(lang="en"))

    assert "Who reads this reads English" in answer.text


def test_every_field_of_an_answer_comes_back(pals: Pals, with_packs: Flask) -> None:
    address = _thread_of(pals)
    sent = {
        "parent": "1", "quote": "0", "description": "Un río", "draft": "abcdef",
        "lang": "es", "read": "1.2~abcdef",
    }  # fmt: skip
    answer = Client(with_packs, pals.girl).post(address, form(**sent))

    fields = fields_in(answer.text, address)
    assert {name: fields[name] for name in sent if name != "read"} == {
        name: value for name, value in sent.items() if name != "read"
    }
    assert fields["source"] == WORDS
    assert fields["key"].startswith("one-time-key")
    assert "Choose the picture again" in answer.text


def test_every_field_of_a_new_thread_comes_back(pals: Pals, with_packs: Flask) -> None:
    answer = Client(with_packs, pals.girl).post(
        pals.new_thread, form(title="Un título")
    )

    fields = fields_in(answer.text, pals.new_thread)
    assert (fields["title"], fields["source"]) == ("Un título", WORDS)
    assert fields["lang"] == "es"
    assert count(Thread) == 1  # the letters


def test_a_draft_stays_the_draft_it_was(pals: Pals, with_packs: Flask) -> None:
    client = Client(with_packs, pals.girl)
    client.post(pals.letter, form(do="draft", source="El río."))
    draft = db.session.scalars(select(Draft)).one()
    page = client.get(f"/drafts/{draft.id}").text
    assert BUTTON in page

    fields = fields_in(page, pals.letter) | {"source": WORDS}
    seen = client.post(pals.letter, {**fields, "do": "preview"}).text
    db.session.expire_all()
    assert draft.source == "El río."
    sent = client.post(pals.letter, fields_in(seen, pals.letter))

    assert sent.status_code == 303
    assert (count(Draft), count(Post)) == (0, 1)


def test_a_change_is_tried_out_and_changes_nothing(
    pals: Pals, with_packs: Flask
) -> None:
    post = released(
        a_post(pals.letters, pals.girl, "Hola.", "es"), teacher_of(pals.ours)
    )
    client = Client(with_packs, pals.girl)
    address = f"/p/{post.id}/edit"
    page = client.get(address).text
    assert BUTTON in page

    fields = fields_in(page, address) | {"source": WORDS, "do": "preview", "base": "1"}
    with working(with_packs):
        answer = client.post(address, fields)

    assert answer.status_code == 200
    assert SAID in answer.text
    again = fields_in(answer.text, address)
    assert (again["source"], again["base"], again["lang"]) == (WORDS, "1", "es")
    db.session.expire_all()
    assert [version.source for version in post.revisions] == ["Hola."]
    assert client.post(address, again).status_code == 303
    db.session.expire_all()
    assert [version.source for version in post.revisions] == ["Hola.", WORDS]


def test_a_change_that_is_barred_is_refused_with_its_words(
    pals: Pals, with_packs: Flask
) -> None:
    post = released(
        a_post(pals.letters, pals.girl, "Hola.", "es"), teacher_of(pals.ours)
    )
    pals.letters.locked_at = now()
    db.session.commit()

    answer = Client(with_packs, pals.girl).post(f"/p/{post.id}/edit", form(base="1"))

    assert answer.status_code == 422
    assert WORDS in answer.text


@pytest.mark.parametrize("do", ["preview", ""])
def test_a_locked_thread_is_answered_as_when_sending(
    pals: Pals, with_packs: Flask, do: str
) -> None:
    alive(with_packs)
    pals.letters.locked_at = now()
    db.session.commit()

    answer = Client(with_packs, pals.girl).post(pals.letter, form(do=do))

    assert answer.status_code == 403
    assert "This thread is locked" in answer.text
    assert WORDS in answer.text
    assert count(Preview) == 0


def test_letters_of_others_cannot_be_tried_out(pals: Pals, with_packs: Flask) -> None:
    alive(with_packs)
    mate = a_pupil(pals.ours)

    answer = Client(with_packs, mate).post(pals.letter, form())

    assert answer.status_code == 404
    assert "Amina" not in answer.text
    assert WORDS in answer.text
    assert count(Preview) == 0


@pytest.mark.parametrize(
    ("source", "said"), [("  ", "no words yet"), ("á" * 9_000, "too long")]
)
def test_what_could_not_be_sent_is_refused_alike(
    pals: Pals, with_packs: Flask, source: str, said: str
) -> None:
    alive(with_packs)

    answer = Client(with_packs, pals.girl).post(pals.letter, form(source=source))

    assert answer.status_code == 422
    assert said in answer.text
    assert fields_in(answer.text, pals.letter)["source"].strip() == source.strip()


def test_one_that_comes_after_the_sign_in_has_ended_becomes_a_draft(
    pals: Pals, with_packs: Flask
) -> None:
    """Its answer may be lost on the way, so her words have to be somewhere."""
    client = Client(with_packs, pals.girl)
    client.token = client.read_token()
    for session in db.session.scalars(select(SignInSession)):
        session.ended_at = now()
    db.session.commit()
    late = client.post(pals.letter, form())
    assert late.status_code == 422
    kept = db.session.scalars(select(KeptForm)).one()

    client.become(pals.girl)
    answer = client.post(f"/kept/{kept.uid}/send")

    assert answer.status_code == 303
    assert db.session.scalars(select(Draft)).one().source == WORDS
    assert (count(KeptForm), count(Post), count(Preview)) == (0, 0, 0)


def test_words_left_by_a_killed_process_are_swept_and_fresh_ones_stay(
    pals: Pals, with_packs: Flask
) -> None:
    def row(seconds_ago: float) -> None:
        db.session.add(
            Preview(
                person_id=pals.girl.person_id, space_id=pals.space.id, lang="es",
                to_lang="en", source=str(seconds_ago),
                made_at=now() - timedelta(seconds=seconds_ago),
            )
        )  # fmt: skip

    # One is of a clock that was set back since.
    for seconds_ago in (2, 90, -4_000):
        row(seconds_ago)
    db.session.commit()

    sweep()

    assert db.session.scalars(select(Preview.source)).all() == ["2"]


def test_letters_are_tried_out_in_the_language_of_the_pal(
    pals: Pals, with_packs: Flask
) -> None:
    assert previewing._langs_read(pals.girl, Readers(pals.space.id, pals.letters)) == [
        "en"
    ]


def test_in_a_forum_the_language_of_most_readers_comes_first(
    pals: Pals, with_packs: Flask
) -> None:
    for lang in ("fr", "fr", "fr", "pt"):
        a_pupil(pals.theirs).person.lang = lang
    db.session.commit()

    assert previewing._langs_read(pals.girl, Readers(pals.space.id)) == [
        "en", "fr", "es", "pt",
    ]  # fmt: skip


def test_she_may_choose_among_the_languages_that_are_read_there(
    pals: Pals, with_packs: Flask
) -> None:
    a_pupil(pals.theirs).person.lang = "fr"
    db.session.commit()
    client, address = Client(with_packs, pals.girl), _thread_of(pals)

    answers = {
        reads: client.post(address, form(reads=reads)).text
        for reads in ("", "fr", "de")
    }

    assert "from Spanish to French" in answers["fr"]
    assert fields_in(answers["fr"], address)["reads"] == "fr"
    for reads in ("", "de"):
        assert fields_in(answers[reads], address)["reads"] == "en"


def test_send_is_the_first_button_of_the_form(pals: Pals, with_packs: Flask) -> None:
    """Enter in a line of a form presses its first button."""
    page = Client(with_packs, pals.girl).get(f"/forums/{pals.forum.id}").text

    buttons = BeautifulSoup(page, "html.parser").select("form#write button")
    assert [button.get("value") for button in buttons] == [None, "draft", "preview"]


def test_a_class_of_one_language_is_not_asked(pals: Pals, with_packs: Flask) -> None:
    mate = a_pupil(pals.ours)
    own, shared = a_forum(own_space(pals.ours)), pals.forum
    client = Client(with_packs, mate)

    assert BUTTON not in client.get(f"/forums/{own.id}").text
    assert BUTTON in client.get(f"/forums/{shared.id}").text


def test_short_forms_do_not_ask(pals: Pals, with_packs: Flask) -> None:
    client = Client(with_packs, pals.girl)
    released(a_post(pals.letters, pals.pal, "Hello."), teacher_of(pals.theirs))
    pals.girl.person.lang = "es"

    assert pals.letter in client.get("/").text
    assert BUTTON not in client.get("/").text
    assert BUTTON in client.get(f"/letters/{pals.letters.id}").text
    assert BUTTON in client.get(f"/write/{pals.letters.id}").text
