"""What the accounts room adds to the app."""

from flask import Flask

from app.accounts import cli, kept_views, sessions, sweeping, views  # noqa: F401  # sweeping registers its chore


def register(app: Flask) -> None:
    sessions.register(app)
    kept_views.register(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
