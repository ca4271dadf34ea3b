"""Packs: each folder on its own, installed beside and renamed, ways through English."""

import json
import os
import resource
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.packs import engine, installing, inventory, packs
from app.packs.errors import NoRoom, PackRefused
from app.packs.packs import Pack
from tests.starter_packs import STARTERS

ES_EN = STARTERS / "translate-es_en.argosmodel"


def a_pack(pair: str, version: str = "1.0") -> Pack:
    first, second = pair.split("-")
    return Pack(Path(f"{first}_{second}"), first, second, version)


def test_the_starters_are_installed_once(app: Flask) -> None:
    first = installing.install_starters()
    again = installing.install_starters()

    assert [pack.label for pack in first] == ["en-es 0.2", "es-en 0.2"]
    assert again == []
    assert packs.installed() == first


def test_without_any_pack_nothing_is_installed(app: Flask) -> None:
    assert packs.installed() == []
    assert packs.damaged() == []


@pytest.mark.parametrize("harm", ["no metadata", "no JSON", "no model", "no tokenizer"])
def test_a_damaged_folder_never_breaks_the_others(with_packs: Flask, harm: str) -> None:
    folder = packs.packs_folder() / "es_en"
    lost = {
        "no metadata": "metadata.json",
        "no model": "model/model.bin",
        "no tokenizer": "sentencepiece.model",
    }
    if harm in lost:
        (folder / lost[harm]).unlink()
    else:
        (folder / "metadata.json").unlink()
        (folder / "metadata.json").write_text("{")

    assert [pack.pair for pack in packs.installed()] == ["en-es"]
    assert [broken.folder.name for broken in packs.damaged()] == ["es_en"]


def test_a_folder_of_another_name_is_no_pack(with_packs: Flask) -> None:
    home = packs.packs_folder()
    (home / "es_en").rename(home / "fr_en")

    assert [pack.pair for pack in packs.installed()] == ["en-es"]
    assert "another name" in packs.damaged()[0].reason


def test_a_newer_pack_takes_the_place_of_the_older(with_packs: Flask) -> None:
    metadata = packs.packs_folder() / "es_en" / "metadata.json"
    told = json.loads(metadata.read_text())
    metadata.unlink()
    metadata.write_text(json.dumps(told | {"package_version": "0.1"}))
    assert packs.installed()[1].version == "0.1"

    installing.install(ES_EN)

    assert packs.installed()[1].version == "0.2"
    assert not list(packs.packs_folder().glob(".[no]*"))


@pytest.mark.parametrize("half", ["old was moved", "both are there"])
def test_an_exchange_cut_short_is_mended(with_packs: Flask, half: str) -> None:
    home = packs.packs_folder()
    if half == "old was moved":
        (home / "en_es").rename(home / ".old-en_es")
    else:
        (home / ".old-en_es").mkdir()

    installing.tidy(home)

    assert [pack.pair for pack in packs.installed()] == ["en-es", "es-en"]
    assert not (home / ".old-en_es").exists()


def test_remains_of_a_killed_install_are_swept_up_later(with_packs: Flask) -> None:
    home = packs.packs_folder()
    (home / ".new-young").mkdir()
    (home / ".new-old").mkdir()
    os.utime(home / ".new-old", (0, 0))

    installing.tidy(home)

    assert (home / ".new-young").exists()
    assert not (home / ".new-old").exists()


def test_a_removed_pack_is_gone_and_an_unknown_one_is_said(with_packs: Flask) -> None:
    packs.remove("es-en")

    assert [pack.pair for pack in packs.installed()] == ["en-es"]
    with pytest.raises(PackRefused, match="no pack es-en"):
        packs.remove("es-en")
    with pytest.raises(PackRefused, match="pair of languages"):
        packs.remove("../../en-es")


def test_a_direct_pack_goes_before_a_way_through_english() -> None:
    through = [a_pack("es-en"), a_pack("en-fr")]
    direct = a_pack("es-fr")

    assert packs.route("es", "fr", through) == tuple(through)
    assert packs.route("es", "fr", [*through, direct]) == (direct,)
    assert packs.route_label(through) == "es-en 1.0+en-fr 1.0"


def test_no_way_is_no_way() -> None:
    assert packs.route("es", "sw", [a_pack("es-en")]) == ()
    assert packs.route("sw", "es", [a_pack("en-es")]) == ()
    assert packs.route("es", "en", [a_pack("en-es")]) == ()


def test_any_two_packs_speak_where_english_does_not_join_them() -> None:
    by_french = [a_pack("es-fr"), a_pack("fr-sw")]
    by_arabic = [a_pack("es-ar"), a_pack("ar-sw")]
    by_english = [a_pack("es-en"), a_pack("en-sw")]

    assert packs.route("es", "sw", by_french) == tuple(by_french)
    for known in ([*by_french, *by_arabic], [*by_arabic[::-1], *by_french[::-1]]):
        assert packs.route("es", "sw", known) == tuple(by_arabic)
    assert packs.route("es", "sw", [*by_arabic, *by_english]) == tuple(by_english)


def test_three_packs_never_speak_together() -> None:
    chain = [a_pack("es-en"), a_pack("en-fr"), a_pack("fr-sw")]

    assert packs.route("es", "sw", chain) == ()


def test_a_way_in_between_may_be_spoken_by_a_pack_of_argos_own_code() -> None:
    known = [a_pack("es-pb"), a_pack("pt-sw"), a_pack("pb-sw")]

    assert packs.route("es", "sw", known) == (known[0], known[1])
    assert packs.route("es", "sw", known[::-1]) == (known[0], known[1])


def test_versions_are_put_in_order_as_people_count() -> None:
    written = ["1.10", "1.9", "1.9.1", "0.2"]

    assert sorted(written, key=packs.order) == ["0.2", "1.9", "1.9.1", "1.10"]


def test_what_is_installed_is_written_down(app: Flask) -> None:
    pack = installing.install(ES_EN)

    known = inventory.read(pack.folder)
    assert known is not None
    assert {file.path for file in known.files} == {
        "README.md", "metadata.json", "model/config.json", "model/model.bin",
        "model/shared_vocabulary.json", "sentencepiece.model",
    }  # fmt: skip
    for file in known.files:
        assert (pack.folder / file.path).stat().st_size == file.size_bytes
        assert inventory.digest(pack.folder / file.path) == file.sha256
    # The child has measured what the model took: more than its weights.
    if sys.platform == "linux":
        assert 8_000_000 < known.memory_bytes < 100_000_000


def test_a_disk_that_fills_up_in_the_middle_changes_nothing(with_packs: Flask) -> None:
    """The system takes no file above 3 MB here, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, before[1]))
    try:
        with pytest.raises(NoRoom, match="The disk became full, and nothing was inst"):
            installing.install(ES_EN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert [pack.pair for pack in packs.installed()] == ["en-es", "es-en"]
    assert not list(packs.packs_folder().glob(".new*"))


def test_brazilian_and_traditional_packs_speak_where_ours_are_missing() -> None:
    brazil, portugal = a_pack("pb-en"), a_pack("pt-en")

    assert packs.route("pt", "en", [brazil]) == (brazil,)
    assert packs.route("pt", "en", [brazil, portugal]) == (portugal,)
    assert packs.route("en", "zh", [a_pack("en-zt")]) == (a_pack("en-zt"),)


def test_a_machine_that_cannot_translate_says_so_and_installs_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PARTS", ("no_such_library",))

    with pytest.raises(PackRefused, match="no_such_library is not available"):
        installing.install(ES_EN)

    assert packs.installed() == []


def test_installing_leaves_nothing_in_a_home(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    installing.install(ES_EN)

    assert list(home.iterdir()) == []
