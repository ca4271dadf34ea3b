"""Forms that came after their sign-in had ended: kept for who wrote them, sent later."""

import hashlib
import logging
from collections.abc import Iterable
from contextvars import Context

from flask import current_app, redirect, request, url_for
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.test import EnvironBuilder
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from app.accounts.models import Account, KeptForm, SignInSession
from app.db import db, reading
from app.web.csrf import TOKEN_FIELD, TOKEN_HEADER, masked, sent_token
from app.web.errors import kept_words

# Never written down: they are no words, and would open an account.
NEVER_KEPT = {TOKEN_FIELD, "secret", "again", "old", "slip", "pin", "picture_secret"}
# Who is no longer signed in may send these; what they hold is nobody's writing.
OPEN_PATHS = ("/sign-in", "/slip", "/first", "/done", "/kept/")
# Of one person. Who has more waiting copies her words, as from any refused form.
MOST_KEPT = 10
PATH_MAX = 400
CHUNK_BYTES = 64 * 1024
# What views answer when a form was good.
TAKEN = {*range(200, 300), 303}

log = logging.getLogger(__name__)


def author_of_form() -> Account | None:
    """Find whose sign-in gave out the form of this request, however long ago it ended."""
    return db.session.scalars(
        select(Account)
        .join(SignInSession, SignInSession.account_id == Account.id)
        .where(SignInSession.csrf_token == sent_token())
    ).one_or_none()


def keep(author: Account) -> str | None:
    """Keep this request's form for its author; flushes. The same form is kept once.

    Gives the uid; None when there is nothing to keep, or too much is kept already.
    """
    words, path = kept_words(), _path()
    if not words or len(path) > PATH_MAX or path.startswith(OPEN_PATHS):
        return None
    content_type, body = _encoded()
    hers = KeptForm.account_id == author.id
    same = select(KeptForm.uid).where(
        hers, KeptForm.path == path, KeptForm.body == body
    )
    known = db.session.scalar(same)
    if known is not None:
        return known
    count = db.session.scalar(select(func.count(KeptForm.id)).where(hers)) or 0
    if count >= MOST_KEPT:
        return None
    form = KeptForm(
        account_id=author.id,
        path=path,
        content_type=content_type,
        body=body,
        words="\n\n".join(words),
    )
    db.session.add(form)
    db.session.flush()
    return form.uid


def deliver(uid: str, cookie: str, token: str) -> Response:
    """Send a kept form as the sign-in of this cookie, and forget it once it was taken.

    Call it outside any transaction. Gives the answer of the form's own view; when
    that refuses, the form stays kept and the answer shows its words.
    """
    with reading():
        form = db.session.scalars(select(KeptForm).where(KeptForm.uid == uid)).first()
        if form is None:
            return redirect(first_page(), code=303)
        sent = Headers(
            {
                "Cookie": f"{current_app.config['SESSION_COOKIE_NAME']}={cookie}",
                TOKEN_HEADER: masked(token),
            }
        )
        environ = EnvironBuilder(
            form.path,
            request.root_url,
            method="POST",
            data=form.body,
            content_type=form.content_type,
            headers=sent,
            environ_base={"REMOTE_ADDR": request.remote_addr or ""},
        ).get_environ()
    # A context of its own, so that nothing of this request is taken for that one's.
    wsgi = current_app.wsgi_app
    answer = Context().run(Response.from_app, wsgi, environ, buffered=True)
    if answer.status_code in TAKEN:
        try:
            forget(uid)
            db.session.commit()
        except DBAPIError as error:  # its one-time key lets it be sent but once
            db.session.rollback()
            log.warning("a form that was sent stays kept: %s", error.orig)
    return answer


def author_id(uid: str) -> int | None:
    """Say whose kept form this is, while it is there."""
    return db.session.scalar(select(KeptForm.account_id).where(KeptForm.uid == uid))


def forget(uid: str) -> None:
    db.session.execute(delete(KeptForm).where(KeptForm.uid == uid))


def first_page() -> str:
    """Say where her kept forms are shown to who is signed in."""
    return url_for("home.my_post", _anchor="kept")


def _path() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def _encoded() -> tuple[str, bytes]:
    """Write the form as a browser would, without what is secret; same form, same bytes."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NEVER_KEPT
    ]
    files = [
        (name, file) for name, file in request.files.items(multi=True) if file.filename
    ]
    # No content can name the hash of itself.
    mark = _digest(fields, files)
    parts = [_part(mark, name, value.encode()) for name, value in fields]
    for name, file in files:
        more = f'; filename="{secure_filename(file.filename or "") or "file"}"'
        kind = f"\r\nContent-Type: {_one_line(file.mimetype)}" if file.mimetype else ""
        parts.append(_part(mark, name, file.stream.read(), more + kind))
    body = b"".join([*parts, f"--{mark}--\r\n".encode()])
    return f"multipart/form-data; boundary={mark}", body


def _digest(
    fields: Iterable[tuple[str, str]], files: Iterable[tuple[str, FileStorage]]
) -> str:
    digest = hashlib.sha256()
    for name, value in fields:
        digest.update(f"{len(name)} {len(value)} {name}{value}".encode())
    for name, file in files:
        digest.update(f"{len(name)} {name}".encode())
        file.stream.seek(0)
        while chunk := file.stream.read(CHUNK_BYTES):
            digest.update(chunk)
        file.stream.seek(0)
    return digest.hexdigest()


def _part(mark: str, name: str, value: bytes, more: str = "") -> bytes:
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{_one_line(name)}"{more}'
    return head.encode() + b"\r\n\r\n" + value + b"\r\n"


def _one_line(name: str) -> str:
    """Escape as HTML says for names of fields in a form's parts."""
    for sign, escaped in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        name = name.replace(sign, escaped)
    return name
