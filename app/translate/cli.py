"""`python3 run.py flask packs` and `flask translate`: packs for the machine, translations made again."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.db import db, reading
from app.posts.models import Post
from app.translate import downloading, engine, installing, memory, packs
from app.translate.catching_up import catch_up
from app.translate.errors import PackRefused
from app.translate.translating import bring_in_line

POSTS_AT_ONCE = 32

pack_commands = AppGroup(
    "packs", help="Packs: which languages this machine translates."
)
translate_commands = AppGroup("translate", help="Translations of posts.")


@pack_commands.command("list")
def list_packs() -> None:
    """Show the packs that are here, and what is wrong with any."""
    if reason := engine.available():
        click.echo(reason)
    for pack in packs.installed():
        click.echo(f"{pack.pair}  {pack.version}")
    for broken in packs.damaged():
        click.echo(f"{broken.folder.name}  cannot be used: {broken.reason}")
    if not packs.installed():
        click.echo(
            "No pack is installed. `python3 run.py flask packs install es-en` fetches one."
        )


@pack_commands.command("install")
@click.argument("wanted", metavar="FILE-OR-CODE-PAIR")
def install(wanted: str) -> None:
    """Install a pack from a FILE, or fetch a pair such as es-en from Argos' index."""
    path = Path(wanted)
    try:
        if path.suffix == ".argosmodel" or path.exists():
            pack = installing.install(path)
        else:
            pack = _fetch_and_install(wanted)
    except PackRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    waiting = catch_up()
    db.session.commit()
    click.echo(f"{pack.pair} {pack.version} is installed.")
    if waiting:
        click.echo("The worker translates what waits for it now, newest first.")


@pack_commands.command("remove")
@click.argument("pair")
def remove(pair: str) -> None:
    """Take the pack of a PAIR such as es-en away."""
    try:
        packs.remove(pair)
    except PackRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{pair} is removed. What it has translated stays readable.")


@translate_commands.command("rebuild")
def rebuild() -> None:
    """Make all translations again, with the packs that are here now."""
    if reason := engine.available():
        raise click.ClickException(reason)
    memory.forget_stumbles()
    db.session.commit()
    with reading():
        ids = list(db.session.scalars(select(Post.id).order_by(Post.id.desc())))
    with click.progressbar(length=len(ids), label="Translating") as bar:
        for at in range(0, len(ids), POSTS_AT_ONCE):
            some = ids[at : at + POSTS_AT_ONCE]
            bring_in_line(some, anew=True)
            bar.update(len(some))


def _fetch_and_install(wanted: str) -> packs.Pack:
    from_code, to_code = packs.read_pair(wanted)
    if reason := engine.available():
        raise PackRefused(reason)
    home = packs.packs_folder()
    home.mkdir(parents=True, exist_ok=True)
    entry = downloading.find(from_code, to_code, engine.index_url(home))
    with click.progressbar(length=1, label=f"Fetching {from_code}-{to_code}") as bar:

        def show(there: int, whole: int | None) -> None:
            bar.length = whole or there
            bar.update(there - bar.pos)

        part = downloading.download(entry, home, show)
    pack = installing.install(part)
    part.unlink()
    return pack
