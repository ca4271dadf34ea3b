"""Which of a class's own tablets and PCs this request comes from."""

import hashlib

from flask import request
from sqlalchemy import select

from app.accounts.models import Device
from app.db import db

COOKIE = "d"


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


def device_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
