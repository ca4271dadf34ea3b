"""After publication: readers report, teachers hide and show again."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.db import db
from app.jobs import Job
from app.moderation.hiding import (
    WORDS_MAX,
    hide,
    keep,
    moderated_posts,
    open_reports,
    report,
    show_again,
)
from app.moderation.models import ModerationLog, Report
from app.posts.models import Post
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client


class Talk:
    """A published post of one class in a partnership with another."""

    def __init__(self) -> None:
        self.one, self.other = a_classroom(lang="en"), a_classroom(lang="en")
        self.space = a_partnership(self.one, self.other)
        self.teacher, self.third = teacher_of(self.one), teacher_of(self.other)
        self.pupil = a_pupil(self.one)
        self.friend = a_pupil(self.other, "Zuhura Otieno")
        thread = a_thread(self.space, self.pupil)
        self.post = released(a_post(thread, self.pupil, "Rivers."), self.teacher)


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def sees(viewer: Account, post: Post) -> bool:
    return post in db.session.scalars(Post.visible_to(viewer)).all()


def reports_of(viewer: Account) -> list[str]:
    return [row.words for row in db.session.scalars(open_reports(viewer))]


def acts() -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(ModerationLog.act, ModerationLog.reason).order_by(ModerationLog.n)
    )
    return [(act, reason) for act, reason in rows][1:]  # the release comes first


def test_hiding_takes_a_post_from_all_eyes_and_out_of_the_copies(talk: Talk) -> None:
    db.session.execute(db.delete(Job))
    before = talk.post.change_no

    hide(talk.post, talk.teacher, " unkind ")

    assert not sees(talk.friend, talk.post)
    assert not sees(talk.pupil, talk.post)
    assert talk.post.change_no > before
    assert "search.index_posts" in set(db.session.scalars(select(Job.kind)))
    assert acts() == [("hide", "unkind")]


def test_hiding_twice_is_one_act(talk: Talk) -> None:
    hide(talk.post, talk.teacher, "")
    hide(talk.post, talk.third, "")

    assert acts() == [("hide", "")]


def test_either_teacher_shows_it_again(talk: Talk) -> None:
    hide(talk.post, talk.third, "")
    assert talk.post in db.session.scalars(moderated_posts(talk.teacher)).all()

    show_again(talk.post, talk.teacher)
    show_again(talk.post, talk.teacher)

    assert sees(talk.friend, talk.post)
    assert acts() == [("hide", ""), ("show again", "")]


def test_a_teacher_without_a_class_there_may_not_hide(talk: Talk) -> None:
    stranger = teacher_of(a_classroom())

    assert db.session.scalars(moderated_posts(stranger)).all() == []


def test_a_pupil_may_not_hide(talk: Talk) -> None:
    assert db.session.scalars(moderated_posts(talk.pupil)).all() == []
    assert db.session.scalars(moderated_posts(talk.friend)).all() == []


def test_a_held_post_is_not_there_to_be_hidden(talk: Talk) -> None:
    held = a_post(talk.post.thread, talk.pupil)

    assert held not in db.session.scalars(moderated_posts(talk.teacher)).all()


def test_only_the_pairs_teachers_hide_their_letters(talk: Talk) -> None:
    thread = letters_between(talk.space, talk.teacher, talk.pupil, talk.friend)
    letter = released(a_post(thread, talk.pupil), talk.teacher)

    assert letter in db.session.scalars(moderated_posts(talk.third)).all()
    assert (
        letter
        not in db.session.scalars(moderated_posts(teacher_of(a_classroom()))).all()
    )


def test_a_report_reaches_the_teachers_of_both_classes(talk: Talk) -> None:
    report(talk.post, talk.friend, " Look. ")

    assert reports_of(talk.teacher) == ["Look."]
    assert reports_of(talk.third) == ["Look."]
    assert reports_of(teacher_of(a_classroom())) == []
    assert acts() == [("report", "")]


def test_the_same_reader_reports_once_and_another_again(talk: Talk) -> None:
    report(talk.post, talk.friend, "Look.")
    report(talk.post, talk.friend, "Look, look.")
    report(talk.post, a_pupil(talk.one), "")

    assert reports_of(talk.teacher) == ["Look.", ""]


def test_a_report_is_no_essay(talk: Talk) -> None:
    with pytest.raises(Refused):
        report(talk.post, talk.friend, "x" * (WORDS_MAX + 1))

    assert reports_of(talk.teacher) == []
    report(talk.post, talk.friend, "x" * WORDS_MAX)


@pytest.mark.parametrize("act", [keep, lambda post, teacher: hide(post, teacher, "")])
def test_keeping_or_hiding_closes_the_reports_and_the_reader_may_ask_anew(
    talk: Talk, act: object
) -> None:
    report(talk.post, talk.friend, "Look.")

    act(talk.post, talk.teacher)  # type: ignore[operator]  # one of the two above

    assert reports_of(talk.teacher) == []
    report(talk.post, talk.friend, "Look again.")
    assert reports_of(talk.teacher) == ["Look again."]


def test_the_one_who_wrote_it_does_not_learn_who_told(app: Flask, talk: Talk) -> None:
    report(talk.post, talk.friend, "Look.")
    name = talk.friend.person.shown_name
    client = Client(app, talk.pupil)

    pages = [client.get(url).text for url in ("/", f"/threads/{talk.post.thread_id}")]

    assert not any(name in page or "Look." in page for page in pages)
    assert name in Client(app, talk.teacher).get("/reports").text


def test_a_report_through_the_page_and_its_answer(app: Flask, talk: Talk) -> None:
    url = f"/p/{talk.post.uid}"
    reader, teacher = Client(app, talk.friend), Client(app, talk.teacher)

    told = reader.post(f"{url}/report", {"words": "Look <here>."})
    reports = teacher.get("/reports").text
    hidden = teacher.post(f"{url}/moderate", {"do": "hide", "reason": "unkind"})
    after = teacher.get("/reports").text
    shown = teacher.post(f"{url}/moderate", {"do": "show"})

    assert [answer.status_code for answer in (told, hidden, shown)] == [303] * 3
    assert reader.get(told.headers["Location"]).status_code == 200
    assert "Look &lt;here&gt;." in reports
    assert "Look &lt;here&gt;." not in after
    assert "Rivers." in after


def test_a_report_that_is_too_long_comes_back_with_every_word(
    app: Flask, talk: Talk
) -> None:
    words = "look " * 200

    answer = Client(app, talk.friend).post(
        f"/p/{talk.post.uid}/report", {"words": words}
    )

    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("do", ["", "delete", "hide it"])
def test_an_act_that_is_not_known_does_nothing(app: Flask, talk: Talk, do: str) -> None:
    report(talk.post, talk.friend, "Look.")

    answer = Client(app, talk.teacher).post(f"/p/{talk.post.uid}/moderate", {"do": do})

    assert answer.status_code == 400
    db.session.rollback()
    still_open = (
        select(func.count()).select_from(Report).where(Report.closed_at.is_(None))
    )
    assert db.session.scalar(still_open) == 1
