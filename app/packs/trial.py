"""A child process that tries one unpacked pack: `python -m app.packs.trial FOLDER`.

Prints the bytes of memory that it took, 0 where that cannot be told.
"""

import importlib
import os
import sys
from pathlib import Path

from app.packs import engine
from app.packs.engine import Model

MEMORY_BYTES = 4_000_000_000
# As many sentences as a small batch has: one alone takes far less room to work.
WORDS = tuple(f"Hello, this is sentence number {n}." for n in range(32))


def try_pack(folder: Path) -> int:
    """Load the model and translate; raises or crashes when it is no good."""
    engine.index_url(folder.parent)  # argostranslate, kept out of everybody's home
    for name in ("ctranslate2", "sentencepiece", "argostranslate.package"):
        importlib.import_module(name)
    before = _used_bytes()
    model = Model(folder, scratch=folder.parent)
    drafts = model.translate(WORDS, careful=False)
    if not all(drafts):
        raise RuntimeError("the model said nothing")
    return max(_used_bytes() - before, 0)


def _used_bytes() -> int:
    if not sys.platform.startswith("linux"):
        return 0
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    limit_memory()
    sys.stdout.write(f"\n{try_pack(Path(sys.argv[1]))}\n")
