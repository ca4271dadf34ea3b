"""`python3 run.py flask translate export` and `import`: words from server to server."""

import os
from pathlib import Path

import click
from sqlalchemy import select

from app.classrooms.list_decoding import decoded
from app.classrooms.models import Classroom
from app.db import db, reading
from app.translate.cli import translate_commands
from app.web.errors import Refused
from app.wording.carrying import Took, all_out, take_in
from app.wording.changing import Taken
from app.wording.spreadsheets import OF_SERVER, entries_of, written

PATH = click.Path(path_type=Path)
MOST_ROWS = 200_000


@translate_commands.command("export")
@click.argument("file", type=PATH)
def export_command(file: Path) -> None:
    """Write all glossaries and all mended sentences into FILE, as CSV."""
    with reading():
        data = written(OF_SERVER, all_out(), "en")
    try:
        _write(file, data)
    except FileExistsError:
        raise click.ClickException(
            f"{file} is there already. Choose another name."
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"{file} cannot be written: {error.strerror}."
        ) from None
    click.echo(
        f"{file} holds all glossaries and mended sentences. Keep it locked away: the "
        "sentences are from letters."
    )


@translate_commands.command("import")
@click.argument("file", type=PATH)
@click.option(
    "--into", metavar="CODE", help="Put all terms into the class of this code."
)
@click.option(
    "--replace", is_flag=True, help="Take the file's words where others are here."
)
def import_command(file: Path, into: str | None, *, replace: bool) -> None:
    """Take in the glossaries and mended sentences of FILE, or nothing of it."""
    try:
        text = decoded(file.read_bytes()).text
        took = take_in(
            entries_of(text, "", "", MOST_ROWS), _class(into), None, replace=replace
        )
    except OSError as error:
        raise click.ClickException(
            f"{file} cannot be read: {error.strerror}."
        ) from None
    except Refused as refusal:
        db.session.rollback()
        raise click.ClickException(f"{refusal} Nothing was taken.") from None
    db.session.commit()
    _report(took)


def _write(file: Path, data: bytes) -> None:
    # Nobody else on the machine reads what pupils wrote.
    with os.fdopen(
        os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
    ) as out:
        try:
            out.write(data)
            out.flush()
        except OSError:
            file.unlink()
            raise


def _class(code: str | None) -> Classroom | None:
    if code is None:
        return None
    found = db.session.scalars(select(Classroom).where(Classroom.code == code))
    classroom = found.one_or_none()
    if classroom is None:
        raise Refused(f"No class has the code {code}.")
    return classroom


def _report(took: Took) -> None:
    click.echo(f"Terms: {_counted(took.terms)}.")
    click.echo(f"Mended sentences: {_counted(took.sentences)}.")
    for title, count in took.strangers.items():
        click.echo(
            f"{count} name no class and stay out: take them in with --into and the "
            "code of one."
            if not title
            else f"{count} of the class {title} stay out: it is not here. Make it, or take "
            "them in with --into and the code of another."
        )
    if took.terms.differ or took.sentences.differ:
        click.echo("Where others are here, these stay; --replace takes the file's.")
    if (
        took.terms.new
        or took.terms.changed
        or took.sentences.new
        or took.sentences.changed
    ):
        click.echo("The worker translates the posts with these words again.")


def _counted(taken: Taken) -> str:
    return (
        f"{taken.new} new, {taken.changed} changed, {taken.same} here already, "
        f"{taken.differ} otherwise here"
    )
