"""`flask setup`, `backup`, `restore` and `health`: for who looks after the machine."""

import itertools
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from app import pipeline
from app.db import db
from app.operations import demo, health, setup
from app.operations.backup import back_up
from app.operations.restore import restore
from app.packs import packs
from app.posts.models import Post
from app.web.errors import Refused

demo_commands = AppGroup("demo", help="A living example, in a folder of its own.")

PATH = click.Path(path_type=Path)
POSTS_A_COMMIT = 500


@click.command("setup")
@with_appcontext
def setup_command() -> None:
    """Make the folders and the database of this version; safe to run again."""
    try:
        setup.set_up(click.echo)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command("backup")
@click.argument("file", type=PATH)
@with_appcontext
def backup_command(file: Path) -> None:
    """Write everything into FILE, checked, while the server goes on."""
    _only_sqlite("pg_dump")
    labels = [pack.label for pack in packs.installed()]
    try:
        manifest = back_up(setup.instance_folder(), file, labels)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    health.note_backup(file)
    click.echo(
        f"{file} holds {manifest.rows.get('post', 0)} posts and letters and was checked "
        "by restoring it aside. Keep it on another machine or stick, and locked away: "
        "it holds everybody's words."
    )


@click.command("restore")
@click.argument("file", type=PATH)
@with_appcontext
def restore_command(file: Path) -> None:
    """Put the backup FILE in the place of what is here; the server must be off."""
    _only_sqlite("pg_restore")
    db.session.remove()
    db.engine.dispose()
    try:
        manifest, kept = restore(setup.instance_folder(), file)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    setup.make_folders()
    setup.keep_first_run_code()
    if _missing(manifest.packs):
        setup.install_starters(click.echo)
    _queue_all()
    click.echo(
        f"Restored {manifest.rows.get('post', 0)} posts and letters of {manifest.made_at}."
    )
    if kept:
        click.echo(f"What was here before is in {kept}; delete it when all is well.")
    here = {pack.label for pack in packs.installed()}
    for label in manifest.packs:
        if label not in here:
            click.echo(
                f"The language pack {label} is missing: python3 run.py flask packs install FILE"
            )
    click.echo(
        "Everyone signs in again. Search and translations catch up after the start."
    )


@click.command("health")
@with_appcontext
def health_command() -> None:
    """Print how this server is; ends with an error where something is broken."""
    with force_locale("en"):
        if db.engine.dialect.name == "sqlite":
            health.check_database_now()
        lines = health.lines()
    for line in lines:
        click.echo(f"{line.name:<15} {line.word:<7} {line.fact} {line.advice}".rstrip())
    if any(line.word == "broken" for line in lines):
        raise click.exceptions.Exit(1)


@demo_commands.command("fill")
def demo_fill_command() -> None:
    """Fill an empty instance with two schools, their talks and letters."""
    click.echo("Two classes write to each other.")
    try:
        with force_locale("en"):
            demo.write_once()
            with click.progressbar(length=1, label="Translating and indexing") as bar:

                def show(done: int, most: int) -> None:
                    bar.length = max(most, 1)
                    bar.update(done - bar.pos)

                demo.work_to_the_end(show)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None


def _queue_all() -> None:
    """Bring all copies in line: the index is gone, translations may be missing."""
    ids = iter(db.session.scalars(select(Post.id).order_by(Post.id)).all())
    while chunk := list(itertools.islice(ids, POSTS_A_COMMIT)):
        pipeline.posts_changed(chunk)
        db.session.commit()


def _missing(labels: list[str]) -> list[str]:
    here = {pack.label for pack in packs.installed()}
    return [label for label in labels if label not in here]


def _only_sqlite(tool: str) -> None:
    if not str(current_app.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite"):
        raise click.ClickException(
            f"This school's database is PostgreSQL: use its own {tool}, which does it well."
        )
