"""A child process: posts through `argostranslate.translate.translate`, one by one.

It reads {"posts": [[words, from, to], ...], "fixed": bool} and writes {"cpu_seconds",
"texts"}. Packs are those of ARGOS_PACKAGES_DIR. Cutting into sentences is ours, by
sentencex: Argos' own way needs a model for each language that no server of ours has.
"""

import json
import sys
import time
from types import ModuleType
from typing import Any

from bench.fixed_length import fix_lengths


def main() -> None:
    asked = json.load(sys.stdin)
    if asked["fixed"]:
        fix_lengths()
    translate = _argos()
    for way in {(from_code, to_code) for _words, from_code, to_code in asked["posts"]}:
        translate("No.", *way)  # loads the model
    began = time.process_time()
    texts = [translate(*post) for post in asked["posts"]]
    spent = time.process_time() - began
    json.dump({"cpu_seconds": spent, "texts": texts}, sys.stdout)


def _argos() -> Any:
    """Import the part of Argos that this server does without."""
    for name in ("stanza", "minisbd"):
        sys.modules[name] = ModuleType(name)
    minisbd: Any = sys.modules["minisbd"]
    minisbd.SBDetect, minisbd.models = None, ModuleType("models")
    from argostranslate import translate

    translate.MiniSBDSentencizer = _Sentencizer
    return translate.translate


class _Sentencizer:
    def __init__(self, pack: Any) -> None:
        self._lang = pack.from_code

    def split_sentences(self, text: str) -> list[str]:
        from sentencex import segment

        return [one for found in segment(self._lang, text) if (one := found.strip())]


if __name__ == "__main__":
    main()
