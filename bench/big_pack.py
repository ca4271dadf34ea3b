"""An Argos pack as large as the official ones, with weights drawn by lot: it says nothing.

Six layers on both sides, 512 wide, 32,000 words, int8: what it costs is what theirs cost.
"""

import json
import shutil
from pathlib import Path
from typing import Any

LAYERS, HEADS, WIDTH, INNER, WORDS = 6, 8, 512, 2048, 32_000


def make_big_pack(like: Path, folder: Path, from_code: str, to_code: str) -> None:
    """Make it in a new folder; tokenizer and first words are those of the pack `like`."""
    import ctranslate2
    import numpy as np

    dice = np.random.default_rng(7)
    spec: Any = ctranslate2.specs.TransformerSpec.from_config((LAYERS, LAYERS), HEADS)
    for side in (spec.encoder, spec.decoder):
        for layer in side.layer:
            _attention(layer.self_attention, dice, parts=2)
            if hasattr(layer, "attention"):
                _attention(layer.attention, dice, parts=3)
            _norm(layer.ffn.layer_norm)
            _linear(layer.ffn.linear_0, dice, INNER, WIDTH)
            _linear(layer.ffn.linear_1, dice, WIDTH, INNER)
        _norm(side.layer_norm)
    embedding = _drawn(dice, WORDS, WIDTH)
    spec.encoder.embeddings[0].weight = embedding
    spec.decoder.embeddings.weight = embedding
    spec.decoder.projection.weight = embedding
    spec.decoder.projection.bias = np.zeros(WORDS, dtype=np.float32)
    words = _words(like)
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    (folder / "model").mkdir(parents=True)
    spec.save(str(folder / "model"))
    shutil.copy(like / "sentencepiece.model", folder)
    _tell(like, folder, from_code, to_code)


def renamed(pack: Path, home: Path, from_code: str, to_code: str) -> None:
    """Put a copy of a pack into a folder of packs, as one of two other languages."""
    copy = home / f".{from_code}_{to_code}"
    shutil.copytree(pack, copy)
    _tell(pack, copy, from_code, to_code)
    copy.rename(home / f"{from_code}_{to_code}")  # whole, or not there


def _tell(like: Path, folder: Path, from_code: str, to_code: str) -> None:
    told = json.loads((like / "metadata.json").read_text("utf-8"))
    told |= {"from_code": from_code, "to_code": to_code, "package_version": "9.9"}
    (folder / "metadata.json").write_text(json.dumps(told), "utf-8")


def _words(like: Path) -> list[str]:
    found = (like / "model" / "shared_vocabulary.json").read_text("utf-8")
    known: list[str] = json.loads(found)
    return known + [f"▁x{n}" for n in range(WORDS - len(known))]


def _attention(spec: Any, dice: Any, *, parts: int) -> None:
    _norm(spec.layer_norm)
    # One for queries, keys and values together, or queries apart.
    outputs = [3 * WIDTH, WIDTH] if parts == 2 else [WIDTH, 2 * WIDTH, WIDTH]
    for linear, out in zip(spec.linear, outputs, strict=True):
        _linear(linear, dice, out, WIDTH)


def _linear(spec: Any, dice: Any, out: int, into: int) -> None:
    import numpy as np

    spec.weight = _drawn(dice, out, into)
    spec.bias = np.zeros(out, dtype=np.float32)


def _norm(spec: Any) -> None:
    import numpy as np

    spec.gamma = np.ones(WIDTH, dtype=np.float32)
    spec.beta = np.zeros(WIDTH, dtype=np.float32)


def _drawn(dice: Any, rows: int, columns: int) -> Any:
    return dice.normal(0, columns**-0.5, (rows, columns)).astype("float32")
