"""What the classrooms room adds to the app."""

from flask import Flask

from app.classrooms import cli, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
