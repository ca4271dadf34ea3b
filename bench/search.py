"""The search bench: a rebuild, questions of ten kinds, memory, and FTS5 beside it."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from app.accounts.models import Account
from app.db import db, set_reading
from app.factory import create_app
from app.posts.models import Thread
from bench.browsing import page, signed_in, thread_form
from bench.figures import SEARCH, NotMeasured, Values, report, tell
from bench.processes import Started, a_web, a_worker, an_instance, cost_of
from bench.recall import measured
from bench.search_asking import Answer
from bench.search_questions import Questions
from bench.search_world import SearchWorld, fill
from launch.places import ROOT, server_environment

POSTS, QUICK_POSTS = 100_000, 3_000
QUESTIONS, QUICK_QUESTIONS = 104, 20
KINDS = (
    "rare",
    "ordinary",
    "common",
    "two",
    "and",
    "phrase",
    "prefix",
    "date",
    "who",
    "wrong",
)
# What FTS5 is asked too: it knows neither days nor names.
BESIDE = ("rare", "ordinary", "common", "two", "and", "phrase", "prefix")
RECALL = [name for name in SEARCH if name.startswith(("recall_", "precision"))]
PAGES_A_KIND = 10
POLL_SECONDS, PATIENCE_SECONDS = 0.05, 60.0
_SPAWN = get_context("spawn")


def run(*, quick: bool) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    with an_instance() as instance, ProcessPoolExecutor(1, _SPAWN) as beside:
        # While posts are written: neither is a matter of time.
        recall = beside.submit(measured)
        bench = Bench(instance, quick=quick)
        if not quick:
            wait([recall])
        tell(
            f"{bench.world.posts} posts are there after {time.monotonic() - began:.0f} s"
        )
        _report(
            bench.rebuild, "rebuild_cpu", "rebuild_wall", "rebuild_peak_mb",
            "index_bytes_per_post",
        )  # fmt: skip
        _report(bench.ask, *(f"{kind}_{p}" for kind in KINDS for p in ("p50", "p95")))
        _report(
            bench.fts, "fts_rebuild_cpu", "fts_peak_mb", "fts_bytes_per_post",
            *(f"fts_{kind}_p95" for kind in BESIDE),
        )  # fmt: skip
        with a_worker(instance), a_web(instance) as web:
            _report(lambda: bench.web_memory(web), "web_mb")
            _report(lambda: bench.found_after(web), "found_after")
        _report(recall.result, *RECALL)
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _report(measured: Callable[[], Values], *names: str) -> None:
    report(SEARCH, names, measured)


class Bench:
    """One run: an instance full of posts, and what is asked of it."""

    def __init__(self, instance: Path, *, quick: bool) -> None:
        self.instance = instance
        self.quick = quick
        # Nothing is to be translated meanwhile.
        shutil.rmtree(instance / "packs")
        (instance / "packs").mkdir()
        app = create_app(instance)
        self.world: SearchWorld = fill(app, QUICK_POSTS if quick else POSTS)
        self.accounts = [self.world.pupil, self.world.teacher]
        with app.app_context():
            set_reading(value=True)
            self.readable = [_threads_of(account_id) for account_id in self.accounts]
            self.sets = Questions(
                QUICK_QUESTIONS if quick else QUESTIONS,
                set.intersection(*map(set, self.readable)),
            ).sets()
            db.session.remove()
            db.engine.dispose()

    def rebuild(self) -> Values:
        """`flask search rebuild` in a process of its own."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "search", "rebuild"]
        cost = cost_of(command, server_environment(self.instance))
        files = [
            path for path in (self.instance / "index").rglob("*") if path.is_file()
        ]
        size = sum(path.stat().st_size for path in files)
        return {
            "rebuild_cpu": cost.cpu_seconds,
            "rebuild_wall": cost.wall_seconds,
            "rebuild_peak_mb": cost.peak_mb,
            "index_bytes_per_post": size / self.world.posts,
        }

    def ask(self) -> Values:
        """Each question once, by the pupil and the teacher by turns."""
        done = _child(
            "search_asking",
            {"instance": str(self.instance), "accounts": self.accounts, "sets": self.sets},
            self.instance,
        )  # fmt: skip
        tell(f"the process that searched took {done['memory_mb']:.0f} MB")
        return percentiles(sorted_out(done["answers"]), "")

    def fts(self) -> Values:
        """The same posts in one table of SQLite, in a process of its own."""
        file = self.instance.parent / "fts.db"
        asked = {
            "database": str(self.instance / "paravion.db"), "file": str(file),
            "readable": self.readable,
            "sets": {kind: self.sets[kind] for kind in ("warm", *BESIDE)},
        }  # fmt: skip
        done = _child("fts", asked, self.instance)
        return {
            "fts_rebuild_cpu": done["cpu_seconds"],
            "fts_peak_mb": done["peak_mb"],
            "fts_bytes_per_post": done["bytes"] / self.world.posts,
        } | percentiles(done["answers"], "fts_")

    def web_memory(self, web: Started) -> Values:
        """The web process after a pupil's questions of every kind."""
        pupil = signed_in(web.port, self.world.signs_in)
        before = web.memory_mb("VmRSS")
        spent = [
            web.cpu_ms(1, partial(page, pupil, _path(asked["typed"])))
            for kind in BESIDE
            for asked in self.sets[kind][:PAGES_A_KIND]
        ]
        pupil.close()
        tell(
            f"web: {before:.0f} MB before a search; a search page takes "
            f"{median(spent):.1f} ms, p95 {quantiles(spent, n=20)[-1]:.1f}"
        )
        return {"web_mb": web.memory_mb("VmRSS")}

    def found_after(self, web: Started) -> Values:
        """From sending a teacher's post to the page of hits that shows it to a pupil."""
        teacher = signed_in(web.port, self.world.writer)
        pupil = signed_in(web.port, self.world.signs_in)
        thread = f"/threads/{self.world.thread_id}"
        seconds = []
        for n in range(4 if self.quick else 11):
            word = f"hippo{chr(97 + n)}quay"
            form = thread_form(page(teacher, thread).text)
            words = f"At dawn the {word} comes out of the lake and sings."
            began = time.monotonic()
            answer = teacher.send_parts(
                f"{thread}/posts", form | {"source": words, "lang": "en"}
            )
            if answer.status != 303:
                raise NotMeasured(f"the post was answered with {answer.status}")
            while "<mark>" not in page(pupil, _path(word)).text:
                if time.monotonic() - began > PATIENCE_SECONDS:
                    raise NotMeasured("the post was not found within a minute")
                time.sleep(POLL_SECONDS)
            seconds.append(time.monotonic() - began)
        teacher.close()
        pupil.close()
        # When the first comes, the worker may not have started yet.
        told = " ".join(f"{one:.2f}" for one in seconds)
        tell(f"found after, each: {told} s")
        return {"found_after": max(seconds[1:])}


def _threads_of(account_id: int) -> list[int]:
    account = db.session.get_one(Account, account_id)
    threads = Thread.visible_to(account).order_by(None)
    return list(db.session.scalars(threads.with_only_columns(Thread.id)))


def _child(name: str, asked: dict[str, Any], instance: Path) -> dict[str, Any]:
    """Run a module of the bench that reads JSON and says JSON."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}"],
        cwd=ROOT, env=server_environment(instance), input=json.dumps(asked),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotMeasured(f"it failed: {done.stderr.strip().splitlines()[-1]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def sorted_out(
    answers: Mapping[str, Sequence[Answer]],
) -> dict[str, list[Answer]]:
    """Count what finds nothing with misspelt words: then more is looked for."""
    told = {kind: [one for one in some if one[1]] for kind, some in answers.items()}
    told["wrong"] = list(answers["wrong"])
    for kind, some in answers.items():
        if kind != "wrong":
            told["wrong"] += [one for one in some if not one[1]]
    return told


def percentiles(answers: Mapping[str, Sequence[Answer]], before: str) -> Values:
    values: Values = {}
    for kind, answered in answers.items():
        spent, found = zip(*answered, strict=True)
        middle, high = median(spent), quantiles(spent, n=20, method="inclusive")[-1]
        values |= {f"{before}{kind}_p50": middle, f"{before}{kind}_p95": high}
        tell(
            f"{before}{kind}: {len(answered)} questions, p50 {middle:.1f} ms, p95 {high:.1f}, "
            f"at most {max(spent):.1f}; {median(found):.0f} found"
        )
    return values


def _path(typed: str) -> str:
    return f"/search?{urlencode({'q': typed})}"
