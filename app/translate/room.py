"""What the translate room adds to the app."""

from flask import Flask

from app import pipeline
from app.posts import showing
from app.translate import (
    asking_views,
    carrying_cli,  # noqa: F401 - its commands register themselves
    catching_up,  # noqa: F401 - its chores register themselves
    checking,  # noqa: F401 - its chore registers itself
    cli,
    glossary_views,
    language_views,
    learning_views,
    mend_views,
    packs,
    preview,
    sharing,
    side_views,
)
from app.translate.translating import KIND


def register(app: Flask) -> None:
    """Models and Argos itself are imported by the first job: 0.3 s and 40 MB."""
    app.cli.add_command(cli.pack_commands)
    app.cli.add_command(cli.translate_commands)
    app.register_blueprint(asking_views.bp)
    app.register_blueprint(glossary_views.bp)
    app.register_blueprint(learning_views.bp)
    app.register_blueprint(language_views.bp)
    app.register_blueprint(sharing.bp)
    app.register_blueprint(side_views.bp)
    app.register_blueprint(mend_views.bp)
    pipeline.follow(KIND)
    app.extensions["why_no_translation"] = preview.why_no_translation
    showing.pack_codes.update(packs.SPOKEN_AS)
