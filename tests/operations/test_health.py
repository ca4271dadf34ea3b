"""Tests of app/operations/health.py and its page: a word, a fact and what to do."""

import json
import os
import shutil
import time
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, refresh
from sqlalchemy import event, update

from app.accounts.tries import ALARM_AN_HOUR
from app.classrooms.local_time import forget_zones
from app.db import db, now
from app.jobs import heartbeat
from app.jobs.models import Job, enqueue
from app.operations import health
from app.operations.backup import back_up
from app.operations.health import Line
from app.posts.models import Post
from app.search import generations
from app.search.rebuilding import rebuild
from tests import builders
from tests.builders import some_wrong_tries
from tests.clients import Client
from tests.operations.letters import some_letters, work_to_the_end

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test looks as a process does that has just started."""
    monkeypatch.setattr(health, "_seen", health._Seen())
    monkeypatch.setattr(heartbeat, "_seen", heartbeat._Seen())


def line(name: str) -> Line:
    db.session.rollback()
    with force_locale("en"):
        return next(one for one in health.lines() if one.name == name)


def beat(instance: Path, seconds_ago: float = 0) -> None:
    alive = instance / "worker-alive"
    alive.touch()
    moment = time.time() - seconds_ago
    os.utime(alive, (moment, moment))


def test_every_line_has_a_word_and_a_fact_and_help_where_it_is_not_fine(
    ready: Flask,
) -> None:
    with force_locale("en"):
        lines = health.lines()

    assert [one.name for one in lines] == [
        "Database",
        "Worker",
        "Queue",
        "Search index",
        "Language packs",
        "Disk",
        "Clock",
        "Last backup",
        "Signing in",
    ]
    assert all(one.fact for one in lines)
    assert all(one.advice for one in lines if one.word != "fine")


def test_a_server_at_work_is_fine(ready: Flask, instance: Path, tmp_path: Path) -> None:
    beat(instance)
    health.check_database()
    work_to_the_end()
    back_up(instance, tmp_path / "friday.zip", [])
    health.note_backup(tmp_path / "friday.zip")

    for name in ("Database", "Worker", "Queue", "Disk", "Clock", "Last backup"):
        assert line(name).word == "fine", name


def test_a_database_that_was_not_checked_says_so(ready: Flask) -> None:
    assert line("Database").word == "look"


def test_a_damaged_database_is_seen_by_the_check(ready: Flask, instance: Path) -> None:
    some_letters()
    db.session.remove()
    db.engine.dispose()
    content = bytearray((instance / "paravion.db").read_bytes())
    content[4096 * 4 : 4096 * 40] = b"\x5a" * (4096 * 36)
    (instance / "paravion.db").write_bytes(content)

    health.check_database_now()

    noted = json.loads((instance / "database-check.json").read_text("utf-8"))
    assert noted["found"] != "ok"
    with force_locale("en"):
        shown = health.database_line()
    assert shown.word == "broken"
    assert "restore" in shown.advice


def test_the_check_reads_everything_only_every_few_hours(
    ready: Flask, instance: Path
) -> None:
    health.check_database()
    (instance / "database-check.json").unlink()

    health.check_database()

    assert not (instance / "database-check.json").exists()


def test_a_torn_note_is_as_good_as_none(ready: Flask, instance: Path) -> None:
    (instance / "last-backup.json").write_text('{"at": "20', "ascii")

    assert line("Last backup").fact == "There is none yet."


def test_a_worker_that_never_ran_or_went_silent_is_broken(
    ready: Flask, instance: Path
) -> None:
    assert line("Worker").word == "broken"
    beat(instance, seconds_ago=3600)
    shown = line("Worker")
    assert shown.word == "broken"
    assert "1 hour" in shown.fact


def test_a_worker_with_a_long_job_is_fine(ready: Flask, instance: Path) -> None:
    beat(instance, seconds_ago=120)
    enqueue("translate.translate_posts", [1])
    db.session.execute(update(Job).values(lease_until=now() + timedelta(seconds=200)))
    db.session.commit()

    shown = line("Worker")

    assert shown.word == "fine"
    assert "translate.translate_posts" in shown.fact


def test_a_clock_that_jumps_does_not_bury_a_worker_that_lives(
    ready: Flask, instance: Path
) -> None:
    # The clock was a year behind when the worker beat, and was set meanwhile.
    beat(instance, seconds_ago=365 * 86400)
    line("Worker")
    beat(instance, seconds_ago=365 * 86400 - 10)  # its next beat, ten seconds on

    assert line("Worker").word == "fine"


def test_a_dead_worker_is_not_alive_because_its_file_lies_in_the_future(
    ready: Flask, instance: Path
) -> None:
    beat(instance, seconds_ago=-86400)

    assert line("Worker").word == "broken"


def test_jobs_that_fail_are_named(ready: Flask) -> None:
    enqueue("search.index_posts", [1, 2])
    db.session.execute(
        update(Job).where(Job.key == 1).values(tries=3, problem="OSError")
    )
    db.session.commit()

    shown = line("Queue")

    assert shown.word == "look"
    assert shown.fact == "2 jobs wait. 1 failed (OSError) and is tried again."
    db.session.execute(update(Job).where(Job.key == 1).values(tries=8))
    db.session.commit()
    assert line("Queue").word == "broken"


def test_jobs_that_wait_long_are_told(ready: Flask) -> None:
    enqueue("search.index_posts", [1])
    db.session.execute(update(Job).values(ready_at=now() - timedelta(hours=2)))
    db.session.commit()

    shown = line("Queue")

    assert shown.word == "look"
    assert "2 hours" in shown.fact


def test_an_index_that_is_not_there_is_told_until_it_is(ready: Flask) -> None:
    some_letters()
    assert line("Search index").word == "look"

    work_to_the_end()

    shown = line("Search index")
    assert shown.word == "fine"
    assert shown.fact.startswith("1 text,")


def test_a_rebuild_tells_how_far_it_is_while_it_goes_on(ready: Flask) -> None:
    some_letters()
    said = []
    rebuild(lambda _done, _total: said.append(line("Search index").fact))

    assert said == ["Search is being made anew: 1 of 1 posts."]
    assert line("Search index").fact.startswith("1 text,")


def test_a_rebuild_that_was_killed_does_not_go_on_for_ever(ready: Flask) -> None:
    some_letters()
    left = generations.home() / "00000000deadbeef"
    left.mkdir(parents=True)
    generations.point(generations.home(), "building", left)
    generations.note_progress(left, 41_000, 100_000)
    shown = line("Search index")
    assert shown.word == "look"
    assert shown.fact == "Search is being made anew: 41,000 of 100,000 posts."

    os.utime(left / "progress", (time.time() - 600, time.time() - 600))

    assert line("Search index").fact.startswith("It has to be made anew: ")


def test_a_full_disk_is_said_where_it_keeps_posts_from_being_found(
    ready: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_letters()
    work_to_the_end()
    assert line("Search index").word == "fine"

    usage = shutil.disk_usage(generations.home())._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    shown = line("Search index")
    assert shown.word == "broken"
    assert shown.fact == "Nothing new can be found: the disk is full."


def test_a_folder_that_nobody_may_write_in_is_named(
    ready: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_letters()
    work_to_the_end()
    folder = generations.current(generations.home())

    # Who runs as root may write wherever a disk lets him.
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder)

    shown = line("Search index")
    assert shown.word == "broken"
    assert str(folder) in shown.advice


def test_without_packs_it_says_that_nothing_is_translated(
    ready: Flask, instance: Path
) -> None:
    assert line("Language packs").word == "look"

    (instance / "packs" / "es_en").mkdir()

    shown = line("Language packs")
    assert shown.word == "broken"
    assert "es_en" in shown.fact


def test_a_machine_that_cannot_translate_is_not_broken(
    ready: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.packs.engine.unavailable", lambda: "No wheel here.")

    shown = line("Language packs")

    assert (shown.word, shown.fact) == ("look", "No wheel here.")


@pytest.mark.parametrize(
    ("free", "word"), [(50e9, "fine"), (1e9, "look"), (1e8, "broken")]
)
def test_a_disk_that_fills_is_told(
    ready: Flask, monkeypatch: pytest.MonkeyPatch, free: float, word: str
) -> None:
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: Usage(int(6e10), 0, int(free)),
    )

    assert line("Disk").word == word


def test_a_clock_behind_what_has_happened_is_told(ready: Flask) -> None:
    some_letters()
    assert line("Clock").word == "fine"

    db.session.execute(update(Post).values(sent_at=now() + timedelta(days=400)))
    db.session.commit()

    assert line("Clock").word == "look"


def test_the_clock_is_told_in_the_schools_zone(
    ready: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    monkeypatch.setattr(health, "now", lambda: moment)
    monkeypatch.setattr(health, "_newest_moments", list)
    assert "2:30" in line("Clock").fact
    assert line("Clock").fact.endswith("(UTC).")

    builders.a_school().time_zone = "America/Bogota"
    db.session.commit()
    forget_zones()
    refresh()

    assert line("Clock").fact == "It says Feb 28, 2026 9:30\u202fPM (America/Bogota)."


def test_an_old_backup_asks_for_a_new_one(
    ready: Flask, instance: Path, tmp_path: Path
) -> None:
    back_up(instance, tmp_path / "friday.zip", [])
    health.note_backup(tmp_path / "friday.zip")
    note = instance / "last-backup.json"
    noted = json.loads(note.read_text("utf-8"))
    noted["at"] = (now() - timedelta(days=30)).isoformat()
    note.write_text(json.dumps(noted), "utf-8")

    shown = line("Last backup")

    assert shown.word == "look"
    assert "friday.zip" in shown.fact


def test_very_many_wrong_tries_are_told(ready: Flask) -> None:
    some_wrong_tries(ALARM_AN_HOUR - 1)
    shown = line("Signing in")
    assert (shown.word, shown.advice) == ("fine", "")
    assert shown.fact == "199 wrong tries in the last hour."

    some_wrong_tries(1)

    shown = line("Signing in")
    assert shown.word == "look"
    assert "Somebody may be guessing" in shown.advice


@pytest.mark.parametrize(("admin", "status"), [(True, 200), (False, 404)])
def test_the_page_is_for_the_admin_alone(
    ready: Flask, admin: bool, status: int
) -> None:
    client = Client(ready, builders.a_teacher(admin=admin))

    assert client.get("/health").status_code == status


def test_the_page_asks_strangers_to_sign_in(ready: Flask) -> None:
    assert ready.test_client().get("/health").status_code == 302


def test_the_page_costs_six_queries_and_shows_every_line(ready: Flask) -> None:
    some_letters()
    client = Client(ready, builders.a_teacher(lang="en", admin=True))
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    page = client.get("/health").get_data(as_text=True)
    event.remove(db.engine, "before_cursor_execute", note)

    selects = [words for words in asked if words.startswith("SELECT")]
    assert len(selects) <= 6, selects
    for name in ("Database", "Worker", "Queue", "Search index", "Disk", "Clock"):
        assert name in page


def test_the_terminal_says_the_same_and_fails_where_something_is_broken(
    ready: Flask, instance: Path
) -> None:
    result = ready.test_cli_runner().invoke(args=["health"])

    assert result.exit_code == 1
    assert "Worker          broken" in result.output
    beat(instance)
    result = ready.test_cli_runner().invoke(args=["health"])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) == 9
