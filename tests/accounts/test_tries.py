"""Wrong tries: how long somebody waits, through threads, restarts and clocks that jump."""

import logging
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.event import listen, remove

from app.accounts import tries
from app.accounts.models import WrongTry
from app.accounts.people import fresh_pins, give_pin
from app.accounts.tries import (
    ALARM_AN_HOUR,
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    MOST_A_DAY,
    SIDES,
    SOURCE,
    NeedsTeacher,
    Waits,
    key_of,
)
from app.db import db, last_number
from launch.places import ROOT
from tests.apps import an_app
from tests.builders import a_classroom, a_pupil, some_wrong_tries
from tests.clocks import Clocks

HOUR, DAY = 3600, 24 * 3600
ANA, TABLET = "a" * 64, "b" * 64
# What `wrong` tells: how many seconds to wait, or one of these.
TESTED, NOT_TODAY = 0, -1


@pytest.fixture
def clocks(app: Flask, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    monkeypatch.setattr(tries, "_told", tries._Told())
    return clocks


def wrong(account: str = ANA, source: str = "") -> int:
    """Try a wrong secret once; from somewhere new each time, unless it is told."""
    try:
        tries.reserve(account, source or os.urandom(32).hex())
    except Waits as waits:
        return waits.seconds
    except NeedsTeacher:
        return NOT_TODAY
    return TESTED


def use_up_the_day(clocks: Clocks, account: str = ANA) -> None:
    for _n in range(MOST_A_DAY):
        clocks.pass_seconds(LONGEST_WAIT_SECONDS)
        assert wrong(account) == TESTED


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(WrongTry)) or 0


def new_server(instance: Path) -> int:
    """Try once more on an app that has just been started on the same folder."""
    db.session.commit()

    def on_it() -> int:
        with an_app(instance).app_context():
            try:
                return wrong()
            finally:
                db.session.remove()
                db.engine.dispose()

    return Context().run(on_it)


def test_five_wrong_tries_are_free_and_then_the_waiting_doubles(clocks: Clocks) -> None:
    assert [wrong() for _n in range(5)] == [TESTED] * 5
    waits = []
    while (wait := wrong()) != NOT_TODAY:
        waits.append(wait)
        clocks.pass_seconds(wait - 1)
        assert wrong() == 1
        clocks.pass_seconds(1)
        assert wrong() == TESTED

    assert waits == [FIRST_WAIT_SECONDS * 2**n for n in range(5)]


def test_ten_in_a_day_are_the_end_of_it_until_the_first_is_a_day_old(
    clocks: Clocks,
) -> None:
    use_up_the_day(clocks)
    clocks.pass_seconds(DAY - MOST_A_DAY * LONGEST_WAIT_SECONDS)
    assert wrong() == NOT_TODAY

    clocks.pass_seconds(LONGEST_WAIT_SECONDS)

    # One has left the day, and nine are still there.
    assert wrong() == TESTED
    assert wrong() == NOT_TODAY


def test_who_signs_in_waits_no_more_but_her_wrong_tries_count_for_the_day(
    clocks: Clocks,
) -> None:
    for _n in range(4):
        assert wrong() == TESTED
    tries.it_fitted(tries.reserve(ANA, TABLET), ANA)

    assert rows() == 4
    assert [wrong() for _n in range(5)] == [TESTED] * 5
    assert wrong() > TESTED
    clocks.pass_seconds(HOUR)
    assert [wrong(), wrong()] == [TESTED, NOT_TODAY]


def test_what_is_right_does_not_forgive_others(clocks: Clocks) -> None:
    for _n in range(5):
        wrong("someone else's")

    tries.it_fitted(tries.reserve(ANA, TABLET), ANA)

    assert wrong("someone else's") > TESTED


def test_a_refused_try_writes_nothing(clocks: Clocks) -> None:
    use_up_the_day(clocks)
    before = rows(), last_number("wrong_try")
    db.session.commit()
    written: list[str] = []

    listen(db.engine, "commit", note_commit := lambda _connection: written.append("COMMIT"))  # fmt: skip
    try:
        assert [wrong() for _n in range(20)] == [NOT_TODAY] * 20
    finally:
        remove(db.engine, "commit", note_commit)

    assert "COMMIT" not in written
    assert (rows(), last_number("wrong_try")) == before


def test_the_sides_are_counted_apart(clocks: Clocks) -> None:
    pupil = a_pupil(a_classroom())
    elsewhere, device, card = (key_of(side, pupil.id) for side in SIDES)
    use_up_the_day(clocks, elsewhere)

    assert wrong(elsewhere) == NOT_TODAY
    assert [wrong(device), wrong(card)] == [TESTED, TESTED]
    assert tries.account_keys(pupil) == [elsewhere, device, card]


def test_an_address_has_forty_an_hour_free_and_then_its_waiting_doubles(
    clocks: Clocks,
) -> None:
    tested = [wrong(f"pupil {n}", TABLET) for n in range(SOURCE.free)]
    waits = []
    for n in range(7):
        waits.append(wrong(f"one more {n}", TABLET))
        clocks.pass_seconds(waits[-1])
        assert wrong(f"one more {n}", TABLET) == TESTED

    assert set(tested) == {TESTED}
    assert waits[:5] == [FIRST_WAIT_SECONDS * 2**n for n in range(5)]
    assert waits[5:] == [LONGEST_WAIT_SECONDS] * 2
    assert wrong("from elsewhere") == TESTED


def test_an_address_begins_anew_an_hour_later(clocks: Clocks) -> None:
    for n in range(SOURCE.free):
        wrong(f"pupil {n}", TABLET)
    assert wrong("next", TABLET) > TESTED

    clocks.pass_seconds(HOUR)

    assert [wrong(f"later {n}", TABLET) for n in range(SOURCE.free)] == [
        TESTED
    ] * SOURCE.free


def test_35_children_behind_one_address_are_in_within_two_minutes(
    clocks: Clocks,
) -> None:
    began = clocks.seconds
    for n in range(35):
        if n % 10 == 0:
            clocks.pass_seconds(3)
            assert wrong(f"pupil {n}", TABLET) == TESTED
        clocks.pass_seconds(3)
        tries.it_fitted(tries.reserve(f"pupil {n}", TABLET), f"pupil {n}")

    assert clocks.seconds - began <= 120


def at_once(app: Flask, count: int) -> int:
    """Say how many of so many threads were let test a secret of Ana's."""
    db.session.commit()

    def one(_n: int) -> int:
        with app.app_context():
            try:
                return wrong()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        told = list(pool.map(one, range(count)))
    return told.count(TESTED)


def test_of_a_hundred_tries_at_once_five_are_tested(app: Flask, clocks: Clocks) -> None:
    assert at_once(app, 100) == 5
    assert rows() == 5


def test_of_a_hundred_at_once_only_what_is_left_of_the_day_is_tested(
    app: Flask, clocks: Clocks
) -> None:
    # All forgiven: she signed in meanwhile, and nothing makes wait.
    for _n in range(2):
        for _m in range(4):
            wrong()
        tries.it_fitted(tries.reserve(ANA, TABLET), ANA)
    db.session.commit()

    assert at_once(app, 100) == MOST_A_DAY - 8
    assert wrong() == NOT_TODAY


def test_a_restart_of_the_server_forgets_nothing(
    clocks: Clocks, instance: Path
) -> None:
    for _n in range(5):
        wrong()

    assert new_server(instance) == FIRST_WAIT_SECONDS
    clocks.pass_seconds(FIRST_WAIT_SECONDS)
    assert new_server(instance) == TESTED
    assert wrong() == 2 * FIRST_WAIT_SECONDS


def test_who_is_killed_between_the_counting_and_the_check_has_tried(
    clocks: Clocks, instance: Path
) -> None:
    killed = (
        "import os, signal, sys; from pathlib import Path\n"
        "from app.accounts import tries; from app.factory import create_app\n"
        "with create_app(Path(sys.argv[1])).app_context():\n"
        f"    tries.reserve({ANA!r}, {TABLET!r}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    db.session.commit()

    done = subprocess.run([sys.executable, "-c", killed, instance], cwd=ROOT, check=False)  # fmt: skip

    assert (done.returncode, rows()) == (-signal.SIGKILL, 1)


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_calendar_that_jumps_frees_nobody_and_keeps_nobody_out(
    clocks: Clocks, days: int
) -> None:
    use_up_the_day(clocks)
    for _n in range(5):
        wrong("someone else's")
    clocks.set_calendar(days=days)

    assert wrong() == NOT_TODAY
    assert wrong("someone else's") == FIRST_WAIT_SECONDS
    tries.sweep_tries()
    assert wrong() == NOT_TODAY
    clocks.pass_seconds(DAY)
    assert [wrong(), wrong("someone else's")] == [TESTED, TESTED]


def test_across_a_restart_of_the_machine_the_calendar_is_believed(
    clocks: Clocks,
) -> None:
    use_up_the_day(clocks)
    clocks.reboot(off_seconds=12 * HOUR)
    assert wrong() == NOT_TODAY

    clocks.reboot(off_seconds=12 * HOUR)

    assert wrong() == TESTED


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_calendar_that_was_set_before_the_restart_is_seen_through(
    clocks: Clocks, days: int
) -> None:
    use_up_the_day(clocks)
    clocks.set_calendar(days=days)
    tries.sweep_tries()  # the worker does, every quiet minute

    clocks.reboot(off_seconds=12 * HOUR)
    assert wrong() == NOT_TODAY
    clocks.reboot(off_seconds=12 * HOUR)

    assert wrong() == TESTED


@pytest.mark.parametrize("days", [-9000, -1])
def test_a_machine_that_wakes_in_the_past_counts_one_day_and_not_years(
    clocks: Clocks, days: int
) -> None:
    use_up_the_day(clocks)
    for n in range(SOURCE.free):
        wrong(f"pupil {n}", TABLET)
    clocks.reboot(off_seconds=60)
    clocks.set_calendar(days=days)
    assert [wrong(), wrong("next", TABLET)] == [NOT_TODAY, FIRST_WAIT_SECONDS]

    tries.sweep_tries()  # the worker does, at its start

    assert wrong() == NOT_TODAY
    clocks.pass_seconds(HOUR)
    assert wrong("next", TABLET) == TESTED
    assert wrong() == NOT_TODAY
    clocks.pass_seconds(DAY)
    assert wrong() == TESTED


def test_where_the_system_names_no_start_an_uptime_before_tells_nothing(
    clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.accounts.elapsed.boot", lambda: "-")
    clocks.seconds = 90 * DAY
    use_up_the_day(clocks)

    clocks.reboot(off_seconds=2 * DAY)

    assert wrong() == TESTED


def test_what_is_older_than_a_day_is_dropped_and_nothing_else(clocks: Clocks) -> None:
    wrong()
    clocks.pass_seconds(DAY - 10)
    wrong()
    clocks.pass_seconds(10)

    tries.sweep_tries()

    assert rows() == 1


def test_a_new_pin_begins_anew_on_every_side(clocks: Clocks) -> None:
    pupil, other = a_pupil(a_classroom()), a_pupil(a_classroom())
    for key in (*tries.account_keys(pupil), *tries.account_keys(other)):
        use_up_the_day(clocks, key)

    give_pin(pupil, fresh_pins(1)[0])

    assert [wrong(key) for key in tries.account_keys(pupil)] == [TESTED] * 3
    assert [wrong(key) for key in tries.account_keys(other)] == [NOT_TODAY] * 3


def test_the_alarm_sounds_at_two_hundred_an_hour_of_all(clocks: Clocks) -> None:
    some_wrong_tries(ALARM_AN_HOUR - 1)
    assert (tries.alarm(), tries.last_hour()) == (0, ALARM_AN_HOUR - 1)

    wrong("one more")

    assert tries.alarm() == ALARM_AN_HOUR
    clocks.pass_seconds(HOUR)
    assert (tries.alarm(), tries.last_hour()) == (0, 0)


def test_the_alarm_is_written_once_an_hour_and_names_nobody(
    clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "app.accounts.tries")
    some_wrong_tries(ALARM_AN_HOUR - 1)
    assert [wrong(f"a pupil {n}") for n in range(3)] == [TESTED] * 3
    assert len(caplog.messages) == 1
    clocks.pass_seconds(HOUR - 1)
    some_wrong_tries(ALARM_AN_HOUR)
    wrong("one more")
    assert len(caplog.messages) == 1

    clocks.pass_seconds(1)
    wrong("and one")

    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith(f"{ALARM_AN_HOUR} wrong secrets")


def test_the_table_names_nobody_and_no_address(app: Flask, clocks: Clocks) -> None:
    pupil = a_pupil(a_classroom())
    with app.test_request_context(environ_base={"REMOTE_ADDR": "10.1.2.3"}):
        tries.reserve(key_of("elsewhere", pupil.id), tries.address_key())
    found = db.session.scalars(select(WrongTry)).one()

    for key in (found.account_key, found.source_key):
        assert re.fullmatch(r"[0-9a-f]{64}", key)
    app.config["SECRET_KEY"] = "another school's"
    assert key_of("elsewhere", pupil.id) != found.account_key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "unknown", False),
    ],
)
def test_neighbours_in_one_ipv6_house_are_one_address(
    app: Flask, one: str, other: str, same: bool
) -> None:
    keys = []
    for address in (one, other):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            keys.append(tries.address_key())

    assert (keys[0] == keys[1]) is same


def test_counting_reads_by_the_indexes(app: Flask, clocks: Clocks) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_r: Any) -> None:
        if "FROM wrong_try" in statement:
            asked.append((statement, parameters))

    listen(Engine, "before_cursor_execute", note)
    try:
        wrong()
    finally:
        remove(Engine, "before_cursor_execute", note)

    plans = []
    for statement, parameters in asked:
        cursor = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # fmt: skip
        plans.append(" ".join(str(row[3]) for row in cursor))
    assert len(plans) == 3  # the account, the source, the alarm
    assert "ix_wrong_try_account_key" in plans[0]
    assert "ix_wrong_try_source_key" in plans[1]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]
