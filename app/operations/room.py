"""What looking after the server adds to the app."""

import sys

from flask import Flask

from app.db import db
from app.jobs.registry import at_start, chore_at_start
from app.operations import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)


def register_work(app: Flask) -> None:
    from app.operations import cli, setup
    from app.operations.migrating import MIGRATIONS

    for command in (
        cli.setup_command,
        cli.backup_command,
        cli.restore_command,
        cli.health_command,
        cli.demo_commands,
    ):
        app.cli.add_command(command)
    if setup.keep_first_run_code not in at_start:
        chore_at_start(setup.keep_first_run_code)
    if "flask_migrate" in sys.modules:
        # The flask command has loaded it for `flask db`; the web process never does.
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(MIGRATIONS))
