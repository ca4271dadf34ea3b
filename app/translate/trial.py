"""A child process that tries one unpacked pack: `python -m app.translate.trial FOLDER`."""

import sys
from pathlib import Path

from app.translate.engine import Model

MEMORY_BYTES = 4_000_000_000


def try_pack(folder: Path) -> None:
    """Load the model and translate a word; raises or crashes when it is no good."""
    model = Model(folder, scratch=folder.parent)
    drafts = model.translate(["Hello."], careful=False)
    if not drafts or not drafts[0]:
        raise RuntimeError("the model said nothing")


def limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    limit_memory()
    try_pack(Path(sys.argv[1]))
