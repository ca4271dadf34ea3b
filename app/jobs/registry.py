"""Which function does which kind of job, and what runs while nothing waits."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

Handler = Callable[[Sequence[int]], Collection[int] | None]
Chore = Callable[[], None]
H = TypeVar("H", bound=Handler)

handlers: dict[str, Handler] = {}
batch_sizes: dict[str, int] = {}
newest_first: set[str] = set()
prompt: set[str] = set()
pauses: dict[str, float] = {}
at_start: list[Chore] = []
when_idle: list[Chore] = []


def job(
    kind: str,
    *,
    batch: int = 64,
    newest: bool = False,
    promptly: bool = False,
    pause_seconds: float = 0,
) -> Callable[[H], H]:
    """Register a handler; it gets up to `batch` keys of its kind at once.

    The most urgent go first, and only with those that are as urgent; then those
    that waited longest, or with `newest` the highest keys. Keys that it returns
    are left for later: they wait again, behind what has become more urgent.

    With `promptly` it waits for no other kind, because a second thread does such
    jobs; each must be short. The worker lets `pause_seconds` pass after each batch,
    so that what comes meanwhile is the next one.

    It runs outside any transaction, may commit between its phases, and must
    be safe to run twice. An exception is tried again later, with back-off.
    """

    def register(handler: H) -> H:
        handlers[kind] = handler
        batch_sizes[kind] = batch
        pauses[kind] = pause_seconds
        for is_so, kinds in ((newest, newest_first), (promptly, prompt)):
            (kinds.add if is_so else kinds.discard)(kind)
        return handler

    return register


def chore_at_start(chore: Chore) -> Chore:
    """Register what the worker does once before its first job."""
    at_start.append(chore)
    return chore


def chore_when_idle(chore: Chore) -> Chore:
    """Register what the worker does about once a minute while nothing waits."""
    when_idle.append(chore)
    return chore
