"""Tests of app/operations/migrating.py and of the migrations themselves."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, inspect

from app.accounts.models import Account
from app.db import Base, db
from app.home.news import LETTER, QUIET, threads_with_news
from app.operations import migrating


def test_migrations_and_models_agree(ready: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrations_and_models_have_the_same_foreign_keys(
    ready: Flask, tmp_path: Path
) -> None:
    by_models = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(by_models)
    here, there = inspect(db.engine), inspect(by_models)

    for table in Base.metadata.tables:
        keys = [
            sorted(str(key) for key in found.get_foreign_keys(table))
            for found in (here, there)
        ]
        assert keys[0] == keys[1], table
    by_models.dispose()


def test_file_names_begin_with_their_revisions() -> None:
    from alembic.script import ScriptDirectory

    revisions = list(ScriptDirectory(str(migrating.MIGRATIONS)).walk_revisions())

    assert {revision.revision for revision in revisions} == migrating.known()
    assert revisions[0].revision == migrating.newest()
    for revision in revisions:
        assert Path(revision.path).name.startswith(f"{revision.revision}_")


def test_an_empty_database_has_no_version(bare: Flask) -> None:
    assert migrating.version_of(db.engine) is None


def test_a_database_knows_its_version(ready: Flask) -> None:
    assert migrating.version_of(db.engine) == migrating.newest()


def test_tables_of_somebody_else_are_no_version(bare: Flask) -> None:
    db.create_all()

    with pytest.raises(ValueError, match="without a version"):
        migrating.version_of(db.engine)


def test_a_migration_that_fails_leaves_nothing(bare: Flask, instance: Path) -> None:
    # The table is in the way of the last one that the first migration makes.
    with closing(sqlite3.connect(instance / "paravion.db")) as other:
        other.execute("CREATE TABLE rendition (id INTEGER)")

    with pytest.raises(Exception, match="already exists"):
        migrating.upgrade(db.engine)

    assert inspect(db.engine).get_table_names() == ["rendition"]


def test_pupils_of_the_first_server_get_cards_and_adults_none(
    bare: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _to: upgrade(config, "0001"))
        migrating.upgrade(db.engine)
    with db.engine.begin() as connection:
        for row in (
            "school (id, uid, name, own, lang) VALUES (1, 'a', 'School', 1, 'en')",
            *(
                "person (id, uid, school_id, number, shown_name, symbol, lang) "
                f"VALUES ({n}, '{n}', 1, {n}, 'Ana R.', 'fish', 'en')"
                for n in (1, 2, 3)
            ),
            "account (id, person_id, full_name, login_folded, admin) VALUES "
            "(1, 1, 'Ana', NULL, 0), (2, 2, 'Ben', NULL, 0), (3, 3, 'Cy', 'cy', 0)",
        ):
            connection.exec_driver_sql(f"INSERT INTO {row}")

    migrating.upgrade(db.engine)

    with db.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT card FROM account ORDER BY id")
        cards = [row.card for row in found]
    assert cards[0] != cards[1]
    assert [len(card or "") for card in cards] == [12, 12, 0]


def test_foreign_keys_hold_again_after_a_migration(ready: Flask) -> None:
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_web_process_never_loads_alembic(instance: Path) -> None:
    # 16 MB and 1.6 s on a small machine, for what happens once in a release.
    asked = (
        "import sys; from pathlib import Path; from app.factory import create_app\n"
        "create_app(Path(sys.argv[1]))\n"
        "print(*sorted({'alembic', 'flask_migrate'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(instance)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == ""


def test_after_the_upgrade_a_letter_without_an_answer_is_still_new(
    bare: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two letter threads to person 1: she answered the one and not the other."""
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _to: upgrade(config, "0002"))
        migrating.upgrade(db.engine)
    with db.engine.begin() as connection:
        for row in _a_school_before_read_marks():
            connection.exec_driver_sql(f"INSERT INTO {row}")
        connection.exec_driver_sql(
            "UPDATE post SET current_id = id WHERE published_at IS NOT NULL"
        )

    migrating.upgrade(db.engine)

    with db.engine.connect() as connection:
        marks = connection.exec_driver_sql(
            "SELECT person_id, thread_id, change_no, follows FROM read_mark "
            "ORDER BY person_id, thread_id"
        ).all()
        sums = connection.exec_driver_sql(
            "SELECT id, post_count, begun_no, last_no, last_key FROM thread ORDER BY id"
        ).all()
        seen = connection.exec_driver_sql("SELECT seen_no FROM account").scalars().all()
    # Who wrote in a forum follows it and has read all; what is hidden counts nothing.
    assert [tuple(row) for row in marks] == [
        (1, 1, 3, 0),
        (1, 3, 7, 1),
        (2, 1, 2, 0),
        (2, 2, 5, 0),
        (2, 3, 7, 1),
        (2, 4, 0, 1),
    ]
    assert [tuple(row) for row in sums] == [
        (1, 2, 2, 3, 3),
        (2, 1, 5, 5, 5),
        (3, 2, 6, 7, 7),
        (4, 0, None, None, 9),
    ]
    assert seen == [9, 9]
    with bare.test_request_context():
        ana = db.session.get_one(Account, 1)
        news = {found.id: found.rank for found in threads_with_news(ana)}
    assert news == {1: QUIET, 2: LETTER}


def _a_school_before_read_marks() -> list[str]:
    at = "'2026-03-01 08:00:00'"
    people = [
        "person (id, uid, school_id, number, shown_name, symbol, lang) "
        f"VALUES ({n}, '{n}', 1, {n}, 'Ana R.', 'fish', 'en')"
        for n in (1, 2)
    ]
    accounts = [
        "account (id, person_id, full_name, card, text_size, teacher, admin, keeper, "
        f"safeguarding) VALUES ({n}, {n}, 'Ana', '{n}', 0, 0, 0, 0, 0)"
        for n in (1, 2)
    ]
    threads = [
        "thread (id, uid, space_id, forum_id, kind, title, lang, made_by_id, made_at) "
        f"VALUES ({n}, 't{n}', 1, {forum}, '{kind}', '{n}', 'en', 2, {at})"
        for n, kind, forum in (
            (1, "letters", "NULL"),
            (2, "letters", "NULL"),
            (3, "forum", "1"),
            (4, "forum", "1"),
        )
    ]
    readers = [
        f"thread_reader (thread_id, person_id) VALUES ({thread}, {person})"
        for thread in (1, 2)
        for person in (1, 2)
    ]
    # Thread, author, change, and whether it is out or hidden.
    posts = [
        (1, 2, 2, "out"), (1, 1, 3, "out"), (2, 2, 5, "out"), (3, 1, 6, "out"),
        (3, 2, 7, "out"), (3, 2, 8, "hidden"), (4, 2, 9, "held"),
    ]  # fmt: skip
    rows = []
    for thread, author, n, state in posts:
        out = state != "held"
        rows.append(
            "post (id, uid, thread_id, author_id, kind, form_key, sent_at, order_key, "
            f"change_no, published_at, hidden_at) VALUES ({n}, 'p{n}', {thread}, "
            f"{author}, 'letters', 'key-{n:05}', {at}, {n}, {n}, "
            f"{at if out else 'NULL'}, {at if state == 'hidden' else 'NULL'})"
        )
        rows.append(
            "revision (id, post_id, n, source, html, rendered_by, lang, sha256, state, "
            f"made_at) VALUES ({n}, {n}, 1, 'Hi', '<p>Hi</p>', 1, 'en', 'x', "
            f"'{'published' if out else 'held'}', {at})"
        )
    return [
        'school (id, uid, name, own, lang, country, place, time_zone, "reads", writes, '
        "link_days, wifi_name, cards_address, pen_names) "
        "VALUES (1, 'a', 'School', 1, 'en', '', '', '', '', '', '', '', '', 0)",
        *people,
        *accounts,
        "classroom (id, school_id, code, title, lang) VALUES (1, 1, 'c', '6 B', 'en')",
        *(
            "member (classroom_id, person_id, role, name_folded) "
            f"VALUES (1, {n}, 'pupil', 'ana {n}')"
            for n in (1, 2)
        ),
        f"space (id, uid, kind, title, made_at) VALUES (1, 's', 'classroom', '6 B', {at})",
        "space_classroom (space_id, classroom_id, asked_by_id, joined_at) "
        f"VALUES (1, 1, 1, {at})",
        f"forum (id, uid, space_id, title, lang, made_at) VALUES (1, 'f', 1, 'F', 'en', {at})",
        *threads,
        *readers,
        *rows,
        "counter (name, value) VALUES ('change_no', 9)",
    ]
