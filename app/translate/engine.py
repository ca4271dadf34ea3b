"""Argos packs at work: ctranslate2 and the packs' tokenizers, loaded when needed."""

import importlib.util
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

# Loaded models kept, by what was used last: an official one takes 97 MB.
MOST_LOADED = 6
IDLE_SECONDS = 300

MOST_THREADS = 8
# Measured: ctranslate2 sorts by length itself; below this, sentences go one by one.
BATCH_TOKENS = 1024
FIRST_BEAM = 2
CAREFUL_BEAM = 4
LENGTH_PENALTY = 0.2  # as Argos has it
# A sentence this long is no sentence; models are trained on far shorter ones.
MAX_TOKENS = 250
# One runaway sentence costs as much as ten, so each may grow only so far.
LENGTH_STEPS = (8, 16, 32, 64, 128, MAX_TOKENS)

_PARTS = ("ctranslate2", "sentencepiece", "argostranslate", "sentencex")


@dataclass(frozen=True)
class Draft:
    """One proposal of the machine; `score` is the mean log-probability of a token."""

    text: str
    score: float


def available() -> str | None:
    """Say why this machine cannot translate; None when it can.

    Imports nothing, so that the web process may ask.
    """
    missing = [name for name in _PARTS if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return _(
        "This machine cannot translate, because %(part)s is not available for it; "
        "everything else works. A 64-bit system can.",
        part=missing[0],
    )


def index_url(scratch: Path) -> str:
    """Where Argos lists its packs; asked of nobody until a person names a pair."""
    with _argos_at(scratch):
        from argostranslate import settings

    return str(settings.remote_package_index)


class Model:
    """One pack in memory. Several threads may share it."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        import ctranslate2

        with _argos_at(scratch):
            from argostranslate.package import Package
            from argostranslate.tokenizer import SentencePieceTokenizer
        self._package = Package(folder)
        self._tokenizer = self._package.tokenizer
        self._is_sentencepiece = isinstance(self._tokenizer, SentencePieceTokenizer)
        self._tokenizer.encode("a")  # loads it now, in one thread
        self._translator = ctranslate2.Translator(
            str(folder / "model"),
            compute_type=_compute_type(ctranslate2.get_supported_compute_types("cpu")),
            inter_threads=min(os.cpu_count() or 1, MOST_THREADS),
            intra_threads=1,
        )
        self.used_at = time.monotonic()

    def translate(
        self, sentences: Sequence[str], *, careful: bool
    ) -> list[list[Draft]]:
        """Translate each sentence on its own; best proposal first.

        `careful` is for those that failed a check: slower, several proposals, and
        repeating is made costly. A sentence that is too long gets no proposal.
        """
        self.used_at = time.monotonic()
        tokens = [self._tokenizer.encode(sentence) for sentence in sentences]
        waiting: list[tuple[int, Any]] = []
        shorter = 0
        for longest in LENGTH_STEPS:
            chosen = [
                n for n, one in enumerate(tokens) if shorter < len(one) <= longest
            ]
            shorter = longest
            if chosen:
                answers = self._start(
                    [tokens[n] for n in chosen], longest, careful=careful
                )
                waiting.extend(zip(chosen, answers, strict=True))
        drafts: list[list[Draft]] = [[] for _sentence in sentences]
        for n, answer in waiting:
            drafts[n] = self._drafts(answer.result())
        self.used_at = time.monotonic()
        return drafts

    def tokens_of(self, word: str) -> int:
        """Count the pieces a word falls into; a word the model knows is one or two."""
        return len(self._tokenizer.encode(word))

    def _start(
        self, batch: list[list[str]], longest: int, *, careful: bool
    ) -> list[Any]:
        prefix = self._package.target_prefix
        options: dict[str, Any] = {"beam_size": FIRST_BEAM}
        if careful:
            options = {
                "beam_size": CAREFUL_BEAM,
                "num_hypotheses": CAREFUL_BEAM,
                "repetition_penalty": 1.2,
                "no_repeat_ngram_size": 4,
            }
        answers = self._translator.translate_batch(
            batch,
            target_prefix=[[prefix]] * len(batch) if prefix else None,
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            max_decoding_length=2 * longest + 10,
            replace_unknowns=True,
            length_penalty=LENGTH_PENALTY,
            return_scores=True,
            asynchronous=True,
            **options,
        )
        return list(answers)

    def _drafts(self, answer: Any) -> list[Draft]:
        drafts = []
        for pieces, score in zip(answer.hypotheses, answer.scores, strict=True):
            length = len(pieces) + 1  # its end is a token, too
            # ctranslate2 has divided the sum by length ** penalty.
            mean = score * length**LENGTH_PENALTY / length
            drafts.append(Draft(self._words(pieces), mean))
        return drafts

    def _words(self, pieces: list[str]) -> str:
        prefix = self._package.target_prefix
        if prefix and pieces[:1] == [prefix]:
            pieces = pieces[1:]
        if not self._is_sentencepiece:
            return str(self._tokenizer.decode(pieces)).strip()
        # Argos' own decode turns every `_` into a space.
        words = self._tokenizer.lazy_processor().decode_pieces(pieces)
        return str(words).replace("▁", " ").strip()


def _compute_type(supported: Collection[str]) -> str:
    """Choose int8, 3.6 times as fast as float32, where the processor has it."""
    return "int8" if "int8" in supported else "default"


class Models:
    """The models in memory: loaded once, the ones used last kept."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[tuple[Path, int], Model] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, folder: Path) -> Model:
        """Hand out the model of a pack, loading it at need (0.1 to 0.5 s)."""
        # An exchanged pack lies in the same folder, but is another file.
        key = (folder, (folder / "model" / "model.bin").stat().st_ino)
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = Model(folder, scratch=folder.parent)
            self._loaded.move_to_end(key)
            while len(self._loaded) > MOST_LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[key]

    def unload_idle(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """Give the memory of models back that nobody has used for a while."""
        with self._lock:
            for key, model in list(self._loaded.items()):
                if time.monotonic() - model.used_at >= idle_seconds:
                    del self._loaded[key]

    def __len__(self) -> int:
        return len(self._loaded)


models = Models()

_import_lock = threading.Lock()


@contextmanager
def _argos_at(folder: Path) -> Iterator[None]:
    """Keep Argos, when it is imported, out of the home of whoever runs this.

    It makes three folders there and obeys a settings file in one of them.
    """
    mine = {
        "XDG_DATA_HOME": str(folder / ".argos"),
        "XDG_CONFIG_HOME": str(folder / ".argos"),
        "XDG_CACHE_HOME": str(folder / ".argos"),
        "HOME": str(folder),
    }
    with _import_lock:
        before = {name: os.environ.get(name) for name in mine}
        ours_only = {
            n: os.environ.pop(n) for n in [*os.environ] if n.startswith("ARGOS_")
        }
        os.environ.update(mine)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
            os.environ.update(ours_only)
