"""Uploads: streamed to a file of the instance, checked, and kept until they are shrunk."""

import errno
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path

from flask import current_app
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.db import db, reading
from app.jobs import enqueue
from app.jobs.registry import chore_when_idle
from app.media.models import DROPPED, READY, WAITING, Media
from app.web.errors import Refused

JPEG_START = b"\xff\xd8\xff"
PNG_START = b"\x89PNG\r\n\x1a\n"

CHUNK_BYTES = 64 * 1024
FORGOTTEN_SECONDS = 24 * 3600
# A full disk, a full quota, and a file system that takes no file this long.
NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

log = logging.getLogger(__name__)


def accept_upload(file: FileStorage) -> Media:
    """Keep a JPEG or PNG that came with a form, and queue its shrinking; flushes.

    A picture that is here already is not kept twice. The file is safe on the
    disk before this returns. Raises `Refused` with the sentence for the person.
    """
    name = secrets.token_hex(16)
    part = upload_path(name + ".part")
    try:
        digest = _write(file, part)
        media = db.session.scalars(
            select(Media).where(Media.sha256 == digest)
        ).one_or_none()
        if media is not None and not _needs_file(media):
            part.unlink()
            return media
        part.replace(upload_path(name))
        _sync_folder(part.parent)
    except OSError as error:
        discard(part.name)
        log.error("an upload cannot be kept: %s", error)
        raise Refused(_why_not_kept(error)) from error
    except Refused:
        discard(part.name)
        raise
    if media is None:
        media = Media(sha256=digest)
        db.session.add(media)
    media.state, media.upload = WAITING, name
    db.session.flush()
    enqueue("media.shrink", [media.id])
    return media


def digest_of(file: FileStorage) -> str:
    """Give the SHA-256 of a picture that came with a form, and leave it to be read."""
    digest = hashlib.sha256()
    while chunk := file.stream.read(CHUNK_BYTES):
        digest.update(chunk)
    file.stream.seek(0)
    return digest.hexdigest()


def drop_bytes(media: Media) -> str | None:
    """Forget what a picture shows; gives the upload to discard once that is committed.

    Sent again, it is taken in anew.
    """
    upload, media.upload = media.upload, None
    media.state, media.picture = DROPPED, None
    return upload


def _needs_file(media: Media) -> bool:
    """Whether a picture sent again is worth another try."""
    if media.state == WAITING:
        return media.upload is None or not upload_path(media.upload).exists()
    return media.state != READY


def _write(file: FileStorage, part: Path) -> str:
    """Copy the stream to a file and give its SHA-256."""
    most = current_app.config["UPLOAD_MAX_BYTES"]
    digest, size = hashlib.sha256(), 0
    part.parent.mkdir(mode=0o700, exist_ok=True)
    with part.open("xb") as kept:
        while chunk := file.stream.read(CHUNK_BYTES):
            if not size and not chunk.startswith((JPEG_START, PNG_START)):
                raise Refused(_no_picture())
            size += len(chunk)
            if size > most:
                raise Refused(
                    _(
                        "The picture is bigger than %(most)s MB. Choose a smaller one, "
                        "or take it again with fewer pixels.",
                        most=format_decimal(most // 1_000_000),
                    )
                )
            digest.update(chunk)
            kept.write(chunk)
        if not size:
            raise Refused(_no_picture())
        kept.flush()
        os.fsync(kept.fileno())
    return digest.hexdigest()


def _no_picture() -> str:
    return _(
        "This file is not a JPEG or PNG picture. Choose a photo, or save it as JPEG first."
    )


def _why_not_kept(error: OSError) -> str:
    if error.errno in NO_ROOM:
        return _(
            "The server's disk is full, so the picture did not fit. Send your words without it, and tell a teacher."
        )
    return _(
        "The server could not keep the picture. Send your words without it, and tell a teacher."
    )


def _sync_folder(folder: Path) -> None:
    """Make the new name as lasting as the bytes; Windows does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def upload_path(name: str) -> Path:
    folder: Path = current_app.config["INSTANCE"]
    return folder / "uploads" / name


def discard(name: str) -> None:
    """Delete an upload; one that cannot be deleted now is swept up later."""
    try:
        upload_path(name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("an upload cannot be deleted now: %s", error)


@chore_when_idle
def sweep_uploads() -> None:
    """Delete the uploads that no picture waits for, once they are a day old."""
    folder = upload_path("")
    if not folder.is_dir():
        return
    # The files first: one that is named after this was not yet there.
    old = [
        path.name for path in folder.iterdir() if _age_seconds(path) > FORGOTTEN_SECONDS
    ]
    if not old:
        return
    with reading():
        named = set(
            db.session.scalars(
                select(Media.upload).where(
                    Media.state == WAITING, Media.upload.in_(old)
                )
            )
        )
    for name in old:
        if name not in named:
            discard(name)


def _age_seconds(path: Path) -> float:
    return time.time() - path.stat().st_mtime
