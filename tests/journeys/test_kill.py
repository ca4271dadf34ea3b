"""A pulled plug, fifty times: what was acknowledged is there, every job gets done, once."""

import http.client
import random
import re
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.journeys.client import Client, Page
from tests.journeys.scenes import class_of, first_teacher, pupil_of
from tests.journeys.site import Site, a_site

KILLS = 50
WORDS = ("agua", "casa", "perro", "gato", "libro", "mesa", "luna", "sol", "lago")
LOST_LINK = (OSError, EOFError, http.client.HTTPException)

pytestmark = pytest.mark.kill


def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    with a_site(tmp_path) as (site, code):
        ana = first_teacher(site, code)
        _code, cards = class_of(ana, "5A", "es", "Lucía Ramos")
        # The same class reads English too, so that every post is translated.
        class_of(ana, "6B", "en", "Amina Kamau")
        made = ana.send(ana.open("/forums"), "space", title="Río")
        lucia = pupil_of(site, cards, "Lucía Ramos")
        ana_reads_english(site)
        started = lucia.send(
            lucia.open(made.url), "source", title="Mi río", source="El agua está fría."
        )
        assert started.url.endswith("/sent")
        thread = re.sub(r".*(/threads/\d+).*", r"\1", started.link("/threads/"))
        sent = []
        for n in range(KILLS):
            victim = chance.choice(
                ("web while posting", "web while releasing", "worker")
            )
            words = (
                f"Mensaje {n}. El {chance.choice(WORDS)} y la {chance.choice(WORDS)}."
            )
            form = patiently(lucia, thread)
            if victim == "web while posting":
                kill_web_soon(site, chance.uniform(0, 0.05))
            send_until_acknowledged(site, lucia, form, words)
            sent.append(words)
            if victim == "web while releasing":
                kill_web_soon(site, chance.uniform(0, 0.05))
            release_everything(site, ana)
            if victim == "worker":
                # Up to a second: claimed, translating, storing, indexing.
                time.sleep(chance.uniform(0, 1))
                site.kill(site.worker)
                site.start_worker()

        wait_until_idle(site)
        check_each_once(site, sent)
        found = lucia.until("/search?q=fria", "Lucía R.")
        assert found.status == 200


def ana_reads_english(site: Site) -> None:
    with sqlite3.connect(site.instance / "paravion.db") as base:
        base.execute(
            "update person set lang = 'en' where id in "
            "(select person_id from account where login_folded is not null)"
        )


def kill_web_soon(site: Site, seconds: float) -> None:
    def kill() -> None:
        time.sleep(seconds)
        site.kill(site.web)
        site.start_web()

    site.killer = threading.Thread(target=kill)
    site.killer.start()


def patiently(client: Client, path: str) -> Page:
    for _try in range(100):
        try:
            return client.open(path)
        except LOST_LINK:
            time.sleep(0.1)
    raise AssertionError(f"{path} never answered")


def send_until_acknowledged(site: Site, client: Client, form: Page, words: str) -> None:
    """Do as a browser does that sends the same form again after a dead link."""
    for _try in range(100):
        try:
            answer = client.send(form, "source", source=words)
        except LOST_LINK:
            time.sleep(0.1)
            continue
        if answer.url.endswith("/sent"):
            break
        assert answer.status >= 500, answer.words
    else:
        raise AssertionError("never acknowledged")
    site.join_killer()


def release_everything(site: Site, teacher: Client) -> None:
    for _try in range(100):
        try:
            waiting = teacher.open("/waiting")
            ticks = re.findall(r'name="tick" value="(\d+)"', waiting.html)
            if not ticks:
                break
            teacher.send(waiting, "tick", press="ticked", tick=ticks)
        except LOST_LINK:
            time.sleep(0.1)
    else:
        raise AssertionError("never released")
    site.join_killer()


def wait_until_idle(site: Site) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with sqlite3.connect(site.instance / "paravion.db", timeout=20) as base:
            (left,) = base.execute(
                "select count(*) from job where ready_at is not null"
            ).fetchone()
        if not left:
            return
        time.sleep(0.5)
    raise AssertionError((site.instance / "worker.log").read_text("utf-8")[-5000:])


def check_each_once(site: Site, sent: list[str]) -> None:
    with sqlite3.connect(site.instance / "paravion.db", timeout=20) as base:
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = base.execute(
            "select r.source, r.state, p.current_id = r.id,"
            " (select count(*) from rendition t where t.revision_id = r.id"
            "  and t.lang = 'en' and t.source is not null),"
            " (select count(*) from moderation_log l where l.post_uid = p.uid)"
            " from revision r join post p on p.id = r.post_id where r.source like 'Mensaje%'"
        ).fetchall()
    assert sorted(row[0] for row in rows) == sorted(sent)
    assert [row for row in rows if row[1:] != ("published", 1, 1, 1)] == []
