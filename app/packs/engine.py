"""Argos packs at work: ctranslate2 and the packs' tokenizers, loaded when needed."""

import importlib.util
import os
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.packs.loading import watched

# Loaded models kept, by what was used last. An official one takes 97 MB, the worker
# itself up to 200, and a batch at work 200 for a moment: three fit into 700.
MOST_LOADED = 6
MOST_LOADED_BYTES = 300_000_000
IDLE_SECONDS = 300

MOST_THREADS = 8
# Measured: below it small packs, above it large ones get slower; 0.5 s on a large one.
BATCH_TOKENS = 512
# What a model is sure of at its first word is hardly better for a search: with the
# unsure seventh searched, all of it has the chrF of two beams at four fifths of the cost.
QUICK: Mapping[str, int | float] = {"beam_size": 1}
THOROUGH: Mapping[str, int | float] = {"beam_size": 3}
CAREFUL: Mapping[str, int | float] = {
    "beam_size": 4,
    "num_hypotheses": 4,
    "repetition_penalty": 1.2,
    "no_repeat_ngram_size": 4,
}
SURE = -0.6  # mean log-probability of a token
LENGTH_PENALTY = 0.2  # as Argos has it
# A batch of a smaller one leaves little behind, and asking for it back anew costs
# a tenth of its time.
LARGE_MODEL_BYTES = 30_000_000
# A sentence this long is no sentence; models are trained on far shorter ones.
MAX_TOKENS = 250
# A stream of urgent calls holds up the others for no longer than this at a time.
GIVE_WAY_SECONDS = 5

_PARTS = ("ctranslate2", "sentencepiece", "argostranslate", "sentencex")


@dataclass(frozen=True)
class Draft:
    """One proposal of the machine; `score` is the mean log-probability of a token."""

    text: str
    score: float


def unavailable() -> str | None:
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
        self._is_large = (
            folder / "model" / "model.bin"
        ).stat().st_size >= LARGE_MODEL_BYTES
        self._threads = min(os.cpu_count() or 1, MOST_THREADS)
        self._translator = ctranslate2.Translator(
            str(folder / "model"),
            compute_type=_compute_type(ctranslate2.get_supported_compute_types("cpu")),
            inter_threads=self._threads,
            intra_threads=1,
        )

    def translate(
        self, sentences: Sequence[str], *, careful: bool
    ) -> list[list[Draft]]:
        """Translate each sentence on its own; best proposal first.

        `careful` is for those that failed a check: slower, several proposals, and
        repeating is made costly. A sentence that is too long gets no proposal.
        """
        tokens = [self._tokenizer.encode(sentence) for sentence in sentences]
        if careful:
            drafts = self.search(tokens, CAREFUL)
        else:
            drafts = self.search(tokens, QUICK)
            unsure = [n for n, one in enumerate(drafts) if one and one[0].score < SURE]
            again = self.search([tokens[n] for n in unsure], THOROUGH)
            for n, better in zip(unsure, again, strict=True):
                drafts[n] = better
        if self._is_large:
            hand_back_memory()
        return drafts

    def search(
        self, tokens: Sequence[list[str]], effort: Mapping[str, int | float]
    ) -> list[list[Draft]]:
        """Look for each sentence's proposals with one effort, in batches of like length."""
        drafts: list[list[Draft]] = [[] for _sentence in tokens]
        started: deque[tuple[list[int], list[Any]]] = deque()

        def finish() -> None:
            for n, answer in zip(*started.popleft(), strict=True):
                drafts[n] = self._drafts(answer.result())

        most = BATCH_TOKENS // 2 if effort is CAREFUL else BATCH_TOKENS
        for batch in _batches(tokens, most):
            # Each thread has work and one batch waits; an urgent call comes next.
            while len(started) > self._threads:
                finish()
            precedence.give_way()
            started.append((batch, self._start([tokens[n] for n in batch], effort)))
        while started:
            finish()
        return drafts

    def say_quickly(self, texts: Sequence[str]) -> list[str]:
        """Translate each with the quickest search, sure or not: not for readers."""
        tokens = [self._tokenizer.encode(text) for text in texts]
        drafts = self.search(tokens, QUICK)
        if self._is_large:
            hand_back_memory()
        return [one[0].text if one else "" for one in drafts]

    def tokens_of(self, word: str) -> int:
        """Count the pieces a word falls into; a word the model knows is one or two."""
        return len(self._tokenizer.encode(word))

    def _start(
        self, batch: list[list[str]], effort: Mapping[str, int | float]
    ) -> list[Any]:
        prefix = self._package.target_prefix
        answers = self._translator.translate_batch(
            batch,
            target_prefix=[[prefix]] * len(batch) if prefix else None,
            # One runaway sentence costs as much as ten, so it may grow only so far.
            max_decoding_length=2 * max(map(len, batch)) + 10,
            replace_unknowns=True,
            length_penalty=LENGTH_PENALTY,
            return_scores=True,
            asynchronous=True,
            **effort,
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


def _batches(tokens: Sequence[Sequence[str]], most: int) -> Iterator[list[int]]:
    """Put sentences of like length together, the longest first.

    A batch is padded to its longest sentence, and `most` counts that, too.
    """
    fitting = [n for n, one in enumerate(tokens) if 0 < len(one) <= MAX_TOKENS]
    batch: list[int] = []
    for n in sorted(fitting, key=lambda n: -len(tokens[n])):
        if batch and (len(batch) + 1) * len(tokens[batch[0]]) > most:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


class Precedence:
    """Lets urgent calls go before the next batch of all others."""

    def __init__(self) -> None:
        self._is_urgent: ContextVar[bool] = ContextVar("is_urgent", default=False)
        self._urgent = 0
        self._changed = threading.Condition()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Let what this thread translates inside go first; it must be short.

        Waits for nothing itself: of what runs, one batch a thread goes on.
        """
        token = self._is_urgent.set(True)
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            self._is_urgent.reset(token)
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def give_way(self) -> None:
        """Wait until nothing urgent is under way, for a few seconds at most."""
        if self._is_urgent.get():
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._urgent, timeout=GIVE_WAY_SECONDS)


precedence = Precedence()


@dataclass
class _Place:
    """Where one model is, or will be, and who needs it."""

    size_bytes: int
    loading: threading.Lock = field(default_factory=threading.Lock)
    model: Model | None = None
    users: int = 0
    used_at: float = 0


class Models:
    """The models in memory: loaded once, the ones used last kept."""

    def __init__(self) -> None:
        self._places: dict[tuple[Path, int], _Place] = {}
        self._lock = threading.Lock()

    @contextmanager
    def use(self, folder: Path) -> Iterator[Model]:
        """Lend the model of a pack, loading it at need (0.1 to 0.5 s).

        It is not unloaded inside. Others wait only for the same one.
        """
        file = (folder / "model" / "model.bin").stat()
        # An exchanged pack lies in the same folder, but is another file.
        key = (folder, file.st_ino)
        with self._lock:
            place = self._places.setdefault(key, _Place(file.st_size))
            place.users += 1
        try:
            with place.loading:
                if place.model is None:
                    self._make_room()
                    with watched(folder):
                        place.model = Model(folder, scratch=folder.parent)
            yield place.model
        finally:
            with self._lock:
                place.users -= 1
                place.used_at = time.monotonic()
                if place.model is None and not place.users:
                    self._places.pop(key, None)

    def unload_idle(self, idle_seconds: float = IDLE_SECONDS) -> int:
        """Give back the memory of models that nobody has used for a while; count them."""
        with self._lock:
            latest = time.monotonic() - idle_seconds
            return self._unload(
                key for key, place in self._idle() if place.used_at <= latest
            )

    def __len__(self) -> int:
        return sum(place.model is not None for place in self._places.values())

    def loaded_bytes(self) -> int:
        """Sum up the sizes of the models that are loaded or about to be."""
        return sum(place.size_bytes for place in self._places.values())

    def _make_room(self) -> None:
        """Unload what was used longest ago until all that is needed fits."""
        with self._lock:
            for key, _place in self._idle():
                if (
                    len(self._places) <= MOST_LOADED
                    and self.loaded_bytes() <= MOST_LOADED_BYTES
                ):
                    return
                self._unload([key])

    def _idle(self) -> list[tuple[tuple[Path, int], _Place]]:
        """List the models nobody uses now, the one used longest ago first."""
        free = [item for item in self._places.items() if not item[1].users]
        return sorted(free, key=lambda item: item[1].used_at)

    def _unload(self, keys: Iterable[tuple[Path, int]]) -> int:
        gone = [self._places.pop(key) for key in list(keys)]
        count = len(gone)
        gone.clear()
        if count:
            hand_back_memory()
        return count


def hand_back_memory() -> None:
    """Hand freed memory back, in a millisecond.

    glibc keeps two thirds of a large model's, and of each batch some 100 MB.
    """
    import ctypes  # half a megabyte that the web process does without

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return  # not glibc: musl, macOS and Windows give it back by themselves


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
