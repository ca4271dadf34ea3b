"""The translate bench: speed and words beside Argos, waiting, memory, and what is known."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.chrf import chrf
from bench.figures import TRANSLATE, NotMeasured, Values, report, tell
from bench.pairs import Pair, made, read
from bench.processes import a_worker, an_instance
from bench.translate_world import Letter, World
from launch.places import ROOT, child_environment, server_environment

# In all; half of them in each language.
POSTS, QUICK_POSTS = 200, 16
MOST_SENTENCES = 8  # a post
BIG_SENTENCES, QUICK_BIG_SENTENCES = 400, 20
FEW_LENGTHS = 4
WAITING = 60
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 300.0
ENGLISH, SPANISH = "en", "es"
WARM = (
    Letter("Hay un barco amarillo en el muelle.", SPANISH, ""),
    Letter("A yellow boat lies at the pier.", ENGLISH, ""),
)
# What some pupils read, so that six packs are needed at once.
OTHERS = ("fr", "pt", "de", "it")


def run(*, quick: bool, pairs: Path | None = None) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    bench = Bench(pairs, quick=quick)
    with an_instance() as instance:
        _report(
            lambda: bench.speed(instance), "argos_rate", "ours_rate", "speedup",
            "chrf_es_en", "chrf_en_es", "argos_chrf_es_en", "argos_chrf_en_es",
        )  # fmt: skip
        _report(lambda: bench.speed_of_big(instance), "speedup_big")
    _report(
        bench.waiting, "readable_p50", "readable_p95", "readable_p50_60",
        "readable_p95_60",
    )  # fmt: skip
    # Neither of these is a matter of time.
    with ThreadPoolExecutor(1) as beside:
        share = beside.submit(memory_share)
        _report(worker_memory, "worker_mb_1", "worker_mb_2", "worker_mb_6")
        _report(share.result, "memory_share")
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _report(measured: Any, *names: str) -> None:
    report(TRANSLATE, names, measured)


class Bench:
    """One run: its pairs, how thorough, and how often the careful pass was needed."""

    def __init__(self, pairs: Path | None, *, quick: bool) -> None:
        self.file = pairs
        self.quick = quick
        # Of all sentences, with which effort they were asked for.
        self.shares = {"quick": 1.0}

    def pairs(self) -> list[Pair]:
        return read(self.file, seed=5) if self.file else made(seed=5)

    def speed(self, instance: Path) -> Values:
        """The same posts by both, each in a process of its own, nothing in the memory."""
        count = QUICK_POSTS if self.quick else POSTS
        posts = _letters(self.pairs(), count)
        world = World(instance)
        warm = world.release(WARM)
        ids = world.release(posts)
        asked = [[post.words, post.lang, post.to_lang] for post in posts]
        theirs = _child("by_argos", {"posts": asked, "fixed": False}, instance)
        ours = _child(
            "by_ours",
            {
                "do": "posts",
                "instance": str(instance),
                "posts": ids,
                "warm": warm,
            },
            instance,
        )
        said = _renditions(instance, ids, posts)
        characters = sum(len(post.words) for post in posts)
        rates = [characters / one["cpu_seconds"] for one in (theirs, ours)]
        asked_once = ours["efforts"]["quick"]
        self.shares = {name: n / asked_once for name, n in ours["efforts"].items()}
        tell(
            f"{count} posts, {characters} characters: Argos {theirs['cpu_seconds']:.1f} "
            f"CPU-s, ours {ours['cpu_seconds']:.1f}; sentences asked for: {ours['efforts']}"
        )
        values: Values = dict(zip(("argos_rate", "ours_rate"), rates, strict=True))
        values["speedup"] = rates[1] / rates[0]
        for lang, name in ((SPANISH, "es_en"), (ENGLISH, "en_es")):
            chosen = [n for n, post in enumerate(posts) if post.lang == lang]
            for whose, texts in (("", said), ("argos_", theirs["texts"])):
                values[f"{whose}chrf_{name}"] = chrf(
                    (texts[n], posts[n].reference) for n in chosen
                )
        return values

    def speed_of_big(self, instance: Path) -> Values:
        """The engine alone, on a pack of the official size whose words are drawn by lot."""
        from bench.big_pack import make_big_pack

        count = QUICK_BIG_SENTENCES if self.quick else BIG_SENTENCES
        home = instance / "packs"
        sentences = _of_few_lengths(home / "es_en", self.pairs(), count)
        posts = [
            [" ".join(sentences[at : at + 5]), SPANISH, ENGLISH]
            for at in range(0, len(sentences), 5)
        ]
        folder = instance / "big" / "es_en"
        make_big_pack(home / "es_en", folder, SPANISH, ENGLISH)
        theirs = _child("by_argos", {"posts": posts, "fixed": True}, instance, "big")
        ours = _child(
            "by_ours",
            {
                "do": "sentences", "folder": str(folder), "sentences": sentences,
                "fixed": True, "shares": self.shares,
            },
            instance,
        )  # fmt: skip
        tell(
            f"official size, {len(sentences)} sentences: Argos "
            f"{theirs['cpu_seconds']:.1f} CPU-s, ours {ours['cpu_seconds']:.1f} with "
            + ", ".join(f"{name} {share:.0%}" for name, share in self.shares.items())
        )
        return {"speedup_big": theirs["cpu_seconds"] / ours["cpu_seconds"]}

    def waiting(self) -> Values:
        """From the commit that releases a letter to the commit of its translation."""
        singles = 3 if self.quick else 30
        length = 300 if self.quick else 600
        letters = _letters(self.pairs(), 2 * (singles + WAITING), characters=length)
        letters = [one for one in letters if one.lang == SPANISH]
        with an_instance() as instance:
            world = World(instance)
            with a_worker(instance):
                _until_idle(instance)
                one = [
                    _seconds(instance, world, [letter])[0]
                    for letter in letters[:singles]
                ]
                many = _seconds(instance, world, letters[singles : singles + WAITING])
        return {
            "readable_p50": _share(one, 50),
            "readable_p95": _share(one, 95),
            "readable_p50_60": _share(many, 50),
            "readable_p95_60": _share(many, 95),
        }


def _letters(
    pairs: Sequence[Pair], count: int, characters: int | None = None
) -> list[Letter]:
    """Make letters of sentences that come once, by turns in Spanish and in English.

    With `characters` as long as that, and
    sentences come again once all were used.
    """
    each = min(len(pairs) // count, MOST_SENTENCES)
    letters: list[Letter] = []
    at = 0
    for n in range(count):
        some: list[Pair] = []
        while len(some) < each or (
            characters and sum(len(one.spanish) + 1 for one in some) < characters
        ):
            some.append(pairs[at % len(pairs)])
            at += 1
        english = " ".join(one.english for one in some)
        spanish = " ".join(one.spanish for one in some)
        letters.append(
            Letter(english, ENGLISH, spanish)
            if n % 2
            else Letter(spanish, SPANISH, english)
        )
    return letters


def _of_few_lengths(pack: Path, pairs: Sequence[Pair], count: int) -> list[str]:
    """Choose Spanish sentences of the commonest lengths in pieces.

    Answers of a fixed length go to the model length by length, so that of a rare
    one there would be no batch.
    """
    import sentencepiece

    cutter: Any = sentencepiece.SentencePieceProcessor()
    cutter.Load(str(pack / "sentencepiece.model"))
    by_length: dict[int, list[str]] = defaultdict(list)
    for pair in pairs:
        by_length[len(cutter.EncodeAsPieces(pair.spanish))].append(pair.spanish)
    commonest = sorted(by_length.values(), key=len, reverse=True)[:FEW_LENGTHS]
    chosen = [one for some in commonest for one in some[: count // FEW_LENGTHS]]
    random.Random(5).shuffle(chosen)
    return chosen


def _child(
    name: str, asked: dict[str, Any], instance: Path, packs: str = "packs"
) -> Any:
    """Run a part of the bench in a process of its own; its answer is JSON."""
    with tempfile.TemporaryDirectory(prefix="paravion-bench-") as home:
        there = Path(home) / "packs"
        there.mkdir()
        for pack in (instance / packs).glob("??_??"):  # Argos stumbles over all else
            (there / pack.name).symlink_to(pack)
        environment = server_environment(instance) | {
            "ARGOS_PACKAGES_DIR": str(there),
            # Argos makes folders in the home of whoever runs it.
            **dict.fromkeys(
                ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), home
            ),
        }
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=ROOT, env=environment,
            input=json.dumps(asked), capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise NotMeasured(f"{name} failed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def _renditions(
    instance: Path, ids: Sequence[int], posts: Sequence[Letter]
) -> list[str]:
    with closing(_database(instance)) as database:
        said = dict(
            database.execute(
                "SELECT post.id || rendition.lang, rendition.source FROM rendition "
                "JOIN post ON post.current_id = rendition.revision_id"
            ).fetchall()
        )
    return [
        said.get(f"{post_id}{post.to_lang}") or ""
        for post_id, post in zip(ids, posts, strict=True)
    ]


def _seconds(instance: Path, world: World, letters: Sequence[Letter]) -> list[float]:
    """Release letters together; say after how many seconds each is there in English."""
    left = set(world.release(letters))
    began = time.monotonic()
    seconds: list[float] = []
    with closing(_database(instance)) as database:
        while left:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise NotMeasured("no translation came within five minutes")
            time.sleep(POLL_SECONDS)
            there = database.execute(
                "SELECT post.id FROM rendition JOIN post ON post.current_id = "
                "rendition.revision_id WHERE rendition.source IS NOT NULL AND lang = 'en'"
            ).fetchall()
            came = left & {row[0] for row in there}
            seconds.extend([time.monotonic() - began] * len(came))
            left -= came
    return seconds


def _until_idle(instance: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with closing(_database(instance)) as database:
        while database.execute("SELECT 1 FROM job WHERE ready_at NOT NULL").fetchone():
            if time.monotonic() > deadline:
                raise NotMeasured("the worker did not come to an end")
            time.sleep(0.1)


def _database(instance: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{instance / 'paravion.db'}?mode=ro", uri=True)


def _share(seconds: Sequence[float], percent: int) -> float:
    return quantiles(seconds, n=100, method="inclusive")[percent - 1]


def worker_memory() -> Values:
    """What the worker takes with packs of the official size in it that were all used."""
    from bench.big_pack import make_big_pack, renamed

    values: Values = {}
    with an_instance() as instance:
        home, store = instance / "packs", instance / "store"
        home.rename(store)
        home.mkdir()
        ways = [("es", "en"), ("en", "es"), *(("en", lang) for lang in OTHERS)]
        make_big_pack(store / "es_en", store / "big", *ways[0])
        world = World(instance)
        world.add_readers(OTHERS)
        with a_worker(instance) as worker:
            for count in (1, 2, 6):
                for way in ways[:count]:
                    if not (home / "_".join(way)).exists():
                        renamed(store / "big", home, *way)
                # Other words each time: what is in the memory needs no pack.
                world.release(_letters(made(seed=count)[:2], 2))
                _until_idle(instance)
                tell(f"{count} packs: at most {worker.memory_mb('VmHWM'):.0f} MB")
                values[f"worker_mb_{count}"] = worker.memory_mb("VmRSS")
    return values


def memory_share() -> Values:
    """Of all sentences of the demo's copies, those that no pack had to say again."""
    with _a_demo() as instance, closing(_database(instance)) as database:
        rows = database.execute(
            "SELECT pairs FROM rendition WHERE pairs IS NOT NULL AND pack <> ''"
        ).fetchall()
        shown = sum(len(json.loads(pairs)) for (pairs,) in rows)
        said = database.execute(
            "SELECT count(*) FROM memory WHERE by <> 'person'"
        ).fetchone()[0]
    tell(f"the demo shows {shown} translated sentences; packs said {said}")
    return {"memory_share": max(0.0, 1 - said / shown)}


@contextmanager
def _a_demo() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="paravion-bench-"))
    instance = folder / "instance"
    try:
        instance.mkdir()
        (instance / "secret_key").write_text(os.urandom(32).hex(), "ascii")
        for command in (["setup"], ["demo", "fill"]):
            done = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "wsgi", *command], cwd=ROOT,
                env=child_environment() | server_environment(instance), check=False,
                capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                raise NotMeasured(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
        with a_worker(instance):
            _until_idle(instance)
        yield instance
    finally:
        shutil.rmtree(folder, ignore_errors=True)
