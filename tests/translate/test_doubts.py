"""Figures of doubt: what readers meet, by pair and pack, and what people said of it."""

from flask import Flask

from app.accounts.models import Person
from app.db import db, now
from app.posts.models import (
    AGAIN,
    BY_MACHINE,
    MENDED,
    STUMBLED,
    Post,
    Rendition,
    Sentence,
)
from app.translate.doubts import Doubt, figures
from app.translate.memory import digest
from app.translate.models import WrongReading
from tests.builders import a_pupil
from tests.translate.test_translating import Two


def a_copy(
    post: Post, pack: str | None, hows: list[str], lang: str = "en"
) -> Rendition:
    sentences = [Sentence(0, f"Frase {n}.", "?", how) for n, how in enumerate(hows)]
    row = Rendition(
        revision_id=post.current_id,
        lang=lang,
        source="?",
        pack=pack,
        pairs=[list(one) for one in sentences],
        doubt=hows.count(STUMBLED),
        mended=hows.count(MENDED),
    )
    db.session.add(row)
    db.session.commit()
    return row


def tell(row: Rendition, sentence: str, reader: Person) -> None:
    db.session.add(
        WrongReading(
            revision_id=row.revision_id,
            lang=row.lang,
            sha256=digest(sentence),
            person_id=reader.id,
        )
    )
    db.session.commit()


def test_nothing_translated_is_no_figure(app: Flask) -> None:
    assert figures() == []


def test_stumbled_and_mended_are_counted_by_pair_and_pack(app: Flask) -> None:
    two = Two()
    posts = [two.letter(f"Frase {n}.") for n in range(3)]
    a_copy(posts[0], "es-en 0.2", [BY_MACHINE, BY_MACHINE, STUMBLED])
    a_copy(posts[1], "es-en 0.2", [BY_MACHINE, MENDED])
    a_copy(posts[2], "es-en 1.9", [STUMBLED])
    a_copy(posts[2], "es-en 0.2+en-pb 1.0", [BY_MACHINE], lang="pt")

    found = figures()

    assert found == [
        Doubt("es", "en", "es-en 0.2", sentences=5, stumbled=1, wrong=0, mended=1),
        Doubt("es", "en", "es-en 1.9", sentences=1, stumbled=1, wrong=0, mended=0),
        Doubt("es", "pt", "es-en 0.2+en-pb 1.0", 1, stumbled=0, wrong=0, mended=0),
    ]
    assert [one.stumbled_share for one in found] == [0.2, 1.0, 0.0]
    assert found[2].pair == "es-pt"


def test_two_readers_of_one_sentence_are_one_wrong_sentence(app: Flask) -> None:
    two = Two()
    copy = a_copy(two.letter("Frase 0. Frase 1."), "es-en 0.2", [BY_MACHINE] * 2)
    readers = [a_pupil(two.english).person for _n in range(2)]
    for reader in readers:
        tell(copy, "Frase 0.", reader)
    tell(copy, "Frase 1.", readers[0])
    db.session.query(WrongReading).update({"settled_at": now()})

    (found,) = figures()

    assert (found.sentences, found.wrong) == (2, 2)


def test_what_no_pack_said_is_no_doubt_of_a_pack(app: Flask) -> None:
    two = Two()
    a_copy(two.letter("Frase 0."), None, [MENDED])
    a_copy(two.letter("Frase 0. Frase 1."), AGAIN, [STUMBLED, STUMBLED])

    assert figures() == []
