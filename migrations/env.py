"""Alembic's environment: runs the migrations on the database of the current app."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.db import Base, db


def migrate(connection: Connection) -> None:
    """Run what is missing in one transaction: all of it, or nothing."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite changes a table by copying it.
        render_as_batch=True,
        # app/db.py says BEGIN itself, so on SQLite a new table is taken back too.
        transactional_ddl=True,
    )
    if connection.dialect.name != "sqlite":
        with context.begin_transaction():
            context.run_migrations()
        return
    # Dropping the old copy of a table would else empty those that point to it.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with context.begin_transaction():
            context.run_migrations()
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if lost is not None:
                raise RuntimeError(
                    f"a migration left rows of {lost[0]} without {lost[2]}"
                )
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with db.engine.connect() as own:
        migrate(own)
