"""Tests of app/operations/backup.py: consistent, checked, whole or not there."""

import json
import os
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app.operations import backup, backup_file, migrating
from app.operations.backup import back_up
from app.operations.backup_file import take_apart
from app.web.errors import Refused
from tests.operations.letters import a_waiting_upload, some_letters


def left_beside(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir() if path != file]


def test_a_backup_holds_the_database_the_uploads_and_what_they_are(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    some_letters()
    upload = a_waiting_upload(instance)
    file = tmp_path / "stick" / "friday.zip"
    file.parent.mkdir()

    manifest = back_up(instance, file, ["es-en 1.0"])

    assert manifest.packs == ["es-en 1.0"]
    assert manifest.rows["post"] == 2
    assert manifest.version == migrating.newest()
    with zipfile.ZipFile(file) as archive:
        assert archive.read(f"uploads/{upload.name}") == upload.read_bytes()
        assert json.loads(archive.read("manifest.json"))["rows"]["post"] == 2
    assert left_beside(file) == []


def test_the_secret_key_stays_at_home(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    back_up(instance, tmp_path / "friday.zip", [])

    with zipfile.ZipFile(tmp_path / "friday.zip") as archive:
        assert "secret_key" not in archive.namelist()
        assert all(b"k" * 64 not in archive.read(name) for name in archive.namelist())


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mode")
def test_a_backup_is_for_the_owner_alone(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    back_up(instance, tmp_path / "friday.zip", [])

    assert stat.S_IMODE((tmp_path / "friday.zip").stat().st_mode) == 0o600


def test_a_backup_while_writers_write_is_of_one_moment(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    # Each transaction moves one from the left to the right: the sum never changes.
    database = instance / "paravion.db"
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("INSERT INTO counter VALUES ('left', 100000), ('right', 0)")
    stop, moved = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=20)) as writer:
            while not stop.is_set():
                with writer:
                    writer.execute("BEGIN IMMEDIATE")
                    writer.execute(
                        "UPDATE counter SET value = value - 1 WHERE name = 'left'"
                    )
                    writer.execute(
                        "UPDATE counter SET value = value + 1 WHERE name = 'right'"
                    )
                moved.set()

    writers = [threading.Thread(target=write) for _n in range(2)]
    for writer in writers:
        writer.start()
    assert moved.wait(10)
    seen = []
    try:
        for n in range(5):
            file, folder = tmp_path / f"{n}.zip", tmp_path / f"{n}"
            folder.mkdir()
            back_up(instance, file, [])
            take_apart(file, folder)
            with closing(sqlite3.connect(folder / "paravion.db")) as copy:
                seen.append(
                    copy.execute(
                        "SELECT sum(value), max(value) FROM counter "
                        "WHERE name IN ('left', 'right')"
                    ).fetchone()
                )
    finally:
        stop.set()
        for writer in writers:
            writer.join()

    assert {total for total, _most in seen} == {100000}
    assert len({most for _total, most in seen}) > 1  # they did write meanwhile


def test_an_upload_that_the_worker_takes_meanwhile_is_copied_anew(
    ready: Flask, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = a_waiting_upload(instance)
    copy_database = backup._copy_database

    def shrunk_right_after(source: Path, target: Path) -> list[str]:
        named = copy_database(source, target)
        if upload.exists():
            with closing(sqlite3.connect(source)) as worker, worker:
                worker.execute("UPDATE media SET upload = NULL, state = 'ready'")
            upload.unlink()
        return named

    monkeypatch.setattr(backup, "_copy_database", shrunk_right_after)
    back_up(instance, tmp_path / "friday.zip", [])

    (tmp_path / "aside").mkdir()
    manifest = take_apart(tmp_path / "friday.zip", tmp_path / "aside")
    with closing(sqlite3.connect(tmp_path / "aside" / "paravion.db")) as copy:
        assert copy.execute("SELECT state FROM media").fetchall() == [("ready",)]
    assert manifest.uploads == []


def test_an_upload_that_was_lost_before_stops_no_backup(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    a_waiting_upload(instance).unlink()

    manifest = back_up(instance, tmp_path / "friday.zip", [])

    assert manifest.uploads == []


def test_a_damaged_database_makes_no_backup_and_spares_the_old_file(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    some_letters()
    file = tmp_path / "friday.zip"
    back_up(instance, file, [])
    before = file.read_bytes()
    with closing(sqlite3.connect(instance / "paravion.db")) as opened, opened:
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute("PRAGMA foreign_keys=OFF")
        opened.execute("DELETE FROM thread")

    with pytest.raises(Refused, match="is damaged"):
        back_up(instance, file, [])

    assert file.read_bytes() == before
    assert left_beside(file) == ["instance"]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("no such folder/friday.zip", "is not there"),
        ("instance", "is a folder"),
        ("plain file/friday.zip", "Mend that|is not there"),
    ],
)
def test_a_place_that_will_not_do_is_said_in_one_sentence(
    ready: Flask, instance: Path, tmp_path: Path, place: str, sentence: str
) -> None:
    (tmp_path / "plain file").write_bytes(b"")

    with pytest.raises(Refused, match=sentence):
        back_up(instance, tmp_path / place, [])


@pytest.mark.parametrize(
    "name", ["paravion.db", "secret_key", "uploads/a.jpg", "backups/../secret_key"]
)
def test_a_backup_is_never_written_over_the_servers_own_files(
    ready: Flask, instance: Path, name: str
) -> None:
    (instance / "secret_key").write_text("a key")
    file = instance / name
    before = file.read_bytes() if file.exists() else None

    with pytest.raises(Refused, match="among the server's own files"):
        back_up(instance, file, [])

    assert (file.read_bytes() if file.exists() else None) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_to_the_database_is_no_way_around(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    link = tmp_path / "friday.zip"
    link.symlink_to(instance / "paravion.db")

    with pytest.raises(Refused, match="among the server's own files"):
        back_up(instance, link, [])


def test_the_folder_for_backups_takes_them_again_and_again(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    file = instance / "backups" / "friday.zip"

    for _week in range(2):
        back_up(instance, file, [])

    assert take_apart(file, tmp_path).rows


def test_a_file_of_another_program_is_left_alone(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    letter, sums = tmp_path / "letter.odt", tmp_path / "sums.txt"
    with zipfile.ZipFile(letter, "w") as archive:
        archive.writestr("content.xml", "Dear all")
    sums.write_text("1 + 1")
    before = letter.read_bytes()

    for file in (letter, sums):
        with pytest.raises(Refused, match="no backup of Paravion"):
            back_up(instance, file, [])

    assert letter.read_bytes() == before
    assert sums.read_text() == "1 + 1"


def test_a_full_disk_leaves_no_half_file(
    ready: Flask, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(backup, "sync_file", full)

    with pytest.raises(Refused, match="is full"):
        back_up(instance, tmp_path / "friday.zip", [])

    assert [path.name for path in tmp_path.iterdir()] == ["instance"]


def test_a_backup_that_does_not_restore_is_no_backup(
    ready: Flask, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = backup._pack

    def with_a_bad_stick(work: Path, manifest: backup_file.Manifest) -> Path:
        packed = pack(work, manifest)
        content = bytearray(packed.read_bytes())
        content[len(content) // 2] ^= 1
        packed.write_bytes(content)
        return packed

    monkeypatch.setattr(backup, "_pack", with_a_bad_stick)

    with pytest.raises(Refused, match="is damaged"):
        back_up(instance, tmp_path / "friday.zip", [])

    assert not (tmp_path / "friday.zip").exists()


def test_what_a_pulled_plug_left_beside_is_swept(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".friday.zip-abc"
    left.mkdir()
    (left / "paravion.db").write_bytes(b"half")

    back_up(instance, tmp_path / "friday.zip", [])

    assert not left.exists()


def test_the_command_says_what_it_made(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    some_letters()

    result = ready.test_cli_runner().invoke(
        args=["backup", str(tmp_path / "friday.zip")]
    )

    assert result.exit_code == 0
    assert "holds 2 posts and letters" in result.output
    assert (instance / "last-backup.json").exists()
