"""A small school with a letter, a held post and a picture that still waits."""

from dataclasses import dataclass
from pathlib import Path

from app.db import db
from app.jobs.runner import work_once
from app.media.models import Media
from tests import builders


@dataclass(frozen=True)
class Letters:
    """Who wrote what, by keys that outlive a session."""

    writer_id: int
    reader_id: int
    released_uid: str


def some_letters() -> Letters:
    spanish = builders.a_classroom(lang="es")
    english = builders.a_classroom(lang="en")
    space = builders.a_partnership(spanish, english)
    writer = builders.a_pupil(spanish, "Lucía Erazo")
    reader = builders.a_pupil(english, "Amina Otieno")
    teacher = builders.teacher_of(spanish)
    thread = builders.letters_between(space, teacher, writer, reader)
    released = builders.released(
        builders.a_post(thread, writer, "Mi hermano tiene un perro.", "es"), teacher
    )
    builders.a_post(thread, writer, "Mi casa es grande.", "es")
    letters = Letters(writer.id, reader.id, released.uid)
    db.session.rollback()  # reading the keys began a transaction
    return letters


def a_waiting_upload(
    instance: Path, content: bytes = b"\xff\xd8\xff a picture"
) -> Path:
    upload = instance / "uploads" / ("a" * 32)
    upload.write_bytes(content)
    db.session.add(Media(sha256="b" * 64, upload=upload.name))
    db.session.commit()
    return upload


def work_to_the_end() -> None:
    while work_once():
        pass


def let_go() -> None:
    """Close what this process has open, as a server that ends does."""
    db.session.remove()
    db.engine.dispose()
