"""The school's own folder: key, database version, first words."""

import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from launch.instance import (
    KEY,
    database_version,
    first_words,
    folder_ready,
    newest_version,
)
from launch.words import Stop


def a_database(path: Path, version: str) -> Path:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE alembic_version (version_num TEXT)")
    database.execute("INSERT INTO alembic_version VALUES (?)", [version])
    database.commit()
    database.close()
    return path


def test_the_key_is_made_once(tmp_path: Path) -> None:
    folder_ready(tmp_path / "instance")
    key = (tmp_path / "instance" / "secret_key").read_text()
    folder_ready(tmp_path / "instance")

    assert KEY.fullmatch(key.strip())
    assert (tmp_path / "instance" / "secret_key").read_text() == key


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_nobody_else_on_the_machine_reads_the_key(tmp_path: Path) -> None:
    folder_ready(tmp_path / "instance")

    key = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_torn_key_is_made_anew_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret_key").write_bytes(b"\0" * 64)

    folder_ready(tmp_path)

    assert KEY.fullmatch((tmp_path / "secret_key").read_text().strip())
    assert "everyone signs in again" in capsys.readouterr().out


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Stop, match="could not be written"):
        folder_ready(tmp_path / "file" / "instance")


def test_the_databases_version_is_read(tmp_path: Path) -> None:
    assert database_version(a_database(tmp_path / "a.db", "0007")) == "0007"


def test_a_missing_or_damaged_database_has_no_version(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"no database at all, " * 100)

    assert database_version(tmp_path / "missing.db") is None
    assert database_version(damaged) is None
    assert not (tmp_path / "missing.db").exists()


def test_the_newest_migration_is_the_highest_number(tmp_path: Path) -> None:
    for name in ("0002_second.py", "0010_tenth.py", "0001_first.py", "README"):
        (tmp_path / name).touch()

    assert newest_version(tmp_path) == "0010"


def test_the_first_run_code_is_shown_with_where_to_type_it(tmp_path: Path) -> None:
    (tmp_path / "first-run-code").write_text("KITE-4821\n")

    words = first_words(tmp_path, "http://localhost:8000")

    assert "http://localhost:8000/first" in words
    assert "KITE-4821" in words


def test_a_school_that_stands_needs_no_first_words(tmp_path: Path) -> None:
    assert first_words(tmp_path, "http://localhost:8000") == ""


def test_the_demos_sign_ins_are_shown_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "sign-ins.txt").write_text("Ana   PIN 123456\n")

    assert first_words(tmp_path, "http://localhost:8000") == "Ana   PIN 123456"
