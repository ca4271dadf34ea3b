"""The job behind *How will it read?*: said and said back, and nothing is learned."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.classrooms.models import Space
from app.db import db
from app.packs import packs
from app.posts.models import Preview
from app.translate import hints, preview
from app.translate.models import GlossaryTerm, Memory, MemorySource
from tests.builders import a_classroom, a_partnership, a_pupil, teacher_of

TEMPLATE = Path(preview.__file__).parents[1] / "posts/templates/posts/_preview.html"


class Pals:
    def __init__(self) -> None:
        self.ours, self.theirs = a_classroom(lang="es"), a_classroom(lang="en")
        self.space: Space = a_partnership(self.ours, self.theirs)
        self.girl: Account = a_pupil(self.ours, "Luna Mora")
        db.session.commit()

    def asks(self, source: str, lang: str = "es", to_lang: str = "en") -> Preview:
        row = Preview(
            person_id=self.girl.person_id, space_id=self.space.id, lang=lang,
            to_lang=to_lang, source=source,
        )  # fmt: skip
        db.session.add(row)
        db.session.commit()
        return row

    def sees(self, source: str, lang: str = "es", to_lang: str = "en") -> Any:
        row = self.asks(source, lang, to_lang)
        preview.preview([row.id])
        db.session.expire_all()
        return row.result

    def term(self, term: str, said: str) -> None:
        db.session.add(
            GlossaryTerm(
                classroom_id=self.ours.id, lang="es", term=term, term_folded=term.lower(),
                to_lang="en", said=said, made_by_id=teacher_of(self.ours).person_id,
            )
        )  # fmt: skip
        db.session.commit()


@pytest.fixture
def pals(with_packs: Flask) -> Pals:
    return Pals()


def test_each_sentence_is_said_and_said_back(pals: Pals) -> None:
    result = pals.sees("El río es grande.\n\n- Luna lee un libro. 🌊")

    assert result == {
        "said": [
            ["El río es grande.", "The river is big.", "El río es grande.", []],
            ["Luna lee un libro.", "Luna reads a book.", "Luna lee un libro.", []],
        ],
        "left": 0,
        "done": True,
    }


def test_nothing_of_it_is_learned(pals: Pals) -> None:
    pals.sees("El río es grande.")

    for table in (Memory, MemorySource):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_what_a_person_has_said_goes_before_the_machine(pals: Pals) -> None:
    from app.translate.memory import BY_PERSON, digest

    sentence = "El río es grande."
    db.session.add(
        Memory(
            pair="es-en", sha256=digest(sentence), by=BY_PERSON, source=sentence,
            target="Our river is wide.",
        )
    )  # fmt: skip
    db.session.commit()

    ((_source, target, back, _hints),) = pals.sees(sentence)["said"]

    assert target == "Our river is wide."
    assert back.startswith("Nuestro río")


def test_terms_of_the_class_are_said_its_way_and_come_back(pals: Pals) -> None:
    pals.term("sancocho", "sancocho soup")

    ((_source, target, back, found),) = pals.sees("Me gusta el sancocho.")["said"]

    assert "sancocho soup" in target
    assert "sancocho" in back
    assert found == []


def test_a_sentence_in_the_readers_language_stays(pals: Pals) -> None:
    result = pals.sees("El río es grande. The teacher said that we should go there.")

    english = result["said"][1]
    assert english[0] == english[1]
    assert english[2:] == ["", []]


def test_what_the_machine_cannot_say_stays_with_a_hint(pals: Pals) -> None:
    (one,) = pals.sees("Pifié xqzt wvrk zzt plgh grmpf.")["said"]

    assert one[0] == one[1]
    assert one[3][0] == [hints.STUMBLED, ""]


def test_of_much_the_beginning_is_tried_out(pals: Pals) -> None:
    result = pals.sees("El río es grande. Me gusta leer. " * 130)

    shown = sum(len(one[0]) for one in result["said"])
    assert 0.9 * preview.MOST_CHARACTERS < shown <= preview.MOST_CHARACTERS
    assert result["left"] == 260 - len(result["said"])
    assert result["done"]


def test_who_waits_gets_the_first_lines_before_the_rest(
    pals: Pals, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[tuple[int, bool]] = []
    hand_over = preview._hand_over

    def note(words: preview.Words, result: dict[str, Any]) -> bool:
        handed.append((result["left"], result["done"]))
        return hand_over(words, result)

    monkeypatch.setattr(preview, "_hand_over", note)
    pals.sees("El río es grande. Me gusta leer. " * 20)

    assert len(handed) > 1
    assert handed[0][0] > 0
    assert [done for _left, done in handed] == [False] * (len(handed) - 1) + [True]


def test_nothing_more_is_said_once_the_writer_has_gone(
    pals: Pals, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = pals.asks("El río es grande. Me gusta leer. " * 20)
    said: list[int] = []
    say = preview._said

    def leaving(words: preview.Words, sentences: Any, *routes: Any) -> Any:
        said.append(len(sentences))
        db.session.delete(db.session.get_one(Preview, row.id))
        db.session.commit()
        return say(words, sentences, *routes)

    monkeypatch.setattr(preview, "_said", leaving)
    preview.preview([row.id])

    assert len(said) == 1


def test_a_row_that_is_gone_is_passed_over(pals: Pals) -> None:
    other = pals.asks("El río es grande.")

    preview.preview([other.id + 1, other.id])

    db.session.expire_all()
    assert other.result is not None


def test_only_emoji_need_no_translation(pals: Pals) -> None:
    assert pals.sees("🌊 🌊") == {"said": [], "left": 0, "done": True}


def test_a_broken_pack_is_set_aside_and_she_is_told(pals: Pals) -> None:
    model = packs.packs_folder() / "es_en" / "model" / "model.bin"
    model.unlink()
    model.write_bytes(b"no model")

    assert pals.sees("El río es grande.")["said"] is None
    assert packs.route("es", "en", packs.installed()) == ()


def test_without_a_way_back_it_is_said_all_the_same(pals: Pals) -> None:
    packs.remove("en-es")

    (one,) = pals.sees("El río es grande.")["said"]

    assert one == ["El río es grande.", "The river is big.", "", []]


def test_why_not_names_what_is_missing(with_packs: Flask) -> None:
    with with_packs.test_request_context():
        assert preview.why_no_translation("es", "en") is None
        assert "no language pack" in str(preview.why_no_translation("es", "fr"))


def test_each_hint_has_its_sentence() -> None:
    """Codes come from the worker, and the page says them."""
    codes = {
        value
        for name, value in vars(hints).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }

    said = set(re.findall(r'what == "([^"]+)"', TEMPLATE.read_text("utf-8")))

    assert codes == said
