"""Answers of a model as long as what it was asked: a model of random weights never ends."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any


class _Done:
    """What ctranslate2 gives for a sentence that is translated later."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def result(self) -> Any:
        return self._answer


def fix_lengths() -> None:
    """Give each sentence an answer of its own length, whoever asks ctranslate2.

    Sentences of one length go together, in batches as large as the asker wants.
    """
    import ctranslate2

    real = ctranslate2.Translator

    class Translator:
        def __init__(self, *given: Any, **named: Any) -> None:
            self._real = real(*given, **named)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def translate_batch(
            self, batch: Sequence[list[str]], target_prefix: Any = None, **options: Any
        ) -> list[Any]:
            later = options.pop("asynchronous", False)
            by_length: dict[int, list[int]] = defaultdict(list)
            for n, tokens in enumerate(batch):
                by_length[len(tokens)].append(n)
            waiting: list[tuple[int, Any]] = []
            for length, places in by_length.items():
                fixed = {
                    "min_decoding_length": length,
                    "max_decoding_length": length,
                    "asynchronous": True,
                }
                prefix = target_prefix and [target_prefix[n] for n in places]
                answers = self._real.translate_batch(
                    [batch[n] for n in places], prefix, **(options | fixed)
                )
                waiting.extend(zip(places, answers, strict=True))
            found = [
                answer.result() for _n, answer in sorted(waiting, key=lambda w: w[0])
            ]
            return [_Done(one) for one in found] if later else found

    ctranslate2.Translator = Translator
