"""create_app: puts the rooms together; nobody imports it."""

import logging
from pathlib import Path
from typing import Any

from flask import Flask

from app import web
from app.accounts import room as accounts
from app.classrooms import room as classrooms
from app.db import db
from app.forums import room as forums
from app.home import room as home
from app.jobs import room as jobs
from app.learning import room as learning
from app.media import room as media
from app.moderation import room as moderation
from app.operations import room as operations
from app.packs import room as packs
from app.penpals import room as penpals
from app.posts import room as posts
from app.search import room as search
from app.translate import room as translate
from app.wording import room as wording
from config import settings

ROOMS = (
    jobs, accounts, classrooms, media, packs, posts, moderation, translate, wording,
    learning, search, forums, penpals, home, operations,
)  # fmt: skip


def create_app(
    instance: Path | None = None, *, pages_only: bool = False, **changed: Any
) -> Flask:
    """Make the application for one instance folder.

    Reads `config.settings`; `changed` replaces single settings. Takes the
    folder as it finds it: `flask setup` makes the tables. With `pages_only` it
    knows no commands and does no jobs, and takes a megabyte less.
    """
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = Flask("app")
    app.config.update(settings(instance) | changed)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"connect_args": {"timeout": 20}}
        if (app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"))
        else {"pool_pre_ping": True}
    )
    db.init_app(app)
    web.register(app)
    for room in ROOMS:
        room.register(app)
        if not pages_only and hasattr(room, "register_work"):
            room.register_work(app)
    return app
