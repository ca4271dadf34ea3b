"""What the accounts room adds to the app."""

from flask import Flask

from app.accounts import (
    cli,
    copying,
    kept_views,
    sessions,
    sweeping,  # noqa: F401  # registers its chore
    views,
)


def register(app: Flask) -> None:
    sessions.register(app)
    copying.register(app)
    kept_views.register(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
