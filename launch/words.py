"""What the person at the machine reads: plain lines, and one sentence when it ends."""

import errno
import sys
from pathlib import Path


class Stop(Exception):  # noqa: N818  # no error of ours: a sentence for the person
    """Ends the command with exit code 1; its text is the sentence to print."""


def say(text: str = "") -> None:
    """Print one line at once, also into a file, whatever letters the terminal knows."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def about_folder(error: OSError, folder: Path) -> str:
    """Turn a failed write into a sentence on what happened and what to do next."""
    place = Path(error.filename) if isinstance(error.filename, str) else folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{place} may not be written: copy the whole folder of Paravion to a place "
            "of your own (such as your home folder, not a CD or a locked stick), and "
            "start again there."
        )
    return (
        f"{place} could not be written ({error.strerror}): mend that and start again."
    )


def disk_full(folder: Path) -> str:
    return f"The disk that holds {folder} is full: free 500 MB on it and start again."
