"""What the jobs add to the app: the worker's command."""

from flask import Flask


def register(app: Flask) -> None:
    """Add nothing to pages: rooms register what they want done."""


def register_work(app: Flask) -> None:
    from app.jobs import cli

    app.cli.add_command(cli.commands)
