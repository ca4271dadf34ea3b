"""A class's own tablets and PCs: making one, knowing it again, taking it back."""

import hashlib
import secrets

from flask import current_app, request
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from app.accounts.models import Account, Device, SignInSession
from app.db import db, now

COOKIE = "d"
# The only pages that ask which device this is; others need not carry the cookie.
PATH = "/sign-in"
# Browsers keep no cookie longer; it begins anew with each sign-in.
KEPT_SECONDS = 400 * 24 * 3600
TOKEN_BYTES = 16


def this_device() -> Device | None:
    """Find the enrolled device that sent its cookie; only below /sign-in does it."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    return db.session.scalars(
        select(Device).where(
            Device.token_sha256 == device_digest(token), Device.ended_at.is_(None)
        )
    ).one_or_none()


def devices_of(classroom_id: int) -> list[Device]:
    """List a class's devices that are still its own, as they were made."""
    theirs = select(Device).where(
        Device.classroom_id == classroom_id, Device.ended_at.is_(None)
    )
    return list(db.session.scalars(theirs.order_by(Device.id)))


def enrol(classroom_id: int, name: str, teacher: Account) -> tuple[Device, str]:
    """Make a device the class's own; gives the token for its cookie. Flushes."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    device = Device(
        token_sha256=device_digest(token),
        classroom_id=classroom_id,
        name=name,
        made_by_id=teacher.person_id,
    )
    db.session.add(device)
    db.session.flush()
    return device, token


def set_cookie(response: Response, token: str) -> None:
    config = current_app.config
    response.set_cookie(
        COOKIE,
        token,
        max_age=KEPT_SECONDS,
        path=PATH,
        httponly=True,
        secure=config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )


def renew_cookie(response: Response) -> None:
    """Let the browser keep the cookie it sent for its full time again."""
    set_cookie(response, request.cookies[COOKIE])


def end(device: Device) -> None:
    """Take a device back: its cookie is worth nothing, and who sits there is out."""
    device.ended_at = now()
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.device_id == device.id, SignInSession.ended_at.is_(None))
        .values(ended_at=now())
    )


def open_to_pictures(device: Device, *, opened: bool) -> None:
    """Say whether three pictures open an account there."""
    device.pictures = opened


def device_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
