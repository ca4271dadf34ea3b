"""The commands, as a person at the terminal meets them."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.packs import engine, packs
from app.posts.models import Rendition
from app.translate import doubts
from tests.starter_packs import STARTERS
from tests.translate.test_translating import Two, renditions, work

ES_EN = STARTERS / "translate-es_en.argosmodel"
EN_ES = STARTERS / "translate-en_es.argosmodel"


def say(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    return result.exit_code, result.output


def test_listing_names_packs_and_what_is_wrong(with_packs: Flask) -> None:
    (packs.packs_folder() / "en_es" / "sentencepiece.model").unlink()

    code, output = say(with_packs, "packs", "list")

    assert code == 0
    assert output == (
        "es-en  0.2  9 MB of disk, about 31 MB of memory\n"
        "en_es  cannot be used: Its tokenizer is missing.\n"
    )


def test_listing_nothing_says_how_to_get_something(app: Flask) -> None:
    assert (
        "No pack is installed. `python3 run.py flask packs install es-en`"
        in say(app, "packs", "list")[1]
    )


def test_a_file_is_installed_and_removed(app: Flask) -> None:
    path = str(STARTERS / "translate-es_en.argosmodel")

    code, output = say(app, "packs", "install", path)
    again = say(app, "packs", "install", path)

    assert code == 0
    before, after = output.splitlines()
    assert before.startswith("es-en 0.2 will take 9 MB of disk (")
    assert before.endswith(" MB are free), and about 31 MB of memory while it works.")
    assert after.startswith("es-en 0.2 is installed: 9 MB of disk, ")
    assert again == (0, "es-en 0.2 is here already. Nothing was done.\n")
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


def a_stick(tmp_path: Path) -> Path:
    """Two packs in folders of a stick, a damaged one, an older one, and other things."""
    stick = tmp_path / "stick"
    (stick / "school" / "packs").mkdir(parents=True)
    shutil.copy(ES_EN, stick / "school" / "packs" / "es.argosmodel")
    shutil.copy(EN_ES, stick / "SPANISH.ARGOSMODEL")
    (stick / "a-damaged.argosmodel").write_bytes(EN_ES.read_bytes()[:5000])
    (stick / "._es.argosmodel").write_bytes(b"a note of another system")
    (stick / "letter.txt").write_text("Hello.")
    return stick


def test_all_packs_on_a_stick_are_installed_each_by_itself(
    app: Flask, tmp_path: Path
) -> None:
    code, output = say(app, "packs", "install", str(a_stick(tmp_path)))

    assert code == 1
    assert [pack.label for pack in packs.installed()] == ["en-es 0.2", "es-en 0.2"]
    assert "a-damaged.argosmodel: a-damaged.argosmodel is damaged" in output
    assert "SPANISH.ARGOSMODEL (en-es 0.2) will take 9 MB of disk" in output
    assert "en-es 0.2 is installed: 9 MB of disk" in output
    assert "es-en 0.2 is installed: 9 MB of disk" in output
    assert "1 of 3 files were not installed" in output
    assert "._es" not in output
    assert "letter" not in output


def test_a_stick_with_nothing_new_changes_nothing(app: Flask, tmp_path: Path) -> None:
    stick = a_stick(tmp_path)
    (stick / "a-damaged.argosmodel").unlink()
    say(app, "packs", "install", str(stick))
    before = [
        (p.folder / "model" / "model.bin").stat().st_ino for p in packs.installed()
    ]

    code, output = say(app, "packs", "install", str(stick))

    assert code == 0
    assert output.splitlines() == [
        "SPANISH.ARGOSMODEL (en-es 0.2): what is here is as new. Nothing was done.",
        "es.argosmodel (es-en 0.2): what is here is as new. Nothing was done.",
    ]
    after = [
        (p.folder / "model" / "model.bin").stat().st_ino for p in packs.installed()
    ]
    assert after == before


def test_the_newest_of_a_pair_on_a_stick_goes_first(app: Flask, tmp_path: Path) -> None:
    for version in ("0.10", "0.9"):
        rewritten(ES_EN, tmp_path / f"es-{version}.argosmodel", version)

    code, output = say(app, "packs", "install", str(tmp_path))

    assert code == 0
    assert [pack.label for pack in packs.installed()] == ["es-en 0.10"]
    assert (
        "es-0.9.argosmodel (es-en 0.9): a newer one of this pair goes before" in output
    )


def test_an_older_one_stands_in_where_the_newest_is_damaged(
    app: Flask, tmp_path: Path
) -> None:
    rewritten(ES_EN, tmp_path / "new.argosmodel", "9.0", model=b"noise" * 100)
    rewritten(ES_EN, tmp_path / "old.argosmodel", "0.1")

    code, output = say(app, "packs", "install", str(tmp_path))

    assert code == 1
    assert "new.argosmodel (es-en 9.0): Its model cannot be loaded" in output
    assert [pack.label for pack in packs.installed()] == ["es-en 0.1"]


def test_a_damaged_pack_is_installed_again_from_a_stick(
    app: Flask, tmp_path: Path
) -> None:
    say(app, "packs", "install", str(ES_EN))
    (packs.packs_folder() / "es_en" / "sentencepiece.model").write_bytes(b"x")
    assert packs.installed() == []

    code, _output = say(app, "packs", "install", str(ES_EN.parent))

    assert code == 0
    assert [pack.label for pack in packs.installed()] == ["en-es 0.2", "es-en 0.2"]


def test_a_folder_without_packs_is_said(app: Flask, tmp_path: Path) -> None:
    code, output = say(app, "packs", "install", str(tmp_path))

    assert code == 1
    assert f"There is no .argosmodel file in {tmp_path}." in output


def test_the_list_says_which_ways_lead_through_another_language(
    with_packs: Flask,
) -> None:
    home = packs.packs_folder()
    told = (home / "en_es" / "metadata.json").read_text()
    (home / "en_es" / "metadata.json").unlink()
    (home / "en_es" / "metadata.json").write_text(told.replace('"es"', '"fr"'))
    (home / "en_es").rename(home / "en_fr")

    output = say(with_packs, "packs", "list")[1]

    assert output.splitlines()[-1] == "es-fr: through en"
    assert "fr-es" not in output


def test_the_list_names_the_figure_of_doubt(with_packs: Flask) -> None:
    Two().letter("El río es grande. Zzyx qwrt plok vvv 12 13 14 15.")
    work()
    shares = {one.pack: one.stumbled_share for one in doubts.figures()}

    output = say(with_packs, "packs", "list")[1]

    share = f"{shares['es-en 0.2']:.0%}"
    assert f"memory; could not say {share} of 2 sentences well" in output


def rewritten(pack: Path, path: Path, version: str, model: bytes | None = None) -> None:
    """Write another version of a pack."""
    with zipfile.ZipFile(pack) as real, zipfile.ZipFile(path, "w") as made:
        for name in real.namelist():
            content = real.read(name)
            if name.endswith("metadata.json"):
                told = json.loads(content) | {"package_version": version}
                content = json.dumps(told).encode()
            if name.endswith("model.bin") and model is not None:
                content = model
            made.writestr(name, content)


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
