"""A child process: what the worker's translation costs, of posts or of bare sentences."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.fixed_length import fix_lengths


def main() -> None:
    asked = json.load(sys.stdin)
    does = {"posts": _posts, "sentences": _sentences}[asked["do"]]
    json.dump(does(asked), sys.stdout)


def _posts(asked: dict[str, Any]) -> dict[str, Any]:
    """Do the waiting translations of an instance, as the worker does them.

    Its handler, in batches of the worker's size, newest first; packs are loaded
    before, and nothing is in the memory. Rows are written, pages rendered.
    """
    from app.db import set_reading
    from app.factory import create_app
    from app.translate import packs, translating
    from app.translate.engine import Model, models

    again = {"asked": 0, "careful": 0}
    real = Model.translate

    def counted(self: Model, sentences: Any, *, careful: bool, **more: Any) -> Any:
        again["careful" if careful else "asked"] += len(sentences)
        return real(self, sentences, careful=careful, **more)

    with create_app(Path(asked["instance"])).app_context():
        set_reading(value=False)
        for pack in packs.installed():
            with models.use(pack.folder) as model:
                model.translate(["No."], careful=False)
        Model.translate = counted  # type: ignore[method-assign]  # counts, and asks it
        ids, most = sorted(asked["posts"], reverse=True), translating.POSTS_AT_ONCE
        began = time.process_time()
        while ids:
            some, ids = ids[:most], ids[most:]
            ids[:0] = translating.translate_posts(some)
        spent = time.process_time() - began
    return {"cpu_seconds": spent, **again}


def _sentences(asked: dict[str, Any]) -> dict[str, Any]:
    """Put sentences to one pack, and so many of them once more as failed a check.

    Words drawn by lot pass no check, so which ones fail is no question here.
    """
    from app.translate.engine import Model

    if asked["fixed"]:
        fix_lengths()
    folder = Path(asked["folder"])
    model = Model(folder, scratch=folder.parent)
    model.translate(["No."], careful=False)
    sentences = asked["sentences"]
    began = time.process_time()
    model.translate(sentences, careful=False)
    again = int(len(sentences) * asked["careful_share"])
    if again:
        model.translate(sentences[:again], careful=True)
    return {"cpu_seconds": time.process_time() - began}


if __name__ == "__main__":
    main()
