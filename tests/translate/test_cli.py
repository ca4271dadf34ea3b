"""The commands, as a person at the terminal meets them."""

from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.posts.models import Rendition
from app.translate import engine, packs
from tests.translate.conftest import STARTERS
from tests.translate.test_translating import Two, renditions, work


def say(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    return result.exit_code, result.output


def test_listing_names_packs_and_what_is_wrong(with_packs: Flask) -> None:
    (packs.packs_folder() / "en_es" / "sentencepiece.model").unlink()

    code, output = say(with_packs, "packs", "list")

    assert code == 0
    assert output == "es-en  0.2\nen_es  cannot be used: Its tokenizer is missing.\n"


def test_listing_nothing_says_how_to_get_something(app: Flask) -> None:
    assert (
        "No pack is installed. `python3 run.py flask packs install es-en`"
        in say(app, "packs", "list")[1]
    )


def test_a_file_is_installed_and_removed(app: Flask) -> None:
    path = str(STARTERS / "translate-es_en.argosmodel")

    assert say(app, "packs", "install", path) == (0, "es-en 0.2 is installed.\n")
    assert say(app, "packs", "remove", "es-en")[0] == 0
    assert packs.installed() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["packs", "install", "nonsense"], "neither a file here nor a pair"),
        (["packs", "install", "/no/such.argosmodel"], "is not there"),
        (["packs", "remove", "es-en"], "no pack es-en"),
        (["packs", "remove", "../x"], "pair of languages"),
    ],
)
def test_a_mistake_is_answered_with_one_sentence(
    app: Flask, arguments: list[str], said: str
) -> None:
    code, output = say(app, *arguments)

    assert code == 1
    assert said in output
    assert output.count("\n") == 1


def test_a_folder_is_no_pack(app: Flask, tmp_path: Path) -> None:
    code, output = say(app, "packs", "install", str(tmp_path))

    assert code == 1
    assert "cannot be unpacked" in output


def test_a_rebuild_makes_every_translation_again(with_packs: Flask) -> None:
    post = Two().letter("El río es grande.")
    work()
    db.session.query(Rendition).delete()
    db.session.commit()

    code, output = say(with_packs, "translate", "rebuild")

    assert code == 0, output
    assert renditions(post)["en"].source == "The river is big."


def test_a_machine_without_the_engine_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PARTS", ("no_such_library",))

    assert "no_such_library is not available" in say(app, "packs", "list")[1]
    assert say(app, "translate", "rebuild")[0] == 1
