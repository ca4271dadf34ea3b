"""`create_app()` for any WSGI server; `python wsgi.py` serves with waitress."""

import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import WSGITask

from app.factory import create_app
from app.packs.engine import hand_back_memory

__all__ = ["create_app"]

DEFAULT_HOST = "0.0.0.0"  # noqa: S104  # pupils' telephones must reach it
DEFAULT_PORT = 8000
# So slow is no link; 30 seconds for so little is somebody holding the door.
RENEWING_BYTES = 1000
# Whoever was answered reads for a while; her next page then needs no handshake,
# which costs a second on a weak link. Telephone networks forget a quiet line
# after some minutes. With this many lines open, quiet ones make room sooner.
KEPT_SECONDS = 120
MOST_KEPT = 300


class KeepingTask(WSGITask):
    """Answers without ending the line where there is no body, as in a 304.

    waitress ends it there, and the browser pays a handshake for its next request.
    """

    def set_close_on_finish(self) -> None:
        asked: Any = self.request
        wants_end = asked.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or wants_end or self.version != "1.1":
            super().set_close_on_finish()


class PatientChannel(HTTPChannel):
    """Waits long for who is slow, and not for who drips.

    A connection is renewed by whole requests and by bytes of a body that
    really comes, never by headers that arrive one by one nor by blank lines.
    Between requests it waits longer for who has asked for something already.
    """

    task_class = KeepingTask
    unrewarded_bytes = 0
    has_asked = False
    active_at = 0.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.renewed_at = self.creation_time

    @property
    def last_activity(self) -> float:
        """Say when it was last of use, as waitress sees it that looks for idle ones."""
        reads = self.has_asked and self.request is None
        lines: Any = self.server.active_channels
        if reads and len(lines) <= MOST_KEPT:
            more = max(KEPT_SECONDS - self.adj.channel_timeout, 0)
            return self.active_at + more
        return self.active_at

    @last_activity.setter
    def last_activity(self, moment: float) -> None:
        self.active_at = moment

    def received(self, data: bytes) -> bool:
        begins = self.request is None
        self.unrewarded_bytes += len(data)
        taken = bool(super().received(data))
        ends = self.request is None
        in_body = self.request is not None and self.request.headers_finished
        if ((begins or ends) and data.strip()) or (
            in_body and self.unrewarded_bytes >= RENEWING_BYTES
        ):
            self.renewed_at, self.unrewarded_bytes = self.active_at, 0
            self.has_asked = self.has_asked or ends
        else:
            self.active_at = self.renewed_at
        return taken


def server(host: str, port: int, app: Flask | None = None) -> Any:
    """Make the server, tuned so that idle sockets and drips cannot fill it."""
    # Behind https everybody would come from the proxy's address, and ten wrong
    # passphrases of a stranger would make every teacher wait.
    proxied: dict[str, Any] = (
        {
            "trusted_proxy": "127.0.0.1",
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for"},
            "clear_untrusted_proxy_headers": True,
        }
        if os.environ.get("PARAVION_HTTPS") == "1"
        else {}
    )
    made = create_server(
        app or create_app(pages_only=True),
        **proxied,
        host=host,
        port=port,
        threads=8,
        connection_limit=1000,
        asyncore_use_poll=True,
        channel_timeout=30,
        cleanup_interval=5,
        max_request_header_size=16_384,
        max_request_body_size=31_000_000,
        ident="",
    )
    # Read at each new connection; with two addresses waitress has two servers.
    BaseWSGIServer.channel_class = PatientChannel
    return made


def main() -> None:
    running = server(
        os.environ.get("PARAVION_HOST", DEFAULT_HOST),
        int(os.environ.get("PARAVION_PORT", DEFAULT_PORT)),
    )

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    for name in ("SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    if os.environ.get("PARAVION_PARENT_PIPE") == "1":
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # What stands by now is no garbage; to look it through again costs a twentieth.
    gc.collect()
    gc.freeze()
    hand_back_memory()
    try:
        running.run()
    finally:
        running.close()


def _end_with_parent() -> None:
    """A server whose run.py died must not hold the port for ever."""
    # Not through the buffer: its lock would be held when the process ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
