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

    Its handler, in batches of the worker's size, newest first; nothing is in the
    memory. Rows are written, pages rendered. Other letters load packs and code before.
    """
    from app.db import set_reading
    from app.factory import create_app
    from app.packs.engine import CAREFUL, QUICK, THOROUGH, Model
    from app.translate import translating

    efforts = {id(QUICK): "quick", id(THOROUGH): "thorough", id(CAREFUL): "careful"}
    asked_with = dict.fromkeys(efforts.values(), 0)
    real = Model.search

    def counted(self: Model, tokens: Any, effort: Any) -> Any:
        asked_with[efforts[id(effort)]] += len(tokens)
        return real(self, tokens, effort)

    with create_app(Path(asked["instance"])).app_context():
        set_reading(value=False)
        translating.translate_posts(asked["warm"])
        Model.search = counted  # type: ignore[method-assign]  # counts, and asks it
        ids, most = sorted(asked["posts"], reverse=True), translating.POSTS_AT_ONCE
        began = time.process_time()
        while ids:
            some, ids = ids[:most], ids[most:]
            ids[:0] = translating.translate_posts(some)
        spent = time.process_time() - began
    return {"cpu_seconds": spent, "efforts": asked_with}


def _sentences(asked: dict[str, Any]) -> dict[str, Any]:
    """Put sentences to one pack, and shares of them once more with more effort.

    A model of random weights is sure of nothing and passes no check, so how many
    need more is told.
    """
    from sentencepiece import SentencePieceProcessor

    from app.packs.engine import CAREFUL, QUICK, THOROUGH, Model

    if asked["fixed"]:
        fix_lengths()
    folder = Path(asked["folder"])
    model = Model(folder, scratch=folder.parent)
    model.translate(["No."], careful=False)
    cut: Any = SentencePieceProcessor()
    cut.Load(str(folder / "sentencepiece.model"))
    tokens = [cut.EncodeAsPieces(one) for one in asked["sentences"]]
    efforts = {"quick": QUICK, "thorough": THOROUGH, "careful": CAREFUL}
    began = time.process_time()
    for name, share in asked["shares"].items():
        model.search(tokens[: round(share * len(tokens))], efforts[name])
    return {"cpu_seconds": time.process_time() - began}


if __name__ == "__main__":
    main()
