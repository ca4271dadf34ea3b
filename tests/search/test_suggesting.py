"""Did you mean: words that stand in what the reader may read, and only those."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import Account
from app.db import db
from app.media.models import Media
from app.posts.models import Attachment, Post
from app.search import respelling, suggesting
from app.search.asking import MAX_CHARACTERS, Question
from app.search.searching import search
from tests.builders import a_post, letters_between, released
from tests.search.test_searching import Pair, translate
from tests.search.test_views import queries

Settle = Callable[[], None]


def suggested(viewer: Account, typed: str, lang: str = "") -> list[str]:
    results = search(viewer, Question(typed, lang=lang))
    assert results.total == 0
    for one in results.suggestions:
        assert search(viewer, Question(one, lang=lang)).total > 0, one
    return list(results.suggestions)


def write(pair: Pair, *sources: str) -> None:
    thread = pair.thread()
    for source in sources:
        a_post(thread, pair.maestra, source)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bicilceta", "bicicleta"),
        ("biccicleta", "bicicleta"),
        ("bicicleat", "bicicleta"),
        ("bisikleta", "bicicleta"),
        ("icicleta", "bicicleta"),
        ("vicicletas", "bicicleta"),
        ("BICICLRTA", "bicicleta"),
        ("vaxa", "vaca"),
        ("monatña", "montaña"),
        ("ecsuelas", "escuela"),
        ("puetne", "puentes"),
    ],
)
def test_a_word_with_a_mistake_is_suggested_as_it_is_written(
    app: Flask, settle: Settle, typed: str, meant: str
) -> None:
    pair = Pair()
    write(
        pair,
        "Mi bicicleta está en la montaña.",
        "La escuela tiene una vaca y dos puentes.",
    )
    settle()

    assert suggested(pair.ana, typed) == [meant]


@pytest.mark.parametrize(
    "typed",
    [
        "xylophon",
        "casita",
        "corrs",
        "mesx",
        "bisiklta",
        "qo",
        "123456",
        "***",
        "la los",
    ],
)
def test_what_is_like_no_word_gets_no_suggestion(
    app: Flask, settle: Settle, typed: str
) -> None:
    pair = Pair()
    write(pair, "Mi bicicleta.", "Una vaca, un corazón y la meta.")
    settle()

    assert suggested(pair.ana, typed) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ecolle", ["école"]),
        ("turtel", ["turtle"]),
        ("durtle", ["turtle"]),
        ("drawnig", ["drawing"]),
        ("wanafunsi", ["Wanafunzi"]),
        ("Hernandes", ["Hernández"]),
        ("مدرصة", ["مدرسة"]),
    ],
)
def test_each_language_has_its_own_words(
    app: Flask, settle: Settle, typed: str, meant: list[str]
) -> None:
    pair = Pair()
    post = a_post(
        pair.thread(), pair.maestra, "Una tortuga para la profesora Hernández."
    )
    for lang, source in (
        ("en", "A drawing of a turtle."),
        ("fr", "Elle est à l'école."),
        ("sw", "Wanafunzi wanasoma."),
        ("ar", "هذه مدرسة كبيرة."),
    ):
        translate(post, lang, source)
    settle()

    assert suggested(pair.ana, typed) == meant


def test_the_other_words_stay_and_must_be_found_too(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "La bicicleta roja de Marta.", "Una tortuga verde.")
    settle()

    assert suggested(pair.ana, "¿bicilceta, Marta?") == ["¿bicicleta, Marta?"]
    assert suggested(pair.ana, "la bicilceta tortuga") == []


def test_two_wrong_words_are_both_replaced(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "La bicicleta roja de Marta.", "Una tortuga verde.")
    settle()

    assert suggested(pair.ana, "bicilceta de matra") == ["bicicleta de Marta"]
    assert suggested(pair.ana, "bicilceta tortuag") == []
    assert suggested(pair.ana, "bicilceta roaj matra") == []


def test_words_that_are_right_are_never_replaced(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "Una gata y un ratón.", "Una pata y un gato.", "Pasta la tortuga.")
    settle()

    # Each is there, though not both together.
    assert suggested(pair.ana, "ratón tortuga") == []
    # A word like "the" is not looked for beside others.
    assert suggested(pair.ana, "sobre tortuag") == ["sobre tortuga"]
    assert suggested(pair.ana, '"hasta la tortuga"') == []


def test_a_phrase_and_a_beginning_stay_what_they_are(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    write(pair, "La bicicleta roja de Marta.")
    settle()

    assert suggested(pair.ana, '"bicilceta roja"') == ['"bicicleta roja"']
    assert suggested(pair.ana, '"roja bicilceta"') == []
    assert suggested(pair.ana, "bicilceta*") == ["bicicleta*"]


def test_one_word_may_have_been_two_and_two_one(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "We play football at night.", "An ice cream for the goalkeeper.")
    settle()

    assert suggested(pair.tom, "foot ball night") == ["football night"]
    assert suggested(pair.tom, "icecream") == ["ice cream"]
    assert suggested(pair.tom, "foot ball cream") == []
    assert suggested(pair.tom, "creamgoalkeeper") == []


def test_the_nearest_comes_first_and_her_language_before_others(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Un carrote pintado.")
    translate(post, "en", "A carrots field, carrotes, a carrole.")
    write(pair, "Otro carrotos pintado.")
    settle()

    spanish = suggested(pair.ana, "carrotx")
    english = suggested(pair.tom, "carrotx")

    assert spanish[0] == "carrote"
    assert english[0] == "carrots"


def test_the_commoner_comes_first_among_equals(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "Un lagarbo.", "Un lagarko.", "Otro lagarko.")
    settle()

    assert suggested(pair.ana, "lagarro") == ["lagarko", "lagarbo"]


def test_three_are_suggested_at_most(app: Flask, settle: Settle) -> None:
    pair = Pair()
    write(pair, "zorba zorca zorda zorfa zorga")
    settle()

    assert len(suggested(pair.ana, "zorma")) == 3


def test_titles_and_words_about_pictures_are_suggested(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    thread.title = "Nuestras mascotas"
    post = a_post(thread, pair.maestra, "Aquí está Luna.")
    media = Media(sha256="0" * 64, upload="none")
    db.session.add(media)
    db.session.flush()
    assert post.current_id is not None
    about = "El puente de madera"
    db.session.add(
        Attachment(
            revision_id=post.current_id, media_id=media.id, n=1, description=about
        )
    )
    settle()

    assert suggested(pair.ana, "mascotsa") == ["mascotas"]
    assert suggested(pair.ana, "puetne") == ["puente"]


def test_what_is_suggested_is_found_within_the_same_limits(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Una bicicleta.")
    translate(post, "en", "A bicycle.")
    settle()

    assert suggested(pair.ana, "bicilceta", lang="es") == ["bicicleta"]
    assert suggested(pair.ana, "bicilceta", lang="en") == []


# Only what one may read.


def test_words_of_others_are_suggested_to_nobody_else(
    app: Flask, settle: Settle
) -> None:
    ours, theirs = Pair(), Pair()
    letters = letters_between(ours.space, ours.maestra, ours.ana, ours.tom)
    released(a_post(letters, ours.ana, "Una bicicleta."), ours.maestra)
    write(ours, "Una tortuga.")
    a_post(ours.thread(), ours.ana, "Mi montaña espera.")
    settle()

    assert suggested(ours.ana, "bicilceta") == ["bicicleta"]
    assert suggested(ours.ana, "tortuag") == ["tortuga"]
    assert suggested(ours.lena, "bicilceta") == []
    assert suggested(ours.maestra, "montñaa") == []
    assert suggested(theirs.ana, "tortuag") == []


def test_a_word_that_only_others_wrote_is_as_wrong_as_one_nobody_wrote(
    app: Flask, settle: Settle
) -> None:
    ours, theirs = Pair(), Pair()
    write(ours, "Una tortuga.")
    write(theirs, "Una tortusa y una tartuga.", *["Una tortufa."] * 3)
    settle()

    assert suggested(ours.ana, "tortusa") == suggested(ours.ana, "tortula")
    assert suggested(ours.ana, "tortusa") == ["tortuga"]


def test_a_word_that_she_has_is_right_however_often_others_wrote_it(
    app: Flask, settle: Settle
) -> None:
    ours, theirs = Pair(), Pair()
    write(ours, "Un ratón.", "Una tortuga.", "Un ratón y una tortuba.")
    write(theirs, *["Una tortuga."] * 5)
    settle()

    assert suggested(ours.ana, "ratón tortuga") == []


def test_a_misspelt_ending_is_nearer_than_another_word(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respelling, "MOST_FOR_ONE", 1)
    pair = Pair()
    thread = pair.thread()
    for source in ("A drawing.", "A drain.", "Another drain."):
        a_post(thread, pair.teacher, source)
    settle()

    assert suggested(pair.tom, "drawnig") == ["drawing"]


def test_her_own_language_has_room_before_others(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respelling, "MOST_FOR_ONE", 1)
    pair = Pair()
    post = a_post(pair.thread(), pair.maestra, "Una tortuna.")
    translate(post, "en", "A tortuba.")
    settle()

    assert suggested(pair.ana, "tortuma") == ["tortuna"]
    assert suggested(pair.tom, "tortuma") == ["tortuba"]


def test_words_of_others_take_no_room_from_her_own(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respelling, "MOST_FOR_ONE", 1)
    ours, theirs = Pair(), Pair()
    write(ours, "Una tortuga.")
    write(theirs, *["Una tortuna, una tortuba y una tortuca."] * 3)
    settle()

    assert suggested(ours.ana, "tortuma") == ["tortuga"]


def test_what_is_hidden_is_not_suggested_though_the_index_has_it(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    write(pair, "Una tortuga.")
    hidden = a_post(pair.thread(), pair.maestra, "Una tortura y una bicicleta.")
    settle()
    assert search(pair.ana, Question("tortura")).total == 1

    # Hidden behind the worker's back: no job, so the index keeps it.
    db.session.execute(
        update(Post).where(Post.id == hidden.id).values(hidden_at=hidden.sent_at)
    )
    db.session.commit()

    assert suggested(pair.ana, "bicilceta") == []
    # The word itself is as one that nobody wrote.
    assert suggested(pair.ana, "tortura") == ["tortuga"]


def test_a_word_is_mended_behind_characters_without_spaces(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    a_post(pair.thread(), pair.maestra, "我们学校 bicicleta roja.", lang="zh")
    settle()

    assert suggested(pair.ana, '"学校 bicilceta roja"') == ['"学校 bicicleta roja"']


# Bounds.


def test_an_index_that_is_not_there_suggests_nothing(app: Flask) -> None:
    from app.search import asking
    from app.search.limiting import Limits

    pair = Pair()

    assert (
        suggesting.suggest(pair.ana, asking.read("tortuga"), Limits(frozenset())) == []
    )


def test_a_suggestion_is_no_longer_than_what_can_be_typed(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    write(pair, "La bicicleta roja.")
    settle()
    fits, is_too_long = (f"roja{'.' * n} biciclta" for n in (186, 187))

    assert len(is_too_long) == MAX_CHARACTERS
    assert len(suggested(pair.ana, fits)) == 1
    assert suggested(pair.ana, is_too_long) == []


def test_without_time_nothing_is_suggested(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair()
    write(pair, "Una bicicleta.")
    settle()
    monkeypatch.setattr(suggesting, "MOST_SECONDS", -1)

    assert suggested(pair.ana, "bicilceta") == []


def test_suggestions_cost_one_query(
    app: Flask, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair()
    write(pair, "La bicicleta roja de Marta.")
    settle()
    search(pair.ana, Question("roja"))

    with queries() as said:
        assert search(pair.ana, Question("roja bicilceta")).suggestions
    monkeypatch.setattr(suggesting, "suggest", lambda *_: [])
    with queries() as without:
        assert not search(pair.ana, Question("roja bicilceta")).suggestions

    assert len(said) == len(without) + 1
