"""Drafts: kept under the key of their form, and no word lost to another."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.db import db
from app.posts.drafting import (
    MOST_DRAFTS,
    Place,
    drafts_of,
    fingerprint,
    forget_sent,
    keep_draft,
    keep_other_words,
)
from app.posts.form import Written
from app.posts.models import Draft, Post, Thread
from app.posts.publishing import publish
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_pupil,
    a_thread,
    own_space,
    teacher_of,
)

KEY = "abcdefgh"


@pytest.fixture
def room(app: Flask) -> Classroom:
    return a_classroom(lang="en")


@pytest.fixture
def writer(room: Classroom) -> Account:
    return a_pupil(room)


@pytest.fixture
def thread(room: Classroom) -> Thread:
    return a_thread(own_space(room), teacher_of(room))


def said(source: str, **more: str) -> Written:
    given = {"title": "", "description": "", "lang": "en"} | more
    return Written(source=source, **given)  # type: ignore[arg-type]  # texts, all of them


def kept(writer: Account) -> list[str]:
    return [draft.source for draft in db.session.scalars(drafts_of(writer))][::-1]


def keep(writer: Account, thread: Thread, written: Written) -> Draft:
    found = keep_draft(writer, Place(thread_id=thread.id), KEY, written)
    assert isinstance(found, Draft)
    return found


def test_words_saved_again_from_the_draft_take_its_place(
    writer: Account, thread: Thread
) -> None:
    first = keep(writer, thread, said("Our river is wide."))

    again = keep(writer, thread, said("Our lake.", began_from=fingerprint(first)))

    assert again is first
    assert kept(writer) == ["Our lake."]


def test_words_of_two_tabs_are_both_kept(writer: Account, thread: Thread) -> None:
    first = keep(writer, thread, said("Our river."))
    began = fingerprint(first)
    keep(writer, thread, said("Our wide river.", began_from=began))

    for _n in range(2):
        keep(writer, thread, said("Our slow river.", began_from=began))

    assert kept(writer) == ["Our wide river.", "Our slow river."]


def test_words_saved_again_by_going_back_are_both_kept(
    writer: Account, thread: Thread
) -> None:
    keep(writer, thread, said("Our river."))

    keep(writer, thread, said("Our lake."))

    assert kept(writer) == ["Our river.", "Our lake."]


def test_who_went_back_and_only_wrote_on_has_one_draft(
    writer: Account, thread: Thread
) -> None:
    keep(writer, thread, said("Our river.\n"))

    keep(writer, thread, said("Our river. It is wide."))
    # A page from before, sent again by a browser that came back to life.
    keep(writer, thread, said("Our river."))

    assert kept(writer) == ["Our river. It is wide."]


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("", {"title": "Rivers"}),
        ("", {"description": "A boat"}),
        ("é" * 8_192, {}),
    ],
)
def test_whatever_was_typed_is_enough(
    writer: Account, thread: Thread, source: str, more: dict[str, str]
) -> None:
    draft = keep(writer, thread, said(source, **more))

    assert (draft.source, draft.title, draft.description) == (
        source, more.get("title", ""), more.get("description", ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("", {}),
        (" \n\u200b", {}),
        ("é" * 8_192 + "e", {}),
        ("Our river.", {"title": "t" * 121}),
    ],
)
def test_nothing_and_too_much_is_refused(
    writer: Account, thread: Thread, source: str, more: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        keep(writer, thread, said(source, **more))

    assert kept(writer) == []


def a_post_of(writer: Account, thread: Thread, source: str) -> Post:
    return publish(thread, writer, source, form_key=KEY, lang="en")


def test_what_was_sent_is_no_draft_any_more(writer: Account, thread: Thread) -> None:
    draft = keep(writer, thread, said("Our river."))
    sent = said("Our lake.", began_from=fingerprint(draft))

    forget_sent(writer, a_post_of(writer, thread, sent.source), sent)

    assert kept(writer) == []


def test_a_draft_that_says_more_than_was_sent_stays_beside_it(
    writer: Account, thread: Thread
) -> None:
    first = keep(writer, thread, said("Our river."))
    began = fingerprint(first)
    keep(writer, thread, said("Our river is wide, and slow.", began_from=began))
    sent = said("Our river.", began_from=began)
    post = a_post_of(writer, thread, sent.source)

    forget_sent(writer, post, sent)

    draft = db.session.scalars(select(Draft)).one()
    assert draft.source == "Our river is wide, and slow."
    assert draft.beside_id == post.id
    assert draft.form_key != KEY


def test_other_words_are_kept_once_and_lead_to_what_became_of_them(
    writer: Account, thread: Thread
) -> None:
    other, place = said("Our lake."), Place(thread_id=thread.id)
    draft = keep_other_words(writer, place, KEY, other)
    assert keep_other_words(writer, place, KEY, other) is draft
    assert isinstance(draft, Draft)
    post = publish(thread, writer, "Our lake.", form_key=draft.form_key, lang="en")
    forget_sent(writer, post, other)

    assert keep_other_words(writer, place, KEY, other) is post
    assert kept(writer) == []


def test_nobody_elses_draft_is_in_the_way(
    room: Classroom, writer: Account, thread: Thread
) -> None:
    mate = a_pupil(room)

    for who, source in ((writer, "Our river."), (mate, "Our river is wide.")):
        assert keep(who, thread, said(source)).form_key == KEY

    assert (kept(writer), kept(mate)) == (["Our river."], ["Our river is wide."])


def test_no_draft_is_kept_that_the_first_page_would_not_list(
    writer: Account, thread: Thread
) -> None:
    place = Place(thread_id=thread.id)
    for n in range(MOST_DRAFTS):
        keep_draft(writer, place, f"{KEY}{n}", said(f"Draft {n}."))

    for kept_so in (keep_draft, keep_other_words):
        with pytest.raises(Refused):
            kept_so(writer, place, "another-key", said("One more."))
    first = drafts_of(writer).order_by(None).order_by(Draft.id).limit(1)
    began = db.session.scalars(first).one()
    again = said("Still mine.", began_from=fingerprint(began))

    assert keep_draft(writer, place, f"{KEY}0", again) is began
    assert len(kept(writer)) == MOST_DRAFTS
