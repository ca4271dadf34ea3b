"""What the translate room adds to the app."""

from flask import Flask

from app import pipeline
from app.translate import catching_up, cli  # noqa: F401 - its chores register themselves
from app.translate.translating import KIND


def register(app: Flask) -> None:
    """Models and Argos itself are imported by the first job: 0.3 s and 40 MB."""
    app.cli.add_command(cli.pack_commands)
    app.cli.add_command(cli.translate_commands)
    pipeline.follow(KIND)
