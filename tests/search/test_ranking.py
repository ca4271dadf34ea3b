"""Best first: what a reader expects to stand above the rest."""

from collections.abc import Callable

from flask import Flask

from app.accounts.models import Account
from app.posts.models import Post
from app.search.asking import Question
from app.search.searching import search
from tests.builders import a_post
from tests.search.test_searching import Pair

Settle = Callable[[], None]

REST = " Y luego fuimos a casa por el camino de siempre con los demás."


def first(viewer: Account, typed: str, posts: dict[str, Post]) -> list[str]:
    """Name the posts in the order in which they are found."""
    names = {post.uid: name for name, post in posts.items()}
    return [names[hit.post_uid] for hit in search(viewer, Question(typed)).hits]


def write(pair: Pair, *sources: str) -> list[Post]:
    """Write posts one after the other: the last is the newest."""
    thread = pair.thread()
    return [a_post(thread, pair.maestra, source) for source in sources]


def test_several_mentions_come_before_one(app: Flask, settle: Settle) -> None:
    pair = Pair()
    often, once = write(
        pair,
        "La tortuga come y la tortuga duerme. Es una tortuga." + REST,
        "La tortuga come y el gato duerme. Es una casa." + REST,
    )
    settle()

    order = first(pair.ana, "tortuga", {"often": often, "once": once})

    assert order == ["often", "once"]


def test_a_short_text_about_it_comes_before_a_long_one(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    short, long = write(pair, "Mi tortuga come." + REST, "Mi tortuga come." + REST * 40)
    settle()

    order = first(pair.ana, "tortuga", {"short": short, "long": long})

    assert order == ["short", "long"]


def test_a_title_comes_before_any_number_of_mentions(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    thread.title = "Tortugas"
    title = a_post(thread, pair.maestra, "Aquí hablamos de ellas." + REST)
    (often,) = write(pair, "Tortuga, " * 30)
    settle()

    order = first(pair.ana, "tortuga", {"title": title, "often": often})

    assert order == ["title", "often"]


def test_the_rarer_word_says_more(app: Flask, settle: Settle) -> None:
    pair = Pair()
    rare, common = write(
        pair,
        "Iguana, iguana, iguana, iguana. La escuela." + REST,
        "Escuela, escuela, escuela, escuela. La iguana." + REST,
    )
    write(pair, *[f"Nuestra escuela número {n}." for n in range(20)])
    settle()
    # In a segment of its own, that knows neither.
    write(pair, "Hoy llueve.")
    settle()

    order = first(pair.ana, "escuela iguana", {"rare": rare, "common": common})

    assert order == ["rare", "common"]


def test_how_rare_a_word_is_does_not_depend_on_what_others_write(
    app: Flask, settle: Settle
) -> None:
    ours, theirs = Pair(), Pair()
    rare, common = write(
        ours,
        "Iguana, iguana, iguana, iguana. La escuela." + REST,
        "Escuela, escuela, escuela, escuela. La iguana." + REST,
    )
    write(ours, *[f"Nuestra escuela número {n}." for n in range(9)])
    write(theirs, *[f"Nuestra iguana número {n}." for n in range(99)])
    settle()

    order = first(ours.ana, "escuela iguana", {"rare": rare, "common": common})

    assert order == ["rare", "common"]


def test_the_readers_language_comes_before_a_chance_match_in_another(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    thread = pair.thread()
    bread = a_post(thread, pair.maestra, "El pan está en la mesa de la cocina.")
    pan = a_post(thread, pair.teacher, "The pan is on the table of my kitchen.")
    again = a_post(thread, pair.maestra, "El pan está en la mesa de la cocina.")
    posts = {"bread": bread, "pan": pan, "again": again}
    settle()

    assert first(pair.ana, "pan", posts) == ["again", "bread", "pan"]
    assert first(pair.tom, "pan", posts) == ["pan", "again", "bread"]


def test_words_beside_each_other_come_before_words_far_apart(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    beside, near, far = write(
        pair,
        "Un viejo puente de madera cruza el agua." + REST,
        "Un viejo y muy largo puente de madera cruza." + REST,
        "Un puente de madera cruza el agua." + REST + " Es viejo.",
    )
    settle()
    posts = {"beside": beside, "near": near, "far": far}

    assert first(pair.ana, "puente viejo", posts) == ["beside", "near", "far"]
    assert first(pair.ana, "puente madera", posts) == ["far", "near", "beside"]


def test_the_newer_comes_first_where_none_fits_better(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    older, newer = write(
        pair,
        "La tortuga come." + REST,
        "Hoy la tortuga come muchas hojas verdes y frescas del huerto." + REST,
    )
    settle()

    order = first(pair.ana, "tortuga", {"older": older, "newer": newer})

    assert order == ["newer", "older"]


def test_posts_of_large_and_small_segments_are_weighed_alike(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    (old,) = write(pair, "La tortuga mira al pez. Vive allí." + REST)
    write(pair, *[f"Nuestra escuela número {n}." for n in range(20)])
    settle()
    (new,) = write(pair, "La tortuga y el pez, el pez y la tortuga." + REST)

    settle()

    assert first(pair.ana, "tortuga pez", {"old": old, "new": new}) == ["new", "old"]


def test_words_that_say_little_count_for_a_post_that_has_them(
    app: Flask, settle: Settle
) -> None:
    pair = Pair()
    under, over = write(
        pair,
        "El gato duerme bajo la mesa entre dos sillas." + REST,
        "El gato duerme junto a la mesa y dos sillas." + REST,
    )
    settle()
    posts = {"under": under, "over": over}

    assert first(pair.ana, "entre sillas", posts) == ["under", "over"]
    assert first(pair.ana, "sillas", posts) == ["over", "under"]
