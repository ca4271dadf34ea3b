"""`flask search rebuild`: the index made anew while the old one answers."""

import errno

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from app.search.analysis import know_more
from app.search.rebuilding import Busy, rebuild

commands = AppGroup("search", help="The search index: a copy that can be made anew.")


@commands.command("rebuild")
def rebuild_command() -> None:
    """Make the index anew from all posts; search goes on meanwhile."""
    know_more()
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
        except (OSError, OperationalError) as error:
            raise click.ClickException(_kept_because(error)) from None
        if not bar.pos:
            show(1, 1)
    click.echo("Search is up to date.")


def _kept_because(error: OSError | OperationalError) -> str:
    """Say what the disk or the database said; the old index still answers."""
    no_room = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    why: object = error.orig if isinstance(error, OperationalError) else error
    if getattr(error, "errno", None) in no_room or "full" in str(why):
        why = "the disk is full"
    return f"The old index stays, because {why}. Mend that and run this again."
