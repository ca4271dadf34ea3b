"""What the accounts room adds to the app."""

from flask import Flask

from app.accounts import cli, sessions, views


def register(app: Flask) -> None:
    sessions.register(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
