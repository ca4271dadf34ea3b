"""What the translate room adds to the app."""

from flask import Flask

from app import pipeline
from app.packs import packs
from app.posts import showing
from app.translate import (
    asking_views,
    language_views,
    preview,
)
from app.translate.translating import KIND


def register(app: Flask) -> None:
    app.register_blueprint(asking_views.bp)
    app.register_blueprint(language_views.bp)
    pipeline.follow(KIND)
    app.extensions["why_no_translation"] = preview.why_no_translation
    showing.pack_codes.update(packs.SPOKEN_AS)


def register_work(app: Flask) -> None:
    from app.translate import (  # noqa: F401 - jobs and chores register themselves
        catching_up,
        checking,
        cli,
        single_words,
    )

    app.cli.add_command(cli.pack_commands)
    app.cli.add_command(cli.translate_commands)
