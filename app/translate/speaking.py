"""Sentences through persons' words, the memory and the packs; nothing is stored here."""

import errno
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.db import reading
from app.packs import engine, packs
from app.packs.engine import Model, models
from app.packs.errors import NoMemoryError, PackBrokenError
from app.packs.packs import Pack
from app.translate import memory
from app.translate.checks import lost_names, names_in
from app.translate.glossary import terms_in
from app.translate.interpreting import Asked, Told, interpret
from app.translate.languages import other_language
from app.translate.memory import BY_NOBODY, Remembered
from app.translate.stand_ins import quoted_in

# What ctranslate2 and the tokenizers raise for a file that is no good.
_FAULTS = (RuntimeError, OSError, ValueError, AttributeError, MemoryError)

log = logging.getLogger(__name__)

Route = tuple[Pack, ...]
T = TypeVar("T")

# Since when packs of this process are set aside that only lacked memory.
_wait_for_memory: dict[Path, float] = {}


@dataclass
class Learned:
    """What one pack, or persons, made of sentences, and which revisions they stood in."""

    pair: str
    said: dict[Asked, Remembered]
    revisions: Mapping[Asked, Collection[int]]


def usable() -> list[Pack]:
    """List the packs that can speak on this machine."""
    return [] if engine.unavailable() else packs.installed()


def say(
    from_lang: str,
    to_lang: str,
    route: Route,
    origin: Mapping[Asked, Collection[int]],
    learned: list[Learned],
) -> dict[Asked, Remembered]:
    """Say sentences as persons have said them, the rest through the packs.

    Adds to `learned` what is worth keeping, and stores nothing. Call it outside
    any transaction.
    """
    told = {**_by_persons(f"{from_lang}-{to_lang}", origin, learned)}
    if not route:
        return told
    left = {one: found for one, found in origin.items() if one not in told}
    for lang, some in _by_language(left, from_lang, to_lang).items():
        if lang == from_lang:
            told |= _through(route, some, learned)
        elif lang == to_lang:
            told |= {one: Remembered(BY_NOBODY, Told(one.text)) for one in some}
        else:
            told |= _through(packs.route(lang, to_lang, usable()), some, learned)
    return told


def _by_language(
    origin: Mapping[Asked, Collection[int]], from_lang: str, to_lang: str
) -> dict[str, dict[Asked, Collection[int]]]:
    """Part sentences by the language they are in: mostly that of their post."""
    known = {lang for pack in usable() for lang in pack.langs}
    groups: dict[str, dict[Asked, Collection[int]]] = defaultdict(dict)
    for one, found in origin.items():
        lang = other_language(one.text, from_lang, {to_lang, *known})
        groups[lang or from_lang][one] = found
    return groups


def _by_persons(
    pair: str, origin: Mapping[Asked, Collection[int]], learned: list[Learned]
) -> dict[Asked, Remembered]:
    """Find what persons have said; their words go before any pack's."""
    with reading():
        known = memory.by_person(pair, [one.text for one in origin])
    said = {one: known[one.text] for one in origin if one.text in known}
    learned.append(Learned(pair, said, origin))
    return said


def _through(
    route: Route,
    origin: Mapping[Asked, Collection[int]],
    learned: list[Learned],
) -> dict[Asked, Remembered]:
    """Take sentences through one pack or more; a stumble anywhere keeps the first."""
    if not route:
        return {}
    label = packs.route_label(route)
    told = {one: Told(one.text) for one in origin}
    stay: set[Asked] = set()
    for pack in route:
        is_last = pack is route[-1]
        steps: dict[Asked, Asked] = {}
        middle: dict[Asked, set[int]] = defaultdict(set)
        for one, so_far in told.items():
            if so_far.doubt:
                continue
            steps[one] = _step(
                one,
                so_far.text,
                route[0].langs[0],
                is_first=pack is route[0],
                is_last=is_last,
            )
            middle[steps[one]].update(origin[one])
        said = _say(pack, list(middle))
        learned.append(Learned(pack.pair, said, middle))
        for one, asked in steps.items():
            step = said[asked].told
            told[one] = Told(one.text, doubt=True) if step.doubt else step
            if len(route) == 1 and said[asked].by == BY_NOBODY:
                stay.add(one)
    return {
        one: Remembered(BY_NOBODY if one in stay else label, found)
        for one, found in told.items()
    }


def _step(one: Asked, text: str, lang: str, *, is_first: bool, is_last: bool) -> Asked:
    """Ask for one step of a way: a term stays as it is until the last.

    What is quoted in the language between would be translated there, so it stays, too.
    """
    wanted = {term: said if is_last else term for term, said in one.terms}
    if not (is_first and is_last):
        wanted |= {words: words for words in quoted_in(one.text, lang)}
    terms = tuple(wanted.items()) if is_first else terms_in(text, wanted)
    return Asked(text, frozenset(names_in(text, one.names)), terms)


def _say(pack: Pack, asked: Sequence[Asked]) -> dict[Asked, Remembered]:
    """Ask the memory first, then the machine for all that is left."""
    with reading():
        found = memory.look_up(pack.pair, pack.label, asked)
    # A word may be a name in this class that was none where it was learned.
    said = {
        one: known
        for one, known in found.items()
        if not lost_names(one.text, known.told.text, one.names)
    }
    missing = [one for one in asked if one not in said]
    if missing:
        for one, told in zip(missing, ask(pack, missing), strict=True):
            said[one] = Remembered(memory.signed(pack.label, one), told)
    # Who answers a letter quotes it: a stumble may be in the reader's own language.
    stumbles = [one for one, known in said.items() if known.told.doubt]
    with reading():
        own = memory.written_in(
            f"{pack.to_code}-{pack.from_code}", [one.text for one in stumbles]
        )
    return said | {
        one: Remembered(BY_NOBODY, Told(one.text))
        for one in stumbles
        if one.text in own
    }


def ask(pack: Pack, asked: Sequence[Asked]) -> list[Told]:
    """Have a pack say these; raises `PackBrokenError` when it cannot be used."""
    return with_model(pack, lambda model: interpret(model, asked, *pack.langs))


def with_model(pack: Pack, use: Callable[[Model], T]) -> T:
    """Use the model of a pack; raises `PackBrokenError` when it cannot be used."""
    try:
        return _with_room(pack, use)
    except ImportError as error:
        how = f"{error.name or 'ctranslate2'} cannot be loaded on this machine."
        raise PackBrokenError(pack.folder, how) from error
    except _FAULTS as error:
        if _lacks_memory(error):
            how = "There was no memory left for its model. It is tried again later."
            raise NoMemoryError(pack.folder, how) from error
        how = f"Its model cannot be used ({type(error).__name__}). Install it again."
        raise PackBrokenError(pack.folder, how) from error


def _with_room(pack: Pack, use: Callable[[Model], T]) -> T:
    """Try once more without all other models where memory was lacking."""
    try:
        with models.use(pack.folder) as model:
            return use(model)
    except _FAULTS as error:
        if not _lacks_memory(error):
            raise
    models.unload_idle(0)
    with models.use(pack.folder) as model:
        return use(model)


def _lacks_memory(error: Exception) -> bool:
    # Intel's library says "mkl_malloc: failed to allocate memory" instead, and a
    # thread that found no room for its stack what the system says.
    said = str(error)
    return (
        isinstance(error, MemoryError)
        or "alloc" in said
        or os.strerror(errno.EAGAIN) in said
    )


def put_aside(broken: PackBrokenError) -> None:
    """Use a pack no more that failed: until the worker starts anew, or memory is free."""
    log.warning("%s is set aside: %s", broken.folder.name, broken)
    packs.set_aside(broken.folder, str(broken))
    if isinstance(broken, NoMemoryError):
        _wait_for_memory[broken.folder] = time.monotonic()


def give_another_chance() -> None:
    """Use packs again that memory was lacking for, when idle models have gone since."""
    for folder, since in list(_wait_for_memory.items()):
        if time.monotonic() - since >= engine.IDLE_SECONDS:
            del _wait_for_memory[folder]
            packs.give_another_chance(folder)
