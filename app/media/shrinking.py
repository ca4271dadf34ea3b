"""The worker's part: uploads shrunk in a child process that may fail alone."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.db import db, reading
from app.jobs import job
from app.media.models import READY, UNREADABLE, WAITING, Media
from app.media.uploading import JPEG_START, PNG_START, discard, upload_path

LIMIT_SECONDS = 20
MAX_PICTURE_BYTES = 40_000
MAX_SIDE = 1024  # pixels
MAX_LINE_BYTES = 200  # the child's line of JSON before the picture

DECODER = Path(__file__).with_name("decoder.py")
MIMES = {
    # MIME type -> how its files begin and end; what follows the end is no picture
    "image/jpeg": (JPEG_START, b"\xff\xd9"),
    "image/png": (PNG_START, b"IEND\xaeB`\x82"),
}
# The child gets no more of the environment than it needs to start.
NEEDED_TO_START = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shrunk:
    """A picture of at most `MAX_PICTURE_BYTES`; width and height in pixels."""

    picture: bytes
    mime: str
    width: int
    height: int


class Unreadable(Exception):  # noqa: N818  # an answer about a file, not a fault of ours
    """No picture can be made of this file; the text says why, for the log."""


@job("media.shrink", batch=4)  # four slow ones still end within the lease
def shrink_uploads(media_ids: Sequence[int]) -> None:
    """Put the small picture in the place of each upload that waits.

    Commits picture by picture, then deletes the upload: a crash between the
    two leaves a file that `sweep_uploads` removes.
    """
    with reading():
        waiting = db.session.execute(
            select(Media.id, Media.upload).where(
                Media.id.in_(media_ids),
                Media.state == WAITING,
                Media.upload.is_not(None),
            )
        ).all()
    for media_id, upload in waiting:
        try:
            shrunk = shrink_file(upload_path(upload))
        except Unreadable as reason:
            log.warning("picture %s cannot be shown: %s", media_id, reason)
            shrunk = None
        _keep(media_id, upload, shrunk)


def _keep(media_id: int, upload: str, shrunk: Shrunk | None) -> None:
    media = db.session.scalars(
        select(Media).where(
            Media.id == media_id, Media.state == WAITING, Media.upload == upload
        )
    ).one_or_none()
    if media is None:  # done meanwhile, or the same picture was sent anew
        db.session.rollback()
        return
    media.upload = None
    media.state = UNREADABLE
    if shrunk:
        media.state = READY
        media.picture, media.size_bytes = shrunk.picture, len(shrunk.picture)
        media.mime, media.width, media.height = shrunk.mime, shrunk.width, shrunk.height
    db.session.commit()
    discard(upload)


def shrink_file(path: Path, *, limit_seconds: float = LIMIT_SECONDS) -> Shrunk:
    """Make a small JPEG or PNG of a file that is not to be trusted.

    Raises `Unreadable` whatever the file does, and `OSError` only if the child
    cannot be started. Drops all metadata and turns the picture upright.
    """
    try:
        upload = path.open("rb")
    except FileNotFoundError:
        raise Unreadable("the upload is not there any more") from None
    with upload:
        return read_answer(_ask_child(upload.fileno(), limit_seconds))


def _ask_child(upload: int, limit_seconds: float) -> bytes:
    most = MAX_LINE_BYTES + MAX_PICTURE_BYTES
    with subprocess.Popen(
        # -I and the path of a script: nothing of the server is imported there.
        [sys.executable, "-I", "-B", str(DECODER)],
        stdin=upload,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in NEEDED_TO_START if name in os.environ},
        # Ctrl-C in the terminal is not for the child: a good file would turn unreadable.
        start_new_session=True,
        creationflags=_windows_flags(),
    ) as child:
        assert child.stdout is not None
        alarm = threading.Timer(limit_seconds, child.kill)
        alarm.start()
        try:
            answer = child.stdout.read(most + 1)
            if len(answer) > most:
                child.kill()
            child.wait()
        finally:
            in_time = alarm.is_alive()
            alarm.cancel()
            child.kill()
    if not in_time:
        raise Unreadable(f"it took longer than {limit_seconds:g} seconds")
    if child.returncode:
        raise Unreadable(f"the decoder ended with {child.returncode}")
    return answer


def _windows_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def read_answer(answer: bytes) -> Shrunk:
    """Check what the child says, because a hostile file may speak through it."""
    line, _, picture = answer.partition(b"\n")
    try:
        said = json.loads(line) if len(line) <= MAX_LINE_BYTES else None
    except ValueError:
        said = None
    match said:
        case {"problem": "pixels"}:
            raise Unreadable("it has more than 24 megapixels")
        case {"mime": str(mime), "width": int(width), "height": int(height)}:
            pass
        case _:
            raise Unreadable("the decoder gave no answer")
    start, end = MIMES.get(mime, (b"", b""))
    if (
        not start
        or len(picture) > MAX_PICTURE_BYTES
        or not (picture.startswith(start) and picture.endswith(end))
        or not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE)
    ):
        raise Unreadable("the decoder gave something else than a small picture")
    return Shrunk(picture, mime, width, height)
