"""Tests of app/operations/setup.py: a new, an older, a newer, a strange database."""

import os
import sqlite3
import stat
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app.classrooms.founding import found_school
from app.db import db
from app.operations import migrating, setup
from app.operations.setup import keep_first_run_code, set_up
from app.web.errors import Refused
from tests.operations.conftest import quiet


def pretend_version(instance: Path, version: str) -> None:
    with closing(sqlite3.connect(instance / "paravion.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))


def test_a_new_instance_gets_its_folders_tables_and_code(
    bare: Flask, instance: Path
) -> None:
    set_up(quiet)

    assert migrating.version_of(db.engine) == migrating.newest()
    assert all((instance / name).is_dir() for name in ("backups", "packs", "uploads"))
    code = (instance / "first-run-code").read_text("ascii")
    assert len(code.replace(" ", "").strip()) == 8
    assert list((instance / "backups").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mode")
def test_the_code_is_for_the_owner_alone(ready: Flask, instance: Path) -> None:
    mode = (instance / "first-run-code").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_setting_up_again_changes_nothing(ready: Flask, instance: Path) -> None:
    before = (instance / "first-run-code").read_text("ascii")

    set_up(quiet)

    assert (instance / "first-run-code").read_text("ascii") == before
    assert list((instance / "backups").iterdir()) == []


def test_a_torn_code_is_made_anew(ready: Flask, instance: Path) -> None:
    (instance / "first-run-code").write_text("12", "ascii")

    keep_first_run_code()

    assert len((instance / "first-run-code").read_text("ascii").strip()) == 9


def test_the_code_goes_when_there_is_a_school(ready: Flask, instance: Path) -> None:
    found_school("Escuela del Río", "Marta Luz Erazo", "es")
    db.session.commit()

    keep_first_run_code()

    assert not (instance / "first-run-code").exists()


def test_an_older_database_is_backed_up_and_upgraded(
    ready: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_school("Escuela del Río", "Marta Luz Erazo", "es")
    db.session.commit()
    upgraded: list[object] = []
    monkeypatch.setattr(migrating, "newest", lambda: "9999")
    monkeypatch.setattr(migrating, "upgrade", upgraded.append)

    set_up(quiet)

    (backup,) = (instance / "backups").iterdir()
    assert backup.name.startswith("before-9999-")
    assert set(zipfile.ZipFile(backup).namelist()) == {"manifest.json", "paravion.db"}
    assert upgraded == [db.engine]


def test_only_the_last_five_of_its_backups_are_kept(
    ready: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = instance / "backups" / "friday.zip"
    mine.write_bytes(b"a person's own")
    monkeypatch.setattr(migrating, "newest", lambda: "9999")
    monkeypatch.setattr(migrating, "upgrade", quiet)

    for _time in range(setup.BACKUPS_KEPT + 2):
        set_up(quiet)

    kept = sorted((instance / "backups").iterdir())
    assert len(kept) == setup.BACKUPS_KEPT + 1
    assert mine in kept


def test_no_upgrade_without_its_backup(
    ready: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (instance / "backups").rmdir()
    (instance / "backups").write_bytes(b"in the way")
    monkeypatch.setattr(migrating, "newest", lambda: "9999")
    upgraded: list[object] = []
    monkeypatch.setattr(migrating, "upgrade", upgraded.append)

    with pytest.raises(Refused, match="backups"):
        set_up(quiet)

    assert upgraded == []


def test_a_newer_database_is_left_alone(ready: Flask, instance: Path) -> None:
    pretend_version(instance, "0999")

    with pytest.raises(Refused, match="newer \\(0999\\) than this Paravion"):
        set_up(quiet)

    assert migrating.version_of(db.engine) == "0999"


def test_a_file_that_is_no_database_is_left_alone(bare: Flask, instance: Path) -> None:
    (instance / "paravion.db").write_bytes(b"shopping list " * 500)

    with pytest.raises(Refused, match="cannot be read"):
        set_up(quiet)

    assert (instance / "paravion.db").read_bytes().startswith(b"shopping list")


def test_tables_of_somebody_else_are_left_alone(bare: Flask, instance: Path) -> None:
    with closing(sqlite3.connect(instance / "paravion.db")) as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")

    with pytest.raises(Refused, match="did not make"):
        set_up(quiet)


def test_the_starter_packs_come_with_a_new_instance(
    bare: Flask, instance: Path
) -> None:
    bare.config["STARTER_PACKS"] = Path(__file__).parents[2] / "packs"
    said: list[str] = []

    set_up(said.append)

    assert (instance / "packs" / "es_en" / "metadata.json").exists()
    assert any("en-es" in words for words in said)


def test_where_nothing_can_translate_the_rest_is_set_up(
    bare: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.config["STARTER_PACKS"] = Path(__file__).parents[2] / "packs"
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    monkeypatch.setattr("app.packs.engine.unavailable", lambda: "No wheel here.")
    said: list[str] = []

    set_up(said.append)

    assert "No wheel here." in said
    assert migrating.version_of(db.engine) == migrating.newest()


def test_the_command_says_a_refusal_in_one_sentence(
    ready: Flask, instance: Path
) -> None:
    pretend_version(instance, "0999")

    result = ready.test_cli_runner().invoke(args=["setup"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database in")
    assert "Traceback" not in result.output
