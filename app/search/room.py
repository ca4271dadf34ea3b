"""What the search room adds to the app."""

from flask import Flask

from app import pipeline
from app.search import indexing, updating, views  # noqa: F401  # updating registers its job


def register(app: Flask) -> None:
    """Whoosh itself is imported by the first search or the first job: 0.1 s."""
    app.register_blueprint(views.bp)
    pipeline.follow(indexing.KIND, renditions=True)


def register_work(app: Flask) -> None:
    from app.search import cli

    app.cli.add_command(cli.commands)
