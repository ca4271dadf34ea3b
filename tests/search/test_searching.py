"""A reader finds what she may read, in her language, and nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import Account
from app.db import db
from app.forums.arranging import Arrangement, arrange
from app.moderation.hiding import hide
from app.posts.models import Post, Rendition, Thread
from app.search import asking, searchers, searching
from app.search.asking import BEST, NEWEST, Question
from app.search.limiting import Limits
from app.search.searching import search
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    a_thread,
    letters_between,
    released,
    teacher_of,
)

Settle = Callable[[], None]


def found(viewer: Account, typed: str) -> list[str]:
    return [hit.post_uid for hit in search(viewer, Question(typed)).hits]


def translate(post: Post, lang: str, source: str) -> None:
    """Store a translation as the worker does, and queue what follows."""
    from app import markup, pipeline

    assert post.current_id is not None
    db.session.add(
        Rendition(
            revision_id=post.current_id,
            lang=lang,
            source=source,
            html=str(markup.render(source)),
            pack="es-en 1.0",
        )
    )
    pipeline.renditions_changed([post.id])
    db.session.commit()


class Pair:
    """Two classrooms that agreed, one Spanish and one English, and their people."""

    def __init__(self) -> None:
        self.spanish, self.english = a_classroom(lang="es"), a_classroom(lang="en")
        self.ana, self.tom = a_pupil(self.spanish), a_pupil(self.english)
        self.lena, self.ben = a_pupil(self.spanish), a_pupil(self.english)
        self.maestra = teacher_of(self.spanish)
        self.teacher = teacher_of(self.english)
        self.space = a_partnership(self.spanish, self.english)

    def thread(self) -> Thread:
        return a_thread(self.space, self.maestra)


def test_a_post_is_found_by_its_words_in_another_form(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Hay un río cerca de las escuelas.")

    settle()

    assert found(pair.maestra, "rios escuela") == [post.uid]
    assert found(pair.maestra, "rios montaña") == []


def test_a_phrase_stands_together(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    together = a_post(thread, pair.teacher, "The old river runs here.")
    a_post(thread, pair.teacher, "The river is old and it runs.")

    settle()

    assert found(pair.teacher, '"old river"') == [together.uid]
    assert len(found(pair.teacher, "old river")) == 2
    assert found(pair.teacher, '"river old"') == []


def test_a_hit_is_shown_in_the_readers_language_with_the_words_marked(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Tengo dos hermanos y una vaca.")
    settle()
    assert found(pair.tom, "brother") == []
    translate(post, "en", "I have two brothers and a <cow>.")

    settle()
    (hit,) = search(pair.tom, Question("brother")).hits

    assert hit.lang == "en"
    assert hit.translated
    assert hit.excerpt == "I have two <mark>brothers</mark> and a &lt;cow&gt;."
    assert hit.original is None


def test_a_word_of_the_original_alone_is_shown_in_the_original_too(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Tengo dos hermanos.")
    translate(post, "en", "I have two brothers.")

    settle()
    (hit,) = search(pair.tom, Question("hermano")).hits

    assert hit.excerpt == "I have two brothers."
    assert hit.original == "Tengo dos <mark>hermanos</mark>."


def test_without_a_translation_the_original_is_shown(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Tengo dos hermanos.")

    settle()
    (hit,) = search(pair.tom, Question("hermano")).hits

    assert (hit.lang, hit.translated) == ("es", False)
    assert hit.excerpt == "Tengo dos <mark>hermanos</mark>."


def test_a_post_in_two_languages_is_one_hit(app: Flask, settle: Settle) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Visitamos Kisumu.")
    translate(post, "en", "We visited Kisumu.")

    settle()
    results = search(pair.tom, Question("kisumu"))

    assert [hit.post_uid for hit in results.hits] == [post.uid]
    assert results.total == 1


def test_a_thread_is_found_by_its_title(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    thread.title = "Nuestros animales"
    first = a_post(thread, pair.maestra, "Aquí está Luna.")
    a_post(thread, pair.maestra, "Y aquí está Sol.")

    settle()
    (hit,) = search(pair.maestra, Question("animal")).hits

    assert hit.post_uid == first.uid
    assert hit.title == "Nuestros <mark>animales</mark>"


def test_what_waits_for_a_teacher_is_found_by_nobody(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.ana, "Mi secreto es una tortuga.")
    assert post.current_id is None

    settle()

    for viewer in (pair.ana, pair.lena, pair.maestra, pair.tom, pair.teacher):
        assert search(viewer, Question("tortuga")).total == 0


def test_what_is_released_is_found_by_all_who_may_read_it(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = released(a_post(pair.thread(), pair.ana, "Una tortuga."), pair.maestra)

    settle()

    for viewer in (pair.ana, pair.lena, pair.maestra, pair.tom, pair.teacher):
        assert found(viewer, "tortuga") == [post.uid]


def test_what_is_hidden_is_gone_at_once_and_then_from_the_index(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Una tortuga.")
    settle()
    assert found(pair.tom, "tortuga") == [post.uid]

    hide(post, pair.maestra, "a test")
    db.session.commit()

    # The worker has not run: the join alone decides.
    assert search(pair.tom, Question("tortuga")).total == 0
    settle()
    assert search(pair.tom, Question("tortuga")).total == 0


def test_strangers_find_and_count_nothing(app: Flask, settle: Settle) -> None:
    ours, theirs = Pair(), Pair()
    a_post(ours.thread(), ours.maestra, "Una tortuga.")
    mine = a_post(theirs.thread(), theirs.maestra, "Otra tortuga.")

    settle()

    assert found(theirs.ana, "tortuga") == [mine.uid]
    assert search(theirs.ana, Question("tortuga")).total == 1
    assert search(a_teacher(), Question("tortuga")).total == 0


def test_letters_are_found_by_the_pair_and_its_teachers_alone(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    letters = letters_between(pair.space, pair.maestra, pair.ana, pair.tom)
    letter = released(a_post(letters, pair.ana, "Una tortuga."), pair.maestra)

    settle()

    for viewer in (pair.ana, pair.tom, pair.maestra, pair.teacher):
        assert found(viewer, "tortuga") == [letter.uid]
    for viewer in (pair.lena, pair.ben, a_pupil(a_classroom())):
        results = search(viewer, Question("tortuga"))
        assert (results.hits, results.total) == ([], 0)


def test_the_join_decides_even_when_the_index_says_otherwise(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Una tortuga.")
    settle()

    # Hidden behind the worker's back: no job, so the index keeps it.
    db.session.execute(
        update(Post).where(Post.id == post.id).values(hidden_at=post.sent_at)
    )
    db.session.commit()
    settle()

    assert search(pair.maestra, Question("tortuga")).total == 0


def test_a_pupil_who_moved_away_finds_nothing_there(app: Flask, settle: Settle) -> None:
    from app.classrooms.models import Member
    from app.db import now

    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Una tortuga.")
    settle()
    assert search(pair.tom, Question("tortuga")).total == 1

    member = db.session.scalars(
        Member.current().where(Member.person_id == pair.tom.person_id)
    ).one()
    member.left_at = now()
    db.session.commit()

    assert search(pair.tom, Question("tortuga")).total == 0


def test_pages_hold_ten_and_a_page_beyond_is_the_last(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    posts = {a_post(thread, pair.maestra, f"Tortuga {n}.").uid for n in range(12)}
    settle()

    pages = [search(pair.tom, Question("tortuga"), page=n) for n in (1, 2, 99, -5)]

    assert [len(page.hits) for page in pages] == [10, 2, 2, 10]
    assert {hit.post_uid for page in pages for hit in page.hits} == posts
    assert pages[0].total == 12
    assert not pages[0].first_results


def test_what_is_counted_ends_at_the_most_and_says_so(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair()
    thread = pair.thread()
    for n in range(4):
        a_post(thread, pair.maestra, f"Tortuga {n}.")
    settle()
    whole = search(pair.tom, Question("tortuga"))

    monkeypatch.setattr(searching, "MOST_HITS", 3)
    cut = search(pair.tom, Question("tortuga"))

    assert (whole.total, whole.first_results) == (4, False)
    assert (cut.total, cut.first_results) == (3, True)


def test_a_picture_is_found_by_the_words_about_it(app: Flask, settle: Settle) -> None:
    from app.media.models import Media
    from app.posts.models import Attachment

    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Mira.")
    media = Media(sha256="0" * 64, upload="none")
    db.session.add(media)
    db.session.flush()
    assert post.current_id is not None
    db.session.add(
        Attachment(
            revision_id=post.current_id,
            media_id=media.id,
            n=1,
            description="El puente de madera",
        )
    )
    db.session.commit()

    settle()

    assert found(pair.maestra, "puentes") == [post.uid]


def test_the_index_itself_is_asked_for_the_readers_audiences_alone(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    letters = letters_between(pair.space, pair.maestra, pair.ana, pair.tom)
    letter = released(a_post(letters, pair.ana, "Una tortuga."), pair.maestra)
    post = a_post(pair.thread(), pair.maestra, "Otra tortuga.")
    settle()
    asked = asking.read("tortuga")

    of_pair, of_space, of_none = (
        [
            match.post_id
            for match in searchers.find(asked, Limits(who), BEST).matches.found
        ]
        for who in (frozenset([-letters.id]), frozenset([pair.space.id]), frozenset())
    )

    assert (of_pair, of_space, of_none) == ([letter.id], [post.id], [])


def test_a_thread_that_was_moved_is_found_where_it_stands_now(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    old, new = a_forum(pair.space), a_forum(pair.space)
    thread = a_thread(pair.space, pair.maestra, old)
    post = a_post(thread, pair.maestra, "Una tortuga.")
    settle()

    moved = Arrangement(
        pinned=False,
        locked=False,
        announcement=False,
        keeps_first=False,
        forum_id=new.id,
    )
    arrange(thread, moved, pair.maestra)
    settle()

    there, gone = (
        search(pair.tom, Question("tortuga", where=f"{forum.id}")).hits
        for forum in (new, old)
    )
    assert [hit.post_uid for hit in there] == [post.uid]
    assert gone == []


# Who, where, when, and in which language.


def asked_for(viewer: Account, **asked: Any) -> list[str]:
    return [hit.post_uid for hit in search(viewer, Question(**asked)).hits]


def on(day: int, post: Post) -> str:
    """Let a post have come out at noon of a day in May, and name it."""
    post.published_at = datetime(2026, 5, day, 12, tzinfo=UTC)
    return post.uid


def test_all_that_one_person_wrote_in_a_month_comes_newest_first(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    hers = [on(n, a_post(thread, pair.maestra, f"Carta {n}.")) for n in (3, 9, 20)]
    on(9, a_post(thread, pair.teacher, "A letter."))
    settle()
    who = pair.maestra.person.shown_name

    assert asked_for(pair.tom, who=who) == hers[::-1]
    since, until = date(2026, 5, 3), date(2026, 5, 9)
    assert asked_for(pair.tom, who=who, since=since, until=until) == hers[1::-1]
    assert asked_for(pair.tom, who=who, since=date(2026, 5, 21)) == []
    assert asked_for(pair.tom, who="Zoe") == []


def test_words_and_limits_are_asked_for_together(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    mine = a_post(thread, pair.teacher, "A turtle swims.")
    other = a_post(thread, pair.maestra, "Una tortuga nada.")
    translate(other, "en", "A turtle swims.")
    settle()

    assert set(asked_for(pair.tom, typed="turtle")) == {mine.uid, other.uid}
    assert asked_for(pair.tom, typed="turtle", lang="es") == [other.uid]
    assert asked_for(pair.tom, typed="turtle", lang="en") == [mine.uid]
    assert asked_for(pair.tom, typed="turtle", lang="fr") == []
    named = {"typed": "turtle", "who": pair.maestra.person.shown_name}
    assert asked_for(pair.tom, **named) == [other.uid]
    assert asked_for(pair.tom, **named, lang="en") == []


def test_a_place_is_a_forum_or_the_letters(app: Flask, settle: Settle) -> None:
    pair = Pair()
    here, there = a_forum(pair.space), a_forum(pair.space)
    post = a_post(a_thread(pair.space, pair.maestra, here), pair.maestra, "Tortuga.")
    letters = letters_between(pair.space, pair.maestra, pair.ana, pair.tom)
    letter = released(a_post(letters, pair.ana, "Tortuga."), pair.maestra)
    settle()

    assert asked_for(pair.tom, typed="tortuga", where=str(here.id)) == [post.uid]
    assert asked_for(pair.tom, typed="tortuga", where=str(there.id)) == []
    assert asked_for(pair.tom, typed="tortuga", where="letters") == [letter.uid]
    assert asked_for(pair.ben, typed="tortuga", where="letters") == []


def test_the_newest_come_first_when_asked_for(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    best = on(3, a_post(thread, pair.maestra, "Tortuga, tortuga, tortuga."))
    newest = on(9, a_post(thread, pair.maestra, "Vi una tortuga y otras cosas."))
    settle()

    assert asked_for(pair.tom, typed="tortuga") == [best, newest]
    assert asked_for(pair.tom, typed="tortuga", order=NEWEST) == [newest, best]


# What is called so.


def test_threads_called_so_stand_beside_the_hits_that_do_not_begin_them(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE_HITS", 2)
    pair = Pair()
    thread = pair.thread()
    thread.title = "Nuestras tortugas"
    on(1, a_post(thread, pair.maestra, "Hola."))
    for n in (5, 6, 7, 8, 9):
        on(n, a_post(pair.thread(), pair.maestra, f"Tortuga {n}."))
    settle()

    newest = search(pair.tom, Question("tortuga", order=NEWEST))
    best = search(pair.tom, Question("tortuga"))
    second, last = (
        search(pair.tom, Question("tortuga", order=NEWEST), page=n) for n in (2, 3)
    )

    assert [one.thread_id for one in newest.titles] == [thread.id]
    assert newest.titles[0].title == "Nuestras <mark>tortugas</mark>"
    assert best.hits[0].thread_id == thread.id
    assert best.titles == []
    assert second.titles == []
    assert (last.hits[-1].thread_id, last.titles) == (thread.id, [])


def test_a_thread_is_not_called_so_by_half_of_the_words(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE_HITS", 1)
    pair = Pair()
    thread = pair.thread()
    thread.title = "Tortugas"
    on(1, a_post(thread, pair.maestra, "En el río."))
    on(9, a_post(pair.thread(), pair.maestra, "Una tortuga en el río."))
    settle()

    half = search(pair.tom, Question("tortuga río", order=NEWEST))
    whole = search(pair.tom, Question("tortuga", order=NEWEST))

    assert (half.total, half.titles) == (2, [])
    assert [one.thread_id for one in whole.titles] == [thread.id]


def test_titles_of_others_are_found_by_nobody_else(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE_HITS", 1)
    ours, theirs = Pair(), Pair()
    for pair in (ours, theirs):
        thread = pair.thread()
        thread.title = "Tortugas"
        on(1, a_post(thread, pair.maestra, "Hola."))
        on(9, a_post(pair.thread(), pair.maestra, "Una tortuga."))
    settle()

    found = search(ours.tom, Question("tortuga", order=NEWEST))

    assert len(found.titles) == 1
    assert db.session.get_one(Thread, found.titles[0].thread_id).space == ours.space
    assert search(a_teacher(), Question("tortuga")).titles == []


def test_people_and_forums_called_so_stand_on_the_first_page_alone(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    a_pupil(pair.spanish, "Paz Ramos")
    forum = a_forum(pair.space)
    forum.title, forum.lang = "Semana de la paz", "es"
    for n in range(11):
        a_post(pair.thread(), pair.maestra, f"Paz {n}.")
    settle()

    first, second = (search(pair.tom, Question("paz"), page=n) for n in (1, 2))

    assert [one.shown_name for one in first.people] == ["Paz R."]
    assert [one.id for one in first.forums] == [forum.id]
    assert len(second.hits) == 1
    assert (second.people, second.forums) == ([], [])


def test_the_beginning_of_a_word_is_marked(app: Flask, settle: Settle) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "Las tortuguitas nadan.")
    settle()

    (hit,) = search(pair.maestra, Question("tortu*")).hits

    assert hit.excerpt == "Las <mark>tortuguitas</mark> nadan."


def test_what_people_said_is_not_called_a_machines(app: Flask, settle: Settle) -> None:
    pair = Pair()
    thread = pair.thread()
    for n, pack in enumerate((None, "es-en 1.0")):
        post = a_post(thread, pair.maestra, f"Una tortuga {n}.")
        translate(post, "en", f"A turtle {n}.")
        db.session.execute(
            update(Rendition)
            .where(Rendition.revision_id == post.current_id)
            .values(pack=pack)
        )
    settle()

    hits = search(pair.tom, Question("turtle")).hits

    assert {str(hit.excerpt)[-2:]: hit.by_people for hit in hits} == {
        "0.": True,
        "1.": False,
    }
