"""Mending: what a person says is read from then on, until it is taken back or erased."""

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db, now
from app.jobs.runner import work_once
from app.packs import packs
from app.posts.editing import change
from app.posts.models import AGAIN, MENDED, STUMBLED, Post, Rendition
from app.translate import memory, translating
from app.translate.models import Memory, MemorySource, Mend, WrongReading
from app.web.errors import Refused
from app.wording import mending
from app.wording.mending import AT_ONCE, NOTHING, TARGET_MAX, WAITS
from app.wording.side_by_side import Line, SideBySide, lines, side_by_side
from app.wording.wrong_readings import say_wrong
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    released,
    teacher_of,
)

RIVER, READ = "El río es grande.", "Me gusta leer."


class Two:
    """A Spanish class and another one that write with each other."""

    def __init__(self, lang: str = "en") -> None:
        self.room: Classroom = a_classroom(lang="es")
        self.other: Classroom = a_classroom(lang=lang)
        self.space = a_partnership(self.room, self.other)
        self.teacher, self.partner = teacher_of(self.room), teacher_of(self.other)
        self.author: Account = a_pupil(self.room)
        self.thread = a_thread(self.space, self.author)
        self.lang = lang

    def letter(self, text: str) -> Post:
        return released(a_post(self.thread, self.author, text), self.teacher)

    def read(self, post: Post) -> Rendition:
        db.session.expire_all()
        return db.session.scalars(
            select(Rendition).where(
                Rendition.revision_id == post.current_id, Rendition.lang == self.lang
            )
        ).one()

    def side(self, post: Post, viewer: Account) -> tuple[SideBySide, Line]:
        side = side_by_side(viewer, str(post.id), self.lang)
        return side, lines(side, viewer, 0, 1)[0]

    def mend(self, post: Post, words: str, viewer: Account) -> str:
        side, line = self.side(post, viewer)
        done = mending.mend(side, line, words, viewer)
        db.session.commit()
        return done


def work() -> None:
    db.session.commit()
    with current_app.app_context():
        while work_once():
            pass


def test_a_teachers_words_are_read_at_once_and_in_old_posts_too(
    with_packs: Flask,
) -> None:
    two = Two()
    old, post = two.letter(f"{READ} {RIVER}"), two.letter(RIVER)
    work()

    assert two.mend(post, "The river is wide.", two.partner) == AT_ONCE
    _side, line = two.side(post, two.author)
    assert (line.target, line.how) == ("The river is wide.", MENDED)
    work()

    assert two.read(post).source == "The river is wide."
    assert two.read(old).source == "I like reading. The river is wide."
    assert (two.read(old).mended, two.read(post).mended) == (1, 1)
    new = two.letter(RIVER)
    work()
    assert two.read(new).source == "The river is wide."
    (row,) = db.session.query(Memory).filter_by(by=memory.BY_PERSON)
    assert (row.pair, row.person_id) == ("es-en", two.partner.person_id)
    assert row.made_at is not None


def test_the_last_teacher_counts(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()

    two.mend(post, "The river is wide.", two.partner)
    two.mend(post, "It is a wide river.", two.teacher)
    work()

    assert two.read(post).source == "It is a wide river."
    (row,) = db.session.query(Memory).filter_by(by=memory.BY_PERSON)
    assert row.person_id == two.teacher.person_id


def test_mended_stays_mended_when_all_is_made_again_and_packs_change(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()
    two.mend(post, "The river is wide.", two.teacher)
    work()

    rebuilt = with_packs.test_cli_runner().invoke(args=["translate", "rebuild"])
    assert rebuilt.exit_code == 0, rebuilt.output
    assert two.read(post).source == "The river is wide."

    metadata = packs.packs_folder() / "es_en" / "metadata.json"
    newer = metadata.read_text().replace('"0.2"', '"0.9"')
    metadata.unlink()  # a link to the one that all tests share
    metadata.write_text(newer)
    translating.translate_posts([post.id])
    assert two.read(post).pack == "es-en 0.9"
    assert two.read(post).source == "The river is wide."
    assert two.read(post).sentences[0].how == MENDED


def test_it_is_mended_from_one_language_to_another_and_not_on_the_way(
    with_packs: Flask,
) -> None:
    """Through English, or by no pack: what counts is what the post is in and is read in."""
    two = Two("pt")
    old, post = two.letter(RIVER), two.letter(RIVER)
    work()
    assert two.read(post).source is None

    two.mend(post, "O rio é grande.", two.partner)
    work()

    assert two.read(post).source == "O rio é grande."
    assert two.read(old).source == "O rio é grande."
    assert two.read(old).pack is None
    assert memory.by_person("es-en", [RIVER]) == {}


def test_old_posts_that_were_read_through_another_language_follow(
    with_packs: Flask,
) -> None:
    """Es to es through English: a second pack that is there under another name."""
    two = Two("pt")
    shared = packs.packs_folder() / "en_es"
    (packs.packs_folder() / "en_pt" / "model").mkdir(parents=True)
    for file in shared.rglob("*"):
        if file.is_file():
            (packs.packs_folder() / "en_pt" / file.relative_to(shared)).hardlink_to(
                file
            )
    metadata = packs.packs_folder() / "en_pt" / "metadata.json"
    said = metadata.read_text().replace('"to_code": "es"', '"to_code": "pt"')
    metadata.unlink()
    metadata.write_text(said)
    old, post = two.letter(f"{READ} {RIVER}"), two.letter(RIVER)
    work()
    assert "+" in (two.read(old).pack or "")

    two.mend(post, "O rio é grande.", two.partner)
    work()

    assert two.read(post).source == "O rio é grande."
    assert (two.read(old).source or "").endswith(" O rio é grande.")
    assert two.read(old).mended == 1


def test_the_same_words_and_no_words_mend_nothing(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()

    assert two.mend(post, "  The river is big.\n", two.teacher) == NOTHING
    for words in ("", "  \n", "\u200d", "- ", "> > "):
        with pytest.raises(Refused):
            two.mend(post, words, two.teacher)
    with pytest.raises(Refused):
        two.mend(post, "x" * (TARGET_MAX + 1), two.teacher)

    assert db.session.query(Memory).filter_by(by=memory.BY_PERSON).count() == 0
    assert two.read(post).pack != AGAIN


def test_words_of_a_person_are_one_line_and_make_no_list(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()

    two.mend(post, "- The river\r\nis <b>wide</b>.\u202e", two.teacher)
    work()

    assert two.read(post).source == "The river is <b>wide</b>."
    assert two.read(post).html == "<p>The river is &lt;b&gt;wide&lt;/b&gt;.</p>"


def test_what_stays_as_it_is_can_be_said_to_stay(with_packs: Flask) -> None:
    two = Two()
    odd = "en mi casa vivimos mi mamá, mi papá, mi abuela y yo"
    post = two.letter(odd)
    work()
    assert two.read(post).doubt == 1

    assert two.mend(post, odd, two.teacher) == AT_ONCE
    work()

    assert (two.read(post).doubt, two.read(post).mended) == (0, 1)


def test_a_pupils_words_wait_and_readers_see_them_when_they_are_released(
    with_packs: Flask,
) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()

    assert two.mend(post, "My river is wide.", two.author) == WAITS
    assert two.mend(post, "Our river is wide.", two.author) == WAITS
    work()

    assert two.read(post).source == "The river is big."
    assert two.side(post, two.author)[1].hers == "Our river is wide."
    assert two.side(post, two.teacher)[1].hers == ""
    (waiting,), more = mending.listed(two.teacher)
    assert (waiting.mend.target, waiting.now) == (
        "Our river is wide.",
        "The river is big.",
    )
    assert not more
    mending.release(waiting.mend)
    work()
    assert two.read(post).source == "Our river is wide."
    assert db.session.query(Mend).count() == 0
    (row,) = db.session.query(Memory).filter_by(by=memory.BY_PERSON)
    assert row.person_id == two.author.person_id


def test_only_her_own_teachers_decide_on_a_pupils_words(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()
    two.mend(post, "Our river is wide.", two.author)
    (waiting,) = db.session.query(Mend)
    stranger = teacher_of(a_classroom())

    for teacher, hers in (
        (two.teacher, True),
        (two.partner, False),
        (stranger, False),
    ):
        assert bool(mending.listed(teacher)[0]) is hers
        assert (
            bool(mending.one_of_hers(teacher, waiting.id, mending.key_of(waiting)))
            is hers
        )


def test_a_teacher_who_says_it_herself_has_decided(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()
    two.mend(post, "Our river is wide.", two.author)

    two.mend(post, "It is a wide river.", two.teacher)

    assert db.session.query(Mend).count() == 0


def test_what_is_taken_back_the_machine_says_again(with_packs: Flask) -> None:
    two = Two()
    old, post = two.letter(RIVER), two.letter(RIVER)
    work()
    two.mend(post, "The river is wide.", two.teacher)
    work()

    mending.take_back(*two.side(post, two.partner), two.partner)
    work()

    assert two.read(post).source == two.read(old).source == "The river is big."
    assert two.read(old).mended == 0
    assert db.session.query(Memory).filter_by(by=memory.BY_PERSON).count() == 0


def test_a_pupil_takes_back_her_own_words_and_no_teachers(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()
    two.mend(post, "The river is wide.", two.teacher)
    two.mend(post, "Our river is wide.", two.author)

    mending.take_back(*two.side(post, two.author), two.author)
    work()

    assert db.session.query(Mend).count() == 0
    assert two.read(post).source == "The river is wide."


def test_mending_settles_what_readers_said(with_packs: Flask) -> None:
    two = Two()
    old, post = two.letter(RIVER), two.letter(RIVER)
    work()
    for one in (old, post):
        assert one.current_id is not None
        say_wrong(one.current_id, "en", RIVER, two.partner)
        say_wrong(one.current_id, "en", READ, two.partner)

    two.mend(post, "The river is wide.", two.teacher)

    rows = db.session.query(WrongReading).all()
    settled = {row.sha256 for row in rows if row.settled_at}
    assert settled == {memory.digest(RIVER)}
    assert sum(row.settled_at is not None for row in rows) == 2


@pytest.mark.parametrize("how", ["withdrawn_at", "erased_at"])
def test_what_is_taken_back_or_erased_takes_all_mends_along(
    with_packs: Flask, how: str
) -> None:
    two = Two()
    post, stays = two.letter(RIVER), two.letter(READ)
    work()
    two.mend(post, "The river is wide.", two.teacher)
    two.mend(post, "Our river is wide.", two.author)
    two.mend(stays, "I love reading.", two.teacher)
    assert post.current_id is not None
    say_wrong(post.current_id, "en", RIVER, two.partner)
    setattr(post, how, now())
    db.session.commit()

    translating.translate_posts([post.id])

    assert db.session.query(Mend).count() == 0
    assert db.session.query(WrongReading).count() == 0
    left = db.session.query(Memory).filter_by(by=memory.BY_PERSON).all()
    assert [row.source for row in left] == [READ]
    gone = post.current_id
    assert db.session.query(MemorySource).filter_by(revision_id=gone).count() == 0


def test_what_also_stands_elsewhere_stays_mended_there(with_packs: Flask) -> None:
    two = Two()
    post, other = two.letter(RIVER), two.letter(RIVER)
    work()
    two.mend(post, "The river is wide.", two.teacher)
    post.erased_at = now()
    db.session.commit()

    translating.translate_posts([post.id, other.id])

    assert two.read(other).source == "The river is wide."


def test_a_new_version_keeps_mends_and_drops_what_waited_for_the_old(
    with_packs: Flask,
) -> None:
    two = Two()
    post = two.letter(f"{RIVER} {READ}")
    work()
    two.mend(post, "The river is wide.", two.teacher)
    two.mend(post, "Our river is wide.", two.author)
    assert post.current_id is not None
    say_wrong(post.current_id, "en", READ, two.partner)

    edited = change(post, two.author, f"{RIVER} Me gusta nadar.", lang="es", base=1)
    assert edited is not None
    db.session.commit()
    released(post, two.teacher)
    assert mending.listed(two.teacher) == ([], False)
    work()

    assert two.read(post).source == "The river is wide. I like swimming."
    assert db.session.query(Mend).count() == 0
    assert db.session.query(WrongReading).count() == 0


def test_a_hidden_post_keeps_what_was_said_about_it(with_packs: Flask) -> None:
    two = Two()
    post = two.letter(RIVER)
    work()
    two.mend(post, "Our river is wide.", two.author)
    post.hidden_at = now()
    db.session.commit()

    translating.translate_posts([post.id])

    assert mending.listed(two.teacher) == ([], False)
    post.hidden_at = None
    assert len(mending.listed(two.teacher)[0]) == 1


def test_a_mend_while_the_machine_is_at_work_is_not_lost(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read the memory; its words may not stand over the person's."""
    two = Two()
    post = two.letter(RIVER)
    work()
    post_id, partner_id = post.id, two.partner.id
    translating.make_again([post.current_id or 0])
    db.session.commit()
    real = translating._translate
    mended: list[bool] = []

    def mend_meanwhile(letters: object) -> object:
        learned = real(letters)  # type: ignore[arg-type]
        if not mended:
            mended.append(True)
            one = db.session.get_one(Post, post_id)
            two.mend(one, "The river is wide.", db.session.get_one(Account, partner_id))
        return learned

    monkeypatch.setattr(translating, "_translate", mend_meanwhile)
    work()

    assert mended
    assert two.read(post).source == "The river is wide."
    assert two.read(post).sentences[0].how == MENDED


def test_a_mend_reaches_a_new_letter_that_is_being_translated(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows yet which sentences stand in it."""
    two = Two()
    post = two.letter(RIVER)
    work()
    new = two.letter(f"{READ} {RIVER}")
    post_id, partner_id = post.id, two.partner.id
    real = translating._translate
    mended: list[bool] = []

    def mend_meanwhile(letters: object) -> object:
        learned = real(letters)  # type: ignore[arg-type]
        if not mended:
            mended.append(True)
            one = db.session.get_one(Post, post_id)
            two.mend(one, "The river is wide.", db.session.get_one(Account, partner_id))
        return learned

    monkeypatch.setattr(translating, "_translate", mend_meanwhile)
    work()

    assert mended
    assert two.read(new).source == "I like reading. The river is wide."


def test_a_stumble_is_no_persons_word(with_packs: Flask) -> None:
    two = Two()
    post = two.letter("en mi casa vivimos mi mamá, mi papá, mi abuela y yo")
    work()

    _side, line = two.side(post, two.teacher)

    assert line.how == STUMBLED
