"""Packs from Argos' own index, only ever reached when a person asks for a pair."""

import hashlib
import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.translate.errors import PackRefused

TIMEOUT_SECONDS = 30  # without a byte; a slow link that flows may take its time
MAX_INDEX_BYTES = 5_000_000
MAX_PACK_BYTES = 1_000_000_000
CHUNK_BYTES = 65_536
TRIES = 5

Progress = Callable[[int, int | None], None]

_NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, OSError)


def find(from_code: str, to_code: str, index_url: str) -> dict[str, Any]:
    """Find the newest pack of a pair in the index; raises `PackRefused`."""
    try:
        with _open(index_url) as answer:
            listed = json.loads(answer.read(MAX_INDEX_BYTES))
    except _NETWORK_ERRORS as error:
        raise _no_network(from_code, to_code) from error
    except ValueError as error:
        raise PackRefused(
            "The list of packs cannot be read. Try again later."
        ) from error
    found = [
        entry
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict)
        and entry.get("type", "translate") == "translate"
        and (entry.get("from_code"), entry.get("to_code")) == (from_code, to_code)
        and _links(entry)
    ]
    if not found:
        raise PackRefused(
            f"Argos has no pack {from_code}-{to_code}. Where there is none, a pack to English "
            "and one from English speak together."
        )
    return max(found, key=_version)


def download(entry: dict[str, Any], folder: Path, progress: Progress) -> Path:
    """Download a pack found in the index and return the file.

    Goes on where an earlier try ended. `progress` is told the bytes there and
    the bytes in all. Raises `PackRefused`; what has come by then stays for the
    next time.
    """
    name = f"{entry['from_code']}_{entry['to_code']}-{_named_version(entry)}"
    part = folder / f".download-{name}.part"
    folder.mkdir(parents=True, exist_ok=True)
    for turn in range(TRIES):
        link = _links(entry)[turn % len(_links(entry))]
        try:
            if _fetch(link, part, progress):
                break
        except urllib.error.HTTPError as error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
        except _NETWORK_ERRORS:
            time.sleep(min(turn, 3))
    else:
        raise _no_network(entry["from_code"], entry["to_code"], there=_size(part))
    _check_sum(entry, part)
    return part


def _fetch(link: str, part: Path, progress: Progress) -> bool:
    """Fetch what is missing; say whether all of it is there now."""
    there = _size(part)
    with _open(link, {"Range": f"bytes={there}-"} if there else {}) as answer:
        if answer.status != http.client.PARTIAL_CONTENT:
            there = 0
        left = answer.headers.get("Content-Length")
        whole = there + int(left) if left and left.isdigit() else None
        if (whole or 0) > MAX_PACK_BYTES:
            raise PackRefused("This pack is bigger than 1 GB; it was not downloaded.")
        with part.open("ab" if there else "wb") as file:
            while chunk := answer.read(CHUNK_BYTES):
                there += len(chunk)
                if there > MAX_PACK_BYTES:
                    raise PackRefused(
                        "This pack is bigger than 1 GB; it was not downloaded."
                    )
                try:
                    file.write(chunk)
                except OSError as error:
                    raise PackRefused(
                        "The disk is full. Make room, then ask for the pack again."
                    ) from error
                progress(there, whole)
            file.flush()
            os.fsync(file.fileno())
    return whole is None or there == whole


def _open(url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    if urlsplit(url).scheme not in ("http", "https"):
        raise PackRefused("The list of packs leads to no web address. Try again later.")
    sent = {"User-Agent": "Paravion", **(headers or {})}
    request = urllib.request.Request(url, headers=sent)  # noqa: S310 - checked above
    answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310 - checked above
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def _links(entry: dict[str, Any]) -> list[str]:
    links = entry.get("links")
    return [
        link
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, str) and urlsplit(link).scheme in ("http", "https")
    ]


def _version(entry: dict[str, Any]) -> tuple[int, ...]:
    return tuple(
        int(n) for n in re.findall(r"\d{1,6}", str(entry.get("package_version")))
    )


def _named_version(entry: dict[str, Any]) -> str:
    return ".".join(map(str, _version(entry))) or "0"


def _check_sum(entry: dict[str, Any], part: Path) -> None:
    """Argos' index names no checksum today; a mirror's may."""
    wanted = entry.get("sha256")
    if not isinstance(wanted, str):
        return
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted.lower():
        part.unlink()
        raise PackRefused(
            "What came is not what the list promised. Ask for the pack again."
        )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _no_network(from_code: str, to_code: str, *, there: int = 0) -> PackRefused:
    kept = (
        f" {there / 1e6:.0f} MB have come and are kept for the next try."
        if there
        else ""
    )
    return PackRefused(
        f"The pack {from_code}-{to_code} cannot be fetched: no answer from the network.{kept} "
        "Try again when there is a link, or bring the .argosmodel file on a stick and run "
        "`python3 run.py flask packs install FILE`."
    )
