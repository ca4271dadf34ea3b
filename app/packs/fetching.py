"""A file from the web, piece by piece: goes on where the line was cut, and has an end."""

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from app.packs import archive
from app.packs.errors import PackRefused

TIMEOUT_SECONDS = 30  # without a byte; a slow link that flows may take its time
CHUNK_BYTES = 65_536
TRIES = 5
# A server that is busy says when to come again; no longer than this is waited.
MOST_WAIT_SECONDS = 15

# Told the bytes there, and the bytes in all where they are known.
Progress = Callable[[int, int | None], None]

NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, OSError)

_FROM_BYTE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")
_IN_ALL = re.compile(r"bytes \*/(\d{1,15})")


class ElsewhereError(Exception):
    """An address, or where it leads to, is none that may be asked."""


class TooBigError(Exception):
    """More was coming than this file may have."""


def nothing_before(there: int, whole: int | None) -> None:
    """Look at nothing before the first byte is written."""


def fetch(
    links: Sequence[str],
    part: Path,
    most_bytes: int,
    progress: Progress,
    *,
    stay: bool = False,
    before: Progress = nothing_before,
) -> bool:
    """Fetch a file, going on where an earlier try ended; say whether all is there.

    Asks each link in turn. With `stay` none may lead elsewhere. `before` may raise
    before anything is written. Raises `ElsewhereError`, `TooBigError` and `NoRoom`; what
    has come by then stays.
    """
    for turn in range(TRIES):
        link = links[turn % len(links)]
        try:
            if _fetch(link, part, most_bytes, progress, stay=stay, before=before):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            if stay and error.code in range(300, 400):
                raise ElsewhereError from error
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                if _is_whole(error.headers, part):
                    return True
                part.unlink(missing_ok=True)
            elif error.code == http.client.SERVICE_UNAVAILABLE:
                time.sleep(_wait_seconds(error.headers))
        except NETWORK_ERRORS:
            time.sleep(min(turn, 3))
    return False


def open_web(
    url: str, headers: dict[str, str] | None = None, *, stay: bool = False
) -> http.client.HTTPResponse:
    """Ask a web address; with `stay` it may lead nowhere else, and no proxy is asked."""
    if not has_web_address(url):
        raise ElsewhereError(url)
    sent = {"User-Agent": "Paravion", **(headers or {})}
    request = urllib.request.Request(url, headers=sent)  # noqa: S310 - checked above
    handlers: list[urllib.request.BaseHandler] = (
        [_Stay(), urllib.request.ProxyHandler({})] if stay else [_OnlyWeb()]
    )
    opener = urllib.request.build_opener(*handlers)
    answer = opener.open(request, timeout=TIMEOUT_SECONDS)
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def has_web_address(url: str) -> bool:
    try:
        told = urlsplit(url)
        _port = told.port
    except ValueError:
        return False
    return told.scheme in ("http", "https") and bool(told.hostname)


class _OnlyWeb(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not has_web_address(newurl):
            raise ElsewhereError(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *told: object) -> urllib.request.Request | None:
        raise ElsewhereError


def _fetch(
    link: str,
    part: Path,
    most_bytes: int,
    progress: Progress,
    *,
    stay: bool,
    before: Progress,
) -> bool:
    """Fetch what is missing; say whether all of it is there now."""
    there = part.stat().st_size if part.exists() else 0
    wanted = {"Range": f"bytes={there}-"} if there else {}
    with open_web(link, wanted, stay=stay) as answer:
        if there and not _goes_on(answer, part, there):
            there = 0
        left = answer.headers.get("Content-Length") or ""
        whole = there + int(left) if re.fullmatch(r"\d{1,15}", left) else None
        if (whole or 0) > most_bytes:
            raise TooBigError
        before(there, whole)
        return _write(answer, part, there, whole, most_bytes, progress)


def _write(
    answer: http.client.HTTPResponse,
    part: Path,
    there: int,
    whole: int | None,
    most_bytes: int,
    progress: Progress,
) -> bool:
    with _on_disk():
        file = part.open("ab" if there else "wb")
    try:
        while chunk := answer.read(CHUNK_BYTES):
            if there + len(chunk) > most_bytes:
                raise TooBigError
            with _on_disk():
                file.write(chunk)
                file.flush()
            there += len(chunk)
            progress(there, whole)
    finally:
        with _on_disk(), file:
            os.fsync(file.fileno())
    return whole is None or there == whole


@contextmanager
def _on_disk() -> Iterator[None]:
    """Tell what the disk refuses from what the network does."""
    try:
        yield
    except OSError as error:
        if error.errno in archive.FULL:
            raise archive.no_room() from error
        raise PackRefused(
            f"{error.filename or 'The file'} cannot be written: {error.strerror or error}."
        ) from error


def _goes_on(answer: http.client.HTTPResponse, part: Path, there: int) -> bool:
    """Whether the answer begins just where the file here ends."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return False
    told = _FROM_BYTE.fullmatch(answer.headers.get("Content-Range") or "")
    if told is None or int(told[1]) != there:
        part.unlink()
        raise http.client.HTTPException("another part than the one asked for")
    return True


def _is_whole(headers: Message, part: Path) -> bool:
    """Whether there is no more to come because all of it is here."""
    told = _IN_ALL.fullmatch(headers.get("Content-Range") or "")
    return told is not None and part.exists() and part.stat().st_size == int(told[1])


def _wait_seconds(headers: Message) -> int:
    told = headers.get("Retry-After") or ""
    return min(int(told), MOST_WAIT_SECONDS) if re.fullmatch(r"\d{1,5}", told) else 1
