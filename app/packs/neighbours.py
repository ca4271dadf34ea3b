"""Packs from another Paravion in the same network: no more can come than from a file."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from app.packs import archive, inventory, packs, sharing
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
from app.packs.inventory import File

MAX_INDEX_BYTES = 2_000_000
MAX_PACKS, MAX_FILES = 500, 50
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Offered:
    """A pack of another server, as it says itself."""

    server: str
    pair: str
    version: str
    files: tuple[File, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def memory_bytes(self) -> int:
        return inventory.memory_of(
            max(file.size_bytes for file in self.files if file.path.endswith(".bin"))
        )

    @property
    def mark(self) -> str:
        """Tells these very files from those of another version of the pack."""
        told = repr((self.pair, self.version, self.files))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def ask(server: str) -> list[Offered]:
    """Ask a server for the packs it has; raises `PackRefused`."""
    server = server.rstrip("/")
    if not has_web_address(server):
        raise PackRefused(
            f"“{server}” is no address. Write it as http://192.168.1.20:8000"
        )
    try:
        with open_web(f"{server}/packs.json", stay=True) as answer:
            content = answer.read(MAX_INDEX_BYTES + 1)
    except ElsewhereError as error:
        raise _leads_elsewhere(server) from error
    except NETWORK_ERRORS as error:
        raise PackRefused(
            f"{server} does not answer as a Paravion that shares its packs. Check the "
            "address, and that the server runs there in the same network."
        ) from error
    return _read(server, content)


def find(pair: str, server: str) -> Offered:
    """Ask a server for one pack; raises `PackRefused`."""
    wanted = "-".join(packs.read_pair(pair))
    offered = ask(server)
    found = [one for one in offered if one.pair == wanted]
    if not found:
        has = ", ".join(one.pair for one in offered) or "none"
        raise PackRefused(f"{server} has no pack {wanted}. It has: {has}.")
    return found[0]


def download(offered: Offered, home: Path, progress: Progress) -> Path:
    """Fetch all files of a pack, check each, and put them together as an archive.

    Goes on where an earlier try ended. Raises `PackRefused`; the files that have come
    by then stay for the next time.
    """
    folder = home / f".from-{offered.pair}-{offered.mark}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [folder / f"{n}.part" for n in range(len(offered.files))]
    missing = offered.size_bytes - sum(p.stat().st_size for p in parts if p.exists())
    # The files, the archive of them, and what is unpacked from it.
    archive.make_sure_of_room(home, max(missing, 0) + 2 * offered.size_bytes)
    before = 0
    for file, part in zip(offered.files, parts, strict=True):
        _fetch_one(offered, file, part, before, progress)
        before += file.size_bytes
    return _together(offered, parts, folder / f"{offered.pair}.argosmodel")


def forget(made: Path) -> None:
    """Drop an archive that `download` made, and the files it was made of."""
    shutil.rmtree(made.parent, ignore_errors=True)


def _fetch_one(
    offered: Offered, file: File, part: Path, before: int, progress: Progress
) -> None:
    def show(there: int, whole: int | None) -> None:
        progress(before + there, offered.size_bytes)

    there = part.stat().st_size if part.exists() else 0
    if there > file.size_bytes:
        part.unlink()
    if there != file.size_bytes or not part.exists():
        link = f"{offered.server}/packs/{offered.pair}/{quote(file.path)}"
        try:
            whole = fetch([link], part, file.size_bytes, show, stay=True)
        except ElsewhereError as error:
            raise _leads_elsewhere(offered.server) from error
        except TooBigError:
            _refuse_lie(offered, file, part)
        if not whole:
            raise PackRefused(
                f"{offered.server} stopped answering. What has come of {offered.pair} is "
                "kept: do the same again to go on."
            )
    if part.stat().st_size != file.size_bytes or inventory.digest(part) != file.sha256:
        _refuse_lie(offered, file, part)


def _refuse_lie(offered: Offered, file: File, part: Path) -> NoReturn:
    part.unlink(missing_ok=True)
    raise PackRefused(
        f"{file.path} of {offered.pair} came otherwise than {offered.server} promised. "
        "Nothing was installed; try again, or take the pack from elsewhere."
    )


def _together(offered: Offered, parts: Sequence[Path], made: Path) -> Path:
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
            for file, part in zip(offered.files, parts, strict=True):
                packed.write(part, f"{offered.pair}/{file.path}")
    except OSError as error:
        made.unlink(missing_ok=True)
        if error.errno in archive.FULL:
            raise archive.no_room() from error
        raise PackRefused(
            f"The pack cannot be put together here: {error.strerror or error}."
        ) from error
    return made


def _read(server: str, content: bytes) -> list[Offered]:
    try:
        told = json.loads(content) if len(content) <= MAX_INDEX_BYTES else None
    except (ValueError, RecursionError):
        told = None
    if (
        not isinstance(told, dict)
        or told.get("kind") != sharing.KIND
        or not isinstance(told.get("packs"), list)
    ):
        raise PackRefused(
            f"{server} answers, but it is no Paravion that shares its packs. Check the "
            "address."
        )
    if told.get("format") != sharing.FORMAT:
        raise PackRefused(
            f"{server} is another version of Paravion. Update the older of the two."
        )
    if len(told["packs"]) > MAX_PACKS:
        raise PackRefused(f"{server} offers more packs than there are languages.")
    return [_read_one(server, one) for one in told["packs"]]


def _read_one(server: str, told: Any) -> Offered:
    """Read one pack of the list; a server that lies about one is not asked for any."""
    try:
        first, second = str(told["pair"]).split("-")
        names = {
            "from_code": first,
            "to_code": second,
            "package_version": told["version"],
        }
        first, second, version = packs.names_of(names)
        files = tuple(inventory.read_file(one) for one in told["files"])
    except (KeyError, TypeError, ValueError, PackRefused) as error:
        raise _refused(server, "a pack without a proper name or files") from error
    paths = [file.path for file in files]
    if strange := [path for path in paths if not archive.belongs(path)]:
        raise _refused(server, f"the file {strange[0][:SHOWN_CHARACTERS]!a}")
    if len(set(paths)) != len(paths) or len(paths) > MAX_FILES:
        raise _refused(server, "a pack with too many files")
    if "model/model.bin" not in paths or "metadata.json" not in paths:
        raise _refused(server, "a pack that is not whole")
    if sum(file.size_bytes for file in files) > archive.MAX_UNPACKED_BYTES:
        raise _refused(server, "a pack of more than 1 GB")
    return Offered(server, f"{first}-{second}", version, files)


def _refused(server: str, what: str) -> PackRefused:
    return PackRefused(
        f"{server} offers {what}, which no pack has. Nothing was fetched from it."
    )


def _leads_elsewhere(server: str) -> PackRefused:
    return PackRefused(
        f"{server} leads to another address; packs come only from the one you name. "
        "Nothing was installed."
    )
