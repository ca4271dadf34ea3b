"""An .argosmodel file from anywhere: checked before a byte of it is unpacked."""

import errno
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.packs.errors import NoRoom, PackRefused

MAX_FILES = 500
MAX_UNPACKED_BYTES = 1_000_000_000
# Weights hardly shrink; what shrinks a hundredfold is no model.
MAX_RATIO = 100
MIN_JUDGED_BYTES = 1_000_000
MAX_METADATA_BYTES = 100_000
SPARE_DISK_BYTES = 50_000_000
CHUNK_BYTES = 1 << 20
# What a system answers whose disk, or whose share of it, is used up.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Python's own names for what a zip may hold; others need libraries or passwords.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# Windows opens a device for these, whatever the folder or the ending.
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.I
)
_ODD = re.compile(r'[\x00-\x1f\x7f"*:<>?|\\]')
# All that is ever unpacked. Official packs also carry pickles for stanza, which
# nothing here reads.
_WANTED = re.compile(
    r"metadata\.json|README(\.md)?|LICEN[CS]E(\.(md|txt))?|sentencepiece\.model|bpe\.model"
    r"|model/[^/]+",
    re.I,
)


@dataclass(frozen=True)
class Contents:
    """What an archive says of itself before it is unpacked."""

    metadata: bytes
    sizes: dict[str, int]

    @property
    def size_bytes(self) -> int:
        return sum(self.sizes.values())


def belongs(inside: str) -> bool:
    """Whether a pack needs the file of this path in its folder."""
    return _WANTED.fullmatch(inside) is not None


def look(path: Path) -> Contents:
    """Judge an archive without unpacking it; raises `PackRefused`."""
    with _opened(path) as archive:
        members = _checked(archive, path.stat().st_size)
        return Contents(
            archive.read(members["metadata.json"]),
            {name: info.file_size for name, info in members.items()},
        )


def unpack(path: Path, into: Path) -> None:
    """Check the archive at `path` and unpack what a pack needs into a new folder.

    The archive's one top folder becomes `into`. Raises `PackRefused` with a
    sentence for the person; what was unpacked by then is the caller's to remove.
    """
    with _opened(path) as archive:
        members = _checked(archive, path.stat().st_size)
        make_sure_of_room(into.parent, sum(i.file_size for i in members.values()))
        into.mkdir()
        for name, info in members.items():
            _unpack_one(archive, info, into / name)


def make_sure_of_room(folder: Path, needed_bytes: int) -> None:
    """Raise `NoRoom` where so much does not fit on the disk, with some to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + SPARE_DISK_BYTES:
        raise NoRoom(
            f"This needs {-(-(needed_bytes + SPARE_DISK_BYTES) // 1_000_000):,} MB of "
            f"free disk, and {free // 1_000_000:,} MB are free. Make room, then do it "
            "again."
        )


def no_room() -> NoRoom:
    return NoRoom(
        "The disk became full, and nothing was installed. Make room, then do it again."
    )


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise PackRefused(f"{error.filename} is not there. Check the name.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise PackRefused(
            f"{path.name} is damaged or not an Argos pack ({error}). Copy or download "
            "it again."
        ) from error
    except OSError as error:
        if error.errno in FULL:
            raise no_room() from error
        raise PackRefused(
            f"{path.name} cannot be unpacked: {error.strerror or error}."
        ) from error


def _checked(
    archive: zipfile.ZipFile, archive_bytes: int
) -> dict[str, zipfile.ZipInfo]:
    """Judge every entry; return the files to unpack by their path in the folder."""
    infos = archive.infolist()
    if not infos:
        raise PackRefused("The archive is empty. Copy or download it again.")
    if len(infos) > MAX_FILES:
        raise PackRefused(
            f"The archive holds {len(infos)} files; a pack has a dozen. It was not installed."
        )
    files: dict[str, zipfile.ZipInfo] = {}
    tops, seen = set(), set()
    for info in infos:
        parts = _checked_path(info)
        tops.add(parts[0])
        folded = "/".join(parts).casefold()
        if folded in seen:
            raise PackRefused(
                f"The archive holds {_shown(info)} twice. It was not installed."
            )
        seen.add(folded)
        if len(parts) == 1 and not info.is_dir():
            raise PackRefused(
                f"{_shown(info)} lies outside the archive's folder; a pack is one "
                "folder. It was not installed."
            )
        inside = "/".join(parts[1:])
        if not info.is_dir() and _WANTED.fullmatch(inside):
            files[inside] = info
    if len(tops) > 1:
        raise PackRefused(
            f"The archive holds {len(tops)} folders side by side; a pack is one. It was "
            "not installed."
        )
    _check_sizes(infos, archive_bytes)
    _check_complete(files)
    return files


def _checked_path(info: zipfile.ZipInfo) -> tuple[str, ...]:
    # orig_filename is what the archive says, before zipfile tidied it up.
    name = info.orig_filename
    parts = PurePosixPath(name.removesuffix("/")).parts
    if (
        not parts
        or name.startswith("/")
        or name.removesuffix("/") != "/".join(parts)
        or any(not _is_plain(part) for part in parts)
    ):
        raise PackRefused(
            f"The archive holds the path {_shown(info)}, which no pack needs. It was "
            "not installed."
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise PackRefused(
            f"{_shown(info)} is a link or a device; a pack has only files. It was not "
            "installed."
        )
    if info.flag_bits & _ENCRYPTED:
        raise PackRefused(
            "The archive is locked with a password. It was not installed."
        )
    if info.compress_type not in _METHODS:
        raise PackRefused(
            "The archive is compressed in a way packs are not. It was not installed."
        )
    return parts


def _is_plain(part: str) -> bool:
    return not (
        _ODD.search(part)
        or part.endswith((".", " "))  # Windows drops these; and so end "." and ".."
        or _DEVICES.fullmatch(part.strip())
        or len(part) > 120
    )


def _check_sizes(infos: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED_BYTES:
        raise PackRefused(
            f"Unpacked it would take {total // 1_000_000:,} MB; "
            f"{MAX_UNPACKED_BYTES // 1_000_000:,} MB is the most. It was not installed."
        )
    # Each file by itself too, because a large true model would cover for a false one.
    # What fits into the smallest allowance is harmless: an empty table shrinks well.
    swollen = any(
        info.file_size > max(MAX_RATIO * info.compress_size, MIN_JUDGED_BYTES)
        for info in infos
    )
    if swollen or total > MAX_RATIO * archive_bytes:
        raise PackRefused(
            "It would grow more than a hundredfold when unpacked, as no model does. It "
            "was not installed."
        )
    metadata = (i for i in infos if i.orig_filename.endswith("/metadata.json"))
    if any(info.file_size > MAX_METADATA_BYTES for info in metadata):
        raise PackRefused("Its metadata.json is far too big. It was not installed.")


def _check_complete(files: dict[str, zipfile.ZipInfo]) -> None:
    if "metadata.json" not in files:
        raise PackRefused("metadata.json is missing, so this is no Argos pack.")
    if "model/model.bin" not in files:
        raise PackRefused("model/model.bin is missing, so this pack cannot translate.")
    if not files.keys() & {"sentencepiece.model", "bpe.model"}:
        raise PackRefused(
            "sentencepiece.model or bpe.model is missing, so this pack cannot read words."
        )
    if not any(re.fullmatch(r"model/\w*vocabulary\.\w+", name) for name in files):
        raise PackRefused("Its model has no vocabulary, so this pack cannot translate.")


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    written = 0
    with archive.open(info) as packed, target.open("xb") as file:
        # The end of a member is where zipfile checks its checksum.
        while chunk := packed.read(CHUNK_BYTES):
            written += len(chunk)
            if written > info.file_size:
                raise PackRefused(f"{_shown(info)} is longer than it says.")
            file.write(chunk)
    if written != info.file_size:
        raise PackRefused(f"{_shown(info)} is shorter than it says.")


def _shown(info: zipfile.ZipInfo) -> str:
    return ascii(info.orig_filename[:80])
