"""Adding, changing and taking away terms, and the old posts that hold them."""

import json

import pytest
from flask import Flask

from app.db import db
from app.jobs import Job
from app.jobs.models import open_jobs
from app.packs import packs
from app.posts.models import AGAIN, Post
from app.posts.publishing import conceal
from app.translate.glossary import Line, terms_of_class
from app.translate.translating import KIND, make_again
from app.web.errors import Refused
from app.wording import changing
from app.wording.changing import Taken
from tests.builders import a_post, a_pupil, a_thread, own_space, released, teacher_of
from tests.translate.test_translating import Two, renditions, work

LUNA = "Su casa es grande. Luna duerme."


def taken(two: Two, *lines: Line, replace: bool = True) -> Taken:
    done = changing.take(
        two.spanish.id, lines, teacher_of(two.spanish).person_id, replace=replace
    )
    db.session.commit()
    return done


def asked_anew(*posts: Post) -> list[Post]:
    """Which of these wait to be made again; nothing waits afterwards."""
    waiting = open_jobs(KIND)
    db.session.query(Job).delete()
    db.session.commit()
    return [post for post in posts if post.id in waiting]


def lines(two: Two) -> list[Line]:
    return [
        Line(row.lang, row.term, row.to_lang, row.said)
        for row in terms_of_class(two.spanish.id)
    ]


def test_lines_are_added_changed_or_the_same(app: Flask) -> None:
    two = Two()
    minga, guaro = Line("es", "minga", "en", "work party"), Line("es", "guaro")

    assert taken(two, minga, guaro) == Taken(new=2)
    other = minga._replace(term="Minga", said="common work")
    assert taken(two, other, guaro) == Taken(changed=1, same=1)
    assert lines(two) == [guaro, other]


def test_a_line_that_may_not_replace_another_leaves_it(app: Flask) -> None:
    two = Two()
    minga, guaro = Line("es", "minga", "en", "work party"), Line("es", "guaro")
    taken(two, minga)

    done = taken(two, minga._replace(said="work"), guaro, replace=False)

    assert done == Taken(new=1, differ=1)
    assert lines(two) == [guaro, minga]


def test_the_last_of_two_lines_for_one_term_counts(app: Flask) -> None:
    two = Two()

    assert taken(two, Line("es", "MINGA"), Line("es", "minga")) == Taken(new=1)
    assert lines(two) == [Line("es", "minga")]


def test_a_line_is_changed_in_its_place(app: Flask) -> None:
    two = Two()
    taken(two, Line("es", "minga"), Line("es", "guaro"))
    guaro, minga = terms_of_class(two.spanish.id)
    teacher = teacher_of(two.spanish).person_id

    changing.change(minga, Line("es", "mingas", "en", "work parties"), teacher)
    with pytest.raises(Refused, match="there already"):
        changing.change(minga, Line("es", "Guaro"), teacher)
    changing.change(guaro, Line("es", "Guaro"), teacher)

    assert lines(two) == [
        Line("es", "Guaro"),
        Line("es", "mingas", "en", "work parties"),
    ]


def test_a_term_is_used_in_old_posts_and_given_up_in_them(with_packs: Flask) -> None:
    two = Two()
    post = two.letter("Mi casa es grande.")
    work()
    assert renditions(post)["en"].source == "My house is big."

    taken(two, Line("es", "casa", "en", "bohío"))
    work()
    assert "bohío" in (renditions(post)["en"].source or "")

    (row,) = terms_of_class(two.spanish.id)
    changing.remove(row)
    db.session.commit()
    work()
    assert renditions(post)["en"].source == "My house is big."


def test_only_posts_that_hold_the_term_are_made_again(app: Flask) -> None:
    two = Two()
    other = Two()
    with_it, without = two.letter("Vamos a la MINGA."), two.letter("Vamos a la casa.")
    plural, starred = two.letter("Dos mingas."), two.letter("La *min**ga*.")
    elsewhere = other.letter("Vamos a la minga.")
    held = a_post(two.thread, two.pupil, "La minga.")
    hidden = two.letter("Una minga.")
    conceal(hidden, hidden=True)
    own = released(
        a_post(a_thread(own_space(two.spanish), two.pupil), two.pupil, "La minga."),
        teacher_of(two.spanish),
    )
    posts = (with_it, without, plural, starred, elsewhere, held, hidden, own)
    asked_anew()

    taken(two, Line("es", "minga", "en", "work party"))

    assert asked_anew(*posts) == [with_it, starred, own]


def test_a_post_in_another_language_holds_names_alone(app: Flask) -> None:
    two = Two()
    english = released(
        a_post(two.thread, a_pupil(two.english), "Is Luna a mole?"),
        teacher_of(two.english),
    )
    asked_anew()

    taken(two, Line("es", "mole"))
    assert asked_anew(english) == []
    taken(two, Line("es", "Luna", "en", ""))
    assert asked_anew(english) == []
    taken(two, Line("es", "Luna"))
    assert asked_anew(english) == [english]


def test_what_stands_before_and_after_a_change_is_looked_for(app: Flask) -> None:
    two = Two()
    before, after = two.letter("Una minga."), two.letter("Una fiesta.")
    taken(two, Line("es", "minga"))
    (row,) = terms_of_class(two.spanish.id)
    asked_anew()

    changing.change(row, Line("es", "fiesta"), teacher_of(two.spanish).person_id)

    assert asked_anew(before, after) == [before, after]


def test_a_change_that_changes_nothing_makes_nothing_again(app: Flask) -> None:
    two = Two()
    post = two.letter("Una minga.")
    taken(two, Line("es", "minga"))
    (row,) = terms_of_class(two.spanish.id)
    asked_anew()

    taken(two, Line("es", "minga"))
    changing.change(row, Line("es", "minga"), teacher_of(two.spanish).person_id)

    assert asked_anew(post) == []


def test_only_the_language_of_the_term_is_made_again(with_packs: Flask) -> None:
    two = Two()
    a_pupil(two.english).person.lang = "fr"
    post = two.letter("Una minga.")
    work()
    before = {lang: row.pack for lang, row in renditions(post).items()}

    taken(two, Line("es", "minga", "fr", "corvée"))

    packs = {lang: row.pack for lang, row in renditions(post).items()}
    assert before == {"en": "es-en 0.2", "fr": None}
    assert packs == {"en": "es-en 0.2", "fr": AGAIN}


def test_many_posts_are_looked_through_some_at_a_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "TEXTS_AT_ONCE", 2)
    two = Two()
    posts = [two.letter(f"La minga {n}.") for n in range(5)]
    asked_anew()

    taken(two, Line("es", "minga"))

    assert asked_anew(*posts) == posts


def test_terms_survive_a_rebuild(with_packs: Flask) -> None:
    two = Two()
    taken(two, Line("es", "casa", "en", "bohío"))
    post = two.letter("Mi casa es grande.")
    work()
    made = renditions(post)["en"].source
    make_again([post.current_id or 0])
    db.session.commit()

    with_packs.test_cli_runner().invoke(args=["translate", "rebuild"])

    assert "bohío" in (made or "")
    assert renditions(post)["en"].source == made


@pytest.mark.parametrize(
    ("term", "letter", "said"),
    [
        (Line("es", "minga", "en", "work party"), "La minga es grande.", "work party"),
        (Line("es", "minga", "en", "work party"), "LA MINGA ES GRANDE.", "WORK PARTY"),
        (Line("es", "minga"), "La minga es grande.", "minga"),
        (Line("es", "Luna"), "Luna mira la luna.", "moon"),
        (Line("es", "春节", "en", "Spring Festival"), "La 春节 es grande.", "Spring"),
        (Line("es", "casa", "en", "بيت"), "Mi casa es grande.", "بيت"),
    ],
)
def test_a_term_comes_out_as_the_class_wants_it(
    with_packs: Flask, term: Line, letter: str, said: str
) -> None:
    two = Two()
    taken(two, term)

    post = two.letter(letter)
    work()

    row = renditions(post)["en"]
    assert row.doubt == 0
    assert said in (row.source or "")


def test_a_term_may_say_a_pupils_name_otherwise(with_packs: Flask) -> None:
    two = Two()
    taken(two, Line("es", "Barrio Luna", "en", "Moon Quarter"), Line("es", "Luna"))
    post = two.letter("Vivo en el Barrio Luna. La casa de Luna es grande.")

    work()

    row = renditions(post)["en"]
    assert row.doubt == 0
    assert "Moon Quarter" in (row.source or "")
    assert "Luna" in (row.source or "")


def test_a_term_is_carried_through_a_language_between(with_packs: Flask) -> None:
    """English to French is not at hand here, so its place has English to Spanish."""
    home = packs.packs_folder()
    metadata = home / "en_es" / "metadata.json"
    told = json.loads(metadata.read_text())
    metadata.unlink()
    metadata.write_text(json.dumps(told | {"to_code": "fr"}))
    (home / "en_es").rename(home / "en_fr")
    two = Two()
    a_pupil(two.english).person.lang = "fr"
    taken(two, Line("es", "minga", "fr", "corvée"))
    post = two.letter("La minga es grande. LA MINGA ES GRANDE.")

    work()

    row = renditions(post)["fr"]
    assert row.doubt == 0
    assert "corvée es grande" in (row.source or "")
    assert "CORVÉE ES GRANDE" in (row.source or "")
