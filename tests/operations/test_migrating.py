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

from app.db import Base, db
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
