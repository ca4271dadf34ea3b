"""`python3 run.py flask packs` and `flask translate`: packs for the machine, translations made again."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.db import db, reading
from app.packs import downloading, engine, installing, inventory, neighbours, packs
from app.packs.errors import NoRoom, PackRefused
from app.packs.fetching import Progress
from app.packs.installing import Offer
from app.packs.packs import Pack
from app.posts.models import Post
from app.translate import doubts, memory
from app.translate.catching_up import catch_up
from app.translate.translating import bring_in_line

POSTS_AT_ONCE = 32
ENDING = ".argosmodel"

pack_commands = AppGroup(
    "packs", help="Packs: which languages this machine translates."
)
translate_commands = AppGroup("translate", help="Translations of posts.")


@pack_commands.command("list")
def list_packs() -> None:
    """Show the packs that are here, what they take, and what is wrong with any."""
    if reason := engine.unavailable():
        click.echo(reason)
    there = packs.installed()
    with reading():
        doubtful = {f"{one.pack} {one.pair}": one for one in doubts.figures()}
    for pack in there:
        line = f"{pack.pair}  {pack.version}  {_takes(pack)}"
        told = doubtful.get(f"{pack.label} {'-'.join(pack.langs)}")
        if told and told.sentences:
            line += (
                f"; could not say {told.stumbled_share:.0%} of {told.sentences:,} "
                "sentences well"
            )
        click.echo(line)
    langs = sorted({lang for pack in there for lang in pack.langs})
    for first, second in permutations(langs, 2):
        way = packs.route(first, second, there)
        if len(way) > 1:
            click.echo(f"{first}-{second}: through {way[0].langs[1]}")
    for broken in packs.damaged():
        click.echo(f"{broken.folder.name}  cannot be used: {broken.reason}")
    if not there:
        click.echo(
            "No pack is installed. `python3 run.py flask packs install es-en` fetches one."
        )


@pack_commands.command("install")
@click.argument("wanted", metavar="[FILE|FOLDER|PAIR]", default="")
@click.option("--from", "server", metavar="URL", default="", help="Another Paravion.")
def install(wanted: str, server: str) -> None:
    """Install packs: a FILE, all in a FOLDER or stick, or a PAIR such as es-en.

    A pair comes from Argos' index on the web, or with --from from another Paravion in
    the same network, such as http://192.168.1.20:8000; without a pair that shows what
    it has.
    """
    path = Path(wanted)
    with _sentences():
        if server and not wanted:
            _show_offers(server)
        elif server:
            _install_from_neighbour(wanted, server)
        elif wanted and path.is_dir():
            _install_folder(path)
        elif path.suffix == ENDING or (wanted and path.exists()):
            _install_file(path)
        else:
            _install_from_index(wanted)


@pack_commands.command("remove")
@click.argument("pair")
def remove(pair: str) -> None:
    """Take the pack of a PAIR such as es-en away."""
    with _sentences():
        packs.remove(pair)
    click.echo(f"{pair} is removed. What it has translated stays readable.")


@translate_commands.command("rebuild")
def rebuild() -> None:
    """Make all translations again, with the packs that are here now."""
    if reason := engine.unavailable():
        raise click.ClickException(reason)
    memory.forget_stumbles()
    db.session.commit()
    with reading():
        ids = list(db.session.scalars(select(Post.id).order_by(Post.id.desc())))
    with click.progressbar(length=len(ids), label="Translating") as bar:
        while ids:
            some, ids = ids[:POSTS_AT_ONCE], ids[POSTS_AT_ONCE:]
            left = bring_in_line(some, anew=True)
            ids[:0] = left
            bar.update(len(some) - len(left))


@contextmanager
def _sentences() -> Iterator[None]:
    """Answer a refusal with its sentence, and end."""
    try:
        yield
    except PackRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _install_file(path: Path) -> None:
    offer = installing.look(path)
    if offer.is_here:
        click.echo(f"{offer.pair} {offer.version} is here already. Nothing was done.")
        return
    _say_before(f"{offer.pair} {offer.version}", offer.disk_bytes, offer.memory_bytes)
    _say_after([installing.install(path)])


def _install_folder(folder: Path) -> None:
    """Install the newest of each pair in a folder, each by itself."""
    files = _files_in(folder)
    if not files:
        raise PackRefused(f"There is no {ENDING} file in {folder}.")
    offers = _offers(files)
    failed = len(files) - len(offers)
    fresh: list[Pack] = []
    settled: set[str] = set()
    for offer in offers:
        name = f"{offer.path.name} ({offer.pair} {offer.version})"
        if offer.pair in settled:
            click.echo(f"{name}: a newer one of this pair goes before it.")
        elif offer.is_no_newer:
            click.echo(f"{name}: what is here is as new. Nothing was done.")
            settled.add(offer.pair)
        else:
            _say_before(name, offer.disk_bytes, offer.memory_bytes)
            try:
                fresh.append(installing.install(offer.path))
                settled.add(offer.pair)
            except PackRefused as refusal:
                failed += 1
                click.echo(f"{name}: {refusal}")
    if fresh:
        _say_after(fresh)
    if failed:
        raise PackRefused(f"{failed} of {len(files)} files were not installed.")


def _files_in(folder: Path) -> list[Path]:
    """List the packs in a folder and those below, without the notes of other systems."""
    return sorted(
        Path(place) / name
        for place, _folders, names in os.walk(folder)
        for name in names
        if name.lower().endswith(ENDING) and not name.startswith(".")
    )


def _offers(files: Sequence[Path]) -> list[Offer]:
    """Look into each file, the newest of each pair first; those that are no packs are said."""
    offers = []
    for path in files:
        try:
            offers.append(installing.look(path))
        except PackRefused as refusal:
            click.echo(f"{path.name}: {refusal}")
    offers.sort(key=lambda offer: packs.order(offer.version), reverse=True)
    return sorted(offers, key=lambda offer: offer.pair)


def _install_from_index(wanted: str) -> None:
    from_code, to_code = packs.read_pair(wanted)
    home = _home()
    entry = downloading.find(from_code, to_code, engine.index_url(home))
    version = str(entry.get("package_version"))
    folder = home / f"{from_code}_{to_code}"
    if any((p.folder, p.version) == (folder, version) for p in packs.installed()):
        click.echo(
            f"{from_code}-{to_code} {version} is here already. Nothing was done."
        )
        return
    with _progress(f"{from_code}-{to_code}") as show:
        part = downloading.download(entry, home, show)
    try:
        offer = installing.look(part)
        _say_before(
            f"{offer.pair} {offer.version}", offer.disk_bytes, offer.memory_bytes
        )
        fresh = installing.install(part)
    except NoRoom:
        raise  # what has come is good, and waits for room
    except PackRefused:
        part.unlink()
        raise
    part.unlink()
    _say_after([fresh])


def _install_from_neighbour(wanted: str, server: str) -> None:
    found = neighbours.find(wanted, server)
    if any(
        (p.pair, p.version) == (found.pair, found.version) for p in packs.installed()
    ):
        click.echo(f"{found.pair} {found.version} is here already. Nothing was done.")
        return
    home = _home()
    _say_before(f"{found.pair} {found.version}", found.size_bytes, found.memory_bytes)
    with _progress(found.pair) as show:
        made = neighbours.download(found, home, show)
    try:
        fresh = installing.install(made)
    except NoRoom:
        made.unlink()
        raise
    except PackRefused:
        neighbours.forget(made)
        raise
    neighbours.forget(made)
    _say_after([fresh])


def _show_offers(server: str) -> None:
    offered = neighbours.ask(server)
    for one in offered:
        click.echo(f"{one.pair}  {one.version}  {_megabytes(one.size_bytes)}")
    if not offered:
        click.echo(f"{server} has no pack to share.")


def _home() -> Path:
    """Give the folder of packs, where this machine can use any."""
    if reason := engine.unavailable():
        raise PackRefused(reason)
    home = packs.packs_folder()
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextmanager
def _progress(pair: str) -> Iterator[Progress]:
    with click.progressbar(length=1, label=f"Fetching {pair}") as bar:

        def show(there: int, whole: int | None) -> None:
            bar.length = whole or there
            bar.update(there - bar.pos)

        yield show


def _say_before(name: str, disk_bytes: int, memory_bytes: int) -> None:
    free = shutil.disk_usage(_home()).free
    click.echo(
        f"{name} will take {_megabytes(disk_bytes)} of disk "
        f"({_megabytes(free)} are free), and about "
        f"{_megabytes(memory_bytes)} of memory while it works."
    )


def _say_after(fresh: Sequence[Pack]) -> None:
    for pack in fresh:
        click.echo(f"{pack.label} is installed: {_takes(pack)}.")
    waiting = catch_up()
    db.session.commit()
    if waiting:
        click.echo("The worker translates what waits for it now, newest first.")


def _takes(pack: Pack) -> str:
    taken = inventory.taken(pack.folder)
    about = "" if taken.is_measured else "about "
    return (
        f"{_megabytes(taken.disk_bytes)} of disk, "
        f"{about}{_megabytes(taken.memory_bytes)} of memory"
    )


def _megabytes(size_bytes: int) -> str:
    """Say a size as disks and packs are counted, rounded up."""
    return f"{-(-size_bytes // 1_000_000):,} MB"
