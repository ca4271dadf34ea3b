"""The pages bench: bytes, server CPU, memory and waiting of a thread of 20 posts."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import event

from app.db import db
from app.factory import create_app
from bench.browsing import page, release_form, signed_in, write
from bench.figures import PAGES, NotMeasured, Values, report, tell
from bench.processes import (
    Started,
    a_hello,
    a_web,
    a_worker,
    an_instance,
    free_port,
    running,
)
from bench.texts import Letters
from bench.wire import Wire, fetched_with
from bench.words import packed_bytes, words_of_posts
from bench.world import POST_CHARACTERS, POSTS, World, fill
from launch.places import ROOT, own_python, server_environment

# At once: who reads, and who signs in, which takes 19 MiB and some 30 ms of hashing.
READERS, ARRIVING = 8, 3
PATIENCE_SECONDS = 120.0
MADE = "Translated by a machine"


class Bench:
    """One run: an instance, its world and how thorough to be."""

    def __init__(self, instance: Path, *, quick: bool) -> None:
        self.instance = instance
        self.quick = quick
        self.app: Flask = create_app(instance)
        self.world: World = fill(self.app)
        self.paths = [f"/threads/{thread_id}" for thread_id in self.world.threads]
        self.mixed = f"/threads/{self.world.mixed_thread}"


def run(*, quick: bool) -> int:
    """Print every figure of the bench; return the exit code."""
    began = time.monotonic()
    tell("setting up an instance with two classes that write with each other")
    with an_instance() as instance:
        bench = Bench(instance, quick=quick)
        with a_worker(instance) as worker:
            translated = until_translated(bench)
            tell(f"the worker indexed and translated it in {translated:.1f} s")
            with a_web(instance) as web:
                _report(lambda: idle_memory(bench, web), "web_idle_mb")
                _report(
                    lambda: weights(bench, web),
                    "first_visit", "first_visit_requests", "next_thread", "next_thread_text",
                )  # fmt: skip
                _report(lambda: queries(bench, web), "thread_queries")
                with a_hello(instance) as hello:
                    _report(
                        lambda: cpu(bench, web, hello),
                        "thread_cpu_ms", "hello_cpu_ms", "thread_share",
                    )  # fmt: skip
                _report(lambda: loaded_memory(bench, web), "web_loaded_mb")
                _report(lambda: release_to_readable(bench, web), "release_to_readable")
            _report(lambda: worker_memory(worker), "worker_mb")
        _report(lambda: start(bench), "start_seconds")
    tell(f"the bench took {time.monotonic() - began:.0f} s")
    return 0


def _report(measured: Callable[[], Values], *names: str) -> None:
    report(PAGES, names, measured)


def until_translated(bench: Bench) -> float:
    """Wait until the worker has nothing to do; return the seconds."""
    began = time.monotonic()
    waiting = "select count(*) from job where ready_at is not null"
    while time.monotonic() - began < PATIENCE_SECONDS:
        with closing(
            sqlite3.connect(bench.instance / "paravion.db", timeout=20)
        ) as base:
            if base.execute(waiting).fetchone() == (0,):
                return time.monotonic() - began
        time.sleep(0.2)
    tell("the worker is not done after two minutes; what it has not translated is not")
    return time.monotonic() - began


def idle_memory(bench: Bench, web: Started) -> Values:
    """A fresh process after its first sign-in and first thread page."""
    browser = signed_in(web.port, bench.world.reader)
    page(browser, bench.paths[0])
    browser.close()
    return {"web_idle_mb": web.memory_mb("VmRSS")}


def weights(bench: Bench, web: Started) -> Values:
    """Bytes received by a signed-in browser with an empty cache, then with a warm one."""
    browser = signed_in(web.port, bench.world.reader)
    first = page(browser, bench.paths[0])
    _check_whole(first.text)
    total, asked = first.received, [bench.paths[0]]
    for path in fetched_with(first.text, bench.paths[0]):
        answer = browser.get(path)
        tell(f"first visit: {path} {answer.status}, {answer.received} bytes")
        total += answer.received
        asked.append(path)
    tell(f"first visit: the page {first.received} bytes")
    received, packed = _beside_text(browser, bench.paths[1])
    _beside_text(browser, bench.mixed)
    browser.close()
    return {
        "first_visit": total,
        "first_visit_requests": len(asked),
        "next_thread": received,
        "next_thread_text": packed,
    }


def _beside_text(browser: Wire, path: str) -> tuple[int, int]:
    """Bytes of a thread page as received, and of its posts' text compressed alone."""
    answer = page(browser, path)
    _check_whole(answer.text)
    words = words_of_posts(answer.text)
    packed = packed_bytes(words)
    tell(
        f"{answer.received} bytes for {len(words.encode())} of text, which {packed} alone would "
        f"do: {answer.received - packed} over it"
    )
    return answer.received, packed


def _check_whole(text: str) -> None:
    shown, translated = text.count("<article"), text.count(MADE)
    if shown != POSTS:
        raise NotMeasured(f"the page shows {shown} of {POSTS} posts")
    tell(f"the page shows {shown} posts, {translated} of them translated")


def queries(bench: Bench, web: Started) -> Values:
    """Statements of one thread page, the session's own included; no BEGIN."""
    browser = signed_in(web.port, bench.world.reader)
    client = bench.app.test_client(use_cookies=False)
    said: list[str] = []

    def note(
        _connection: object, _cursor: object, statement: str, *_rest: object
    ) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    headers = {"Cookie": browser.cookie, "Host": f"127.0.0.1:{web.port}"}
    browser.close()
    # Once unseen: the first request of a process compiles and connects.
    client.get(bench.paths[0], headers=headers)
    with bench.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(bench.paths[0], headers=headers)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise NotMeasured(f"the thread page answered {answer.status_code}")
    return {"thread_queries": len(said)}


def cpu(bench: Bench, web: Started, hello: Started) -> Values:
    """Server CPU a request, both servers by turns on one kept connection each."""
    rounds, requests = (5, 60) if bench.quick else (15, 150)
    reader, stranger = signed_in(web.port, bench.world.reader), Wire(hello.port)
    thread_ms, hello_ms = [], []
    for n in range(rounds + 1):
        one = web.cpu_ms(requests, lambda: page(reader, bench.mixed))
        other = hello.cpu_ms(4 * requests, lambda: page(stranger, "/"))
        if n:  # the first round warms both
            thread_ms.append(one)
            hello_ms.append(other)
    reader.close()
    stranger.close()
    tell(
        f"CPU: {rounds} rounds of {requests} pages {min(thread_ms):.2f} to "
        f"{max(thread_ms):.2f} ms, of {4 * requests} hellos {min(hello_ms):.3f} to "
        f"{max(hello_ms):.3f} ms"
    )
    thread, bare = median(thread_ms), median(hello_ms)
    return {
        "thread_cpu_ms": thread,
        "hello_cpu_ms": bare,
        "thread_share": bare / thread,
    }


def loaded_memory(bench: Bench, web: Started) -> Values:
    """The most the process ever took: eight clients read while others sign in."""
    # One after another: more tries at once for one account than may fail must wait.
    browsers = [signed_in(web.port, bench.world.reader) for _n in range(READERS)]
    until = time.monotonic() + (4 if bench.quick else 20)
    with ThreadPoolExecutor(READERS + ARRIVING) as crowd:
        reads = [crowd.submit(_read, bench, browser, until) for browser in browsers]
        arrivals = [crowd.submit(_arrive, bench, web, until) for _n in range(ARRIVING)]
    pages = sum(done.result() for done in reads)
    sign_ins = sum(done.result() for done in arrivals)
    tell(f"load: {pages} pages by {READERS} clients beside {sign_ins} sign-ins")
    return {"web_loaded_mb": web.memory_mb("VmHWM")}


def _read(bench: Bench, browser: Wire, until: float) -> int:
    pages = 0
    while time.monotonic() < until:
        for path in bench.paths:
            page(browser, path)
            pages += 1
    browser.close()
    return pages


def _arrive(bench: Bench, web: Started, until: float) -> int:
    sign_ins = 0
    while time.monotonic() < until:
        for who in bench.world.classmates:
            signed_in(web.port, who).close()
            sign_ins += 1
    return sign_ins


def worker_memory(worker: Started) -> Values:
    """Once it has translated both ways and indexed: it holds both packs of the pair."""
    tell(f"the worker took at most {worker.memory_mb('VmHWM'):.0f} MB")
    return {"worker_mb": worker.memory_mb("VmRSS")}


def release_to_readable(bench: Bench, web: Started) -> Values:
    """From the sending of the release to a page that shows the translation."""
    times = 3 if bench.quick else 10
    writer = signed_in(web.port, bench.world.writer)
    teacher = signed_in(web.port, bench.world.teacher)
    reader = signed_in(web.port, bench.world.reader)
    path = f"/threads/{bench.world.quiet_thread}"
    texts = Letters("es", seed=77)
    seconds = []
    for _n in range(times):
        write(writer, path, texts.write(POST_CHARACTERS), "es")
        seconds.append(_released_after(teacher, reader, path))
    tell(f"release to readable, each: {' '.join(f'{one:.2f}' for one in seconds)} s")
    return {"release_to_readable": median(seconds)}


def _released_after(teacher: Wire, reader: Wire, path: str) -> float:
    before = page(reader, path).text.count(MADE)
    form = release_form(teacher)
    began = time.monotonic()
    answer = teacher.send("/waiting", form)
    if answer.status != 303:
        raise NotMeasured(f"the release answered {answer.status}")
    while page(reader, path).text.count(MADE) == before:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise NotMeasured("no translation came within two minutes")
        time.sleep(0.02)
    return time.monotonic() - began


def start(bench: Bench) -> Values:
    """`python3 run.py` on a folder that is installed and set up, to the first page."""
    seconds = [_start_once(bench) for _n in range(2 if bench.quick else 4)]
    tell(f"starts, each: {' '.join(f'{one:.2f}' for one in seconds)} s")
    # The first may have had to install or to read the disk; it is the second that counts.
    return {"start_seconds": median(seconds[1:])}


def _start_once(bench: Bench) -> float:
    port = free_port()
    command = [own_python(), str(ROOT / "run.py"), "--host", "127.0.0.1"]
    log, environment = bench.instance / "run.log", server_environment(bench.instance)
    began = time.monotonic()
    with running([*command, "--port", str(port)], log, environment) as started:
        while time.monotonic() - began < PATIENCE_SECONDS:
            with suppress(OSError):
                if Wire(port).get("/sign-in").status == 200:
                    return time.monotonic() - began
            time.sleep(0.01)
        raise NotMeasured(f"no first page within two minutes: {started.last_words()}")
