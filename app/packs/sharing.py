"""The packs of this server, for another one in the same network to fetch."""

import io
import ipaddress
import threading
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.wsgi import wrap_file

from app.packs import inventory, packs
from app.packs.inventory import Inventory
from app.packs.packs import Pack

# What tells a Paravion from anything else that answers.
KIND, FORMAT = "paravion packs", 1
# The school's line and the server's disk are for its pupils first.
MOST_TRANSFERS = 2
RETRY_SECONDS = 10
BLOCK_BYTES = 65_536

# A pack is no secret, but a stranger must not drain the line.
NEAR = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
            "127.0.0.0/8", "::1/128", "fc00::/7", "fe80::/10",
        ),
    )
)  # fmt: skip

bp = Blueprint("sharing", __name__)


@bp.get("/packs.json")
def index() -> Response:
    _only_near()
    offered = [(pack, known) for pack in packs.installed() if (known := _known(pack))]
    return jsonify(
        kind=KIND,
        format=FORMAT,
        packs=[
            {
                "pair": pack.pair,
                "version": pack.version,
                "memory_bytes": known.memory_bytes,
                "files": [vars(file) for file in known.files],
            }
            for pack, known in offered
        ],
    )


@bp.get("/packs/<pair>/<path:name>")
def file(pair: str, name: str) -> Response:
    _only_near()
    path = _offered(pair, name)
    if path is None:
        abort(404)
    try:
        opened = _Transfer(path)
    except OSError:
        abort(404)
    if not _places.acquire(blocking=False):
        opened.close()
        busy = Response("Others are fetching packs now.\n", 503, mimetype="text/plain")
        busy.headers["Retry-After"] = str(RETRY_SECONDS)
        return busy
    opened.has_place = True
    return _from_byte(opened)


def is_near(address: str) -> bool:
    """Whether an address is of this machine or of a private network."""
    try:
        told = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(told, "ipv4_mapped", None)
    return any((mapped or told) in network for network in NEAR)


class _Transfer(io.FileIO):
    """A file on its way out; gives its place back when it is closed."""

    has_place = False

    def read(self, size: int | None = -1) -> bytes:
        """Read a block at most: waitress asks for megabytes and sends a little of them."""
        some = size is not None and 0 <= size < BLOCK_BYTES
        return super().read(size if some else BLOCK_BYTES) or b""

    def close(self) -> None:
        super().close()
        if self.has_place:
            self.has_place = False
            _places.release()


_places = threading.BoundedSemaphore(MOST_TRANSFERS)


def _only_near() -> None:
    # A proxy that hides who asks must not make a stranger a neighbour.
    told = request.headers.get("X-Forwarded-For", "")
    asking = [request.remote_addr or "", *filter(None, told.split(","))]
    if not all(map(is_near, asking)):
        abort(404)


def _known(pack: Pack) -> Inventory | None:
    try:
        return inventory.read(pack.folder)
    except (OSError, ValueError):
        return None


def _offered(pair: str, name: str) -> Path | None:
    """Find a file by comparing with what is offered: no path is made of words from outside."""
    for pack in packs.installed():
        if pack.pair == pair and (known := _known(pack)):
            return next(
                (pack.folder / file.path for file in known.files if file.path == name),
                None,
            )
    return None


def _from_byte(opened: _Transfer) -> Response:
    """Answer with the file, or with the rest of it; read only as the line takes it."""
    whole = opened.seek(0, io.SEEK_END)
    start = _start()
    if start is not None and start >= whole:
        opened.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{whole}"})
    opened.seek(start or 0)
    answer = Response(
        wrap_file(request.environ, opened, BLOCK_BYTES),
        200 if start is None else 206,
        mimetype="application/octet-stream",
        direct_passthrough=True,
    )
    answer.content_length = whole - (start or 0)
    if start is not None:
        answer.headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
    return answer


def _start() -> int | None:
    """Read from which byte on the rest is wanted; other ranges get the whole."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    start, end = wanted.ranges[0]
    return start if end is None and start >= 0 else None
