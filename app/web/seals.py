"""Short seals: what a page of ours gave out is known when it comes back."""

import base64
import hashlib
import hmac

from flask import current_app

# 36 bits: enough where a forged one opens nothing.
SEAL_CHARACTERS = 6


def seal(said: str) -> str:
    """Seal words with the server's secret; say first in them what they are for."""
    secret = current_app.config["SECRET_KEY"].encode()
    digest = hmac.digest(secret, said.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest)[:SEAL_CHARACTERS].decode()
