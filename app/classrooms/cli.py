"""`flask schools`: more than one school on one server."""

import click
from flask.cli import AppGroup

from app.accounts import access_log
from app.accounts.people import SLIP_DAYS, give_slip
from app.classrooms.founding import found_school
from app.db import db
from app.web.errors import Refused
from app.web.langs import OWN_NAMES

commands = AppGroup("schools", help="Schools that share this server.")


@commands.command("add")
@click.argument("school")
@click.argument("teacher")
@click.option("--lang", type=click.Choice(sorted(OWN_NAMES)), default="en")
def add(school: str, teacher: str, lang: str) -> None:
    """Add SCHOOL with its first TEACHER, and print a slip to sign in with."""
    try:
        account = found_school(school, teacher, lang)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    slip = give_slip(account)
    access_log.record(None, access_log.SLIP, account.person_id)
    db.session.commit()
    click.echo(
        f"{school} is here. Slip for {account.full_name}: {slip}\n"
        f"Open /slip in the browser within {SLIP_DAYS} days and choose a passphrase."
    )
