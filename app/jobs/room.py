"""What the jobs add to the app: the worker's command."""

from flask import Flask

from app.jobs import cli


def register(app: Flask) -> None:
    app.cli.add_command(cli.commands)
