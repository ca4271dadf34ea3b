"""What the media room adds to the app: the worker's job and chore, by being imported."""

from flask import Flask

from app.media import shrinking, uploading  # noqa: F401  # they register themselves


def register(app: Flask) -> None:
    """Add nothing more: a picture is shown by the post that carries it."""
