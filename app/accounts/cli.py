"""`flask people`: help on the machine itself, for who is locked out."""

import click
from flask.cli import AppGroup

from app.accounts import access_log
from app.accounts.people import SLIP_DAYS, give_slip, teacher_named
from app.db import db

commands = AppGroup("people", help="Help people who cannot sign in.")


@commands.command("recover")
@click.argument("name")
def recover(name: str) -> None:
    """Print a one-time slip for the adult NAME, who lost her passphrase."""
    account = teacher_named(name)
    if account is None:
        raise click.ClickException(
            f"No adult signs in as “{name}”. Check the spelling; pupils get a "
            "new PIN from their teacher's class page."
        )
    if account.left_at is not None:
        raise click.ClickException(
            f"{account.full_name} has left the school. An admin lets her come back on "
            "the page “People of the school”."
        )
    slip = give_slip(account)
    access_log.record(None, access_log.RECOVERED, account.person_id)
    db.session.commit()
    click.echo(
        f"Slip for {account.full_name}: {slip}\n"
        f"Open /slip in the browser, type it and choose a new passphrase.\n"
        f"It works once, for {SLIP_DAYS} days; the old passphrase and all sign-ins of this person have ended."
    )
