"""What can go wrong with a pack, in a sentence for the person at the terminal."""

from pathlib import Path


class PackRefused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """This pack was not installed; the text says why and what to do next."""


class NoRoom(PackRefused):
    """It did not fit on the disk; what has come is as good as before."""


class PackBrokenError(Exception):
    """An installed pack failed at work; the text says how."""

    def __init__(self, folder: Path, how: str) -> None:
        super().__init__(how)
        self.folder = folder


class NoMemoryError(PackBrokenError):
    """There was not enough memory for an installed pack, which may be whole."""
