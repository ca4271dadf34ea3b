"""Uploads: what is kept, what is refused in which words, what is swept up."""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.db import db
from app.jobs import Job
from app.media.models import READY, UNREADABLE, WAITING, Media
from app.media.shrinking import shrink_uploads
from app.media.uploading import accept_upload, discard, sweep_uploads, upload_path
from app.web.errors import Refused

DAY_SECONDS = 24 * 3600


@pytest.fixture(autouse=True)
def form_sent(app: Flask) -> Iterator[None]:
    """Uploads come with a form, and a refusal speaks its sender's language."""
    with app.test_request_context("/", method="POST"):
        yield


def a_picture(kind: str = "JPEG", colour: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, kind)
    return file.getvalue()


def sent(content: bytes) -> FileStorage:
    return FileStorage(BytesIO(content), filename="../../evil.php")


def files() -> list[str]:
    folder = upload_path("")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_kept_and_its_shrinking_queued(app: Flask, kind: str) -> None:
    content = a_picture(kind)

    media = accept_upload(sent(content))
    db.session.commit()

    assert media.state == WAITING
    assert media.upload
    assert files() == [media.upload]
    assert upload_path(media.upload).read_bytes() == content
    assert media.sha256 == hashlib.sha256(content).hexdigest()
    job = db.session.scalars(select(Job)).one()
    assert (job.kind, job.key) == ("media.shrink", media.id)


def test_the_name_that_came_with_the_file_is_not_used(app: Flask) -> None:
    media = accept_upload(sent(a_picture()))

    assert media.upload
    assert "evil" not in media.upload
    assert upload_path(media.upload).parent == app.config["INSTANCE"] / "uploads"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_uploads_are_for_the_server_alone(app: Flask) -> None:
    accept_upload(sent(a_picture()))

    assert upload_path("").stat().st_mode & 0o077 == 0


def test_an_upload_goes_all_the_way_to_a_picture(app: Flask) -> None:
    media = accept_upload(sent(a_picture()))
    db.session.commit()

    shrink_uploads([media.id])

    db.session.rollback()
    assert media.state == READY
    assert files() == []


@pytest.mark.parametrize(
    "content", [b"", b"Hello", b"GIF89a", b"\xff\xd8", b"<html>", b"RIFF0000WEBPVP8 "]
)
def test_another_kind_of_file_is_refused(app: Flask, content: bytes) -> None:
    with pytest.raises(Refused, match="not a JPEG or PNG"):
        accept_upload(sent(content))

    assert files() == []
    assert db.session.scalar(select(func.count(Media.id))) == 0


def test_12_megabytes_fit_and_one_byte_more_does_not(app: Flask) -> None:
    start = a_picture()
    most = app.config["UPLOAD_MAX_BYTES"]

    kept = accept_upload(sent(start.ljust(most, b"\0")))
    with pytest.raises(Refused, match="bigger than 12 MB"):
        accept_upload(sent(start.ljust(most + 1, b"\0")))

    assert files() == [kept.upload]


def test_the_same_picture_is_kept_once(app: Flask) -> None:
    one, same = accept_upload(sent(a_picture())), accept_upload(sent(a_picture()))
    other = accept_upload(sent(a_picture(colour="blue")))

    assert one is same
    assert other is not one
    assert len(files()) == 2


def test_a_picture_that_is_shrunk_already_is_not_shrunk_again(app: Flask) -> None:
    media = accept_upload(sent(a_picture()))
    db.session.commit()
    shrink_uploads([media.id])
    db.session.rollback()
    wanted = db.session.scalars(select(Job.wanted)).one()

    again = accept_upload(sent(a_picture()))

    assert (again.id, again.state, files()) == (media.id, READY, [])
    assert db.session.scalars(select(Job.wanted)).one() == wanted


def test_a_picture_that_could_not_be_read_gets_another_try(app: Flask) -> None:
    media = accept_upload(sent(a_picture()))
    media.state, media.upload = UNREADABLE, None
    db.session.commit()

    again = accept_upload(sent(a_picture()))

    assert (again.id, again.state) == (media.id, WAITING)
    assert again.upload in files()
    assert db.session.scalars(select(Job.wanted)).one() == 2


def test_a_picture_whose_upload_was_lost_is_kept_anew(app: Flask) -> None:
    media = accept_upload(sent(a_picture()))
    lost = media.upload
    assert lost
    discard(lost)

    again = accept_upload(sent(a_picture()))

    assert again.upload != lost
    assert files() == [again.upload]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit that Windows lacks")
def test_a_full_disk_is_said_in_one_sentence(app: Flask) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(Refused, match="disk is full"):
            accept_upload(sent(a_picture().ljust(200_000, b"\0")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert files() == []


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(app: Flask) -> None:
    upload_path("").write_bytes(b"a file where the folder should be")

    with pytest.raises(Refused, match="could not keep the picture"):
        accept_upload(sent(a_picture()))


def aged(name: str, seconds: float) -> Path:
    path = upload_path(name)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_sweeping_takes_old_files_that_nothing_waits_for(app: Flask) -> None:
    waiting = accept_upload(sent(a_picture()))
    db.session.commit()
    assert waiting.upload
    aged(waiting.upload, 2 * DAY_SECONDS)
    old, part = aged("old", 2 * DAY_SECONDS), aged("a.part", 2 * DAY_SECONDS)
    young = aged("young", 3600)

    sweep_uploads()

    assert not old.exists()
    assert not part.exists()
    assert young.exists()
    assert upload_path(waiting.upload).exists()


def test_sweeping_what_was_never_made_is_no_fault(app: Flask) -> None:
    sweep_uploads()

    assert files() == []
