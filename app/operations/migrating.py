"""The database's version, and bringing it to ours. Alembic is loaded only when needed."""

import logging
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from launch.instance import newest_version

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def newest() -> str:
    return newest_version(MIGRATIONS / "versions")


def known() -> set[str]:
    """List the versions this code can come from."""
    versions = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return {path.name.partition("_")[0] for path in versions}


def version_of(engine: Engine) -> str | None:
    """Read the version of a database; None while it is empty.

    Raises `ValueError` when it has tables that no `flask setup` has made.
    """
    tables = set(inspect(engine).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise ValueError("tables without a version")
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).first()
    return str(row[0]) if row else None


def upgrade(engine: Engine) -> None:
    """Run the missing migrations in one transaction: all of them, or none."""
    # Before its import, which tells of each of its parts.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command
    from alembic.config import Config

    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
