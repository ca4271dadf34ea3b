"""Where her own posts stand, and her drafts, on My post."""

from flask import Flask

from app.db import db
from app.home.standing import NOTE_CHARACTERS, own_posts
from app.moderation.hiding import hide
from app.moderation.review import refuse, return_to_author
from app.posts.drafting import MOST_DRAFTS
from app.posts.editing import change
from app.posts.models import Draft, Post
from app.posts.withdrawing import withdraw
from tests.builders import a_post, released
from tests.home.pals import Pals, title_of


def stands(pals: Pals, who: str = "ana") -> list[tuple[int, str]]:
    db.session.commit()
    with pals.app.test_request_context():
        return [
            (own.id, own.stands)
            for own in own_posts(getattr(pals, who))
            if not own.is_draft
        ]


def test_a_post_waits_comes_back_or_is_refused(pals: Pals) -> None:
    held, returned, refused = (a_post(pals.letters, pals.ana) for _n in range(3))
    for post in (returned, refused):
        assert post.waiting is not None
    return_to_author(returned.waiting, pals.teacher, "Say more.")  # type: ignore[arg-type]  # asserted above
    refuse(refused.waiting, pals.teacher, "")  # type: ignore[arg-type]  # asserted above

    assert stands(pals) == [
        (held.id, "With your teacher"),
        (returned.id, "Came back with a note"),
        (refused.id, "Not sent. Talk with your teacher."),
    ]
    assert stands(pals, "amina") == []
    assert stands(pals, "teacher") == []


def test_the_note_stands_there_with_the_way_to_change_it(
    app: Flask, pals: Pals
) -> None:
    returned = a_post(pals.letters, pals.ana)
    assert returned.waiting is not None
    return_to_author(returned.waiting, pals.teacher, "Say more. " + "m" * 400)
    db.session.commit()

    page = pals.page()

    assert "Say more." in page
    assert f'href="/p/{returned.id}/edit"' in page
    assert "m" * NOTE_CHARACTERS not in page
    assert title_of(page) == "1 note – My post"
    assert "Say more." in pals.read_all()


def test_what_went_out_is_told_once(pals: Pals) -> None:
    post = released(a_post(pals.letters, pals.ana), pals.teacher)
    ((told, words),) = stands(pals)
    assert told == post.id
    assert words.startswith("Published on ")

    page = pals.read_all()

    assert "Published on" not in page
    assert stands(pals) == []
    assert pals.seen_no(pals.ana) == post.change_no


def test_a_change_that_waits_is_said_of_what_is_out(pals: Pals) -> None:
    post = released(a_post(pals.letters, pals.ana), pals.teacher)
    pals.read_all()

    change(post, pals.ana, "Other words.", "en", base=1)

    assert stands(pals) == [
        (
            post.id,
            "Your change is with your teacher. Until it is out, the post stays as it was.",
        )
    ]


def test_what_was_hidden_or_taken_back_is_not_listed(pals: Pals) -> None:
    hidden, withdrawn = (
        released(a_post(pals.letters, pals.ana), pals.teacher) for _n in range(2)
    )
    hide(hidden, pals.teacher, "")
    withdraw(withdrawn)

    assert stands(pals) == []


def drafts(pals: Pals, count: int) -> list[Draft]:
    made = [
        Draft(
            person_id=pals.ana.person_id, form_key=f"draft-{n:03}",
            thread_id=pals.letters.id, source=f"Words {n} " + "w" * 100, lang="en",
        )
        for n in range(count)
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.commit()
    return made


def test_drafts_are_linked_by_their_first_words_for_their_writer_alone(
    pals: Pals,
) -> None:
    (draft,) = drafts(pals, 1)

    page = pals.page()

    assert f'href="/drafts/{draft.id}"' in page
    assert "Words 0 www" in page
    assert "w" * 60 not in page
    assert title_of(page) == "1 draft – My post"
    assert "Words 0" not in pals.page(pals.amina)
    assert "Words 0" in pals.read_all()


def test_as_many_drafts_as_one_may_keep_are_all_listed(pals: Pals) -> None:
    made = drafts(pals, MOST_DRAFTS)

    page = pals.page()

    for draft in made:
        assert f'href="/drafts/{draft.id}"' in page


def test_many_own_posts_are_told_page_by_page_from_the_oldest_on(pals: Pals) -> None:
    posts = [released(a_post(pals.letters, pals.ana), pals.teacher) for _n in range(13)]

    first, second = pals.page(), pals.read_all()

    def told(page: str) -> list[Post]:
        return [post for post in posts if f'href="/p/{post.id}"' in page]

    assert told(first) == posts[:10]
    assert told(second) == posts[10:]
