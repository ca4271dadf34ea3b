"""`flask search rebuild`: the index made anew while the old one answers."""

import click
from flask.cli import AppGroup

from app.search.rebuilding import Busy, rebuild

commands = AppGroup("search", help="The search index: a copy that can be made anew.")


@commands.command("rebuild")
def rebuild_command() -> None:
    """Make the index anew from all posts; search goes on meanwhile."""
    with click.progressbar(length=1, label="Reading posts") as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        try:
            rebuild(show)
        except Busy:
            raise click.ClickException(
                "The index is being made anew already. Wait until the health page "
                "calls search fine."
            ) from None
        if not bar.pos:
            show(1, 1)
    click.echo("Search is up to date.")
