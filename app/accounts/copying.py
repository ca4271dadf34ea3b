"""Whether the browser keeps a copy of what she types: the one script, and where it runs."""

from typing import cast

from flask import Flask, current_app, g, session
from markupsafe import Markup

from app.accounts.sessions import ServerSession


def register(app: Flask) -> None:
    app.jinja_env.globals["keeps_copy"] = keeps_copy
    app.jinja_env.globals["copying_script"] = copying_script
    app.jinja_env.globals["sent_mark"] = sent_mark


def keeps_copy() -> bool:
    """Where nothing was chosen only her own device does: others sit at a shared one."""
    row = getattr(session, "row", None)
    if row is None:
        return False
    chosen = row.account.keeps_copy
    return bool(row.own if chosen is None else chosen)


def choose(*, keeps: bool) -> bool | None:
    """Give what to write down of a tick: nothing where it is as it is anyway."""
    row = cast(ServerSession, session).row
    chosen = row.account.keeps_copy if row is not None else None
    return chosen if keeps == keeps_copy() else keeps


def copying_script() -> str:
    """Give the script's address and let this page run it; "" for who has no copy kept.

    Every page of hers has it: *I'm done* must wipe the copy wherever it is pressed.
    """
    if not keeps_copy():
        return ""
    g.has_script = True
    return str(current_app.jinja_env.globals["keep_script"])


def sent_mark(form_key: str) -> str:
    """Say on a page that the server has the words of this form: their copy may go."""
    return Markup(' data-sent="{}"').format(form_key) if keeps_copy() else ""
