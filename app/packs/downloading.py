"""Packs from Argos' own index, only ever reached when a person asks for a pair."""

import json
from pathlib import Path
from typing import Any

from app.packs import archive, inventory, packs
from app.packs.errors import PackRefused
from app.packs.fetching import (
    NETWORK_ERRORS,
    ElsewhereError,
    Progress,
    TooBigError,
    fetch,
    has_web_address,
    open_web,
)

MAX_INDEX_BYTES = 5_000_000
MAX_PACK_BYTES = 1_000_000_000


def find(from_code: str, to_code: str, index_url: str) -> dict[str, Any]:
    """Find the newest pack of a pair in the index; raises `PackRefused`."""
    try:
        with open_web(index_url) as answer:
            listed = json.loads(answer.read(MAX_INDEX_BYTES))
    except ElsewhereError as error:
        raise PackRefused(
            "The list of packs leads to no web address. Try again later."
        ) from error
    except NETWORK_ERRORS as error:
        raise _no_network(from_code, to_code) from error
    except (ValueError, RecursionError) as error:
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

    def look_for_room(there: int, whole: int | None) -> None:
        if whole and not there:
            # The file itself, and what is in it.
            archive.make_sure_of_room(folder, 2 * whole)

    try:
        whole = fetch(
            _links(entry), part, MAX_PACK_BYTES, progress, before=look_for_room
        )
    except TooBigError as error:
        raise PackRefused(
            "This pack is bigger than 1 GB; it was not downloaded."
        ) from error
    except ElsewhereError as error:
        raise PackRefused(
            "The list of packs leads to no web address. Try again later."
        ) from error
    if not whole:
        raise _no_network(entry["from_code"], entry["to_code"], there=_size(part))
    _check_sum(entry, part)
    return part


def _links(entry: dict[str, Any]) -> list[str]:
    links = entry.get("links")
    return [
        link
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, str) and has_web_address(link)
    ]


def _version(entry: dict[str, Any]) -> tuple[int, ...]:
    return packs.order(str(entry.get("package_version")))


def _named_version(entry: dict[str, Any]) -> str:
    return ".".join(map(str, _version(entry)))[:40] or "0"


def _check_sum(entry: dict[str, Any], part: Path) -> None:
    """Argos' index names no checksum today; a mirror's may."""
    wanted = entry.get("sha256")
    if not isinstance(wanted, str):
        return
    if inventory.digest(part) != wanted.lower():
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
