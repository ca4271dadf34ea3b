"""Tests of app/operations/restore.py and backup_file.py: all comes back, or nothing changes."""

import hashlib
import io
import json
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, SignInSession
from app.db import db, now
from app.jobs.models import Job
from app.jobs.registry import at_start
from app.operations import backup_file, restore
from app.operations.backup import back_up
from app.operations.backup_file import take_apart
from app.posts.models import HELD, Post, Rendition, Revision
from app.search.asking import Question
from app.search.searching import search
from app.web.errors import Refused
from launch.locking import only_one
from tests import builders
from tests.operations.letters import (
    a_waiting_upload,
    let_go,
    some_letters,
    work_to_the_end,
)

PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture
def file(ready: Flask, instance: Path, tmp_path: Path) -> Path:
    """A backup of two letters and an upload; nobody has the database open."""
    some_letters()
    a_waiting_upload(instance)
    made = tmp_path / "friday.zip"
    back_up(instance, made, ["es-en 1.0"])
    let_go()
    return made


def everything_in(folder: Path) -> dict[str, bytes]:
    """What must not change; the lock and SQLite's own side files are no content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }


def content_of(instance: Path) -> dict[str, object]:
    """What a school would miss: the files, and every row of the database."""
    found: dict[str, object] = dict(everything_in(instance))
    with closing(sqlite3.connect(instance / "paravion.db")) as opened:
        found["paravion.db"] = list(opened.iterdump())
    return found


def repacked(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change what is inside, with every check sum of the zip format right again."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def change_manifest(content: dict[str, bytes], **facts: object) -> None:
    manifest = json.loads(content["manifest.json"]) | facts
    content["manifest.json"] = json.dumps(manifest).encode()


def test_backup_wipe_restore_and_everything_is_back(
    bare: Flask, instance: Path, tmp_path: Path
) -> None:
    bare.config["STARTER_PACKS"] = PACKS
    file = tmp_path / "friday.zip"
    runner = bare.test_cli_runner()
    assert runner.invoke(args=["setup"]).exit_code == 0
    letters = some_letters()
    work_to_the_end()
    assert runner.invoke(args=["backup", str(file)]).exit_code == 0
    let_go()
    for path in instance.iterdir():
        if path.name != "secret_key":
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    result = runner.invoke(args=["restore", str(file)])
    for chore in at_start:
        chore()
        db.session.commit()
    work_to_the_end()

    assert result.exit_code == 0, result.output
    assert "Restored 2 posts" in result.output
    assert not (instance / "first-run-code").exists()
    assert db.session.scalar(select(func.count()).where(Revision.state == HELD)) == 1
    rendition = db.session.scalars(
        select(Rendition).where(Rendition.lang == "en")
    ).one()
    assert "dog" in (rendition.source or "")
    reader = db.session.get_one(Account, letters.reader_id)
    found = search(reader, Question("dogs"), page=1)
    assert [hit.post_uid for hit in found.hits] == [letters.released_uid]


def test_renditions_that_are_missing_are_made_again(
    bare: Flask, instance: Path, tmp_path: Path
) -> None:
    bare.config["STARTER_PACKS"] = PACKS
    file = tmp_path / "friday.zip"
    runner = bare.test_cli_runner()
    runner.invoke(args=["setup"])
    some_letters()
    work_to_the_end()
    db.session.execute(db.delete(Rendition))
    db.session.commit()
    runner.invoke(args=["backup", str(file)])
    let_go()

    assert runner.invoke(args=["restore", str(file)]).exit_code == 0
    work_to_the_end()

    langs = db.session.scalars(select(Rendition.lang)).all()
    assert langs == ["en"]


def test_what_was_here_is_kept(file: Path, ready: Flask, instance: Path) -> None:
    post = db.session.scalars(select(Post).limit(1)).one()
    later = builders.a_post(post.thread, builders.a_teacher(), "Later words.")
    assert later.id
    let_go()

    _manifest, kept = restore.restore(instance, file)

    assert kept is not None
    with closing(sqlite3.connect(kept / "paravion.db")) as before:
        assert before.execute("SELECT count(*) FROM post").fetchone() == (3,)
    assert (kept / "uploads" / ("a" * 32)).exists()
    assert db.session.scalar(select(func.count(Post.id))) == 2
    let_go()


def test_the_upload_comes_back_and_is_still_to_do(
    file: Path, ready: Flask, instance: Path
) -> None:
    shutil.rmtree(instance / "uploads")

    restore.restore(instance, file)

    assert (instance / "uploads" / ("a" * 32)).read_bytes() == b"\xff\xd8\xff a picture"


def test_no_sign_in_comes_back_to_life(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    letters = some_letters()
    db.session.add(
        SignInSession(
            token_sha256="c" * 64,
            csrf_token="c" * 16,
            account_id=letters.writer_id,
            boot="-",
            seen_steady=0,
            until_steady=600,
        )
    )
    db.session.commit()
    back_up(instance, tmp_path / "friday.zip", [])
    db.session.execute(db.update(SignInSession).values(ended_at=now()))
    db.session.commit()
    let_go()

    restore.restore(instance, tmp_path / "friday.zip")

    alive = select(func.count()).where(SignInSession.ended_at.is_(None))
    assert db.session.scalar(alive) == 0
    assert db.session.scalar(select(func.count(SignInSession.id))) == 1


def test_the_index_of_before_is_gone_and_all_posts_are_queued(
    file: Path, ready: Flask, instance: Path
) -> None:
    (instance / "index").mkdir()
    (instance / "index" / "current").write_text("other posts", "ascii")

    result = ready.test_cli_runner().invoke(args=["restore", str(file)])

    assert result.exit_code == 0, result.output
    assert not (instance / "index").exists()
    queued = {
        (job.kind, job.key) for job in db.session.scalars(select(Job).where(Job.open()))
    }
    posts = set(db.session.scalars(select(Post.id)))
    for kind in ("search.index_posts", "translate.translate_posts"):
        assert {key for of, key in queued if of == kind} == posts
    assert "es-en 1.0 is missing" in result.output


def test_a_database_that_is_damaged_can_be_restored_over(
    file: Path, ready: Flask, instance: Path
) -> None:
    (instance / "paravion.db").write_bytes(b"nothing of a database" * 1000)

    _manifest, kept = restore.restore(instance, file)

    assert db.session.scalar(select(func.count(Post.id))) == 2
    assert kept is not None
    assert (kept / "paravion.db").read_bytes().startswith(b"nothing of")


def test_a_log_that_lies_beside_is_not_read_into_the_restored_one(
    file: Path, ready: Flask, instance: Path
) -> None:
    (instance / "paravion.db").write_bytes(b"damaged" * 1000)
    (instance / "paravion.db-wal").write_bytes(b"of before" * 1000)

    _manifest, kept = restore.restore(instance, file)

    assert kept is not None
    assert (kept / "paravion.db-wal").exists()
    assert db.session.scalar(select(func.count(Post.id))) == 2


# While it runs.


def test_nothing_is_restored_while_run_py_holds_its_lock(
    file: Path, ready: Flask, instance: Path
) -> None:
    before = content_of(instance)

    with only_one(instance / "run.lock") as ours:
        assert ours
        with pytest.raises(Refused, match="is running"):
            restore.restore(instance, file)

    assert content_of(instance) == before


def test_nothing_is_restored_while_another_process_has_it_open(
    file: Path, ready: Flask, instance: Path
) -> None:
    before = content_of(instance)
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys\n"
            "opened = sqlite3.connect(sys.argv[1])\n"
            "opened.execute('PRAGMA journal_mode=WAL').fetchone()\n"
            "opened.execute('SELECT count(*) FROM post').fetchone()\n"
            "print('open', flush=True)\n"
            "sys.stdin.read()\n",
            str(instance / "paravion.db"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    assert server.stdout.readline() == b"open\n"

    with pytest.raises(Refused, match="is running"):
        restore.restore(instance, file)

    server.communicate()
    assert content_of(instance) == before
    restore.restore(instance, file)  # and once it has ended, it goes


# Files that must not be used.


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def holiday_pictures(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("beach.jpg", b"sand")


def no_json(file: Path) -> None:
    repacked(file, lambda content: content.update({"manifest.json": b"[" * 100_000}))


def other_manifest(file: Path) -> None:
    repacked(
        file, lambda content: content.update({"manifest.json": b'{"format": "x"}'})
    )


def newer_format(file: Path) -> None:
    repacked(file, lambda content: change_manifest(content, format=2))


def newer_database(file: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        aside = file.with_name("changed.db")
        aside.write_bytes(content["paravion.db"])
        with closing(sqlite3.connect(aside)) as opened, opened:
            opened.execute("UPDATE alembic_version SET version_num = '0999'")
        content["paravion.db"] = aside.read_bytes()
        aside.unlink()
        _sign(content)
        change_manifest(content, version="0999")

    repacked(file, change)


def _sign(content: dict[str, bytes]) -> None:
    """Make the manifest agree with what is there, as a forger would."""
    files = {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in content.items()
        if name != "manifest.json"
    }
    change_manifest(content, files=files)


def rows_taken_out(file: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        aside = file.with_name("changed.db")
        aside.write_bytes(content["paravion.db"])
        with closing(sqlite3.connect(aside)) as opened, opened:
            opened.execute("DELETE FROM job")
        content["paravion.db"] = aside.read_bytes()
        aside.unlink()
        _sign(content)

    repacked(file, change)


def other_bytes(file: Path) -> None:
    repacked(
        file, lambda content: content.update({"paravion.db": b"SQLite format 3\0" * 99})
    )


def signed_nonsense(file: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        content["paravion.db"] = b"SQLite format 3\0" * 99
        _sign(content)

    repacked(file, change)


def slip(name: str) -> Callable[[Path], None]:
    def change(content: dict[str, bytes]) -> None:
        content[name] = b"evil"
        _sign(content)

    return lambda file: repacked(file, change)


def more_than_the_manifest_says(file: Path) -> None:
    repacked(file, lambda content: content.update({"extra.txt": b"hello"}))


def nothing_of_the_uploads(file: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        del content[f"uploads/{'a' * 32}"]

    repacked(file, change)


def no_database(file: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        del content["paravion.db"]
        _sign(content)

    repacked(file, change)


def a_link(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[f"uploads/{'a' * 32}"] = b"/etc/passwd"
    _sign(content)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(name)
            if name.startswith("uploads/"):
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)


def a_bomb(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        content[f"uploads/{'a' * 32}"] = b"\0" * 50_000_000
        for name, data in content.items():
            archive.writestr(name, data)


def another_picture(file: Path) -> None:
    """Every check sum of the zip format is right; only ours can tell."""
    name = f"uploads/{'a' * 32}"
    repacked(file, lambda content: content.update({name: b"\xff\xd8\xff b picture"}))


def packed_in_another_way(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (flipped, "is damaged"),
        (cut, "is damaged"),
        (emptied, "is damaged"),
        (holiday_pictures, "is no backup of Paravion"),
        (no_json, "is no backup of Paravion"),
        (other_manifest, "is no backup of Paravion"),
        (newer_format, "by a newer Paravion"),
        (newer_database, "from a newer Paravion"),
        (rows_taken_out, "rows are missing"),
        (other_bytes, "is damaged"),
        (signed_nonsense, "is damaged"),
        (slip("../../evil"), "holds other files"),
        (slip("/evil"), "holds other files"),
        (slip("uploads/../evil"), "holds other files"),
        (slip("uploads/..\\evil"), "holds other files"),
        (slip("uploads/C:evil"), "holds other files"),
        (slip("uploads/.hidden"), "holds other files"),
        (slip("secret_key"), "holds other files"),
        (more_than_the_manifest_says, "holds other files"),
        (nothing_of_the_uploads, "holds other files"),
        (no_database, "holds other files"),
        (a_link, "holds other files"),
        (a_bomb, "is damaged"),
        (another_picture, "has changed"),
        (packed_in_another_way, "holds other files"),
        (Path.unlink, "is not there"),
    ],
)
def test_a_file_that_will_not_do_changes_nothing(
    file: Path,
    ready: Flask,
    instance: Path,
    spoil: Callable[[Path], None],
    sentence: str,
) -> None:
    before = content_of(instance)
    outside = set(instance.parent.iterdir())
    spoil(file)

    with pytest.raises(Refused, match=sentence):
        restore.restore(instance, file)

    assert content_of(instance) == before
    assert set(instance.parent.iterdir()) <= outside


def test_no_more_is_unpacked_than_was_promised(tmp_path: Path) -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"\0" * (size or 1)

    with pytest.raises(zipfile.BadZipFile):
        backup_file._unpack(Endless(), tmp_path / "out", 3 * backup_file.CHUNK_BYTES)

    assert (tmp_path / "out").stat().st_size <= 3 * backup_file.CHUNK_BYTES


def test_a_flipped_bit_anywhere_is_seen_or_does_no_harm(
    file: Path, tmp_path: Path
) -> None:
    whole = file.read_bytes()
    (tmp_path / "whole").mkdir()
    expected = take_apart(file, tmp_path / "whole")
    dice = random.Random(3)
    seen = 0

    for n in range(150):
        content = bytearray(whole)
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        file.write_bytes(content)
        folder = tmp_path / f"flip{n}"
        folder.mkdir()
        try:
            manifest = take_apart(file, folder)
        except Refused:
            seen += 1
        else:
            assert manifest == expected
            assert everything_in(folder) == everything_in(tmp_path / "whole")
        shutil.rmtree(folder)

    assert seen > 100


def test_a_file_cut_anywhere_is_seen(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for n in range(0, len(whole), len(whole) // 40):
        file.write_bytes(whole[:n])
        folder = tmp_path / f"cut{n}"
        folder.mkdir()
        with pytest.raises(Refused):
            take_apart(file, folder)


@pytest.mark.parametrize("step", range(4))
def test_a_plug_pulled_at_any_step_leaves_the_old_or_the_new_whole(
    file: Path,
    ready: Flask,
    instance: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    post = db.session.scalars(select(Post).limit(1)).one()
    builders.a_post(post.thread, builders.a_teacher(), "Later words.")
    let_go()
    names = ["_make_ready", "_keep", "_change_places", "put_in_place"]
    real = getattr(restore, names[step])

    def pulled(*arguments: object) -> None:
        if names[step] == "put_in_place":
            real(*arguments)  # the upload is there, the database not yet
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, names[step], pulled)
    with pytest.raises(KeyboardInterrupt):
        restore.restore(instance, file)
    monkeypatch.undo()

    with closing(sqlite3.connect(instance / "paravion.db")) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.execute("SELECT count(*) FROM post").fetchone() == (3,)
    restore.restore(instance, file)
    assert db.session.scalar(select(func.count(Post.id))) == 2
    let_go()


def test_a_full_disk_changes_nothing(
    file: Path, ready: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content_of(instance)

    def full(*_arguments: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_file, "_unpack", full)
    with pytest.raises(Refused, match="is full"):
        restore.restore(instance, file)

    assert content_of(instance) == before
